"""What hints log, told to callbacks of the Python client: by level, all of a run before it returns."""

import asyncio
import logging
import os
import signal
import threading

import cairohints
import pytest
from cairohints import AsyncVm, HintFailed, HintRecord, VmFailed, WorkerDied, here
from compiling import compiled

LEVELS = ["output", "debug", "info", "warning", "error", "critical"]
LOGS = """
func main() {
    %{
        print('printed')
        log.debug('d', account=7, big=2**100, none=None, cells=[1, {'a': 'b'}])
        log('i')
        log.warning('w')
    %}
    ap += 3;
    %{
        log.error('e')
        log.critical('c')
    %}
    return ();
}
"""


def hint(code):
    lines = "\n".join("        " + line for line in code.splitlines())
    return compiled("func main() {\n    %{\n" + lines + "\n    %}\n    return ();\n}\n")


def refuse(record):
    raise KeyError(record.message)


@pytest.fixture(params=["worker", "attached"])
def make(request, client):
    """Makes VMs whose hints run in a worker, or in this process."""
    made = []

    def vm(program):
        options = {"hints": here()} if request.param == "attached" else {}
        made.append(cairohints.Vm(program, client=client, **options))
        return made[-1]

    vm.attached = request.param == "attached"
    yield vm
    for vm in made:
        vm.close()


def test_callbacks_by_level(make):
    vm = make(compiled(LOGS))
    # What is printed in this process is printed here, and no record.
    levels = LEVELS[1:] if make.attached else LEVELS
    told = {level: [] for level in levels}
    for level in levels:
        vm.on_log(told[level].append, level)
    by_default, by_number = [], []
    vm.on_log(by_default.append)
    vm.on_log(by_number.append, logging.ERROR)
    vm.run()
    texts = ["printed", "d", "i", "w", "e", "c"][-len(levels) :]
    for place, level in enumerate(levels):
        assert [record.message for record in told[level]] == texts[place:], level
        assert [record.levelname for record in told[level]] == levels[place:]
    assert by_default == told["info"]
    assert by_number == told["error"]


def test_a_record_says_what_and_where(make):
    vm = make(compiled(LOGS))
    records = []
    vm.on_log(records.append, "debug")
    vm.run()
    first, *_, last = records
    assert isinstance(first, HintRecord)
    assert first.fields == {"account": 7, "big": 2**100, "none": None, "cells": [1, {"a": "b"}]}
    assert (first.levelno, first.levelname) == (logging.DEBUG, "debug")
    assert (first.hint_id, first.pc) == (0, (0, 0))
    assert (last.hint_id, last.pc) == (1, (0, 2))
    assert (last.language, last.name, last.cut) == ("python", "", False)
    assert 0 < first.created <= last.created


def test_all_records_come_before_the_run_returns(make):
    vm = make(hint("for n in range(5000):\n    log('x', n=n)"))
    numbers = []
    vm.on_log(lambda record: numbers.append(record.fields["n"]))
    vm.run()
    assert numbers == list(range(5000))


def test_all_records_come_before_a_failure(make):
    vm = make(hint("for n in range(100):\n    log('x', n=n)\nraise ValueError('mine')"))
    numbers = []
    vm.on_log(lambda record: numbers.append(record.fields["n"]))
    with pytest.raises(HintFailed, match="mine"):
        vm.run()
    assert numbers == list(range(100))


def test_what_the_callback_raises_the_run_raises(make):
    vm = make(hint("log('one')\nlog('two')"))
    texts = []

    def callback(record):
        texts.append(record.message)
        raise KeyError(record.message)

    vm.on_log(callback)
    with pytest.raises(KeyError, match="one"):
        vm.run()
    assert texts == ["one", "two"]
    assert vm.state is cairohints.VmState.SUCCEEDED


def test_a_failure_comes_before_what_the_callback_raises(make):
    vm = make(hint("log('one')\nraise ValueError('mine')"))
    vm.on_log(refuse)
    with pytest.raises(HintFailed, match="mine"):
        vm.run()


def test_a_paused_vm_goes_on_logging(make):
    vm = make(compiled(LOGS))
    texts = []
    vm.on_log(lambda record: texts.append(record.message))
    vm.run_for_steps(1)
    assert texts == ["i", "w"]
    vm.run()
    assert texts == ["i", "w", "e", "c"]


def test_what_was_logged_before_the_worker_died_comes(client):
    code = f"import os\nfor n in range(500):\n    log('x', n=n)\nos.kill(os.getpid(), {int(signal.SIGKILL)})"
    numbers = []
    with cairohints.Vm(hint(code), client=client) as vm:
        vm.on_log(lambda record: numbers.append(record.fields["n"]))
        with pytest.raises(WorkerDied):
            vm.run()
    assert numbers == list(range(500))


def test_a_level_that_there_is_not(client):
    with cairohints.Vm(hint("pass"), client=client) as vm:
        with pytest.raises(
            ValueError, match="there is no level `loud`\nhint: use one of `output`, "
        ):
            vm.on_log(print, "loud")
        # As `logging` has it, a number between two levels leaves out the lower one.
        texts = []
        vm.on_log(texts.append, 35)
        vm.run()
        assert texts == []


def test_records_are_events(client):
    with cairohints.Vm(compiled(LOGS), client=client) as vm:
        events = vm.watch(records="warning")
        assert next(events).kind == "state"
        vm.run()
        records = []
        for event in events:
            records += event.records
            if event.kind == "state" and event.state is cairohints.VmState.SUCCEEDED:
                break
        assert [record.message for record in records] == ["w", "e", "c"]
        vm.close()


def test_for_asyncio(tcp_address):
    async def run():
        async with AsyncVm(compiled(LOGS), address=tcp_address) as vm:
            records = []
            await vm.on_log(records.append, "warning")
            await vm.run()
            assert [record.message for record in records] == ["w", "e", "c"]
        async with AsyncVm(hint("log('x')"), address=tcp_address) as vm:
            await vm.on_log(refuse)
            with pytest.raises(KeyError, match="x"):
                await vm.run()

    asyncio.run(run())


def test_what_no_hint_logs_here_goes_to_logging(client, caplog):
    """While hints are attached, other code of this process finds the name, too."""
    with cairohints.Vm(hint("log('from the hint')"), client=client, hints=here()) as vm:
        texts = []
        vm.on_log(lambda record: texts.append(record.message))
        vm.run()
        with caplog.at_level(logging.INFO):
            eval("log.info('from elsewhere', account=7)")
        assert texts == ["from the hint"]
        assert [record.getMessage() for record in caplog.records] == ["from elsewhere account=7"]


def test_hints_here_and_there_log_to_the_same(client):
    """A VM whose hints run partly in this process and partly in a worker."""
    texts = []
    only = here(only=lambda offered: "'e'" in offered.code)
    with cairohints.Vm(compiled(LOGS), client=client, hints=only) as vm:
        vm.on_log(lambda record: texts.append((record.message, threading.get_ident())), "info")
        vm.run()
    # They come by different ways, each in its order.
    here_and_there = [[text for text, _ in texts if text in part] for part in ("ec", "iw")]
    assert here_and_there == [["e", "c"], ["i", "w"]] and len(texts) == 4
    assert os.getpid() and all(thread != threading.get_ident() for _, thread in texts)


def test_a_text_that_is_none(make):
    vm = make(hint("log(7)"))
    with pytest.raises(VmFailed, match="the text of a log must be a str, not `int`"):
        vm.run()
