"""Variables that hints of the host and hints in Python share: taken over, deleted, reported."""

import builtins
import json
import math
import sys
import types

import pytest
from scripted import execute, make_session, run

from cairohints.engine.relocatable import RelocatableValue


def hand_over(session, code="pass", **handed):
    """Runs a hint that takes these variables over; the scope it ran in."""
    session.take_over(json.dumps(handed))
    return run(session, code)


def ask(session, code, *names, all_scopes=False, tampering=False):
    """Runs a hint and returns what is reported of these variables, and what was tampered with."""
    session.ask_for(list(names), all_scopes, tampering)
    run(session, code)
    variables, tampered = session.take_report()
    session.clear_effects()
    if tampering:
        return tampered
    assert tampered == ""
    return [(depth, dict(values)) for depth, values in json.loads(variables)]


def described(session, expression):
    """What is reported of one value."""
    ((_, values),) = ask(session, f"x = {expression}", "x")
    return values["x"]


# Host to Python.


@pytest.mark.parametrize(
    "told, expected",
    [
        ({"none": True}, None),
        ({"bool": True}, True),
        ({"bool": False}, False),
        ({"int": "-12"}, -12),
        ({"int": "0x0"}, 0),
        ({"text": 'a"\n\u2713\U0001f600'}, 'a"\n\u2713\U0001f600'),
        ({"float": "0.1"}, 0.1),
        ({"float": "-1e+22"}, -1e22),
        ({"bytes": ""}, b""),
        ({"bytes": "00ff61"}, b"\x00\xffa"),
        ({"address": [3, 4]}, RelocatableValue(3, 4)),
        ({"address": [-2, 0]}, RelocatableValue(-2, 0)),
        ({"list": [{"int": "1"}, {"list": []}]}, [1, []]),
        ({"tuple": []}, ()),
        ({"tuple": [{"tuple": [{"bool": True}]}, {"list": [{"none": None}]}]}, ((True,), [None])),
        ({"import": ["builtins", "len"]}, len),
        ({"import": ["math", "gcd"]}, math.gcd),
    ],
)
def test_each_kind_is_made(told, expected):
    session, _ = make_session()
    made = hand_over(session, scopes=[{"x": told}])["x"]
    assert made == expected and type(made) is type(expected)
    assert expected not in (len, math.gcd) or made is expected


def test_integers_of_any_length_are_made():
    session, _ = make_session()
    assert hand_over(session, scopes=[{"x": {"int": hex(-(7**6000))}}])["x"] == -(7**6000)


def test_an_unknown_kind_fails_the_hint():
    session, _ = make_session()
    session.take_over('{"scopes": [{"x": {"set": []}}]}')
    failure = run(session, "pass", fail=True)
    assert failure.message == "the host hands over a variable of unknown kind `set`"
    assert run(session, "pass").get("x") is None


def test_modules_are_imported_where_they_are_needed(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "of_the_handover.py").write_text("def f():\n    return 5\n")
    session, _ = make_session()
    scope = hand_over(session, "x = f()", scopes=[{"f": {"import": ["of_the_handover", "f"]}}])
    assert scope["x"] == 5 and scope["f"] is sys.modules.pop("of_the_handover").f


def test_lists_stay_the_same_lists():
    session, _ = make_session()
    run(session, "vm_enter_scope()")
    hand_over(
        session,
        lists=[[{"int": "1"}], [{"same": 0}, {"tuple": [{"same": 0}, {"same": 1}]}], [{"same": 0}]],
        scopes=[{"a": {"same": 0}}, {"b": {"same": 0}, "c": {"same": 1}, "d": {"same": 2}}],
    )
    outer, inner = session.scopes.stack
    a, c = outer["a"], inner["c"]
    assert a == [1] and inner["b"] is a and c[0] is a
    assert c[1][0] is a and c[1][1] is c
    assert inner["d"] == [a] and inner["d"][0] is a
    run(session, "b.append(2); c.append(b)")
    assert outer["a"] == [1, 2] and c[2] is outer["a"]


def test_lists_in_lists_may_be_as_deep_as_they_like():
    session, _ = make_session()
    depth = 100_000
    lists = [[{"same": index + 1}] for index in range(depth)]
    lists.append([{"same": 0}])
    x = hand_over(session, lists=lists, scopes=[{"x": {"same": 0}}])["x"]
    found = x
    for _ in range(depth + 1):
        (found,) = found
    assert found is x
    # Python frees such a chain link by link, not in a recursion.
    x.clear()


