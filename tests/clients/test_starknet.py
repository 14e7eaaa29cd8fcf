"""Cairo 0 contracts: cairo-lang's own execution of them, with its VM replaced by ours.

Syscalls go through the syscall handler of cairo-lang, a live object in this process. Everything is compared
with the same calls on the reference VM.
"""

import json
import time

import cairohints
import pytest
from compiling import compiled
from programs import SUM
from reference_imports import importable
from reference_vm import Program
from starknet_world import World, contract_class, execute_entry_point

with importable():
    from cairohints.function_runner import FunctionRunner

DEPLOY = {"caller": 1, "kind": "CONSTRUCTOR"}


@pytest.fixture
def ours(client, monkeypatch):
    """Has cairo-lang's code run contracts on our VM; counts them."""
    made = []

    class Runner(FunctionRunner):
        def __init__(self, *args, **options):
            super().__init__(*args, client=client, **options)
            made.append(self.program)

    def use(on):
        runner = Runner if on else original
        monkeypatch.setattr(execute_entry_point, "CairoFunctionRunner", runner)

    original = execute_entry_point.CairoFunctionRunner
    use.made = made
    return use


def play(calls):
    """Makes the calls in a new world; what each said, and what is left."""
    world = World(100, 200)
    said = []
    for address, name, *rest in calls:
        options = rest.pop() if rest and isinstance(rest[-1], dict) else {}
        try:
            info = world.call(address, name, *rest, **options)
        except Exception as error:
            said.append((type(error), error.code, error.message))
        else:
            said.append(info)
        said.append(world.context.run_resources.n_steps)
    counted = dict(world.resources.syscall_counter)
    storage = dict(world.state.cache.storage_view)
    return said, counted, storage


SCENES = {
    "storage and events": [
        (100, "constructor", 50, DEPLOY),
        (100, "increase", 5),
        (100, "increase", 6, {"caller": 9}),
        (100, "increase", 7),
    ],
    "calls between contracts": [
        (100, "constructor", 50, DEPLOY),
        (200, "constructor", 8, DEPLOY),
        (100, "increase_other", 200, 7),
        (200, "increase_other", 100, 8),
        (200, "increase_other", 200, 1),
    ],
    "messages, block and transaction": [(100, "tell", 9, 3, 4, 5, 6)],
    "a failed assertion": [(100, "refuse", 3), (100, "refuse", 0)],
    "a failed assertion of a library": [(100, "constructor", 4, DEPLOY), (100, "increase", 5)],
    "a failure in the called contract": [(100, "refuse_other", 200, 3)],
    "a contract that is not there": [(100, "refuse_other", 300, 3)],
    "steps used up": [(100, "loop", 200, {"steps": 100}), (100, "loop", 3, {"steps": 100})],
    "a wrong number of arguments": [(100, "increase")],
}


@pytest.mark.parametrize("scene", SCENES)
def test_the_same_as_the_reference_vm(scene, ours):
    expected = play(SCENES[scene])
    ours(True)
    found = play(SCENES[scene])
    assert found == expected
    assert len(ours.made) >= len(SCENES[scene])
    assert all(program is contract_class("counter").program for program in ours.made)


def test_the_handlers_own_exception_arrives(ours, monkeypatch):
    """An exception raised inside of the handler is the very object, at every level."""

    class Unplugged(Exception):
        pass

    original = Unplugged("no storage")
    world = World(100)

    def refuse(**_):
        raise original

    monkeypatch.setattr(world.state, "get_storage_at", refuse)
    ours(True)
    with pytest.raises(Exception, match="no storage") as info:
        world.call(100, "increase", 1)
    vm_exception = info.value.__cause__
    hint_exception = vm_exception.inner_exc
    assert type(vm_exception).__name__ == "VmException"
    assert type(hint_exception).__name__ == "HintException"
    assert hint_exception.inner_exc is original


def test_many_calls_leave_no_vm_behind(ours, client):
    before = set(client.list_vms())
    ours(True)
    world = World(100)
    world.call(100, "constructor", 50, **DEPLOY)
    for _ in range(20):
        world.call(100, "increase", 1)
    deadline = time.monotonic() + 60
    while set(client.list_vms()) - before:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_runner_by_itself(client):
    """`run` by name with arguments, as in the tests of Cairo 0 libraries."""
    program = Program.Schema().load(json.loads(compiled(SUM)))
    runner = FunctionRunner(program, client=client)
    range_check = runner.builtin_runners["range_check_builtin"].initial_stack()[0]
    values = runner.segments.gen_arg([5, 6, 7])
    implicit, explicit = runner.run("total", range_check_ptr=range_check, n=3, values=values)
    assert (implicit, explicit) == ((range_check,), (18, 3))
    assert runner.memory[values + 1] == 6
    assert runner.get_execution_resources().n_steps == runner.vm.current_step
    with pytest.raises(AssertionError, match="Memory is frozen"):
        runner.memory[runner.segments.add()] = 1
    with pytest.raises(AssertionError, match="Memory is frozen"):
        runner.run("total", range_check_ptr=range_check, n=3, values=values)
    assert cairohints.PRIME == program.prime
