"""Records what the reference VM makes of names behind `ids`, as a table for the tests.

Needs cairo-lang 0.14.0.1: `python record_references.py > references.json`. Every row is a name with
what reading it gives or raises, and where assigning to it writes or what that raises.
"""

import json
import sys
from typing import Any, Dict, List

from starkware.cairo.lang.compiler.expression_evaluator import ExpressionEvaluator
from starkware.cairo.lang.compiler.parser import parse_expr
from starkware.cairo.lang.compiler.program import Program
from starkware.cairo.lang.vm.memory_dict import MemoryDict
from starkware.cairo.lang.vm.relocatable import RelocatableValue
from starkware.cairo.lang.vm.vm_consts import (
    VmConsts,
    VmConstsContext,
    VmConstsReference,
    VmConstsStruct,
)

PRIME = 2**251 + 17 * 2**192 + 1
AP = RelocatableValue(1, 20)
FP = RelocatableValue(1, 10)

# Cells of the frame, by offset from fp.
CELLS: Dict[int, Any] = {
    -4: 7,
    -3: RelocatableValue(2, 4),
    -2: RelocatableValue(1, 10),
    -1: RelocatableValue(0, 5),
    0: 5,
    1: RelocatableValue(1, 12),
    2: 3,
    3: PRIME - 1,
    4: RelocatableValue(2, 0),
    5: 0,
    6: RelocatableValue(1, 16),
    7: 2**200,
    9: 11,
}

