"""Records the texts of the reference VM's errors, as a table for the tests.

Needs cairo-lang 0.14.0.1: `python record_exceptions.py > exceptions.json`. Every row holds the
compiled programs with their bases, the memory and registers at the error, and the text.
"""

import json
import sys
from typing import Any, Dict, List, Optional

import starkware.cairo.lang.vm.virtual_machine_base as base_module
from starkware.cairo.lang.compiler.cairo_compile import compile_cairo
from starkware.cairo.lang.compiler.program import Program
from starkware.cairo.lang.vm.cairo_runner import CairoRunner
from starkware.cairo.lang.vm.memory_dict import MemoryDict
from starkware.cairo.lang.vm.vm_exceptions import VmException

PRIME = 2**251 + 17 * 2**192 + 1

ASSERT = """
func main() {
    let x = 5;
    with_attr error_message("x is {x}, never {nope") {
        assert x = 7;
    }
    ret;
}
"""

ATTRIBUTES = """
struct S {
    a: felt,
    b: felt,
}
const C = 4;

func inner(x, p: felt*, s: S) -> felt {
    alloc_locals;
    local unset;
    local minus = -3;
    let twice = x * 2;
    let sum = [p] + minus;
    let complex = x + x + x + x + x + x + x + x + x + x + x;
    let divided = x / 2;
    let power = 2 ** 3;
    let address = &s;
    let member = s.b;
    tempvar t = 1;
    let typed = cast(p, S*);
    let inside = typed.b;
    with_attr error_message(
            "x={x} p={p} unset={unset} minus={minus} twice={twice} sum={sum} t={t} s={s} "
            "member={member} s.b={s.b} divided={divided} complex={complex} address={address} "
            "inside={inside} again {t} {unknown} {} { x } {{x}} {x") {
        with_attr error_message("second {power}") {
            with_attr other("not shown") {
                assert x = t;
            }
        }
    }
    return x;
}

func outer(x) -> felt {
    alloc_locals;
    local y = x * 2;
    with_attr error_message("outer {x} {y}") {
        let (__fp__, _) = get_fp_and_pc();
        let result = inner(y, __fp__, S(a=1, b=-2));
    }
    return result;
}

func get_fp_and_pc() -> (fp_val: felt*, pc_val: felt*) {
    return (fp_val=cast([fp - 2], felt*), pc_val=cast([fp - 1], felt*));
}

func main() {
    with_attr error_message("main") {
        outer(3);
    }
    ret;
}
"""

RECURSION = """
func down(n) {
    with_attr error_message("n is {n}") {
        assert n * (n - 3) = n * n;
    }
    down(n - 1);
    ret;
}

func deep(n) {
    if (n == 0) {
        assert 1 = 0;
        ret;
    }
    deep(n - 1);
    ret;
}

func main() {
    deep(30);
    ret;
}
"""

HINT = """
func inner(x) {
    %{ first = 1 %}
    %{

        second = 2
        raise ValueError("no")
    %}
    [ap] = x, ap++;
    ret;
}

func main() {
    inner(5);
    ret;
}
"""

HINT_WITH_ATTRIBUTE = """
func main() {
    alloc_locals;
    local x;
    with_attr error_message("x is {x}") {
        %{
            ids.x = PRIME - 1
            raise ValueError("no")
        %}
        assert x = 5;
    }
    ret;
}
"""

SYNTAX = """
func main() {
    [ap] = 1, ap++;
    %{ x = 1 %}
    %{
        x = = 2
    %}
    [ap] = 1, ap++;
    ret;
}
"""

PARENTS = """
func helper{implicit: felt*}(x) -> felt {
    assert [implicit] = x;
    let implicit = implicit + 1;
    return x;
}

func main() {
    alloc_locals;
    local memory_: felt* = cast([fp - 2], felt*);
    let implicit = memory_;
    let y = [cast(5, felt*)];
    let z = y * 2;
    with implicit {
        assert z = 3;
        helper(x=3);
    }
    ret;
}
"""

IMPLICIT = """
func helper{implicit: felt*}(x) -> felt {
    return x;
}

func other{implicit: felt*}() -> felt {
    let implicit = cast([cast(7, felt*)], felt*);
    return helper(3);
}

func main() {
    let implicit = cast(0, felt*);
    other{implicit=implicit}();
    ret;
}
"""

MULTI_LINE = """
func main() {
    alloc_locals;
    local x = 5;
    assert x +
        x *
        2 = 16;
    ret;
}
"""

LOADED = """
func main() {
    alloc_locals;
    local base: felt*;
    let value = 9;
    %{
        base = segments.add()
        segments.load_data(base, second.data)
        memory[base + len(second.data)] = 0
        vm_load_program(second, base)
        ids.base = base
    %}
    call abs base;
    ret;
}
"""

