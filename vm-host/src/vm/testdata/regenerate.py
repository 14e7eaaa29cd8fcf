"""Runs the programs of this folder on the reference VM and records what it does.

Run it with the Python of an environment that has cairo-lang 0.14 (Python 3.9):
`python regenerate.py`. It writes `failing.json`.
"""

import json
from pathlib import Path

from failing import LOW_LEVEL, RAW
from starkware.cairo.lang.cairo_constants import DEFAULT_PRIME
from starkware.cairo.lang.compiler.cairo_compile import compile_cairo
from starkware.cairo.lang.vm.cairo_runner import CairoRunner
from starkware.cairo.lang.vm.vm_exceptions import VmException

FOLDER = Path(__file__).parent


def program_json(data, builtins, main=0, labels=None):
    """The least compiled program that both VMs load."""
    identifiers = {"__main__.main": {"decorators": [], "pc": main, "type": "function"}}
    for name, pc in (labels or {}).items():
        identifiers[f"__main__.{name}"] = {"pc": pc, "type": "label"}
    return {
        "attributes": [],
        "builtins": builtins,
        "compiler_version": "0.14.0.1",
        "data": [hex(value) for value in data],
        "debug_info": None,
        "hints": {},
        "identifiers": identifiers,
        "main_scope": "__main__",
        "prime": hex(DEFAULT_PRIME),
        "reference_manager": {"references": []},
    }


class RawProgram:
    """As much of a program as the reference runner needs."""

    def __init__(self, data):
        self.prime = DEFAULT_PRIME
        self.data = data
        self.builtins = []
        self.main = 0


def failure(program, layout):
    """Where and with which text the run fails."""
    runner = CairoRunner(program=program, layout=layout)
    runner.initialize_segments()
    end = runner.initialize_main_entrypoint()
    runner.initialize_zero_segment()
    runner.initialize_vm(hint_locals={})
    try:
        runner.run_until_pc(end)
    except VmException as error:
        return {"pc": str(error.pc), "text": str(error.inner_exc)}
    raise AssertionError("the run does not fail")


def failing_runs():
    """All failing programs with their failures."""
    for name, (builtins, layout, body) in LOW_LEVEL.items():
        arguments = f"{builtins}_ptr" if builtins else ""
        directive = f"%builtins {builtins}\n" if builtins else ""
        implicit = f"{{{arguments}}}" if builtins else ""
        code = f"{directive}func main{implicit}() {{\n" + body.replace(";", ";\n") + "}\n"
        program = compile_cairo(code=code, prime=DEFAULT_PRIME)
        yield {
            "name": name,
            "layout": layout,
            "program": program_json(program.data, program.builtins, program.main),
            **failure(program, layout),
        }
    for name, data in RAW.items():
        yield {
            "name": name,
            "layout": "plain",
            "program": program_json(data, []),
            **failure(RawProgram(data), "plain"),
        }


if __name__ == "__main__":
    lines = ",\n".join(json.dumps(run) for run in failing_runs())
    (FOLDER / "failing.json").write_text(f"[\n{lines}\n]\n")