EXPRESSIONS = """
[cast(fp, felt*)]
[cast(fp + 8, felt*)]
[cast(fp + (-3), felt*)]
[cast(fp - 3, felt*)]
[cast(ap + (-2), felt*)]
[cast(ap, felt*)]
[cast(ap - 1 + 3 - fp + fp, felt*)]
[cast(fp, __main__.S*)]
[cast(fp + 1, __main__.S**)]
[cast(fp + 8, __main__.S**)]
[cast(fp, __main__.missing.S*)]
[cast(fp, __main__.F*)]
[cast(fp, __main__.D*)]
[cast(fp, __main__.DD*)]
[cast(fp, __main__.DF*)]
[cast(fp, __main__.A*)]
[cast(fp, felt**)]
[cast(fp + 4, felt**)]
[cast(fp + 8, codeoffset*)]
[cast(fp, codeoffset*)]
[cast(fp, (felt, felt)*)]
[cast(fp + 8, (felt, felt)*)]
[cast(fp, (a: felt, b: __main__.S*)*)]
cast(fp, __main__.S*)
cast(fp, felt*)
cast(fp, felt)
cast(fp, codeoffset)
cast(fp, (felt,))
cast([fp + 1], __main__.S*)
cast([fp + 8], __main__.S*)
cast([[fp + 1]], __main__.S*)
[cast([fp + 1], __main__.S*)]
[cast([fp + 1] + 2, __main__.S*)]
[cast([fp + 8] + 2, __main__.S*)]
cast([fp], felt)
cast([fp + 8], felt)
cast([[fp + 8]], felt)
cast([[fp + 1]], felt)
cast([[fp]], felt)
cast([fp] + [fp + 2], felt)
cast([fp] - [fp + 2], felt)
cast([fp + 2] - [fp], felt)
cast([fp] * [fp + 2] + 2, felt)
cast([fp + 3] * [fp + 3], felt)
cast([fp + 7] * [fp + 7], felt)
cast([fp] / [fp + 2], felt)
cast([fp] / 2, felt)
cast([fp] / 0, felt)
cast([fp + 8] / 0, felt)
cast(6 / 4, felt)
cast(-[fp], felt)
cast(-[fp + 2] * 2, felt)
cast(-5, felt)
cast(- - 5, felt)
cast(5, felt)
cast(0x10, felt)
cast('ab', felt)
cast('\\x41', felt)
cast('', felt)
cast(3618502788666131213697322783095070105623107215331596699973092056135872020481, felt)
cast(3618502788666131213697322783095070105623107215331596699973092056135872020480, felt)
cast(-3618502788666131213697322783095070105623107215331596699973092056135872020480 - 7, felt)
cast(1809251394333065606848661391547535052811553607665798349986546028067936010241, felt)
cast(2 ** 3, felt)
cast([fp + 8] ** 3, felt)
cast([fp] ** 2, felt)
cast(2 * 3 + 4 * 5 - 6, felt)
cast(1 + (2 + 3), felt)
cast((1 + 2) * 3, felt)
cast([fp + 1] + 3, felt)
cast(3 + [fp + 1], felt)
cast([fp + 1] - 3, felt)
cast([fp + 1] - [fp + 6], felt)
cast([fp + 6] - [fp + 1], felt)
cast([fp + 1] + 0, felt)
cast([fp + 1] - 100, felt)
[cast([fp + 1] - 100, felt*)]
cast([fp + 4] - [fp + 4], felt)
cast(ap - fp, felt)
cast(fp - ap, felt)
cast(ap + 1, felt*)
[fp]
[fp + 8]
[ap - 2]
[[fp + 1]]
[[fp + 1] + 1]
fp
ap
5
-5
(5)
((fp))
(fp + 1) * 1
cast(fp, __main__.S*).a
cast(fp, __main__.S*).b
cast(fp, __main__.S*).c
cast(fp, __main__.S*).d
cast(fp, __main__.S*).d.x
cast(fp, __main__.S*).b.a
cast(fp, __main__.S*).b.b
cast(fp, __main__.S*).nope
cast(fp, __main__.S*).c.x
cast(fp, __main__.S*).c[1]
cast(fp, __main__.S*).c[2]
cast(fp, __main__.missing.S*).a
cast(fp, __main__.F*).a
cast(fp, __main__.D*).x
cast(fp, felt*).x
fp.x
[cast(fp, __main__.S*)].a
[cast(fp, __main__.S*)].d.y
cast(fp, (a: felt, b: __main__.S)*).b
cast(fp, (a: __main__.S, b: felt)*).b
cast(fp, (a: felt, b: felt)*).c
cast(fp, (felt, felt)*).a
cast(fp, (a: felt, felt)*).a
cast(fp, ()*).a
[cast(fp, (felt, felt)*)][1]
[cast(fp, (felt, felt)*)][2]
[cast(fp, (felt, felt)*)][-1]
[cast(fp, (felt, felt)*)][fp]
[cast(fp, (felt, felt)*)][[fp]]
[cast(fp, (felt, felt)*)][1 + fp]
[cast(fp, (felt, felt)*)][-[fp]]
[cast(fp, (felt, felt)*)][[fp] ** 2]
[cast(fp, (felt, felt)*)][2 ** 0 ]
[cast(fp, (felt, felt)*)][2 ** 10]
[cast(fp, (felt, felt)*)][2 ** (-1)]
[cast(fp, (felt, felt)*)][3 - 2]
[cast(fp, (felt, felt)*)][3 / 0]
[cast(fp, (felt, felt)*)][4 / 2]
[cast(fp, (felt, felt)*)][fp * 0]
[cast(fp, (felt, felt)*)][fp * 1 + 0]
[cast(fp, (felt, felt)*)][1 * fp]
[cast(fp, (felt, felt)*)][cast(0, felt*)]
[cast(fp, (__main__.S, felt)*)][1]
[cast(fp, (__main__.missing.S, felt)*)][1]
[cast(fp, (__main__.F, felt)*)][1]
cast(fp, felt*)[2]
cast(fp, felt*)[[fp + 2]]
cast(fp, __main__.S*)[1]
cast(fp, __main__.S*)[1].a
cast(fp, __main__.S*)[-1].a
cast(fp, __main__.S*)[cast(1, felt*)]
cast(fp, __main__.missing.S*)[1]
cast(fp, __main__.F*)[1]
cast(fp, (felt, __main__.S)*)[1]
fp[2]
[fp][2]
&[fp]
&[cast(fp, __main__.S*)]
&cast(fp, __main__.S*).d
&fp
&cast(fp, __main__.S*).c[1]
&[cast(ap, __main__.S*)].b
cast(&[fp], felt)
cast((1, 2), (felt, felt))
(1, 2)
(a=1, b=2)
(1,)
()
cast((1, 2), __main__.T)
cast((1, cast(fp, felt*)), __main__.T)
cast((x=1, y=cast(fp, felt*)), __main__.T)
cast((z=1, y=cast(fp, felt*)), __main__.T)
cast((1, 2, 3), __main__.T)
cast((1, 2, 3), (felt, felt))
cast((a=1, b=2), (a: felt, c: felt))
cast((1, fp), (felt, felt*))
cast((1, cast(fp, __main__.S*)), (felt, felt*))
cast((1, (2, 3)), (felt, (felt, felt)))
cast((1, 2), __main__.missing.S)
cast((1, 2), __main__.F)
cast((1, 2), felt)
cast((cast(fp, felt*), 2), (felt*, felt))[0]
(fp, [fp + 8])[0]
(fp, [fp + 8])[1]
((1, 2), 3)[0]
(1, 2)[fp]
(a=1, b=2).a
cast((1, cast(fp, felt*)), __main__.T).x
cast(fp, __main__.S)
cast(cast(fp, felt*), __main__.S*)
cast(cast(fp, codeoffset), felt)
cast(cast(fp, codeoffset), felt*)
cast(fp, codeoffset) - cast(fp, codeoffset)
cast(fp, codeoffset) + 1
cast(fp, felt*) - cast(ap, felt*)
cast(fp, felt*) - cast(ap, __main__.S*)
cast(fp, felt*) + cast(ap, felt*)
cast(fp, felt*) * 2
1 - cast(fp, felt*)
1 + cast(fp, felt*)
-cast(fp, felt*)
cast(fp, felt*) ** 2
2 ** cast(fp, felt*)
[cast(fp, codeoffset)]
[(1, 2)]
new (1, 2)
new 5
new (1, [fp + 8])
[new (1, 2)]
cast(new (1, 2), felt)
cast(new (1, 2), felt) + [fp + 8]
nondet %{ 5 %}
nondet %{ 5 %} + [fp + 8]
[fp + 8] * nondet %{ 5 %}
[nondet %{ 5 %}]
nondet %{ 1 %} / 0
-nondet %{ 1 %}
x
x.y
__main__.S
foo(1)
foo.bar{a=b}(c)
foo(1).x
cast(foo(1), felt)
[fp] * ([fp] + 1)
[fp] - ([fp] - 1)
[fp] / ([fp] / 1)
([fp] + 1) / 2 * 3
-([fp] + 1)
-[fp] + 1
(2 ** 3) ** 4
2 ** 3 ** 4
-2 ** 2
1 - (-1)
[fp + 8] + [fp + 10]
[fp + 10] + [fp + 8]
[[fp + 1] + [fp + 8]]
[fp + 1] + [fp + 4]
[fp + 1] * 2
2 * [fp + 1]
[fp + 1] * [fp + 4]
[fp + 1] - [fp + 4]
5 - [fp + 1]
[5]
[[fp]]
[[fp + 5]]
[fp - 11]
""".strip().split("\n")

