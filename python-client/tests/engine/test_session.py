"""What a session is opened with, what it reports, and how failures travel."""

import linecache
import os
import subprocess
import sys
from pathlib import Path

import pytest
from scripted import cell, execute, make_session, run

from cairohints.engine.failure import HintFailure


def test_locals_of_the_first_scope():
    session, _ = make_session(
        program_input_json='{"n": [1, 2]}',
        hint_locals_json='{"a": 1, "b": 2}',
        hint_locals={"b": 3},
        static_locals_json='{"s": 4, "t": 5}',
        static_locals={"t": 6},
    )
    scope = run(session, "seen = (program_input['n'], a, b, s, t)")
    assert scope["seen"] == ([1, 2], 1, 3, 4, 6)
    assert "s" not in scope and "a" in scope
    run(session, "vm_enter_scope({'x': 1})")
    inner = run(session, "seen = ('a' in globals(), 's' in globals(), 'program_input' in globals())")
    assert inner["seen"] == (False, True, False)


def test_empty_program_input_is_an_empty_object():
    session, _ = make_session()
    assert run(session, "seen = program_input")["seen"] == {}


@pytest.mark.parametrize(
    "options", [{"hint_locals_json": "[1]"}, {"static_locals_json": "3"}, {"hint_locals_json": "{"}]
)
def test_wrong_json_is_refused(options):
    with pytest.raises(ValueError):
        make_session(**options)


def test_static_segments_are_refused():
    with pytest.raises(ValueError, match="segments"):
        make_session(static_locals={"segments": 3})


def test_syscall_handler_from_an_import_path(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "handlers_of_test.py").write_text(
        "class Outer:\n    class Handler:\n        count = 0\n"
        "        def call(self):\n            self.count += 1\n            return self.count\n"
    )
    session, _ = make_session(
        import_paths=[str(tmp_path)], syscall_handler="handlers_of_test:Outer.Handler"
    )
    assert sys.path[-1] == str(tmp_path)
    run(session, "syscall_handler.call()")
    assert run(session, "seen = syscall_handler.call()")["seen"] == 2


@pytest.mark.parametrize("path", ["no_colon", ":x", "json:"])
def test_wrong_syscall_handler(path):
    with pytest.raises(ValueError, match="module:callable"):
        make_session(syscall_handler=path)


def test_effects_are_cleared():
    session, _ = make_session(builtins=[dict(name="output", segment=2, included=True)])
    writes = session.effects.writes
    run(
        session,
        "segments.add(5); segments.add_temp_segment(); memory[ap] = 1\n"
        "segments.finalize(1, 2, [(0, 1)])\n"
        "memory.add_relocation_rule(type(ap)(-1, 0), 9); memory[3] = 1\n"
        "vm_add_validation_rule(1, print); vm_add_auto_deduction_rule(2, print)\n"
        "output_builtin.add_page(1, output_builtin.base + 1, 2); output_builtin.add_attribute('a', [1])",
    )
    effects = session.effects
    assert not effects.only_writes
    assert effects.added_segments == [5]
    assert effects.added_temporary_segments == 1
    assert effects.finalized_segments == [(1, 2, [(0, 1)])]
    assert effects.relocation_rules == [(-1, 9)]
    assert effects.rules == [(0, "validation", 1), (1, "auto_deduction", 2)]
    assert effects.output_state == (2, 0, [(1, 1, 2)], '{"a": [1]}')
    session.clear_effects()
    assert effects.writes is writes and effects.only_writes
    for name in ("writes", "added_segments", "finalized_segments", "relocation_rules", "rules"):
        assert getattr(effects, name) == []
    assert effects.output_state is None and effects.pure_address is None
    assert effects.added_temporary_segments == 0


def test_output_state_is_reported_when_it_changes():
    session, _ = make_session(builtins=[dict(name="output", segment=2, included=True)])
    run(session, "output_builtin.pages; output_builtin.get_state()")
    assert session.effects.output_state is None
    run(session, "kept = output_builtin.attributes; kept['x'] = 1")
    assert session.effects.output_state[3] == '{"x": 1}'
    session.clear_effects()
    run(session, "kept['y'] = 2")
    session.end_run()
    assert session.effects.output_state[3] == '{"x": 1, "y": 2}'


