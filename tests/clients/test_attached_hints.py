"""Hints served by the calling interpreter, for a VM of the real server: `S8` and `S10`."""

import os
import re
import subprocess
import sys
import textwrap
import threading
import time

import cairohints
import pytest
from cairohints import StopReason, VmState
from compiling import compiled
from conftest import PROGRAMS
from programs import ENDLESS, FAILING
from terminal import on_a_terminal, read_until
from test_corpus import REPEATING

ONE = """\
func main() {
    alloc_locals;
    local a;
    %{ act(memory=memory, ids=ids, segments=segments, ap=ap, fp=fp) %}
    [ap] = 1, ap++;
    ret;
}
"""


@pytest.fixture
def attached(client):
    def vm(source, hint_locals=None, static_locals=None, **options):
        hints = cairohints.here(hint_locals, static_locals)
        return cairohints.Vm(compiled(source), client=client, hints=hints, **options)

    return vm


def test_the_same_process_thread_and_objects(attached, tmp_path):
    """S8: what a hint changes, the caller sees, and the other way round."""
    source = """\
func main() {
    alloc_locals;
    local a;
    %{
        import os, sys, threading
        seen.append((os.getpid(), threading.get_ident(), sys.executable, id(things), os.getcwd()))
        things['from a hint'] = sys.path
        log.write('written by a hint')
        ids.a = things['number']
        x = 1
    %}
    [ap] = a, ap++;
    %{ log.flush(); again = id(things); x += len(things) %}
    [ap] = 1, ap++;
    ret;
}
"""
    seen, things = [], {"number": 77}
    with open(tmp_path / "log", "w+") as log:
        vm = attached(source, {"seen": seen, "log": log}, {"things": things})
        assert vm.worker_process_id == 0
        vm.run()
        log.seek(0)
        assert log.read() == "written by a hint"
    here = (os.getpid(), threading.get_ident(), sys.executable, id(things), os.getcwd())
    assert seen == [here] and things["from a hint"] is sys.path
    assert vm.memory[vm.registers.ap - 2] == 77
    variables = {variable.name: variable.text for variable in vm.scopes()[0]}
    assert variables["again"] == str(id(things)) and variables["x"] == "3"


LEFT = """\
from starkware.cairo.common.alloc import alloc

func main() {
    alloc_locals;
    let (found) = alloc();
    %{ memory[ids.found] = seen.append(os.getpid()) or 7 %}
    %{ import math; assert 'seen' not in globals(); memory[ids.found + 1] = 8 %}
    assert [found] = 7;
    assert [found + 1] = 8;
    ret;
}
"""


@pytest.mark.parametrize("placement", ["python", "auto"])
def test_the_server_runs_the_hints_that_are_left(placement, client):
    """`alloc()` runs in Rust where it may, the rest in a worker of the same VM."""
    seen = []
    hints = cairohints.here(
        {"seen": seen, "os": os}, placement=placement, only=lambda hint: "seen.append" in hint.code
    )
    with cairohints.Vm(compiled(LEFT), client=client, hints=hints) as vm:
        vm.run()
        placed = [hint.placement for hint in vm.hints()]
        there = "native" if placement == "auto" else "python"
        assert placed == [there, "apart", there]
        # A worker starts with the VM, also where its hints turn out not to need it.
        assert vm.worker_process_id not in (0, os.getpid())
    assert seen == [os.getpid()]


def test_the_syscall_handler_is_a_live_object(attached):
    """S10: state before, during and after the run, and its own exception."""

    class Refused(Exception):
        pass

    class Handler:
        def __init__(self):
            self.requests = []

        def storage_read(self, segments, syscall_ptr):
            self.requests.append(segments.memory[syscall_ptr])
            if len(self.requests) == 3:
                raise Refused(self)
            segments.write_arg(ptr=syscall_ptr + 1, arg=[len(self.requests) * 10])

    source = """\
from starkware.cairo.common.alloc import alloc

func main() {
    alloc_locals;
    let (local syscall_ptr: felt*) = alloc();
    assert syscall_ptr[0] = 5;
    %{ syscall_handler.storage_read(segments=segments, syscall_ptr=ids.syscall_ptr) %}
    assert syscall_ptr[1] = 10;
    assert syscall_ptr[2] = 6;
    %{ syscall_handler.storage_read(segments=segments, syscall_ptr=ids.syscall_ptr + 2) %}
    assert syscall_ptr[3] = 20;
    assert syscall_ptr[4] = 7;
    %{ syscall_handler.storage_read(segments=segments, syscall_ptr=ids.syscall_ptr + 4) %}
    return ();
}
"""
    handler = Handler()
    vm = attached(source, {"syscall_handler": handler})
    with pytest.raises(cairohints.HintFailed) as info:
        vm.run()
    assert handler.requests == [5, 6, 7]
    raised = info.value.exception
    assert type(raised) is Refused and raised.args[0] is handler
    assert info.value.__cause__ is raised and vm.failure.exception is raised
    assert "Refused" in info.value.python_traceback