MULTI_LINE = [
    "nondet %{\n\n   x = 1\n\n     y = 2\n   %}",
    "[fp +\n  8]",
    "[\n  fp + 8]",
    "cast([fp + 8] +\n     [fp], felt)",
    "cast(\n     [fp + 8], felt)",
    "[fp + 1] +\n  1",
    "(fp // note\n)",
    "[fp // note\n] + [fp]",
    "[fp] + // note\n1",
    "[fp] ** // note\n1",
    "new (1, // note\n2)",
    "new (1, 2,)",
    "new (\n  1, 2)",
    "new (a=1)",
    "new (1 +\n 2, ///  x \n 3)",
    "nondet %{\n%}",
    "(nondet %{\n  a\n\n  b\n%}) * 2",
]

BAD_EXPRESSIONS = [
    "", " ", "[fp", "fp]", "1 +", "+ 1", "a b", "1 2", "cast(fp)", "cast(fp, )", "cast(fp, felt",
    "(,)", "(1,,2)", "(1 2)", "(,1)", "fp +\n", "\nfp", "fp\n+ 1", "[fp]\n", "a = 1", "(a==1)",
    "1 ++ 2", "fp->x", "fp.5", "1.5", "fp.felt", "ret", "call", "[fp] != 1", "let", "cast(fp, cast)",
    "'abc", "'abcdefghijklmnopqrstuvwxyzabcdefgh'", "'é'", "\"a\"", "nondet", "nondet %{ 5",
    "%{ 5 %}", "é", "a.b.", ".a", "a..b", "0x", "0xg", "12ab", "fp @", "fp;", "fp # x", "fp // x",
    "2 ** -1", "cast(fp, felt***)", "cast(fp, felt ** *)", "cast(fp, (a.b: felt)*)", "cast(fp, felt*,)",
    "cast(fp, (felt felt))", "cast(fp, (,))", "cast(fp, (felt,,felt))", "cast(fp, a:felt)",
    "cast(fp, (a : felt))", "cast(fp, (\n a : felt,\n b: felt\n)*)", "f(", "f{}(1)", "f{a}", "f{a}()",
    "f (1)", "f(a=1, 2)", "&&[fp]", "new new 1", "& 5", "a{", "felt", "codeoffset", "[]", "f[]", "fp\t+\t1",
    "fp\r", "fp\x0b", "nondet %{%}", "1 . x", "(a=1).b", "(a=1)", "(a=1,)", "a.felt", "SIZE", "_",
    "cast(fp, S.T.U***)", "cast(fp, felt*felt)", "- - -1", "-&[fp]", "new -1", "[fp][fp][fp]",
    "f(1)(2)", "f(1)[2].x", "cast(1, felt).x", "()()", "and", "abs", "import", "using", "static_assert",
    "alloc_locals", "tempvar", "const", "dw", "else", "if", "from", "func", "jmp", "local", "namespace",
    "rel", "return", "struct", "with", "with_attr", "as", "assert", "member", "end", "true", "pow",
]


