"""How `ids` resolves, evaluates and keeps its registers."""

import pytest
from scripted import PRIME, cell, execute, make_session, run, value

from cairohints.engine.relocatable import RelocatableValue


def session_with(code, *definitions, cells=None):
    session, host = make_session()
    host.cells = dict(cells or {})
    session.load_hints([(0, code, None, 0, 0)])
    for definition in definitions:
        session.define_name(0, definition)
    return session, host


def evaluate(expression, cells=None, fail=False):
    session, _ = session_with("result = ids.e", value("e", expression), cells=cells)
    outcome = run(session, "", hint_id=0, fail=fail)
    return outcome if fail else outcome["result"]


def test_names_are_reported():
    session, _ = make_session()
    code = "ids.a = ids.b.c\nclass C:\n    def f(self): return [g(ids.inner) for i in range(3)]"
    ((hint_id, names),) = session.load_hints([(5, code, None, 0, 0)])
    assert hint_id == 5
    assert {"ids", "a", "b", "c", "f", "g", "inner", "range"} <= set(names)
    assert len(names) == len(set(names))


def test_names_are_resolved_once():
    session, host = session_with("ids.a = ids.b; ids.a; ids.b; ids.N.c; ids.N.c")
    host.cells = {(1, 4): 8}
    host.names = {
        ("", "a"): cell("a", "ap", 3),
        ("", "b"): cell("b", "fp", -1),
        ("", "N"): ("", "N", "scope", "main.N", None),
        ("main.N", "c"): ("main.N", "c", "constant", -4),
    }
    for _ in range(3):
        assert execute(session, 0) is None
    assert host.resolved == [(0, "", "b"), (0, "", "a"), (0, "", "N"), (0, "main.N", "c")]
    assert session.effects.writes == [(1, 13, 8)]


def test_definitions_can_come_later():
    session, host = session_with("result = ids.a", cell("a", "fp", -1), cells={(1, 4): 8, (1, 3): 9})
    assert run(session, "", hint_id=0)["result"] == 8
    session.define_name(0, cell("a", "fp", -2))
    assert run(session, "", hint_id=0)["result"] == 9
    assert host.resolved == []


def test_ids_object_is_reused_unless_it_is_kept():
    session, _ = session_with("ids.a", cell("a", "fp", -1), cells={(1, 4): 8})
    execute(session, 0)
    first = session.hints[0].names.frame
    execute(session, 0)
    assert session.hints[0].names.frame is first
    session.load_hints([(1, "kept = ids", None, 0, 0), (2, "kept = ids.main", None, 0, 0)])
    session.define_name(2, ("", "main", "scope", "main", 4))
    for hint_id in (1, 2):
        execute(session, hint_id)
        first = session.hints[hint_id].names.frame
        execute(session, hint_id)
        assert session.hints[hint_id].names.frame is not first


def test_kept_ids_write_where_they_were():
    session, _ = session_with("kept = ids", cell("a", "fp", 0), cell("b", "ap", 0))
    execute(session, 0, ap=(1, 30), fp=(1, 20))
    run(
        session,
        "kept.a = 1; kept.b = 2; assert kept.a == 1 and kept.b == 2",
        ap=(1, 60),
        fp=(1, 50),
    )
    assert session.effects.writes == [(1, 20, 1), (1, 30, 2)]


def test_slow_and_fast_writes_agree():
    for prepared in (False, True):
        session, host = session_with(
            "ids.a = 5; ids.b = ap; ids.c = -1",
            cell("a", "fp", 1),
            cell("b", "ap", 1),
            cell("c", "ap", 2),
        )
        if prepared:
            session.memory.lengths[1] = 5
        assert execute(session, 0) is None
        assert session.effects.writes == [
            (1, 6, 5),
            (1, 11, RelocatableValue(1, 10)),
            (1, 12, PRIME - 1),
        ]
        assert bool(host.asked) != prepared


def test_expressions():
    half = PRIME // 2
    assert evaluate(("const", -5)) == PRIME - 5
    assert evaluate(("+", ("ap",), ("const", 2))) == RelocatableValue(1, 12)
    assert evaluate(("-", ("ap",), ("fp",))) == 5
    assert evaluate(("-", ("fp",), ("ap",))) == PRIME - 5
    assert evaluate(("+", ("const", 3), ("-", ("fp",), ("const", 1)))) == RelocatableValue(1, 7)
    assert evaluate(("*", ("const", half), ("const", 4))) == half * 4 % PRIME
    assert evaluate(("/", ("const", 7), ("const", -2))) * -2 % PRIME == 7
    assert evaluate(("-", ("fp",), ("const", 100))) == RelocatableValue(1, (5 - 100) % PRIME)
    assert evaluate(("+", ("fp",), ("const", PRIME - 1))) == RelocatableValue(1, 4)
    deref = ("deref", ("deref", ("fp",), "", ""), "", "")
    assert evaluate(deref, {(1, 5): RelocatableValue(2, 3), (2, 3): 11}) == 11


