"""VMs as objects of a program: independent, on the caller's thread, with nothing left behind.

`S6`, `S7`, `S9`, `S11` to `S11e` and `N1` of the specification.
"""

import gc
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import cairohints
import pytest
from cairohints import StopReason, VmState
from compiling import compiled
from programs import ENDLESS, STATEFUL

#: Each VM counts in a variable and in a module of its own; the last hint tells.
COUNTING = """\
%builtins output

func main{output_ptr: felt*}() {
    alloc_locals;
    %{
        import sys, types
        x = program_input['me']
        sys.modules.setdefault('state_of_one', types.SimpleNamespace(total=0)).total += x
    %}
    loop(20);
    local x;
    local total;
    %{
        import state_of_one
        ids.x, ids.total = x, state_of_one.total
    %}
    assert [output_ptr] = x;
    assert [output_ptr + 1] = total;
    let output_ptr = output_ptr + 2;
    return ();
}

func loop(n: felt) {
    if (n == 0) {
        return ();
    }
    %{
        x += program_input['me']
        sys.modules['state_of_one'].total += ids.n
    %}
    tempvar one = 1;
    return loop(n - 1);
}
"""
TOTAL = sum(range(21))


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def counting(client, me):
    return cairohints.Vm(
        compiled(COUNTING), client=client, layout="small", program_input={"me": me}, trace=True
    )


def is_done(vm, me):
    return vm.output == (21 * me, TOTAL + me)


def test_eight_vms_step_by_step_from_one_thread(client):
    """S7, S11e: no crosstalk, and the sum of the runs is that of serial ones."""
    serial = counting(client, 1)
    serial.run()
    vms = [counting(client, me) for me in range(1, 9)]
    running = list(vms)
    while running:
        running = [vm for vm in running if vm.run_for_steps(1) is StopReason.REACHED]
    for me, vm in enumerate(vms, 1):
        assert is_done(vm, me)
        assert vm.artifact(cairohints.Artifact.TRACE) == serial.artifact(cairohints.Artifact.TRACE)
    assert len({vm.worker_process_id for vm in vms}) == 8


def test_eight_vms_from_eight_threads(client):
    vms = [counting(client, me) for me in range(1, 9)]
    failed = []

    def drive(vm):
        try:
            while vm.run_for_steps(3) is StopReason.REACHED:
                pass
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=drive, args=(vm,)) for vm in vms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed and all(is_done(vm, me) for me, vm in enumerate(vms, 1))


@pytest.mark.parametrize("threads", [1, 8])
def test_eight_attached_vms(client, threads):
    """S7, S8: the hints of eight VMs in one interpreter, interleaved, each on its caller's thread."""
    source = """\
func main() {
    %{ x = [me] %}
    loop(10);
    %{ done.append((me, sum(x))) %}
    ret;
}

func loop(n: felt) {
    if (n == 0) {
        return ();
    }
    %{ x.append(ids.n); where.add(threading.get_ident()) %}
    tempvar one = 1;
    return loop(n - 1);
}
"""
    done = []
    places = [set() for _ in range(8)]
    vms = [
        cairohints.Vm(
            compiled(source),
            client=client,
            hints=cairohints.here(
                {"me": me}, {"done": done, "where": places[me], "threading": threading}
            ),
        )
        for me in range(8)
    ]

    def drive(some):
        running = list(some)
        while running:
            running = [vm for vm in running if vm.run_for_steps(2) is StopReason.REACHED]

    if threads == 1:
        drive(vms)
        assert all(place == {threading.get_ident()} for place in places)
    else:
        drivers = [threading.Thread(target=drive, args=([vm],)) for vm in vms]
        for driver in drivers:
            driver.start()
        for driver in drivers:
            driver.join(60)
        assert [place for place in places] == [{driver.ident} for driver in drivers]
    assert sorted(done) == [(me, me + 55) for me in range(8)]


def test_a_hint_is_on_one_thread_of_its_worker(client):
    """S11d: also after pauses, while others run."""
    source = """\
func main() {
    %{ import threading; threads = {threading.get_ident()} %}
    loop(10);
    ret;
}

func loop(n: felt) {
    if (n == 0) {
        return ();
    }
    %{ threads.add(threading.get_ident()); count = len(threads) %}
    tempvar one = 1;
    return loop(n - 1);
}
"""
    vms = [cairohints.Vm(compiled(source), client=client) for _ in range(3)]
    for _ in range(60):
        for vm in vms:
            if vm.state in (VmState.CREATED, VmState.PAUSED):
                vm.run_for_steps(1)
    for vm in vms:
        assert vm.state is VmState.SUCCEEDED
        assert ("count", "int", "1") in vm.scopes()[0]