def test_deletions_come_first_and_what_is_not_mentioned_stays():
    session, _ = make_session()
    run(session, "a = 1; b = 2; vm_enter_scope({'a': 3, 'b': 4, 'c': 5})")
    hand_over(
        session,
        deleted=[[0, "a"], [1, "b"], [1, "c"], [1, "never"]],
        scopes=[{}, {"b": {"int": "6"}}],
    )
    outer, inner = session.scopes.stack
    assert "a" not in outer and outer["b"] == 2
    assert inner["a"] == 3 and inner["b"] == 6 and "c" not in inner


def test_scopes_are_followed_before_variables_are_set():
    session, _ = make_session()
    run(session, "vm_enter_scope({'old': 1})")
    session.follow_scopes(1, 2)
    hand_over(session, "x = n", scopes=[{}, {}, {"n": {"int": "7"}}])
    assert [scope.get("x") for scope in session.scopes.stack] == [None, None, 7]
    assert "old" not in session.scopes.stack[1]


# Python to host.


@pytest.mark.parametrize(
    "expression, expected",
    [
        ("None", {"none": True}),
        ("True", {"bool": True}),
        ("1 == 2", {"bool": False}),
        ("0", {"int": "0x0"}),
        ("-255", {"int": "-0xff"}),
        ("2**4096 - 1", {"int": hex(2**4096 - 1)}),
        ("-(2**4096 - 1)", {"int": hex(1 - 2**4096)}),
        ("2**4096", None),
        ("10**4300", None),
        ("'a\"\\n\\u2713\\U0001f600'", {"text": 'a"\n\u2713\U0001f600'}),
        ("'x' * 4096", {"text": "x" * 4096}),
        ("'x' * 4097", None),
        ("'\\ud800'", None),
        ("ap", {"address": [1, 10]}),
        ("type(ap)(-2, 0)", {"address": [-2, 0]}),
        ("ap - 11", None),
        ("type(ap)(1, 2**62)", None),
        ("type(ap)(2**30, 0)", None),
        ("type(ap)(True, 0)", None),
        ("type(ap)(0, 1.0)", None),
        ("()", {"tuple": []}),
        ("(1, (None, 'b'), ap)", None),
        ("(1, [])", None),
        ("((((1,),),),)", {"tuple": [{"tuple": [{"tuple": [{"tuple": [{"int": "0x1"}]}]}]}]}),
        ("(((((1,),),),),)", None),
        ("(None,) * 64", {"tuple": [{"none": True}] * 64}),
        ("(None,) * 65", None),
        ("((None,) * 32, (None,) * 32)", None),
        ("[1]", None),
        ("{}", None),
        ("1.0", {"float": "1.0"}),
        ("2 / 3", {"float": "0.6666666666666666"}),
        ("-0.0", {"float": "-0.0"}),
        ("1e300 * 1e300", None),
        ("float('nan')", None),
        ("1j", None),
        ("b''", {"bytes": ""}),
        ("b'a\\x00\\xff'", {"bytes": "6100ff"}),
        ("bytes(4096)", {"bytes": "00" * 4096}),
        ("bytes(4097)", None),
        ("bytearray(1)", None),
        ("type('Number', (float,), {})(3)", None),
        ("type('Bytes', (bytes,), {})(3)", None),
        ("lambda: 1", None),
        ("memory", None),
        ("type('Number', (int,), {})(3)", None),
        ("type('Text', (str,), {})('t')", None),
        ("type('Pair', (tuple,), {})((1, 2))", None),
        ("type('Address', (type(ap),), {})(1, 2)", None),
    ],
)
def test_each_kind_is_reported(expression, expected):
    session, _ = make_session()
    if expression == "(1, (None, 'b'), ap)":
        items = [{"int": "0x1"}, {"tuple": [{"none": True}, {"text": "b"}]}, {"address": [1, 10]}]
        expected = {"tuple": items}
    assert described(session, expression) == (expected or {"elsewhere": True})


def test_objects_are_never_asked_what_they_are():
    session, _ = make_session()
    run(
        session,
        "class Liar:\n"
        "    def __getattribute__(self, name): raise BaseException(name)\n"
        "    def __eq__(self, other): raise BaseException\n"
        "    __hash__ = None\n"
        "liar = Liar()",
    )
    ((_, values),) = ask(session, "pass", "liar", "Liar")
    assert values == {"liar": {"elsewhere": True}, "Liar": {"elsewhere": True}}


