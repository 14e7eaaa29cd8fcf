"""Ctrl-C on a terminal: what it ends, and what goes on. Each program has a server of its own."""

import os
import subprocess
import sys
import textwrap
import time

import pytest
from compiling import compiled
from programs import ENDLESS
from terminal import on_a_terminal, read_until

#: Tells when it runs, then runs until somebody stops it.
TELLING = """\
func main() {
    %{ print('running', flush=True) %}
    [ap] = 1, ap++;
    loop:
    tempvar n = 1;
    jmp loop;
}
"""

SLOW_HINT = """\
func main() {
    %{
        import time
        print('in the hint', flush=True)
        time.sleep(6)
    %}
    [ap] = 5, ap++;
    ret;
}
"""


@pytest.fixture
def program(tmp_path):
    def path(source):
        path = tmp_path / "program.json"
        path.write_bytes(compiled(source))
        return str(path)

    return path


def on_terminal(code, *arguments):
    """Runs a program; `arguments` are the names that it begins with."""
    return on_a_terminal(f"args = {arguments!r}\n" + textwrap.dedent(code))


def press_ctrl_c(terminal):
    # What the program printed is a moment older than what it does now.
    time.sleep(0.3)
    os.write(terminal, b"\x03")


@pytest.mark.parametrize("hints", ["python", "here"])
def test_an_interrupt_pauses_one_vm_and_all_goes_on(hints, program):
    script = """\
        import sys, cairohints
        from cairohints.server_process import local_server
        path, hints = args
        other = cairohints.Vm(path)
        other.run_for_steps(3)
        vm = cairohints.Vm(path, hints=cairohints.here() if hints == "here" else hints)
        server = local_server().process.pid
        for _ in range(3):
            try:
                vm.run()
            except KeyboardInterrupt:
                assert " paused at pc=0:" in repr(vm), vm
                steps = vm.current_step
                print("interrupted", vm.state.value, steps > 0, vm.memory[vm.registers.ap - 1])
            vm.run_for_steps(7)
            assert vm.current_step == steps + 7
            print("running")
        other.run_for_steps(5)
        assert other.current_step == 8 and local_server().process.pid == server
        assert local_server().process.poll() is None
        print("all lives")
        """
    with on_terminal(script, program(TELLING), hints) as terminal:
        for _ in range(3):
            read_until(terminal, "running")
            press_ctrl_c(terminal)
            read_until(terminal, "interrupted paused True 1")
        read_until(terminal, "all lives")


def test_a_hint_is_waited_for_until_ctrl_c_is_pressed_again(program):
    script = """\
        import time, cairohints
        vm = cairohints.Vm(*args)
        try:
            vm.run()
        except KeyboardInterrupt:
            print("left", vm.state.value)
        # The hint runs on, and then the VM is paused.
        while vm.state is cairohints.VmState.RUNNING:
            time.sleep(0.05)
        print("then", vm.state.value, vm.run().value, vm.memory[vm.registers.ap - 1])
        """
    with on_terminal(script, program(SLOW_HINT)) as terminal:
        read_until(terminal, "in the hint")
        press_ctrl_c(terminal)
        read_until(terminal, "waiting for the hint that runs now")
        press_ctrl_c(terminal)
        read_until(terminal, "left running")
        read_until(terminal, "then paused ended 5")


@pytest.mark.parametrize(
    ("command", "hints"), [("run", "python"), ("run", "here"), ("watch", "python")]
)
def test_the_command_exits_130_and_says_where_it_was(command, hints, program):
    arguments = [command, program(TELLING), "--hints", hints]
    script = """\
        import subprocess, sys, signal
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        ours = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)
        done = subprocess.run([sys.executable, "-m", "cairohints", *args], preexec_fn=ours)
        print("code", done.returncode)
        """
    with on_terminal(script, *arguments) as terminal:
        read_until(terminal, "running")
        press_ctrl_c(terminal)
        shown = read_until(terminal, "code 130")
        assert "interrupted at pc=0:" in shown and "Traceback" not in shown


def test_a_call_whose_time_is_over_leaves_a_paused_vm():
    script = """if True:
        import sys, cairohints
        vm = cairohints.Vm(sys.stdin.buffer.read())
        found = []
        for _ in range(20):
            try:
                vm.run(timeout=0.05)
            except cairohints.DeadlineExceeded as error:
                assert "timeout of `0.05` seconds; the vm pauses\\nhint: run it again" in str(error)
                found.append(vm.state.value)
                vm.run_for_steps(1)
        print(set(found), len(found))
        """
    run = subprocess.run(
        [sys.executable, "-c", script], input=compiled(ENDLESS), capture_output=True, timeout=60
    )
    assert run.stdout == b"{'paused'} 20\n", run.stderr.decode()


DEBUGGED = """\
func main() {
    alloc_locals;
    local a;
    %{
        number = 41
        breakpoint()
        ids.a = number + 1
    %}
    [ap] = a, ap++;
    loop:
    tempvar n = 1;
    jmp loop;
}
"""


def test_ctrl_c_at_the_prompt_of_the_debugger_prompts_again(program):
    """And Ctrl-C works as before when the debugger is gone, during this run and after it."""
    script = """\
        import signal, time, cairohints
        vm = cairohints.Vm(*args, hints=cairohints.here())
        vm.run_until("main.loop")
        print("at the loop", vm.memory[vm.registers.ap - 1])
        for name in ("run", "sleep"):
            try:
                print("now", name, flush=True)
                vm.run() if name == "run" else time.sleep(30)
            except KeyboardInterrupt:
                print("interrupted in", name, vm.state.value)
        """
    with on_terminal(script, program(DEBUGGED)) as terminal:
        read_until(terminal, "(Pdb) ")
        for _ in range(3):
            press_ctrl_c(terminal)
            read_until(terminal, "(Pdb) ")
        os.write(terminal, b"p number\n")
        assert "41" in read_until(terminal, "(Pdb) ")
        os.write(terminal, b"number = 99\n")
        read_until(terminal, "(Pdb) ")
        os.write(terminal, b"c\n")
        read_until(terminal, "at the loop 100")
        for name in ("run", "sleep"):
            read_until(terminal, f"now {name}")
            press_ctrl_c(terminal)
            read_until(terminal, f"interrupted in {name} paused")