def test_a_running_vm_refuses_a_second_run(client):
    """S11, S11a: never two at a time, and no deadlock."""
    vm = cairohints.Vm(compiled(ENDLESS), client=client)
    thread = threading.Thread(target=vm.run)
    thread.start()
    wait_for(lambda: vm.state is VmState.RUNNING)
    for act in (vm.run, lambda: vm.run_for_steps(1), lambda: vm.memory[1, 0], vm.scopes):
        with pytest.raises(cairohints.WrongState, match="(?s)is running.*hint: ") as info:
            act()
        assert info.value.reason == "VM_RUNNING"
    vm.pause()
    thread.join(20)
    assert not thread.is_alive()


def test_hints_of_a_vm_never_overlap(client):
    """S11a: slow hints of one VM, driven by two threads that both want it to run."""
    busy, most = [], []
    source = """\
func main() {
    loop(6);
    ret;
}

func loop(n: felt) {
    if (n == 0) {
        return ();
    }
    %{
        busy.append(1)
        most.append(len(busy))
        time.sleep(0.02)
        busy.pop()
    %}
    tempvar one = 1;
    return loop(n - 1);
}
"""
    names = {"busy": busy, "most": most, "time": time}
    vm = cairohints.Vm(compiled(source), client=client, hints=cairohints.here(static_locals=names))
    refused = []

    def drive():
        while vm.state is not VmState.SUCCEEDED:
            try:
                vm.run_for_steps(4)
            except cairohints.WrongState as error:
                refused.append(error.reason)

    threads = [threading.Thread(target=drive) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert most == [1] * 6 and set(refused) <= {"VM_RUNNING", "VM_ENDED", "HINT_RUNNING"}


def test_what_a_hint_keeps_stops_working_after_it(client):
    """S11b, S11c: `memory` and `ids` of one hint or VM are of no use to a thread or to another VM."""
    kept = {}
    source = """\
func main() {
    alloc_locals;
    local a;
    %{ kept[me] = (memory, ids, segments, fp) %}
    %{ ids.a = me %}
    [ap] = 1, ap++;
    %{ act() %}
    [ap] = 1, ap++;
    ret;
}
"""
    failed = []

    def use_the_other():
        memory, ids, segments, fp = kept[1]
        for use in (lambda: memory[fp], lambda: ids.a, segments.add, lambda: setattr(ids, "a", 2)):
            with pytest.raises(RuntimeError, match="hint: ") as info:
                use()
            failed.append(str(info.value))

    def vm(me, act):
        names = {"kept": kept, "me": me, "act": act}
        return cairohints.Vm(compiled(source), client=client, hints=cairohints.here(names))

    one = vm(1, lambda: None)
    one.run()
    two = vm(2, use_the_other)
    two.run()
    assert len(failed) == 4 and all("out of reach" in text for text in failed)
    assert (one.memory[kept[1][3]], two.memory[kept[2][3]]) == (1, 2)

    def from_a_thread():
        memory, _, _, fp = kept[3]
        thread = threading.Thread(target=lambda: late.append(_error(memory.__setitem__, fp + 9, 1)))
        thread.start()
        thread.join()

    late = []
    vm(3, from_a_thread).run()
    assert len(late) == 1 and isinstance(late[0], RuntimeError)
    assert "belongs to the thread of its running hint" in str(late[0])


def _error(act, *arguments):
    try:
        act(*arguments)
    except Exception as error:
        return error


def test_a_hint_cannot_reach_the_worker_s_insides(client):
    """S9: earlier variables and imports, but no VM and no `__main__` of the client."""
    source = """\
func main() {
    %{ mine = 1 %}
    [ap] = 1, ap++;
    %{
        import sys
        found = sorted(name for name in ('mine', 'vm', 'session', 'host', 'engine') if name in globals())
        main = sorted(name for name in vars(sys.modules['__main__']) if not name.startswith('__'))
        parent = 'cairohints' in sys.modules or 'grpc' in sys.modules
    %}
    [ap] = 1, ap++;
    ret;
}
"""
    vm = cairohints.Vm(compiled(source), client=client)
    vm.run()
    texts = {variable.name: variable.text for variable in vm.scopes()[0]}
    assert texts["found"] == "['mine']" and texts["main"] == "[]" and texts["parent"] == "False"


def children(pid):
    """The processes below one, by id."""
    found, todo = [], [pid]
    while todo:
        parent = todo.pop()
        for path in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                below = [int(text) for text in path.read_text().split()]
            except OSError:
                continue
            found += below
            todo += below
    return set(found)


def files_of(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident_kib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError


@pytest.mark.parametrize("hints", ["python", "here"])
def test_vms_leave_nothing_behind(client, unix_server, hints):
    """S6: fifty VMs dropped without a word; no process, file descriptor or memory stays."""
    server = unix_server.process.pid
    program = compiled(STATEFUL)

    def use(count):
        for number in range(count):
            placed = cairohints.here() if hints == "here" else "python"
            vm = cairohints.Vm(program, client=client, layout="small", hints=placed)
            if number % 3 == 0:
                vm.run()
            elif number % 3 == 1:
                vm.run_for_steps(9)
            del vm
        gc.collect()
        wait_for(lambda: set(client.list_vms()) <= vms)

    processes, vms = children(server), set(client.list_vms())
    use(5)
    wait_for(lambda: children(server) <= processes)
    before = (files_of(server), files_of(os.getpid()), threading.active_count())
    memory = resident_kib(server)
    use(50)
    wait_for(lambda: children(server) <= processes)
    wait_for(lambda: files_of(server) <= before[0] and files_of(os.getpid()) <= before[1])
    wait_for(lambda: threading.active_count() <= before[2])
    assert resident_kib(server) - memory < 20_000


def test_a_killed_client_frees_its_vms(unix_server, client):
    """The server notices the end of a connection; nothing of the client is left to say so."""
    code = f"""if True:
        import sys, threading, cairohints
        client = cairohints.Client({unix_server.address!r})
        program = sys.stdin.buffer.read()
        vms = [cairohints.Vm(program, client=client, layout="small", vm_id=f"killed-{{i}}") for i in range(4)]
        vms[0].run_for_steps(5)
        vms.append(cairohints.Vm(program, client=client, layout="small", hints=cairohints.here()))
        print("ready", flush=True)
        threading.Event().wait()
        """
    workers = children(unix_server.process.pid)
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(compiled(STATEFUL))
        process.stdin.close()
        assert process.stdout.readline() == b"ready\n"
        assert len(children(unix_server.process.pid) - workers) >= 4
        process.kill()
    # Sooner than the silence of a client would be noticed.
    wait_for(lambda: children(unix_server.process.pid) <= workers, seconds=10)
    # The name is free again.
    with cairohints.Vm(compiled(STATEFUL), client=client, layout="small", vm_id="killed-0"):
        pass


def test_a_slow_reader_harms_nobody(unix_address, client):
    """Two clients; one does not read what its VM prints. Both VMs run on, and the slow one is told."""
    source = """\
func main() {
    loop(2000);
    ret;
}

func loop(n: felt) {
    if (n == 0) {
        return ();
    }
    %{ print('x' * 40000) %}
    tempvar one = 1;
    return loop(n - 1);
}
"""
    with cairohints.Client(unix_address) as slow_client:
        slow = cairohints.Vm(compiled(source), client=slow_client, hint_output=False)
        events = slow.watch()
        next(events)
        other = cairohints.Vm(compiled(STATEFUL), client=client, layout="small")
        thread = threading.Thread(target=slow.run)
        thread.start()
        started = time.monotonic()
        other.run()
        assert time.monotonic() - started < 60
        thread.join(60)
        assert slow.state is VmState.SUCCEEDED
        kinds = []
        for event in events:
            kinds.append(event.kind)
            if event.state is VmState.SUCCEEDED:
                break
        assert "dropped" in kinds


def test_the_interpreter_is_free_while_a_vm_runs(client):
    """N1: another thread of the client keeps ticking, and two VMs run at the same time."""
    ticks = []
    over = threading.Event()

    def tick():
        while not over.wait(0.005):
            ticks.append(time.monotonic())

    vms = [cairohints.Vm(compiled(ENDLESS), client=client) for _ in range(2)]
    threads = [threading.Thread(target=vm.run) for vm in vms]
    clock = threading.Thread(target=tick)
    for thread in threads:
        thread.start()
    wait_for(lambda: all(vm.state is VmState.RUNNING for vm in vms))
    clock.start()
    # If the runs held the interpreter, nothing would tick until they pause.
    wait_for(lambda: len(ticks) >= 50)
    over.set()
    clock.join()
    assert [vm.state for vm in vms] == [VmState.RUNNING] * 2
    for vm, thread in zip(vms, threads):
        vm.pause()
        thread.join(60)
        assert vm.current_step > 10_000


def test_an_idle_client_keeps_its_vms(slow_clients):
    """The server's keepalive is answered although no call is open."""
    for name in ("python", "here"):
        assert slow_clients[name].stdout.read() == b"succeeded\n"


def test_a_server_that_stopped_answering_fails_the_calls(slow_clients):
    """It is there, but says nothing, also not to the client's pings."""
    said = slow_clients["stopped server"].stdout.read()
    assert said.startswith(b"ServerUnavailable"), said


def test_a_client_that_was_stopped_goes_on(slow_clients):
    """Ctrl-Z, and `fg` after longer than a server waits for a client over TCP."""
    assert slow_clients["stopped client"].stdout.read() == b"succeeded succeeded\n"