def test_absent_names_and_names_that_come_with_each_hint():
    session, _ = make_session()
    ((depth, values),) = ask(session, "n = 1; del n; k = 2", "n", "k", "memory", "ids", 'q"\u2713')
    absent = {"absent": True}
    expected = {"n": absent, "k": {"int": "0x2"}, "memory": absent, "ids": absent, 'q"\u2713': absent}
    assert (depth, values) == (0, expected)


def test_the_scope_of_the_hint_and_those_it_entered_are_reported():
    session, _ = make_session()
    run(session, "n = 1; vm_enter_scope({'n': 2})")
    session.clear_effects()
    told = ask(session, "n += 1; vm_enter_scope({'n': n + 1}); vm_enter_scope()", "n")
    assert told == [(1, {"n": {"int": "0x3"}}), (2, {"n": {"int": "0x4"}}), (3, {"n": {"absent": True}})]
    # A scope that was entered and left again is not there any more.
    assert ask(session, "vm_enter_scope({'n': 1}); vm_exit_scope()", "n") == [
        (3, {"n": {"absent": True}})
    ]


def test_a_scope_that_the_hint_left_is_not_reported():
    session, _ = make_session()
    run(session, "n = 1; vm_enter_scope({'n': 2})")
    session.clear_effects()
    assert ask(session, "n = 3; vm_exit_scope(); vm_enter_scope({'n': 4}); n = 5", "n") == [
        (1, {"n": {"int": "0x4"}})
    ]
    assert ask(session, "vm_exit_scope()", "n") == []
    assert ask(session, "pass", "n") == [(0, {"n": {"int": "0x1"}})]


def test_all_scopes_are_reported_when_asked():
    session, _ = make_session()
    run(session, "n = 1; vm_enter_scope({'n': 2}); vm_enter_scope({'m': 2})")
    session.clear_effects()
    told = ask(session, "vm_exit_scope()", "n", all_scopes=True)
    assert told == [(0, {"n": {"int": "0x1"}}), (1, {"n": {"int": "0x2"}})]


def test_a_scope_that_is_no_plain_dictionary_may_hold_anything():
    session, _ = make_session()
    told = ask(session, "import collections; vm_enter_scope(collections.defaultdict(int))", "n")
    assert told == [(0, {"n": {"absent": True}}), (1, {"n": {"elsewhere": True}})]
    assert run(session, "x = n")["x"] == 0


def test_a_report_is_made_once_and_only_of_a_hint_that_ended():
    session, _ = make_session()
    session.ask_for(["n"], False, False)
    run(session, "n = 1; raise ValueError", fail=True)
    assert session.take_report() == ("", "")
    run(session, "n = 2")
    assert session.take_report() == ("", "")
    assert ask(session, "pass", "n") == [(0, {"n": {"int": "0x2"}})]
    assert session.take_report() == ("", "")


def test_a_report_that_is_too_long_is_none():
    session, _ = make_session()
    names = [f"n{index}" for index in range(1200)]
    session.ask_for(names, False, False)
    run(session, "globals().update({f'n{i}': 'x' * 4000 for i in range(1200)})")
    assert session.take_report() == ("", "")


def test_a_stack_that_a_hint_took_apart_is_not_reported():
    session, _ = make_session()
    session.ask_for(["n"], True, True)
    session.load_hints([(0, "n = 1", None, 0, 0)])
    session.scopes.stack.insert(0, 5)
    assert execute(session, 0) is None
    variables, tampered = session.take_report()
    assert json.loads(variables)[0] == [0, {"n": {"elsewhere": True}}]
    assert tampered == "builtins:__builtins__"


def test_what_hints_put_in_the_place_of_builtins_changes_no_report(monkeypatch):
    session, _ = make_session()
    session.ask_for(["n"], False, False)
    code = "n = [1]; import builtins; builtins.type = lambda value: int; builtins.len = lambda value: 0"
    session.load_hints([(0, code, None, 0, 0)])
    for name in ("type", "len"):
        monkeypatch.setattr(f"builtins.{name}", getattr(builtins, name))
    failure = execute(session, 0)
    report = session.take_report()
    monkeypatch.undo()
    assert failure is None and report == ('[[0,{"n":{"elsewhere":true}}]]', "")


# What the host relies on.