def identifiers(n_references: int) -> Dict[str, Any]:
    """The identifiers of the program."""
    member = lambda offset, cairo_type: {"offset": offset, "cairo_type": cairo_type}
    scope = "__main__.main"
    found: Dict[str, Any] = {
        "__main__.S": {
            "type": "struct",
            "full_name": "__main__.S",
            "size": 6,
            "members": {
                "a": member(0, "felt"),
                "b": member(1, "__main__.S*"),
                "c": member(2, "(felt, felt)"),
                "d": member(4, "__main__.T"),
            },
        },
        "__main__.T": {
            "type": "struct",
            "full_name": "__main__.T",
            "size": 2,
            "members": {"y": member(1, "felt*"), "x": member(0, "felt")},
        },
        "__main__.D": {"type": "type_definition", "cairo_type": "__main__.T"},
        "__main__.DD": {"type": "type_definition", "cairo_type": "__main__.D"},
        "__main__.DF": {"type": "type_definition", "cairo_type": "felt"},
        "__main__.A": {"type": "alias", "destination": "__main__.S"},
        "__main__.F": {"type": "function", "pc": 0, "decorators": []},
        "__main__.F.inner": {"type": "const", "value": 4},
        "__main__.F.Args": {"type": "struct", "full_name": "__main__.F.Args", "size": 0, "members": {}},
        "__main__.N": {"type": "namespace"},
        "__main__.N.C": {"type": "const", "value": -5},
        "__main__.N.M": {"type": "namespace"},
        "__main__.N.M.C": {"type": "const", "value": 2**300},
        "__main__.bare.C": {"type": "const", "value": 1},
        "__main__.member": {"type": "member", "offset": 0, "cairo_type": "felt"},
        "__main__.scoped": {"type": "scope"},
        "__main__.to_const": {"type": "alias", "destination": "__main__.N.C"},
        "__main__.to_bare": {"type": "alias", "destination": "__main__.bare"},
        "__main__.to_ns": {"type": "alias", "destination": "__main__.N"},
        "__main__.to_to_ns": {"type": "alias", "destination": "__main__.to_ns"},
        "__main__.to_nothing": {"type": "alias", "destination": "__main__.nothing.x"},
        "__main__.to_to_nothing": {"type": "alias", "destination": "__main__.to_nothing"},
        "__main__.cycle": {"type": "alias", "destination": "__main__.cycle2"},
        "__main__.cycle2": {"type": "alias", "destination": "__main__.cycle"},
        "__main__.to_reference": {"type": "alias", "destination": f"{scope}.r0"},
        "__main__.shadow": {"type": "const", "value": 1},
        "__main__.main": {"type": "function", "pc": 0, "decorators": []},
        f"{scope}.shadow": {"type": "const", "value": 2},
        f"{scope}.label": {"type": "label", "pc": 1},
        f"{scope}.label.x": {"type": "const", "value": 3},
        f"{scope}.missing": {"type": "reference", "full_name": f"{scope}.missing", "cairo_type": "felt", "references": []},
        f"{scope}.other_name": {"type": "reference", "full_name": f"{scope}.r0", "cairo_type": "felt", "references": []},
    }
    for index in range(n_references):
        name = f"{scope}.r{index}"
        found[name] = {"type": "reference", "full_name": name, "cairo_type": "felt", "references": []}
    return found


