import asyncio
import copy
import gc
import inspect
import json
import pickle
import time

import pytest

import cairohints
from cairohints import RelocatableValue, requests
from cairohints.v1 import vm_service_pb2 as pb

THREE = {"hints": {"0": [{"code": "pass"}] * 3}}


def make(client, program=None, **options):
    return cairohints.Vm(program or THREE, client=client, **options)


def wait_for(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_steps_then_the_rest(client, capsys):
    with make(client) as vm:
        assert vm.state is cairohints.VmState.CREATED
        assert vm.run_for_steps(2) is cairohints.StopReason.REACHED
        assert (vm.state, vm.current_step) == (cairohints.VmState.PAUSED, 2)
        assert vm.run() is cairohints.StopReason.ENDED
        assert vm.output == (7, None)
        assert vm.resources.steps == 3
        assert vm.registers.ap == RelocatableValue(1, 0)
        assert vm.return_values(3) == (RelocatableValue(1, 2), 0, 1)
    assert capsys.readouterr().out == "hi\n"


def test_memory_is_read_in_parts_and_written_reduced(client):
    vm = make(client)
    base = vm.segments.add()
    assert base == RelocatableValue(2, 0)
    vm.memory[base : base + 5] = [1, -1, base + 4, cairohints.PRIME + 2, 5]
    vm.memory[2, 6] = 9
    expected = [1, cairohints.PRIME - 1, base + 4, 2, 5, None, 9]
    assert vm.memory[base : base + 7] == expected
    assert (base + 5) not in vm.memory and vm.memory.get(base + 5, 3) == 3
    with pytest.raises(cairohints.UnknownMemory, match="`2:5` is empty"):
        vm.memory[base + 5]
    with pytest.raises(TypeError, match="int or a `RelocatableValue`"):
        vm.memory[base] = "text"
    with pytest.raises(ValueError, match="fit into"):
        vm.memory[base : base + 2] = [1]


def test_artifacts_are_put_together(client):
    vm = make(client)
    assert vm.memory_bytes() == bytes(range(48))
    assert vm.trace()[0].ap == int.from_bytes(bytes(range(8)), "little")
    assert len(vm.trace()) == 2


def test_a_vm_is_freed_by_close_and_by_the_garbage_collector(client, server):
    closed = make(client)
    closed.close()
    closed.close()
    wait_for(lambda: not server.vms)
    vm = make(client)
    vm.run()
    assert server.vms
    del vm
    gc.collect()
    wait_for(lambda: not server.vms)


def test_a_program_is_uploaded_once_and_again_when_forgotten(client, server):
    first, second = make(client), make(client)
    assert server.uploads == 1
    server.programs.clear()
    third = make(client)
    assert server.uploads == 2
    assert len({first.name, second.name, third.name}) == 3
    assert client.list_vms() == sorted(vm.name for vm in (first, second, third))


def test_errors_are_typed_and_say_what_to_do(client, tmp_path):
    with pytest.raises(
        cairohints.InvalidArgument, match="(?s)no such layout.*hint: use `small`"
    ) as info:
        make(client, layout="nonsense")
    assert info.value.reason == "UNKNOWN_LAYOUT"
    with pytest.raises(cairohints.InvalidProgram, match="hint: compile"):
        make(client, b"not json")
    with pytest.raises(cairohints.InvalidProgram, match="cannot read the program"):
        make(client, tmp_path / "missing.json")
    vm = make(client)
    vm.run()
    with pytest.raises(cairohints.WrongState, match="the vm has ended"):
        vm.run()
    with pytest.raises(ValueError, match="no hint placement"):
        make(client, hints="fast")
    with pytest.raises(TypeError, match="cairohints.here"):
        make(client, hint_locals={"live": object()})
    with pytest.raises(cairohints.ServerUnavailable, match="hint: check the address"):
        cairohints.Vm(THREE, client=cairohints.Client(f"unix:{tmp_path}/nobody"))


@pytest.mark.parametrize(
    ("reason", "cls"),
    [
        ("CAIRO_ERROR", cairohints.CairoError),
        ("WORKER_DIED", cairohints.WorkerDied),
        ("HINT_TIMEOUT", cairohints.HintTimeout),
        ("STEPS_EXHAUSTED", cairohints.StepLimit),
        ("LIMIT_EXCEEDED", cairohints.LimitExceeded),
        ("EXIT", cairohints.HintExited),
        ("END_OF_RUN", cairohints.EndOfRunFailed),
    ],
)
def test_failures_are_typed(client, reason, cls):
    failure = {"reason": reason, "message": "Error", "exit_code": 3, "cairo_traceback": "where"}
    vm = make(client, {**THREE, "failure": failure})
    with pytest.raises(cls) as info:
        vm.run()
    assert (info.value.reason, info.value.exit_code) == (reason, 3)
    assert info.value.cairo_traceback == "where"
    assert vm.state is cairohints.VmState.FAILED and type(vm.failure) is cls


def test_one_call(client):
    artifacts = [cairohints.Artifact.TRACE]
    result = cairohints.run(THREE, client=client, return_values=1, artifacts=artifacts)
    assert (result.output, result.steps) == ((7, None), 3)
    assert result.return_values == (RelocatableValue(1, 2),)
    assert len(result.trace()) == 2


async def test_async_twin(server, capsys):
    async with cairohints.AsyncVm(THREE, address=server.address) as vm:
        base = await vm.segments.add()
        await vm.memory.load(base, [4, base])
        assert await vm.memory[base : base + 5] == [4, base, None, None, None]
        assert await vm.memory[base + 1] == base and await vm.memory.get(base + 2, 7) == 7
        with pytest.raises(cairohints.UnknownMemory, match="`2:2` is empty"):
            await vm.memory[base + 2]
        assert await vm.run_for_steps(1) is cairohints.StopReason.REACHED
        assert vm.current_step == 1
        await vm.run()
        assert vm.output == (7, None)
        assert len(await vm.trace()) == 2 and await vm.pie() == bytes(range(48))
        with pytest.raises(cairohints.WrongState):
            await vm.run()
    assert capsys.readouterr().out == "hi\n"


async def test_an_async_vm_is_made_by_its_first_call(server):
    vm = cairohints.AsyncVm(THREE, address=server.address, hint_output=False)
    assert not server.vms and vm.state is cairohints.VmState.UNSPECIFIED
    assert await asyncio.gather(vm.return_values(2), vm.memory.get((1, 0))) == [
        (RelocatableValue(1, 2), 0),
        None,
    ]
    assert list(server.vms) == [vm.name]
    await vm.close()
    await vm.close()
    with pytest.raises(cairohints.VmNotFound, match="(?s)the vm is closed.*hint:"):
        await vm.run()
    awaited = await cairohints.AsyncVm(THREE, address=server.address)
    assert awaited.state is cairohints.VmState.CREATED
    await awaited.close()


async def test_async_vms_share_a_client(server):
    async with cairohints.AsyncClient(server.address) as client:
        one, two = (cairohints.AsyncVm(THREE, client=client) for _ in range(2))
        assert await one.run() is await two.run() is cairohints.StopReason.ENDED
        assert server.uploads == 1 and await client.list_vms() == sorted([one.name, two.name])
        await one.close()
        assert await client.list_vms() == [two.name]
        name = two.name
        del two
        gc.collect()
        while name in await client.list_vms():
            await asyncio.sleep(0.01)
        # A program that the server has forgotten is uploaded again.
        server.programs.clear()
        three = await cairohints.AsyncVm(THREE, client=client)
    with pytest.raises(cairohints.ServerUnavailable, match="the client is closed"):
        await three.run()
    with cairohints.Client(server.address) as client:
        async with cairohints.AsyncVm(THREE, client=client) as vm:
            assert await vm.run() is cairohints.StopReason.ENDED
    with pytest.raises(ValueError, match="one of `client` and `address`"):
        cairohints.AsyncVm(THREE, client=client, address=server.address)


async def test_an_async_vm_that_could_not_be_made_can_be_tried_again(server, tmp_path):
    path = tmp_path / "program.json"
    vm = cairohints.AsyncVm(path, address=server.address)
    for _ in range(2):
        with pytest.raises(cairohints.InvalidProgram, match="cannot read the program"):
            await vm.run()
    path.write_text(json.dumps(THREE))
    assert await vm.run() is cairohints.StopReason.ENDED
    await vm.close()


#: What `Vm` alone has: an event loop cannot lend its thread to attached hints.
ATTACHED_ONLY = {"hint_session", "at_end_of_run"}


def public_members(value):
    """`{name: function, or nothing}` of what is there for users."""
    names = [name for name in dir(value) if not name.startswith("_")]
    return {name: inspect.getattr_static(type(value), name, None) for name in names}


@pytest.mark.parametrize("kind", ["client", "vm", "vm.memory", "vm.segments"])
async def test_the_async_twins_have_the_same_members(kind, client):
    """Methods take the same arguments and are awaited; attributes are attributes."""
    vm = cairohints.Vm(THREE, client=client)
    async with cairohints.AsyncVm(THREE, client=client) as async_vm:
        async_client = cairohints.AsyncClient(client.address)
        ours = public_members(eval(kind))
        theirs = public_members(eval(f"async_{kind}"))
    assert set(ours) - set(theirs) == (ATTACHED_ONLY if kind == "vm" else set())
    for name, member in ours.items():
        if name in ATTACHED_ONLY or not inspect.isfunction(member):
            continue
        same = inspect.signature(member).parameters, inspect.signature(theirs[name]).parameters
        assert list(same[0]) == list(same[1]), name
        awaited = inspect.iscoroutinefunction(theirs[name]) or inspect.isasyncgenfunction(theirs[name])
        # These talk to nobody.
        assert awaited or name in ("explained", "shared_folders"), name
    made = [inspect.signature(type(value)).parameters for value in (vm, async_vm)]
    assert set(made[0]) <= set(made[1])
    await async_client.close()


def test_arguments_nest():
    message = requests.argument([1, [RelocatableValue(1, 2), []], -3])
    first, nested, last = message.list.elements
    assert (first.felt, last.felt) == ("1", "-3")
    assert nested.list.elements[0].address.offset == 2
    assert nested.list.elements[1].WhichOneof("kind") == "list"
    deep = []
    for _ in range(5000):
        deep = [deep]
    assert requests.argument(deep).list.elements
    with pytest.raises(TypeError, match="not `str`"):
        requests.argument(["x"])


def test_where_a_run_stops():
    assert requests.run_request("vms/a", until="loop").label == "loop"
    assert requests.run_request("vms/a", until=5).pc == 5
    assert requests.run_request("vms/a", until=(1, 2)).address.segment == 1
    assert requests.run_request("vms/a").WhichOneof("until") is None
    entry = requests.VmOptions(entry_point="f", args=[1], max_steps=9).request("x")
    assert (entry.entry_point.name, entry.limits.max_steps) == ("f", 9)
    assert entry.hint_engine == pb.HINT_ENGINE_WORKER


def test_type_checkers_know_every_keyword():
    fields = requests.VmOptions.__dataclass_fields__
    assert list(requests.VmKeywords.__annotations__) == list(fields)


def test_what_belongs_to_a_connection_is_not_sent(client):
    vm = cairohints.Vm(THREE, client=client)
    for value in (vm, client, cairohints.AsyncVm(THREE), cairohints.AsyncClient()):
        for send in (pickle.dumps, copy.copy):
            with pytest.raises(TypeError, match="(?s)cannot be pickled or copied.*hint: make another"):
                send(value)