def test_output_attributes_must_be_json():
    session, _ = make_session(builtins=[dict(name="output", segment=2, included=True)])
    failure = run(session, "output_builtin.add_attribute('a', object())", fail=True)
    assert failure.class_path == "builtins.TypeError"


@pytest.mark.parametrize(
    "code, kind, exit_code, message",
    [
        ("raise ValueError('v')", "exception", 0, "v"),
        ("raise SystemExit", "exit", 0, ""),
        ("raise SystemExit(3)", "exit", 3, ""),
        ("import sys; sys.exit('bye')", "exit", 1, "bye"),
        ("raise KeyboardInterrupt", "interrupt", 0, ""),
        ("del memory", "raw", 0, "'memory'"),
        ("class B(BaseException): pass\nraise B('b')", "raw", 0, "b"),
    ],
)
def test_failure_kinds(code, kind, exit_code, message):
    session, _ = make_session()
    failure = run(session, code, fail=True)
    assert isinstance(failure, HintFailure)
    assert (failure.kind, failure.exit_code, failure.message) == (kind, exit_code, message)
    assert failure.hint_id == 0
    assert isinstance(failure.exception, BaseException)


def test_failure_of_compilation():
    session, _ = make_session()
    with pytest.raises(HintFailure) as caught:
        session.load_hints([(3, "x = 1", None, 0, 0), (4, "y = (", "a.cairo", 10, 2)])
    failure = caught.value
    assert (failure.kind, failure.hint_id) == ("compile", 4)
    assert 'File "a.cairo", line 12' in failure.traceback
    with pytest.raises(HintFailure) as caught:
        session.load_hints([(5, "x = \0", None, 0, 0)])
    assert caught.value.hint_id == 5


def test_failing_texts_do_not_fail():
    session, _ = make_session()
    failure = run(
        session, "class E(Exception):\n    def __str__(self): raise KeyError\nraise E", fail=True
    )
    assert failure.message == "<E str() failed>"


def test_future_imports_stay_out_of_hints():
    session, _ = make_session()
    scope = run(session, "def f(x: 1 + 1): pass\nseen = f.__annotations__['x']")
    assert scope["seen"] == 2


def test_read_scopes():
    session, _ = make_session(static_locals={"hidden": 1}, hint_locals={"given": 2})
    run(
        session,
        "class Bad:\n    def __repr__(self): raise ValueError('no text')\n"
        "class Worse:\n    def __repr__(self): raise SystemExit(3)\n"
        "x = 1; long = 'ab' * 1000; bad = Bad(); worse = Worse(); umlaut = 'ä' * 50; odd = '\\ud800'\n"
        "def f(): pass\n"
        "vm_enter_scope({'inner': [1]})",
    )
    outer, inner = session.read_scopes(20)
    variables = {name: (kind, text) for name, kind, text in outer}
    assert variables["x"] == ("int", "1") and variables["given"] == ("int", "2")
    assert variables["long"] == ("str", "'" + "ab" * 9 + "a")
    assert variables["bad"][1].startswith("<repr failed: ValueE"[:20])
    assert variables["worse"][1].startswith("<repr failed: System"[:20])
    assert len(variables["umlaut"][1].encode()) <= 20
    assert "odd" in variables and "program_input" in variables
    assert not {"hidden", "memory", "ids", "ap", "fp", "pc", "__builtins__", "PRIME"} & set(variables)
    assert inner == [("inner", "list", "[1]")]
    assert session.end_run() == 2
    full = {name: text for name, _, text in session.read_scopes(10000)[0]}
    assert full["bad"] == "<repr failed: ValueError: no text>"


def test_raised():
    session, _ = make_session()
    error = session.raised("builtins.AssertionError", "text")
    assert type(error) is AssertionError and str(error) == "text"
    error = session.raised("some.module.OwnError", "text")
    assert type(error).__name__ == "OwnError" and type(error).__module__ == "some.module"
    assert str(error) == "text" and isinstance(error, Exception)
    assert str(session.raised("builtins.KeyError", "'a'")) == "'a'"
    assert str(session.raised("builtins.KeyError", "'a")) == repr("'a")
    assert isinstance(session.raised("builtins.print", "x"), Exception)
    assert isinstance(session.raised("", "x"), Exception)
    error = session.raised("starkware.cairo.lang.vm.memory_dict.UnknownMemoryError", "text")
    assert isinstance(error, KeyError) and str(error) == "text"