def program_json(expressions: List[str]) -> Dict[str, Any]:
    """The program: one reference for each expression, and two hints."""
    names = {f"__main__.main.r{index}": index for index in range(len(expressions))}
    hint = lambda group, code: {
        "code": code,
        "accessible_scopes": ["__main__", "__main__.main"],
        "flow_tracking_data": {
            "ap_tracking": {"group": group, "offset": 5},
            "reference_ids": names,
        },
    }
    return {
        "prime": hex(PRIME),
        "builtins": [],
        "data": ["0x208b7fff7fff7ffe", "0x208b7fff7fff7ffe"],
        "hints": {"0": [hint(0, "pass")], "1": [hint(1, "pass")]},
        "main_scope": "__main__",
        "compiler_version": "0.14.0.1",
        "identifiers": identifiers(len(expressions)),
        "reference_manager": {
            "references": [
                {"pc": 0, "value": text, "ap_tracking_data": {"group": 0, "offset": 3}}
                for text in expressions
            ]
        },
    }


class Recorder(dict):
    """Stands for the memory when a name is assigned."""

    def __init__(self, memory: MemoryDict):
        super().__init__()
        self.memory = memory
        self.address: Any = None

    def __getitem__(self, address: Any) -> Any:
        return self.memory[address]

    def __setitem__(self, address: Any, value: Any) -> None:
        self.address = address


def raised(error: BaseException) -> Dict[str, str]:
    """An exception as a row of the table."""
    cls = type(error)
    return {"class": f"{cls.__module__}.{cls.__qualname__}", "message": str(error)}


def read(consts: VmConsts, name: str) -> Dict[str, Any]:
    """What reading a name gives."""
    try:
        value = getattr(consts, name)
    except Exception as error:
        return raised(error)
    if isinstance(value, VmConstsReference):
        definition = value._struct_definition
        return {"struct": str(definition.full_name), "address": str(value.address_)}
    if isinstance(value, VmConstsStruct):
        return {"type": str(value._struct_definition.full_name)}
    if isinstance(value, VmConsts):
        return {"scope": str(value._path), "offset": value.__dict__.get("instruction_offset_")}
    return {"value": str(value)}


