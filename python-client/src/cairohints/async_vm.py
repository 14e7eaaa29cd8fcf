"""Owns `AsyncVm`: the same VM for `asyncio`."""

from __future__ import annotations

import asyncio
import os
import weakref
from typing import (
    TYPE_CHECKING,
    Any,
    AsyncIterator,
    Generator,
    List,
    NoReturn,
    Optional,
    Set,
    Tuple,
    Union,
)

import grpc
import grpc.aio

from . import results
from .async_client import AsyncClient
from .async_memory import AsyncVmMemory, AsyncVmSegments
from .attached import Here
from .client import Client
from .connection import unsendable
from .errors import CairoHintsError, DeadlineExceeded, ProgramNotFound, VmFailed, VmNotFound, WrongState
from .failures import call_error, run_error, vm_failure
from .hint_log import AsyncHintLog, OnRecord
from .hint_output import AsyncHintOutput
from .hint_record import level_number
from .programs import ProgramLike, lasting, program_bytes
from .requests import VmKeywords, VmOptions, artifact_request, run_request, shows_options
from .results import (
    Artifact,
    Event,
    HintTable,
    Registers,
    Resources,
    StopReason,
    TraceEntry,
    Variable,
    VmState,
)
from .sources import with_sources
from .v1 import vm_service_pb2 as pb
from .v1.log_pb2 import RecordLevel
from .values import AddressLike, Cell, cells_of

if TYPE_CHECKING:
    from typing_extensions import Unpack

#: How long a call that was given up waits for its VM to pause.
_PAUSE_SECONDS = 2.0
#: An event loop does not hold its tasks.
_ending: Set[Any] = set()