MODULE = """
import math
from collections import OrderedDict
ORDER = 12

def helper(value, offset=2):
    if value:
        return [item + offset for item in value]
    return (lambda: 1)()

def wrapped(function):
    def inner():
        return function()
    return inner

@wrapped
def decorated():
    return 1

class Class:
    pass
"""

RELIED_ON = [
    "builtins:len",
    "builtins:int",
    "math:gcd",
    "relied_on_module:helper",
    "relied_on_module:ORDER=0xc",
    "relied_on_again:helper",
    "relied_on_again:divisor",
    "starkware.cairo.lang.vm.relocatable:RelocatableValue",
]


@pytest.fixture
def session(tmp_path, monkeypatch):
    """A session whose host relies on something of a module that is there, but not yet imported."""
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("path", "meta_path", "path_hooks"):
        monkeypatch.setattr(sys, name, list(getattr(sys, name)))
    (tmp_path / "relied_on_module.py").write_text(MODULE)
    (tmp_path / "relied_on_other.py").write_text(MODULE)
    again = "from math import gcd as divisor, pi\nfrom relied_on_module import (ORDER, helper)\n"
    (tmp_path / "relied_on_again.py").write_text(again)
    made, _ = make_session(relied_on=RELIED_ON)
    yield made
    for name in ("relied_on_module", "relied_on_again", "relied_on_other"):
        sys.modules.pop(name, None)


def test_imports_of_what_is_relied_on_are_reported(session):
    code = "import relied_on_again as again, relied_on_module as module, math\nf, x = module.helper, len"
    ((_, values),) = ask(session, code + "; n = (math.gcd, int); z = module.ORDER", "f", "x", "n", "z")
    assert values == {
        "f": {"import": ["relied_on_module", "helper"]},
        "x": {"import": ["builtins", "len"]},
        "n": {"tuple": [{"import": ["math", "gcd"]}, {"import": ["builtins", "int"]}]},
        "z": {"int": "0xc"},
    }
    ((_, values),) = ask(session, "f = again.helper; x = print; n = module.wrapped", "f", "x", "n")
    assert values["f"] == {"import": ["relied_on_module", "helper"]}
    assert values["x"] == values["n"] == {"elsewhere": True}
    # A function that does something else now is no longer what the host knows.
    ((_, values),) = ask(session, "f.__defaults__ = (3,)", "f")
    assert values["f"] == {"elsewhere": True}


def test_nothing_was_tampered_with(session):
    assert ask(session, "pass", tampering=True) == ""
    assert ask(session, "import relied_on_module, relied_on_again, math", tampering=True) == ""
    # Code that ran has other bytes in memory than code that did not.
    loop = "for _ in range(5000): relied_on_module.helper([1, 2]); relied_on_module.helper([])"
    assert ask(session, loop, tampering=True) == ""
    assert ask(session, "import importlib; importlib.reload(relied_on_module)", tampering=True) == ""
    # A name of the hint's own is no builtin; finders behind the others find what nobody has found.
    assert ask(session, "len = 3; import sys; sys.path.append('/'); ORDER = 3", tampering=True) == ""