def test_the_raised_object_arrives_and_reads_like_a_worker_s(attached, client):
    vm = attached(FAILING)
    with pytest.raises(cairohints.HintFailed) as info:
        vm.run()
    in_worker = cairohints.Vm(compiled(FAILING), client=client)
    with pytest.raises(cairohints.HintFailed) as other:
        in_worker.run()
    assert str(info.value) == str(other.value)
    assert type(info.value.exception) is LookupError
    frames = []
    trace = info.value.exception.__traceback__
    while trace is not None:
        frames.append(trace.tb_frame)
        trace = trace.tb_next
    # A debugger can look at the hint's variables after the fact.
    assert frames[-1].f_globals["limit"] == 2


@pytest.mark.parametrize(
    ("hint", "cls"),
    [("raise SystemExit(7)", SystemExit), ("raise KeyboardInterrupt", KeyboardInterrupt)],
)
def test_what_is_no_error_passes_through(attached, hint, cls):
    source = f"func main() {{\n    %{{ {hint} %}}\n    ret;\n}}\n"
    with pytest.raises(cls):
        attached(source).run()


@pytest.mark.parametrize("name", REPEATING)
def test_many_hints_in_a_row(name, client):
    """The first thousand steps and more of a long record: as in a worker, cell by cell."""
    program = PROGRAMS / f"{name}.json"
    seen = []
    for hints in ("python", cairohints.here()):
        with cairohints.Vm(program, client=client, layout="small", hints=hints) as vm:
            assert vm.run_for_steps(6000) is StopReason.REACHED
            assert vm.hints_executed >= 400
            seen.append((vm.registers, vm.hints_executed, vm.memory.get_range((1, 0), 10_000)))
    assert seen[0] == seen[1] and seen[0][2][500] is not None


def test_another_vm_runs_inside_of_a_hint(attached):
    """S11: the VM itself refuses, at once; another does what it is asked."""
    inner = attached(ONE, {"act": lambda ids, **_: setattr(ids, "a", 5)})
    box, refused = {}, []

    def act(ids, **_):
        for again in (box["vm"].run, box["vm"].scopes, lambda: box["vm"].memory[1, 0]):
            with pytest.raises(cairohints.WrongState, match="hint: inside a hint use") as info:
                again()
            refused.append(info.value.reason)
        inner.run()
        ids.a = 6

    box["vm"] = attached(ONE, {"act": act})
    box["vm"].run()
    assert refused == ["HINT_RUNNING"] * 3
    assert inner.state is box["vm"].state is VmState.SUCCEEDED


def test_a_hint_pauses_its_own_vm(attached):
    box = {}
    vm = box["vm"] = attached(ONE, {"act": lambda **_: box["vm"].pause()})
    assert vm.run() is StopReason.PAUSED
    assert vm.run() is StopReason.ENDED


def test_an_attached_run_is_paused_by_another_thread(attached):
    vm = attached(ENDLESS)
    threading.Timer(0.3, vm.pause).start()
    assert vm.run() is StopReason.PAUSED and vm.current_step > 0
    with pytest.raises(cairohints.DeadlineExceeded):
        vm.run(timeout=0.2)


def test_a_vm_waits_for_its_first_run(attached):
    """The hints are loaded when the VM is made, not when somebody calls it."""
    with pytest.raises(cairohints.HintFailed) as info:
        attached("func main() {\n    %{ 1 + %}\n    ret;\n}\n").run()
    assert isinstance(info.value.exception, SyntaxError) and info.value.hint.line == 2
    vm = attached(ONE, {"act": lambda **_: None})
    assert vm.hint_session.hints and vm.state is VmState.CREATED


def test_slow_hints_end_at_their_limit(attached):
    vm = attached(ONE, {"act": lambda **_: time.sleep(1.5)}, hint_timeout=0.5)
    with pytest.raises(cairohints.HintTimeout, match="hint: give a larger `hint_timeout`"):
        vm.run()


def test_a_debugger_on_the_terminal(unix_address, tmp_path):
    """`breakpoint()` in a hint: the caller's terminal and variables, and no deadline meanwhile."""
    program = tmp_path / "program.json"
    program.write_bytes(
        compiled(
            """\
func main() {
    alloc_locals;
    local a;
    %{
        number = 41
        breakpoint()
        ids.a = number + 1
    %}
    [ap] = a, ap++;
    ret;
}
"""
        )
    )
    script = f"""\
        import cairohints
        client = cairohints.Client({unix_address!r})
        mine = ["before"]
        hints = cairohints.here({{"mine": mine}})
        vm = cairohints.Vm({str(program)!r}, client=client, hints=hints, hint_timeout=1)
        vm.run()
        print("result", mine, vm.memory[vm.registers.ap - 1])
        """
    with on_a_terminal(textwrap.dedent(script)) as ours:
        read_until(ours, "(Pdb) ")
        # Longer than the limit of a hint.
        time.sleep(1.5)
        os.write(ours, b"p number\n")
        assert "41" in read_until(ours, "(Pdb) ").replace("p number", "")
        os.write(ours, b"mine.append('in the debugger')\n")
        read_until(ours, "(Pdb) ")
        os.write(ours, b"number = 99\n")
        read_until(ours, "(Pdb) ")
        os.write(ours, b"c\n")
        shown = read_until(ours, "result")
        shown += read_until(ours, "\n") if "\n" not in shown.split("result")[1] else ""
        assert re.search(r"result \['before', 'in the debugger'\] 100", shown)