class AsyncVm:
    """A VM for `asyncio`. Keywords are the fields of `requests.VmOptions`.

    It is made by `async with`, by `await`, or by the first call: `vm = AsyncVm("prog.json")`, then
    `await vm.run()`. Properties are as of the last run or `refresh`. It is freed when it is closed, when
    its `async with` block ends, or when nobody refers to it any more.
    """

    @shows_options
    def __init__(
        self,
        program: ProgramLike,
        *,
        client: Union[AsyncClient, Client, None] = None,
        address: Optional[str] = None,
        hint_output: bool = True,
        **options: Unpack[VmKeywords],
    ) -> None:
        self._options = VmOptions(**options)
        if isinstance(self._options.hints, Here):
            raise ValueError(
                "attached hints run on the thread that runs the vm, which an event loop cannot lend\n"
                "hint: use `Vm` in a thread, for example with `asyncio.to_thread`"
            )
        if client is not None and address is not None:
            raise ValueError("a client has an address already: give one of `client` and `address`")
        self._program = lasting(program)
        self._shared = isinstance(client, AsyncClient)
        self._address = client.address if isinstance(client, Client) else address
        self._client = client if isinstance(client, AsyncClient) else AsyncClient(self._address)
        self._making: Optional["asyncio.Future[None]"] = None
        self._closed = False
        self._finalizer: Any = None
        self._vm = pb.Vm()
        # Whether a run has raised what the program failed with.
        self._failure_raised = False
        self._forward = hint_output
        self._output: Optional[AsyncHintOutput] = None
        self._logs: List[AsyncHintLog] = []
        #: `vms/{vm_id}`, once it exists.
        self.name = ""
        #: Reads memory; writes it before the first step.
        self.memory = AsyncVmMemory(self)
        #: Lists segments; adds them before the first step.
        self.segments = AsyncVmSegments(self)

    # Making it.

    def __await__(self) -> Generator[Any, None, "AsyncVm"]:
        return self._made().__await__()

    async def __aenter__(self) -> "AsyncVm":
        return await self

    async def _made(self) -> "AsyncVm":
        if self._closed:
            raise VmNotFound(f"the vm is closed\nhint: {VmNotFound.advice}", reason="VM_NOT_FOUND")
        if self._making is None:
            self._making = asyncio.ensure_future(self._make())
        making = self._making
        try:
            # Others may wait for it, too.
            await asyncio.shield(making)
        except BaseException:
            if making.done() and self._making is making:
                self._making = None
            raise
        return self

    async def _make(self) -> None:
        try:
            stub = await self._client.connected()
            data = program_bytes(self._program)
            request = self._options.request(
                await self._client.ensure_uploaded(data), self._client.shared_folders(self._program)
            )
            try:
                self._vm = (await self.call(stub.CreateVm, request)).vm
            except ProgramNotFound:
                # The server has forgotten it since.
                await self._client.ensure_uploaded(data, again=True)
                self._vm = (await self.call(stub.CreateVm, request)).vm
        except BaseException:
            if not self._shared:
                await self._client.close()
                self._client = AsyncClient(self._address)
            raise
        self.name = self._vm.name
        self._finalizer = weakref.finalize(
            self, _end_soon, asyncio.get_running_loop(), self._client, self._shared, self.name
        )
        self._finalizer.atexit = False

    @property
    def stub(self) -> Any:
        """The calls of the service; nothing before the VM is made."""
        return self._client.stub

    async def call(self, method: Any, request: Any, timeout: Optional[float] = None) -> Any:
        """Calls the server."""
        return await self._client.call(method, request, timeout)

    # Running.

    async def run(self, *, timeout: Optional[float] = None, progress: bool = False) -> StopReason:
        """Runs to the end, or goes on after a pause. Raises what the program fails with.

        When `timeout` seconds are over, the VM pauses and `DeadlineExceeded` is raised; it pauses, too,
        when the task is cancelled. Either way it goes on with the next run.
        """
        await self
        return await self._run(run_request(self.name), timeout, progress)

    async def run_for_steps(self, steps: int, *, timeout: Optional[float] = None) -> StopReason:
        """Runs this many steps. `timeout` as in `run`."""
        await self
        return await self._run(run_request(self.name, steps=steps), timeout)

    async def run_until(
        self, until: Union[int, str, AddressLike], *, timeout: Optional[float] = None
    ) -> StopReason:
        """Runs until before the instruction at a pc of the program, an address or a label.

        A VM that is there already does not move: `run_for_steps(1)` first runs to the next time.
        """
        await self
        return await self._run(run_request(self.name, until), timeout)

    async def _run(
        self, request: pb.RunVmRequest, timeout: Optional[float], progress: bool = False
    ) -> StopReason:
        if self._forward and self._output is None:
            self._output = AsyncHintOutput(_events(self.stub, self.name))
            await self._output.ready()
        for log in self._logs:
            log.begin()
        try:
            if progress:
                from .progress import shown_async

                async with shown_async(_events(self.stub, self.name)) as update:
                    response = await self.call(self.stub.RunVm, request, timeout)
                    update(response.vm.current_step, response.vm.hints_executed)
            else:
                response = await self.call(self.stub.RunVm, request, timeout)
        except WrongState as error:
            # Hints that do not load fail the VM before it runs.
            if error.reason != "VM_ENDED" or self._failure_raised:
                raise
            await self.refresh()
            if self.state is not VmState.FAILED:
                raise
            self._failure_raised = True
            raise self._make_failure() from None
        except DeadlineExceeded as error:
            await self._settle()
            raise run_error(error, timeout) from None
        except asyncio.CancelledError:
            await self._settle()
            raise
        self._vm = response.vm
        if self._output is not None:
            await self._output.drain(self._vm.current_step)
        for log in self._logs:
            await log.drain()
        if self.state is VmState.FAILED:
            self._failure_raised = True
            raise self._make_failure()
        for log in self._logs:
            log.raise_error()
        return results.stop_reason(response)

    def _make_failure(self) -> VmFailed:
        return vm_failure(with_sources(self._vm.failure, self._program, self._vm.program_hash))

    async def _settle(self) -> None:
        """Waits until a VM whose run was given up has stopped."""
        try:
            request = pb.PauseVmRequest(name=self.name)
            await self.call(self.stub.PauseVm, request, _PAUSE_SECONDS)
            await self.refresh()
        except CairoHintsError:
            # It has stopped already or is gone, or a slow hint must end first.
            pass

    async def pause(self) -> None:
        """Stops the VM before its next step; the call that runs it returns."""
        await self
        await self.call(self.stub.PauseVm, pb.PauseVmRequest(name=self.name))

    # Looking.

    async def refresh(self) -> None:
        """Reads state and registers again; runs do so themselves."""
        await self
        self._vm = (await self.call(self.stub.GetVm, pb.GetVmRequest(name=self.name))).vm

    @property
    def state(self) -> VmState:
        """The state."""
        return results.state(self._vm)

    @property
    def registers(self) -> Registers:
        """`pc`, `ap` and `fp`."""
        return results.registers(self._vm)

    @property
    def current_step(self) -> int:
        """Executed steps."""
        return self._vm.current_step

    @property
    def hints_executed(self) -> int:
        """Executed hints."""
        return self._vm.hints_executed

    @property
    def worker_process_id(self) -> int:
        """Process id of the hint worker, 0 without one."""
        return self._vm.worker_process_id

    @property
    def output(self) -> Tuple[Cell, ...]:
        """What the program wrote to its output, when it ended; `None` for missing cells."""
        return results.output(self._vm)

    @property
    def resources(self) -> Optional[Resources]:
        """What the run used, when it ended."""
        return results.resources(self._vm)

    @property
    def failure(self) -> Optional[VmFailed]:
        """Why it failed, in state FAILED."""
        return self._make_failure() if self.state is VmState.FAILED else None

    async def return_values(self, count: int) -> Tuple[Cell, ...]:
        """The last cells before ap: what the function returned."""
        await self
        request = pb.ReadReturnValuesRequest(name=self.name, count=count)
        response = await self.call(self.stub.ReadReturnValues, request)
        return tuple(cells_of(response.values.values))

    async def scopes(self, max_text_bytes: int = 0) -> List[List[Variable]]:
        """The variables of the hint scopes as texts, outermost first."""
        await self
        request = pb.ReadHintScopesRequest(name=self.name, max_text_bytes=max_text_bytes)
        return results.scopes(await self.call(self.stub.ReadHintScopes, request))

    async def hints(self) -> HintTable:
        """The hints, and where and why they run: a list, shown as a table."""
        await self
        table, token = HintTable(), ""
        while True:
            request = pb.ListHintsRequest(name=self.name, page_token=token)
            response = await self.call(self.stub.ListHints, request)
            table += results.placed_hints(response)
            token = response.next_page_token
            if not token:
                return table

    async def watch(self, records: Union[int, str, None] = None) -> AsyncIterator[Event]:
        """Follows the VM: its state now, then what it does. `records` as in `Vm.watch`."""
        await self
        level = None if records is None else level_number(records)
        async for event in _events(self.stub, self.name, level):
            yield event

    async def on_log(self, callback: OnRecord, level: Union[int, str] = "info") -> None:
        """Has `callback` called with each record that hints log from now on.

        As `Vm.on_log`, in a task of the event loop.
        """
        await self
        log = AsyncHintLog(_events(self.stub, self.name, level_number(level)), callback)
        await log.ready()
        self._logs.append(log)

    # Results.

    async def artifact(self, artifact: Artifact) -> bytes:
        """A result of the run."""
        await self
        return await self._download(artifact_request(self.name, artifact))

    async def _download(self, request: pb.ReadArtifactRequest) -> bytes:
        try:
            return b"".join([part.chunk async for part in self.stub.ReadArtifact(request)])
        except grpc.RpcError as error:
            raise call_error(error) from None

    async def trace(self) -> List[TraceEntry]:
        """The relocated trace; needs `trace=True`."""
        return results.trace_entries(await self.artifact(Artifact.TRACE))

    async def memory_bytes(self) -> bytes:
        """The relocated memory, as `cairo-run --memory_file` writes it."""
        return await self.artifact(Artifact.MEMORY)

    async def air_private_input(self, trace_file: str, memory_file: str) -> bytes:
        """The private input of the AIR, naming the files that the caller writes the others to."""
        await self
        files = (os.path.abspath(trace_file), os.path.abspath(memory_file))
        return await self._download(artifact_request(self.name, Artifact.AIR_PRIVATE_INPUT, files))

    async def pie(self) -> bytes:
        """The Cairo PIE, a zip file."""
        return await self.artifact(Artifact.CAIRO_PIE)

    async def report(self) -> str:
        """A page of HTML that shows where the time of the run went, and why it failed if it did.

        Needs `report=True` and a run that has ended; also one that failed.
        """
        return (await self.artifact(Artifact.REPORT)).decode()

    # The end.

    async def close(self) -> None:
        """Frees the VM. Doing so again does nothing."""
        self._closed = True
        if self._finalizer is None:
            if not self._shared:
                await self._client.close()
        elif self._finalizer.detach() is not None:
            await _end(self._client, self._shared, self.name)

    async def __aexit__(self, *_: Any) -> None:
        await self.close()

    def __reduce__(self) -> NoReturn:
        raise unsendable("a vm")

    def __repr__(self) -> str:
        if not self.name:
            return "<AsyncVm that is not made yet>"
        at = f"pc={self.registers.pc}, {self.current_step:,} steps"
        return f"<AsyncVm {self.name} {self.state.value} at {at}>"


async def _end(client: AsyncClient, shared: bool, name: str) -> None:
    # Not only by its connection, which gRPC may keep until the garbage collector comes.
    await client.forget(name)
    if not shared:
        await client.close()


def _end_soon(loop: asyncio.AbstractEventLoop, client: AsyncClient, shared: bool, name: str) -> None:
    """For the garbage collector, which may be at work anywhere."""

    def start() -> None:
        task = loop.create_task(_end(client, shared, name))
        _ending.add(task)
        task.add_done_callback(_ending.discard)

    if not loop.is_closed():
        loop.call_soon_threadsafe(start)


async def _events(stub: Any, name: str, records: Optional[RecordLevel] = None) -> AsyncIterator[Event]:
    # Not of the VM itself, which nobody who follows it keeps alive.
    stream = stub.WatchVm(pb.WatchVmRequest(name=name, records=records))
    try:
        async for message in stream:
            yield results.event(message)
    except grpc.RpcError as error:
        raise call_error(error) from None
    finally:
        stream.cancel()


__all__ = ["AsyncVm"]
