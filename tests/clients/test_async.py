"""`AsyncVm` against the real server: what it has besides what `test_running` runs."""

import asyncio
import gc
import os
import subprocess
import sys

import cairohints
import pytest
from cairohints import Artifact, StopReason, VmState
from compiling import compiled
from programs import ENDLESS, FAILING, STATEFUL

PRINTING = """\
func main() {
    %{
        import sys
        print('one')
        print('to stderr', file=sys.stderr)
    %}
    [ap] = 1, ap++;
    %{ print('two') %}
    [ap] = 2, ap++;
    ret;
}
"""


@pytest.fixture
async def client(unix_address):
    async with cairohints.AsyncClient(unix_address) as client:
        yield client


async def test_what_hints_print_appears_before_the_run_returns(client, capsys):
    vm = cairohints.AsyncVm(compiled(PRINTING), client=client)
    await vm.run_for_steps(1)
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("one\n", "to stderr\n")
    await vm.run()
    assert capsys.readouterr().out == "two\n"
    quiet = cairohints.AsyncVm(compiled(PRINTING), client=client, hint_output=False)
    events = quiet.watch()
    following = asyncio.ensure_future(outputs(events))
    await asyncio.sleep(0.2)
    await quiet.run()
    assert await following == b"one\nto stderr\ntwo\n"
    assert capsys.readouterr() == ("", "")


async def outputs(events):
    found = b""
    async for event in events:
        if event.kind == "output":
            found += event.data
        if event.state in (VmState.SUCCEEDED, VmState.FAILED):
            return found


async def test_its_results_are_those_of_vm(client, unix_address):
    options = {"layout": "small", "trace": True}
    with cairohints.Vm(
        compiled(STATEFUL), client=cairohints.Client(unix_address), **options
    ) as expected:
        expected.run()
        async with cairohints.AsyncVm(compiled(STATEFUL), client=client, **options) as vm:
            await vm.run()
            for name in (
                "state",
                "registers",
                "current_step",
                "hints_executed",
                "output",
                "resources",
            ):
                assert getattr(vm, name) == getattr(expected, name), name
            assert vm.worker_process_id and vm.failure is None
            assert await vm.memory_bytes() == expected.memory_bytes()
            assert (await vm.pie()).startswith(b"PK")
            assert await vm.artifact(Artifact.TRACE) == expected.artifact(Artifact.TRACE)
            first = vm.registers.ap + -8
            assert (
                await vm.memory[first : vm.registers.ap] == expected.memory[first : vm.registers.ap]
            )


@pytest.mark.parametrize("how", ["timeout", "cancelled"])
async def test_a_run_that_is_given_up_leaves_a_paused_vm(how, client):
    async with cairohints.AsyncVm(compiled(ENDLESS), client=client) as vm:
        for _ in range(5):
            if how == "timeout":
                with pytest.raises(cairohints.DeadlineExceeded):
                    await vm.run(timeout=0.1)
            else:
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(vm.run(), 0.1)
            assert vm.state is VmState.PAUSED
            steps = vm.current_step
            assert await vm.run_for_steps(3) is StopReason.REACHED and vm.current_step == steps + 3


async def test_failures_are_kept(client):
    vm = cairohints.AsyncVm(compiled(FAILING), client=client)
    with pytest.raises(cairohints.HintFailed) as info:
        await vm.run()
    assert str(vm.failure) == str(info.value) and vm.failure.hint.line == 16
    broken = cairohints.AsyncVm(
        compiled("func main() {\n    %{ 1 + %}\n    ret;\n}\n"), client=client
    )
    with pytest.raises(cairohints.HintFailed, match="SyntaxError"):
        await broken.run()
    with pytest.raises(cairohints.WrongState):
        await broken.run()


async def test_the_garbage_collector_ends_a_vm_and_its_worker(unix_address):
    vm = cairohints.AsyncVm(compiled(STATEFUL), address=unix_address, layout="small")
    await vm.run_for_steps(3)
    worker = vm.worker_process_id
    assert worker
    del vm
    gc.collect()
    deadline = asyncio.get_running_loop().time() + 10
    while os.path.exists(f"/proc/{worker}"):
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.02)


def test_a_server_of_its_own_and_a_progress_bar():
    script = """if True:
        import asyncio, sys, cairohints

        async def main():
            vm = cairohints.AsyncVm(sys.stdin.buffer.read(), layout="small")
            await vm.run(progress=True)
            print(vm.output[0], vm.state.value)

        asyncio.run(main())
        """
    run = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", script],
        input=compiled(STATEFUL),
        capture_output=True,
        timeout=60,
    )
    assert run.stdout == b"72 succeeded\n", run.stderr.decode()
    assert b"Traceback" not in run.stderr and b"never" not in run.stderr, run.stderr.decode()