ENDLESS_HINTS = """\
func main() {
    loop:
    %{ count() %}
    tempvar n = 1;
    jmp loop;
}
"""


def test_an_attached_run_goes_on_after_its_timeout(attached):
    """Whatever the VM was doing when the time was over, it pauses, and its hints are answered."""
    counted = []
    vm = attached(ENDLESS_HINTS, static_locals={"count": lambda: counted.append(time.sleep(0.002))})
    for _ in range(10):
        before = vm.current_step
        with pytest.raises(cairohints.DeadlineExceeded):
            vm.run(timeout=0.1)
        assert vm.state is VmState.PAUSED
        assert vm.run_for_steps(3) is StopReason.REACHED and vm.current_step >= before + 3
    assert vm.hints_executed == len(counted) > 10


INTERRUPTED = """\
import os, signal, sys, threading, time, cairohints

client = cairohints.Client(sys.argv[1])
program = sys.stdin.buffer.read()
seconds = float(sys.argv[3])


started = threading.Event()


def count():
    started.set()
    time.sleep(seconds)


def press():
    # A busy machine takes its time until the VM runs; hints of a worker do not tell.
    started.wait(0.2)
    time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGINT)


def make():
    attached = cairohints.here(static_locals={"count": count})
    hints = attached if sys.argv[2] == "here" else "python"
    return cairohints.Vm(program, client=client, hints=hints, static_locals=None)


paused = failed = 0
vm = make()
for _ in range(20):
    started.clear()
    threading.Thread(target=press).start()
    try:
        vm.run()
    except KeyboardInterrupt:
        pass
    assert vm.state is not cairohints.VmState.RUNNING
    # Or it was interrupted before its first step.
    if vm.state in (cairohints.VmState.PAUSED, cairohints.VmState.CREATED):
        steps = vm.current_step
        vm.run_for_steps(2)
        paused += vm.current_step == steps + 2
    else:
        assert vm.failure.reason == "INTERRUPTED", vm.failure
        failed += 1
        vm = make()
assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
print(paused, failed)
"""


@pytest.mark.parametrize(
    ("hints", "seconds", "paused"), [("here", 0, None), ("here", 0.02, None), ("python", 0, 20)]
)
def test_ctrl_c(hints, seconds, paused, unix_address):
    """Between hints, and with a worker, the VM pauses; a hint fails, as any Python code."""
    source = ENDLESS_HINTS if hints == "here" else ENDLESS
    run = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, unix_address, hints, str(seconds)],
        input=compiled(source),
        capture_output=True,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr.decode()
    found = [int(text) for text in run.stdout.split()]
    assert sum(found) == 20
    if paused is not None:
        assert found[0] == paused
    elif seconds:
        # On a busy machine most of the time passes between them.
        assert found[1] > 0


@pytest.mark.parametrize("first", ["cairohints", "starkware.cairo.lang.vm.relocatable"])
def test_there_is_one_class_of_addresses(first, unix_address):
    """Whichever is imported first: what hints, the client and cairo-lang's code call an address is the same."""
    script = f"""if True:
        import {first}
        import sys, cairohints
        from starkware.cairo.lang.vm.relocatable import RelocatableValue
        mine = RelocatableValue(1, 5)
        hints = cairohints.here({{"mine": mine, "expected": RelocatableValue}})
        vm = cairohints.Vm(sys.stdin.buffer.read(), client=cairohints.Client({unix_address!r}), hints=hints)
        vm.run()
        cell = vm.memory[vm.registers.ap - 1]
        assert type(cell) is RelocatableValue is cairohints.RelocatableValue
        assert cell == mine and {{cell: 1}}[mine] == 1 and cell + 1 == RelocatableValue(1, 6)
        print("ok")
        """
    source = """\
func main() {
    alloc_locals;
    local a: felt*;
    %{
        from starkware.cairo.lang.vm.relocatable import RelocatableValue
        assert RelocatableValue is expected and type(ap) is expected
        assert mine == expected(1, 5) and isinstance(mine + 1, expected)
        ids.a = mine
    %}
    [ap] = a, ap++;
    ret;
}
"""
    run = subprocess.run(
        [sys.executable, "-c", script], input=compiled(source), capture_output=True, timeout=60
    )
    assert run.stdout == b"ok\n", run.stderr.decode()