@pytest.mark.parametrize(
    "expression, class_name, text",
    [
        (("/", ("const", 1), ("const", 0)), "SimplifierError", "Division by zero."),
        (("/", ("const", 1), ("-", ("ap",), ("ap",))), "SimplifierError", "Division by zero."),
        (("*", ("ap",), ("const", 2)), "TypeError", "unsupported operand"),
        (
            ("+", ("ap",), ("fp",)),
            "AssertionError",
            "Cannot add two relocatable values: 1:10 + 1:5.",
        ),
        (("+", ("raised", "builtins.KeyError", "'a'"), ("ap",)), "KeyError", "'a'"),
        (
            ("deref", ("const", 3), "at 3: ", "\nmarks"),
            "ExpressionEvaluatorError",
            "at 3: Unknown value for memory cell at address 3.\nmarks",
        ),
        (
            ("deref", ("-", ("fp",), ("const", 6)), "<", ">"),
            "ExpressionEvaluatorError",
            f"<Unknown value for memory cell at address 1:{PRIME - 1}.>",
        ),
        (
            ("+", ("deref", ("ap",), "", ""), ("raised", "builtins.KeyError", "'late'")),
            "ExpressionEvaluatorError",
            "Unknown value for memory cell at address 1:10.",
        ),
    ],
)
def test_failing_expressions(expression, class_name, text):
    failure = evaluate(expression, fail=True)
    assert failure.class_path.rpartition(".")[2] == class_name
    assert text in failure.message


def test_deep_expressions_need_no_stack():
    expression = ("fp",)
    cells = {(1, 5): RelocatableValue(1, 5)}
    for _ in range(4000):
        expression = ("deref", expression, "", "")
    assert evaluate(expression, cells) == RelocatableValue(1, 5)
    expression = ("const", 1)
    for _ in range(4000):
        expression = ("+", expression, ("const", 1))
    assert evaluate(expression) == 4001


def test_enormous_expressions_are_refused():
    expression = ("fp",)
    for _ in range(20000):
        expression = ("deref", expression, "", "")
    failure = evaluate(expression, fail=True)
    assert failure.class_path == "builtins.ValueError" and "`10000`" in failure.message


@pytest.mark.parametrize(
    "definition",
    [
        ("", "x", "nonsense"),
        ("", "x", "reference", ("nonsense", ("ap",)), ("address", ("ap",))),
        ("", "x", "reference", ("value", ("ap",)), ("nonsense", ("ap",))),
    ],
)
def test_unknown_definitions_are_refused(definition):
    session, _ = session_with("ids.x")
    with pytest.raises(ValueError, match="unknown"):
        session.define_name(0, definition)


def test_structs_that_point_to_each_other():
    session, host = session_with(
        "x = ids.a.next.next.value; y = ids.a.whole.value; ids.a.next.value2 = 5\n"
        "try:\n    ids.a.other\nexcept AssertionError as e:\n    text = str(e)",
        ("", "a", "reference", ("struct", ("fp",), "A"), ("raised", "builtins.TypeError", "no")),
    )
    members = [("next", 0, "pointer", "B"), ("whole", 1, "struct", "B"), ("other", 4, "other", "")]
    session.define_struct("A", 5, members)
    session.define_struct(
        "B", 3, [("next", 0, "pointer", "B"), ("value", 1, "value", ""), ("value2", 2, "value", "")]
    )
    pointer = RelocatableValue(2, 0)
    host.cells = {(1, 5): pointer, (2, 0): pointer, (2, 1): 77, (1, 7): 78}
    scope = run(session, "", hint_id=0)
    assert (scope["x"], scope["y"]) == (77, 78)
    assert scope["text"] == "Type must be of the form T*."
    assert session.effects.writes == [(2, 2, 5)]


def test_members_may_have_any_name():
    names = [
        "_memory",
        "_struct_definition",
        "address",
        "type",
        "get",
        "self",
        "class_",
        "_context_",
    ]
    session, host = session_with(
        "values = [getattr(ids.s, name) for name in names]",
        ("", "s", "reference", ("struct", ("fp",), "S"), ("raised", "builtins.TypeError", "no")),
    )
    session.define_struct("S", 9, [(name, i, "value", "") for i, name in enumerate(names)])
    host.cells = {(1, 5 + i): i for i in range(9)}
    session.scopes.stack[0]["names"] = names[:1] + names[2:]
    assert run(session, "", hint_id=0)["values"] == [0, *range(2, 8)]


def test_names_of_python_are_never_resolved():
    session, host = session_with(
        "for thing in (ids, ids.T, ids.t):\n"
        "    for name in ('__len__', '__x', '__frame', '__array_interface__'):\n"
        "        assert not hasattr(thing, name)",
        ("", "T", "struct", "S"),
        ("", "t", "reference", ("struct", ("fp",), "S"), ("raised", "builtins.TypeError", "no")),
    )
    session.define_struct("S", 1, [])
    run(session, "", hint_id=0)
    assert host.resolved == []


def test_unknown_struct():
    session, _ = session_with("ids.T", ("", "T", "struct", "Missing"))
    assert "`Missing`" in run(session, "", hint_id=0, fail=True).message
