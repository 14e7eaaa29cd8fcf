import os
import sys
import threading
import types

import pytest

import cairohints
from cairohints.attached.here import Here
from cairohints.attached.host import Host
from cairohints.attached.serving import HintServer
from cairohints.v1 import hint_session_pb2 as pb
from cairohints.v1 import value_pb2


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


def test_shared_variables_are_taken_over_and_reported():
    # No test's fake server has hints of its own: the requests are made here.
    host = Host(lambda ask: pytest.fail(f"asked {ask}"), lambda told: None)
    server = HintServer(Here(), host)

    def respond(**message):
        return server.respond(pb.SessionRequest(**message))

    prime = (2**251 + 17 * 2**192 + 1).to_bytes(32, "little")
    relied_on = pb.PythonInputs(relied_on=["builtins:len", "attached_of_a_test:gone"])
    respond(start=pb.Start(protocol_version=2, prime=prime, segment_count=2, python=relied_on))
    codes = ["x.append(n); f = len; vm_enter_scope({'n': n + 1})", "raise ValueError", "pass"]
    host.allowed = frozenset(codes)
    hints = [pb.Hint(id=number, language="python", code=code) for number, code in enumerate(codes)]
    respond(load_hints=pb.LoadHints(hints=hints))

    def execute(hint_id, **handover):
        registers = {name: value_pb2.Relocatable(segment=1) for name in ("pc", "ap", "fp")}
        hint = pb.ExecuteHint(hint_id=hint_id, segment_count=2, **registers)
        if handover:
            hint.python.CopyFrom(pb.PythonHandover(**handover))
        return respond(execute_hint=hint)

    values = '{"x": {"same": 0}, "n": {"int": "0x5"}, "gone": {"none": true}}'
    variables = f'{{"lists": [[{{"same": 0}}]], "scopes": [{values}]}}'
    report = pb.VariableReport(names=["x", "n", "f"])
    effects = execute(0, variables_json=variables, report=report).done.effects
    assert effects.variables_json == (
        '[[0,{"x":{"elsewhere":true},"n":{"int":"0x5"},"f":{"import":["builtins","len"]}}],'
        '[1,{"x":{"absent":true},"n":{"int":"0x6"},"f":{"absent":true}}]]'
    )
    scope = server.session.scopes.stack[0]
    assert scope["x"][0] is scope["x"] and scope["x"][1] == 5 and effects.tampered == ""
    # Nothing of a hint that failed, and nothing that was not asked.
    assert execute(1, report=report).failed.effects.variables_json == ""
    assert execute(2, variables_json='{"deleted": [[0, "gone"]]}').done.effects.variables_json == ""
    assert "gone" not in scope
    sys.modules["attached_of_a_test"] = types.ModuleType("attached_of_a_test")
    try:
        report = pb.VariableReport(all_scopes=True, tampering=True)
        effects = execute(2, report=report).done.effects
    finally:
        del sys.modules["attached_of_a_test"]
    assert effects.variables_json == "[[0,{}],[1,{}]]"
    assert effects.tampered == "attached_of_a_test:gone"