def test_rules_are_called_for_the_host():
    session, host = make_session()
    host.cells = {(2, 0): 3, (2, 1): 500}
    run(
        session,
        "def check(memory, addr, limit):\n"
        "    assert memory[addr] < limit, 'too big'\n"
        "    return {addr}\n"
        "vm_add_validation_rule(2, check, 100)\n"
        "def deduce(vm, addr, factor):\n"
        "    return vm.validated_memory[addr - 1] * factor if addr.offset % 2 else None\n"
        "vm_add_auto_deduction_rule(2, deduce, -2)\n"
        "def bad(vm, addr): 1 / 0\n"
        "vm_add_auto_deduction_rule(3, bad)",
    )
    assert session.call_rule(0, 2, 0) == ("validated", [(2, 0)])
    failure = session.call_rule(0, 2, 1)
    assert (failure.kind, failure.message) == ("exception", "too big")
    assert session.call_rule(1, 2, 1) == ("value", session.prime - 6)
    assert session.call_rule(1, 2, 2) == ("value", None)
    assert session.call_rule(2, 3, 0).class_path == "builtins.ZeroDivisionError"
    assert session.call_rule(9, 3, 0).class_path == "builtins.LookupError"


def test_what_rules_write_is_left_for_the_host():
    session, host = make_session()
    run(
        session,
        "own = memory\n"
        "def deduce(vm, addr):\n"
        "    own[addr + 1] = 5; own[addr + 2] = 6; own[addr + 1] = 5\n"
        "    return 4\n"
        "vm_add_auto_deduction_rule(2, deduce)",
    )
    session.clear_effects()
    assert session.call_rule(0, 2, 0) == ("value", 4)
    assert session.effects.writes == [(2, 1, 5), (2, 2, 6)] and host.written == []
    session.clear_effects()
    assert session.call_rule(0, 2, 0) == ("value", 4)
    assert session.effects.writes == []


@pytest.fixture
def own_linecache(monkeypatch):
    """What debuggers of a test leave there would be shown by the reference VM of later ones."""
    monkeypatch.setattr(linecache, "cache", {})


@pytest.mark.usefixtures("own_linecache")
def test_debugger_notice(monkeypatch):
    import pdb

    stops = []

    def interaction(self, frame, *_):
        stops.append(frame.f_code)
        self.set_continue()

    monkeypatch.setattr(pdb.Pdb, "interaction", interaction)
    monkeypatch.delenv("PYTHONBREAKPOINT", raising=False)
    session, host = make_session()
    code = "breakpoint()\nx = 1\nimport pdb\npdb.set_trace()\ny = 2"
    monkeypatch.setattr(sys, "breakpointhook", sys.__breakpointhook__)
    # The host hears of each debugger, made and started: a deadline rests for one execution only.
    run(session, code)
    assert host.debuggers == 4
    assert [code.co_filename for code in stops] == ["<hint0>"] * 2
    execute(session, 0)
    assert host.debuggers == 8
    pdb.Pdb()
    assert host.debuggers == 8


@pytest.mark.usefixtures("own_linecache")
def test_debuggers_list_hints():
    import io

    session, _ = make_session()
    shown = io.StringIO()
    session.scopes.stack[0].update(commands=io.StringIO("l\nw\nc\n"), shown=shown)
    code = (
        "import pdb, traceback\n"
        "texts = []\n"
        "def fail():\n"
        "    raise ValueError('too far')\n"
        "if not texts: pdb.Pdb(stdin=commands, stdout=shown).set_trace()\n"
        "fail()  # the last line"
    )
    failure = run(session, code, fail=True)
    assert "  4  \t    raise ValueError('too far')" in shown.getvalue()
    # Which statement a debugger stops at depends on the version of Python.
    assert "-> fail()  # the last line" in shown.getvalue() or "-> if not texts:" in shown.getvalue()
    # The reference VM has no lines to show, so the failure shows none.
    assert failure.traceback == (
        "Traceback (most recent call last):\n"
        '  File "<hint0>", line 6, in <module>\n'
        '  File "<hint0>", line 4, in fail\n'
        "ValueError: too far\n"
    )