def write(consts: VmConsts, name: str, memory: Recorder) -> Dict[str, Any]:
    """Where assigning to a name writes."""
    try:
        setattr(consts, name, 1)
    except Exception as error:
        return raised(error)
    return {"address": str(memory.address)}


def main() -> None:
    """Prints the table."""
    expressions = EXPRESSIONS + MULTI_LINE
    document = program_json(expressions)
    program = Program.load(document)
    memory = MemoryDict({FP + offset: value for offset, value in CELLS.items()})

    def consts(hint: Any) -> Any:
        recorder = Recorder(memory)
        context = VmConstsContext(
            identifiers=program.identifiers,
            evaluator=ExpressionEvaluator(PRIME, AP, FP, memory, program.identifiers).eval,
            reference_manager=program.reference_manager,
            flow_tracking_data=hint.flow_tracking_data,
            memory=recorder,
            pc=0,
        )
        return VmConsts(context=context, accessible_scopes=hint.accessible_scopes), recorder

    names = [f"r{index}" for index in range(len(expressions))]
    names += """
        S T D DF A F N bare member scoped to_const to_bare to_ns to_to_ns to_nothing to_to_nothing
        cycle to_reference shadow main label missing other_name nope S.a N.C N.nope F.inner cycle.x
        bare.nope to_ns.C to_nothing.x nope.x a..b r0.x
    """.split()
    paths = [
        ("N", "C"), ("N", "M"), ("N", "nope"), ("N.M", "C"), ("N.M", "nope"), ("F", "inner"),
        ("F", "Args"), ("F", "nope"), ("bare", "C"), ("bare", "D"), ("to_ns", "C"), ("to_ns", "M"),
        ("to_ns", "nope"), ("to_ns.M", "nope"), ("to_to_ns", "nope"), ("to_bare", "C"), ("label", "x"),
        ("label", "y"), ("main", "r0"), ("main", "shadow"), ("main", "missing"), ("main", "label"),
        ("main.label", "x"), ("main.label", "nope"),
    ]
    rows = []
    for index, pc in enumerate([0, 1]):
        hint = program.hints[pc][0]
        for name in names:
            vm_consts, recorder = consts(hint)
            row = {"hint": index, "scope": "", "name": name, "get": read(vm_consts, name)}
            row["set"] = write(vm_consts, name, recorder)
            rows.append(row)
        for path, name in paths:
            vm_consts, recorder = consts(hint)
            for part in path.split("."):
                vm_consts = getattr(vm_consts, part)
            row = {"hint": index, "scope": path, "name": name, "get": read(vm_consts, name)}
            row["set"] = write(vm_consts, name, recorder)
            rows.append(row)

    # The second hint only counts where it differs.
    half = len(rows) // 2
    rows = rows[:half] + [b for a, b in zip(rows[:half], rows[half:]) if dict(a, hint=1) != b]

    parses = []
    for text in expressions + BAD_EXPRESSIONS:
        try:
            parse_expr(text)
            parses.append([text, True])
        except Exception:
            parses.append([text, False])

    structs = {}
    for name in ["__main__.S", "__main__.T", "__main__.D", "__main__.F.Args"]:
        definition = VmConstsReference(
            context=consts(program.hints[0][0])[0]._context,
            struct_name=type(program.main_scope).from_string(name),
            reference_value=FP,
        )._struct_definition
        structs[name] = {
            "size": definition.size,
            "members": [[key, value.offset] for key, value in definition.members.items()],
        }

    table = {
        "program": document,
        "ap": str(AP),
        "fp": str(FP),
        "cells": {str(FP + offset): str(value) for offset, value in CELLS.items()},
        "rows": rows,
        "parses": parses,
        "structs": structs,
    }
    # One row each line, so that a change shows.
    rows_text = ",\n".join(json.dumps(row) for row in table.pop("rows"))
    sys.stdout.write(json.dumps(table)[:-1] + ',\n"rows": [\n' + rows_text + "\n]}\n")


if __name__ == "__main__":
    main()
