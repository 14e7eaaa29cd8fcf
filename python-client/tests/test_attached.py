import os
import threading

import pytest

import cairohints


def program(*codes, **more):
    return {"hints": {str(i): [{"code": code}] for i, code in enumerate(codes)}, **more}


def attached(client, *codes, hint_locals=None, static_locals=None, **options):
    hints = cairohints.here(hint_locals, static_locals)
    return cairohints.Vm(program(*codes), client=client, hints=hints, **options)


def test_hints_run_here_on_this_thread_with_live_objects(client, tmp_path):
    seen = []
    with open(tmp_path / "log", "w+") as log:
        vm = attached(
            client,
            "import os, threading; seen.append((os.getpid(), threading.get_ident(), id(log)))",
            "log.write('from a hint'); memory[ap] = 5; x = program_input['n']",
            "memory[ap + 1] = memory[ap] + x; assert tool is seen",
            hint_locals={"seen": seen, "log": log},
            static_locals={"tool": seen},
            program_input={"n": 3},
        )
        vm.run()
        assert seen == [(os.getpid(), threading.get_ident(), id(log))]
        log.seek(0)
        assert log.read() == "from a hint"
    assert vm.memory[1, 10] == 5 and vm.memory[1, 11] == 8


def test_only_some_hints_run_here(client):
    ran = []
    offered = []

    def only(hint):
        offered.append(hint)
        return "ran" in hint.code

    hints = cairohints.here({"ran": ran}, only=only)
    codes = ["ran.append(1)", "nobody_here()", "ran.append(2)"]
    vm = cairohints.Vm(program(*codes), client=client, hints=hints)
    vm.run()
    assert ran == [1, 2]
    assert offered == [cairohints.OfferedHint(code, "", 0) for code in codes]


def test_the_original_exception_arrives(client):
    class Refused(Exception):
        pass

    original = Refused("no")

    def refuse():
        raise original

    vm = attached(client, "memory[ap] = 1; refuse()", hint_locals={"refuse": refuse})
    with pytest.raises(cairohints.HintFailed) as info:
        vm.run()
    assert info.value.exception is original and info.value.__cause__ is original
    assert "Refused: no" in str(info.value)
    # What was written before the exception stays written.
    assert vm.memory[1, 10] == 1


def test_system_exit_passes_through(client):
    with pytest.raises(SystemExit) as info:
        attached(client, "raise SystemExit(4)").run()
    assert info.value.code == 4


def test_a_hint_cannot_run_its_own_vm_but_another(client):
    other = attached(client, "memory[ap] = 2")
    box = {}
    caught = []

    def use():
        for act in (box["vm"].run, lambda: box["vm"].memory[1, 10]):
            with pytest.raises(cairohints.WrongState, match="a hint of this vm is running") as info:
                act()
            caught.append(info.value)
        box["other"].run()

    box["other"] = other
    box["vm"] = attached(client, "use()", hint_locals={"use": use})
    box["vm"].run()
    assert len(caught) == 2 and other.memory[1, 10] == 2


def test_a_hint_pauses_its_vm(client, server):
    ran = threading.Event()
    box = {}

    def pause():
        box["vm"].pause()
        while not server.vms[box["vm"].name].pause:
            ran.wait(0.01)

    vm = box["vm"] = attached(client, "pause()", "done()", hint_locals={"pause": pause, "done": ran.set})
    assert vm.run() is cairohints.StopReason.PAUSED and not ran.is_set()
    assert vm.run() is cairohints.StopReason.ENDED and ran.is_set()


def test_scopes_are_read_between_runs(client):
    vm = attached(client, "x = 5", "vm_enter_scope({'y': 'text'})", "pass")
    vm.run_for_steps(2)
    outer, inner = vm.scopes()
    assert ("x", "int", "5") in outer and inner == [("y", "str", "'text'")]


def test_nothing_but_the_programs_own_hints_runs(client, server):
    ran = []
    hints = cairohints.here({"ran": ran})
    code = "ran.append(1)"
    with pytest.raises(PermissionError, match="which the program does not have"):
        cairohints.Vm(program("pass", sent=[code]), client=client, hints=hints)
    assert ran == []


def test_a_syntax_error_fails_the_vm_before_its_first_step(client):
    vm = attached(client, "pass", "1 +")
    with pytest.raises(cairohints.HintFailed) as info:
        vm.run()
    assert isinstance(info.value.exception, SyntaxError) and vm.current_step == 0


def test_another_thread_may_run_the_vm(client):
    threads = []
    vm = attached(client, "note()", hint_locals={"note": lambda: threads.append(threading.get_ident())})
    thread = threading.Thread(target=vm.run)
    thread.start()
    thread.join(20)
    assert threads == [thread.ident]


def test_a_call_of_another_thread_is_served_after_the_run(client):
    # The thread that runs the VM stops serving; the one that reads the scopes goes on.
    vm = attached(client, "x = 1", "pass")
    found = []
    vm.run_for_steps(1)
    thread = threading.Thread(target=lambda: found.append(vm.scopes()))
    thread.start()
    thread.join(20)
    assert ("x", "int", "1") in found[0][0]