@pytest.mark.usefixtures("own_linecache")
def test_hints_have_no_source_before_a_debugger_starts():
    session, _ = make_session()
    scope = run(
        session,
        "import traceback\n"
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    text = traceback.format_exc()",
    )
    assert "1 / 0" not in scope["text"]


NO_TERMINAL = """
from scripted import make_session, run
session, host = make_session(own_stdout=%s)
failure = run(session, "breakpoint()", fail=True)
print(failure.class_path, failure.message, sep="\\n")
own = "import pdb, io\\npdb.Pdb(stdin=io.StringIO('c'), stdout=io.StringIO()).set_trace()\\nx = 1"
assert run(session, own)["x"] == 1
"""


@pytest.mark.parametrize(
    "own_process, expected",
    [
        (
            True,
            "builtins.RuntimeError\n"
            "a debugger needs a terminal, and this hint runs in a process without one\n"
            "hint: use `vm-host run` in a terminal, or serve the hints from your own interpreter, with "
            "`cairohints.Vm(..., hints=cairohints.here())`",
        ),
        (False, "bdb.BdbQuit"),
    ],
)
def test_breakpoint_without_a_terminal(own_process, expected):
    """`pdb` would read the end of its input, and end the hint with `BdbQuit`."""
    here = Path(__file__).resolve().parent
    path = os.pathsep.join([str(here), str(here.parent.parent / "src")])
    finished = subprocess.run(
        [sys.executable, "-c", NO_TERMINAL % own_process],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert finished.stdout.strip().endswith(expected), finished.stdout


def test_output_is_flushed(capfd):
    session, _ = make_session(own_stdout=True)
    run(session, "import sys\nsys.stdout.write('no newline')")
    assert capfd.readouterr().out == "no newline"
    run(session, "sys.stdout, kept = None, sys.stdout\nprint('nowhere')")
    run(session, "sys.stdout = kept")


def test_ids_references_are_counted_right():
    session, _ = make_session()
    session.memory.known[1] = {4: 1}
    codes = ["ids.x", "[ids.x for _ in range(2)]", "f = lambda: ids.x\nf()", "getattr(ids, 'x')"]
    session.load_hints([(i, code, None, 0, 0) for i, code in enumerate(codes)])
    for i in range(len(codes)):
        session.define_name(i, cell("x", "fp", -1))
        assert execute(session, i) is None
        first = session.hints[i].names.frame
        assert execute(session, i) is None
        assert session.hints[i].names.frame is first


def test_lines_that_cannot_be_read_here_are_asked_of_the_host():
    session, _ = make_session()
    code = "try:\n    1 // 0\nexcept ZeroDivisionError as error:\n    raise KeyError('ä') from error"
    failure = run(session, code, fail=True, location=("nowhere.cairo", 3, 1))
    places = [(filename, line) for _, filename, line in failure.missing_lines]
    assert places == [("nowhere.cairo", 7)]
    ((at, _, _),) = failure.missing_lines
    before = failure.traceback.encode()[:at].decode()
    assert before.endswith('File "nowhere.cairo", line 7, in <module>\n')
    assert failure.traceback[len(before) :] == "KeyError: 'ä'\n"
    assert "\0" not in failure.traceback


def test_lines_of_repeated_frames_are_asked_for_once_each():
    session, _ = make_session()
    code = "def f(n):\n    return 1 // n if n == 0 else f(n - 1)\nf(9)"
    failure = run(session, code, fail=True, location=("nowhere.cairo", 3, 1))
    assert [line for _, _, line in failure.missing_lines] == [6, 5, 5, 5]
    assert "[Previous line repeated 7 more times]" in failure.traceback
    assert "\0" not in failure.traceback


def test_only_a_confined_process_has_advice(monkeypatch):
    from cairohints.engine import confined

    session, _ = make_session()
    code = "raise PermissionError(1, 'refused')"
    assert "hint:" not in run(session, code, fail=True).traceback
    monkeypatch.setattr(confined, "_around", [True])
    text = run(session, code, fail=True).traceback
    assert text.endswith("or trust the program with --sandbox trusted\n")
    # An object that raises when it is looked at changes nothing.
    code = "class E(PermissionError):\n    filename = property(lambda self: 1 // 0)\nraise E(1, 'odd')"
    assert "hint:" not in run(session, code, fail=True).traceback