SECOND = """
func main() {
    alloc_locals;
    local first = 1;
    let value = first * 7;
    with_attr error_message("in the second {x} {value}") {
        inner();
    }
    ret;
}
func inner() {
    let x = 7;
    with_attr error_message("inside {x}") {
        %{ assert False, "in the loaded program" %}
        assert x = 8;
    }
    ret;
}
"""

UNKNOWN = LOADED.replace("vm_load_program(second, base)", "pass")

LOADED_FAILS = SECOND.replace('%{ assert False, "in the loaded program" %}', "")


class Captured:
    """What reached the exception."""

    def __init__(self) -> None:
        self.row: Dict[str, Any] = {}


CAPTURED = Captured()


def capture() -> None:
    """Notes what the reference VM passes to its exceptions."""
    original = base_module.VirtualMachineBase.as_vm_exception

    def as_vm_exception(
        self: Any,
        exc: Any,
        with_traceback: bool = True,
        notes: Optional[List[str]] = None,
        hint_index: Optional[int] = None,
    ) -> Any:
        context = self.run_context
        CAPTURED.row = {
            "pc": str(context.pc),
            "fp": str(context.fp),
            "message": str(exc),
            "with_traceback": with_traceback,
            "notes": notes or [],
            "hint_index": hint_index,
            "memory": {str(key): str(value) for key, value in context.memory.data.items()},
        }
        return original(self, exc, with_traceback, notes, hint_index)

    base_module.VirtualMachineBase.as_vm_exception = as_vm_exception


def compiled(source: str, filename: str, content: bool, debug_info: bool = True) -> Dict[str, Any]:
    """The compiled program as JSON; its source is inside or nowhere."""
    program = compile_cairo([(source, filename)], PRIME, debug_info=debug_info)
    document = json.loads(json.dumps(program.dump(), sort_keys=True))
    if debug_info:
        info = document["debug_info"]
        if content:
            info["file_contents"][filename] = source
        for instruction in info["instruction_locations"].values():
            # Only the places count here.
            instruction["flow_tracking_data"] = None
            instruction["accessible_scopes"] = []
    return document


def record(
    name: str,
    source: str,
    content: bool = True,
    debug_info: bool = True,
    second: Optional[str] = None,
) -> Dict[str, Any]:
    """Runs a program until it fails and returns the row."""
    filename = f"no/such/{name}.cairo"
    document = compiled(source, filename, content, debug_info)
    programs = [{"base": "0:0", "program": document}]
    hint_locals: Dict[str, Any] = {}
    if second is not None:
        other = compiled(second, f"no/such/{name}_second.cairo", content, debug_info)
        hint_locals["second"] = Program.load(other)
        if "vm_load_program" in source:
            programs.append({"base": "4:0", "program": other})
    runner = CairoRunner(Program.load(document), layout="plain", memory=MemoryDict({}))
    runner.initialize_segments()
    end = runner.initialize_main_entrypoint()
    CAPTURED.row = {}
    try:
        runner.initialize_vm(hint_locals=hint_locals)
        runner.run_until_pc(end)
    except VmException as error:
        row = CAPTURED.row or {
            "pc": str(error.pc),
            "message": str(error.inner_exc),
            "notes": error.notes,
            "hint_index": 1,
            "compile": True,
        }
        return {"name": name, "programs": programs, **row, "text": str(error)}
    raise AssertionError(f"{name} did not fail")


def main() -> None:
    """Prints the table."""
    capture()
    rows = [
        record("assert", ASSERT),
        record("assert_without_source", ASSERT, content=False),
        record("assert_without_debug_info", ASSERT, debug_info=False),
        record("attributes", ATTRIBUTES),
        record("attributes_without_debug_info", ATTRIBUTES, debug_info=False),
        record("recursion", RECURSION),
        record("attribute_of_each_frame", RECURSION.replace("deep(30)", "down(3)")),
        record("hint", HINT),
        record("hint_without_source", HINT, content=False),
        record("hint_without_debug_info", HINT, debug_info=False),
        record("hint_with_attribute", HINT_WITH_ATTRIBUTE),
        record("syntax", SYNTAX),
        record("syntax_without_debug_info", SYNTAX, debug_info=False),
        record("parents", PARENTS),
        record("implicit", IMPLICIT),
        record("multi_line", MULTI_LINE),
        record("trailing_space", HINT.replace('"no"', r'"no \x1c\u2003\n \n"')),
        record("loaded_hint", LOADED, second=SECOND),
        record("loaded", LOADED, second=LOADED_FAILS),
        record("unknown_location", UNKNOWN, second=LOADED_FAILS),
    ]
    # One row each line, so that a change shows.
    sys.stdout.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


if __name__ == "__main__":
    main()
