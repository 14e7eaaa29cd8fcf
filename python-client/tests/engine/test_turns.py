"""Only the running hint of a VM reaches its memory, in its own thread."""

import threading

import pytest
from scripted import ScriptedHost, cell, execute, make_session, run


def attempts(session):
    """Everything a hint can keep, as functions that use it."""
    session.memory.known.setdefault(1, {})[4] = 1
    session.load_hints([(900, "kept = dict(globals()); kept['ids'] = ids", None, 0, 0)])
    session.define_name(900, cell("x", "fp", -1))
    session.define_name(900, cell("unknown", "fp", 8))
    session.define_struct("S", 1, [("m", 0, "value", "")])
    struct = ("struct", ("-", ("fp",), ("const", 1)), "S")
    session.define_name(900, ("", "s", "reference", struct, ("raised", "builtins.TypeError", "")))
    execute(session, 900)
    kept = session.scopes.stack[0]["kept"]
    memory, segments, ids, ap, fp = (kept[n] for n in ("memory", "segments", "ids", "ap", "fp"))
    known = {
        "memory read": lambda: memory[fp - 1],
        "memory get": lambda: memory.get(fp - 1),
        "memory in": lambda: fp - 1 in memory,
        "memory range": lambda: memory.get_range(fp - 1, 1),
        "ids read": lambda: ids.x,
        "raw read": lambda: segments.memory[fp - 1],
        "data read": lambda: memory.data[fp - 1],
    }
    asking = {
        "memory miss": lambda: memory[fp + 9],
        "memory write": lambda: memory.__setitem__(ap, 5),
        "bulk write": lambda: segments.write_arg(ap, [1, 2, 3]),
        "setdefault": lambda: memory.setdefault(ap, 5),
        "ids miss": lambda: ids.unknown,
        "ids write": lambda: setattr(ids, "unknown", 3),
        "ids unresolved": lambda: ids.never_seen,
        "new segment": lambda: segments.add(),
        "new temporary segment": lambda: segments.add_temp_segment(),
        "finalize": lambda: segments.finalize(1, 2),
        "rule": lambda: memory.add_relocation_rule(type(ap)(-1, 0), ap),
        "validation rule": lambda: kept["vm_add_validation_rule"](1, print),
        "delete": lambda: memory.data.__delitem__(fp - 1),
        "iterate": lambda: list(memory),
        "is_accessed": lambda: kept["is_accessed"](ap),
        "freeze": lambda: memory.freeze(),
        "pure": lambda: memory.__setitem__(7, 1),
    }
    return known, asking


ALL = [
    *(
        "memory read",
        "memory get",
        "memory in",
        "memory range",
        "ids read",
        "raw read",
        "data read",
    ),
    *("memory miss", "memory write", "bulk write", "setdefault", "ids miss", "ids write"),
    *("ids unresolved", "new segment", "new temporary segment", "finalize", "rule"),
    *("validation rule", "delete", "iterate", "is_accessed", "freeze", "pure"),
]


def check_untouched(session, host):
    assert session.effects.writes == [] and session.effects.only_writes
    assert host.asked == [] and host.resolved == []
    assert not session.memory.frozen and not session.memory.pure


@pytest.mark.parametrize("name", ALL)
def test_after_the_hint(name):
    session, host = make_session()
    known, asking = attempts(session)
    with pytest.raises(RuntimeError, match="out of reach"):
        {**known, **asking}[name]()
    check_untouched(session, host)


@pytest.mark.parametrize("name", ALL)
def test_in_a_hint_of_another_vm(name):
    session, host = make_session()
    known, asking = attempts(session)
    other, _ = make_session(ScriptedHost(), hint_locals={"use": {**known, **asking}[name]})
    failure = run(other, "use()", fail=True)
    assert failure.class_path == "builtins.RuntimeError"
    check_untouched(session, host)


@pytest.mark.parametrize("name", ALL[7:])
def test_in_another_thread_while_a_hint_runs(name):
    session, host = make_session()
    _, asking = attempts(session)
    caught = []

    def work():
        try:
            asking[name]()
        except BaseException as error:
            caught.append(error)

    session.scopes.stack[0]["thread"] = threading.Thread(target=work)
    run(session, "thread.start(); thread.join()")
    assert [type(error) for error in caught] == [RuntimeError]
    assert "thread" in str(caught[0])
    check_untouched(session, host)


def test_threads_may_read_what_is_known_while_the_hint_runs():
    session, _ = make_session()
    known, _ = attempts(session)
    del known["ids read"]  # It is the `ids` of another hint.
    session.scopes.stack[0]["functions"] = list(known.values())
    scope = run(
        session,
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor() as pool:\n"
        "    values = list(pool.map(lambda f: f(), functions))",
    )
    assert scope["values"] == [1, 1, True, [1], 1, 1]


def test_background_thread_never_writes_late():
    session, host = make_session()
    release, done, caught = threading.Event(), threading.Event(), []
    session.scopes.stack[0].update(release=release, done=done, caught=caught)
    run(
        session,
        "import threading\n"
        "def late():\n"
        "    release.wait(10)\n"
        "    try:\n"
        "        own_memory[address] = 1\n"
        "    except RuntimeError as error:\n"
        "        caught.append(error)\n"
        "    done.set()\n"
        "own_memory, address = memory, ap\n"
        "threading.Thread(target=late).start()",
    )
    release.set()
    assert done.wait(10)
    assert len(caught) == 1 and session.effects.writes == []


def test_a_vm_runs_one_hint_at_a_time():
    session, _ = make_session()
    session.load_hints([(50, "pass", None, 0, 0)])
    session.scopes.stack[0]["again"] = lambda: execute(session, 50)
    failure = run(session, "again()", fail=True)
    assert failure.class_path == "builtins.RuntimeError"
    assert "already runs a hint" in failure.message
    assert execute(session, 50) is None


def test_a_hint_may_run_another_vm():
    session, _ = make_session()
    other, _ = make_session(ScriptedHost())
    other.load_hints([(0, "memory[ap] = 5; outer[ap + 1] = 6", None, 0, 0)])
    session.scopes.stack[0].update(inner=lambda: execute(other, 0), scope=other.scopes.stack[0])
    run(session, "scope['outer'] = memory\nassert inner() is None\nmemory[ap] = 7")
    assert other.effects.writes == [(1, 10, 5)]
    assert session.effects.writes == [(1, 11, 6), (1, 10, 7)]


def test_sessions_share_nothing():
    sessions = [make_session(ScriptedHost())[0] for _ in range(8)]
    for step in range(5):
        for number, session in enumerate(sessions):
            code = f"x = globals().get('x', {number}) + 1; memory[ap + {step}] = x"
            run(session, code)
    for number, session in enumerate(sessions):
        assert session.scopes.stack[0]["x"] == number + 5
        assert session.effects.writes == [(1, 10 + i, number + i + 1) for i in range(5)]


def test_failures_end_the_turn():
    session, _ = make_session()
    for code in ("1 / 0", "raise SystemExit", "del memory", "raise KeyboardInterrupt"):
        run(session, code, fail=True)
        with pytest.raises(RuntimeError):
            session.memory.check_turn()