@pytest.mark.parametrize(
    "code, expected",
    [
        ("import builtins; builtins.len = max", "builtins:len"),
        ("import builtins; builtins.len = lambda value: 0", "builtins:len"),
        ("import builtins; del builtins.len", "builtins:len"),
        ("import builtins; builtins.int = type('int', (int,), {})", "builtins:int"),
        ("import builtins; builtins.__import__ = lambda *given: 1", "builtins:__import__"),
        ("__builtins__ = {'len': max}", "builtins:__builtins__"),
        ("vm_enter_scope({'__builtins__': {}})", "builtins:__builtins__"),
        ("import math; math.gcd = math.lcm", "math:gcd"),
        ("import relied_on_module as m; m.helper = m.wrapped", "relied_on_module:helper"),
        (
            "import relied_on_module as m; m.helper = lambda value, offset=2: 1",
            "relied_on_module:helper",
        ),
        ("import relied_on_module as m; m.helper = max", "relied_on_module:helper"),
        (
            "import relied_on_other, relied_on_module as m; m.helper = relied_on_other.helper",
            "relied_on_module:helper",
        ),
        (
            "import relied_on_other, relied_on_again as m; m.helper = relied_on_other.helper",
            "relied_on_again:helper",
        ),
        ("import relied_on_module as m; m.helper = m.Class", "relied_on_module:helper"),
        ("import relied_on_module as m; del m.helper", "relied_on_module:helper"),
        (
            "import relied_on_module as m; m.helper.__code__ = (lambda: 0).__code__",
            "relied_on_module:helper",
        ),
        (
            "import relied_on_module as m; c = m.helper.__code__\n"
            "m.helper.__code__ = c.replace(co_consts=(1, *c.co_consts[1:]))",
            "relied_on_module:helper",
        ),
        ("import relied_on_module as m; m.ORDER = 13", "relied_on_module:ORDER"),
        ("import relied_on_module as m; m.ORDER = 12.0", "relied_on_module:ORDER"),
        ("import relied_on_module as m; del m.ORDER", "relied_on_module:ORDER"),
        ("import relied_on_again as m; m.helper = m.helper.__get__(1)", "relied_on_again:helper"),
        ("import sys; sys.modules['relied_on_module'] = 3", "relied_on_module:helper"),
        (
            "import sys, types; sys.modules['relied_on_module'] = types.ModuleType('m')",
            "relied_on_module:helper",
        ),
        ("import sys; sys.path.insert(0, '/')", "sys:path"),
        ("import sys; sys.path.clear()", "sys:path"),
        ("import sys; sys.meta_path.insert(0, None)", "sys:meta_path"),
    ],
)
def test_what_was_tampered_with_is_told(session, monkeypatch, code, expected):
    for module, names in ((builtins, ("len", "int", "__import__")), (math, ("gcd",))):
        for name in names:
            monkeypatch.setattr(module, name, getattr(module, name))
    # pytest's own hooks use what the hint breaks.
    session.ask_for(["n"], False, True)
    session.load_hints([(0, code, None, 0, 0)])
    failure = execute(session, 0)
    _, tampered = session.take_report()
    monkeypatch.undo()
    assert failure is None and tampered == expected


def test_what_was_seen_before_is_still_watched(session):
    assert ask(session, "import relied_on_module as m; f = m.helper", tampering=True) == ""
    assert ask(session, "f.__defaults__ = (3,)", tampering=True) == "relied_on_module:helper"
    assert ask(session, "f.__defaults__ = (2,)", tampering=True) == "relied_on_module:helper"


def test_what_no_file_says_counts_as_tampered_with():
    names = ("decorated", "Class", "OrderedDict", "missing", "ORDER", "math")
    module = types.ModuleType("relied_on_other")
    exec(MODULE, vars(module))
    sys.modules["relied_on_other"] = module
    try:
        for name in (*names, "helper"):
            session, _ = make_session(relied_on=[f"relied_on_other:{name}"])
            assert ask(session, "pass", tampering=True) == f"relied_on_other:{name}"
    finally:
        del sys.modules["relied_on_other"]


def test_dictionaries_are_the_same_ones_in_their_order():
    session, _ = make_session()
    scope = hand_over(
        session,
        dicts=[[[{"text": "b"}, {"same_dict": 1}], [{"int": "0x1"}, {"same": 0}]], []],
        lists=[[{"same_dict": 1}]],
        scopes=[{"one": {"same_dict": 0}, "two": {"same_dict": 0}, "inner": {"same_dict": 1}}],
    )
    assert list(scope["one"]) == ["b", 1]
    assert scope["one"] is scope["two"]
    assert scope["one"]["b"] is scope["inner"] is scope["one"][1][0]


def test_functions_of_hints_see_the_scope_that_they_were_defined_in():
    session, _ = make_session()
    code = "def f(x: int, y=2) -> None:\n    return x, y, seen, fp\ng = lambda: f(1)"
    hint = len(session.hints)
    run(session, code)
    integer = {"import": ["builtins", "int"]}
    handed = {
        "functions": [
            [hint, "f", 1, 0, [{"int": "0x7"}], {"x": integer, "return": {"none": True}}],
            [hint, "<lambda>", 3, 0, [], {}],
        ],
        "scopes": [{"f": {"function": 0}, "again": {"function": 0}, "g": {"function": 1}}],
    }
    told = "seen = 3\ntold = g(), again is f, f(0, 1)[:2], f.__name__"
    scope = hand_over(session, told, **handed)
    assert scope["told"] == ((1, 7, 3, scope["fp"]), True, (0, 1), "f")
    assert scope["f"].__annotations__ == {"x": int, "return": None}
    assert scope["g"].__annotations__ == {}
