"""Owns `AsyncVm`: the same VM for `asyncio`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, AsyncIterator, Iterable, List, Optional, Tuple, Union

import grpc
import grpc.aio

from . import results
from .attached import Here
from .client import channel_options
from .errors import WrongState
from .failures import call_error, vm_failure
from .programs import ProgramLike, program_bytes, upload_requests, uploaded
from .requests import VmKeywords, VmOptions, artifact_request, run_request
from .results import Artifact, Event, Registers, Resources, StopReason, TraceEntry, Variable
from .server_process import local_server
from .v1 import vm_service_pb2 as pb
from .v1.vm_service_pb2_grpc import VmServiceStub
from .values import AddressLike, Cell, RelocatableValue, address_message, cells_of, run_of

if TYPE_CHECKING:
    from typing_extensions import Unpack


class AsyncVm:
    """`async with AsyncVm("prog.json", layout="small") as vm: await vm.run()`."""

    def __init__(
        self, program: ProgramLike, *, address: Optional[str] = None, **options: Unpack[VmKeywords]
    ) -> None:
        self._options = VmOptions(**options)
        if isinstance(self._options.hints, Here):
            raise ValueError(
                "attached hints run on the thread that runs the vm, which an event loop cannot lend\n"
                "hint: use `Vm` in a thread, for example with `asyncio.to_thread`"
            )
        self._program = program
        self._address = address
        self._channel: Any = None
        self._stub: Any = None
        self._vm = pb.Vm()
        # Whether a run has raised what the program failed with.
        self._failure_raised = False
        #: `vms/{vm_id}`, once it exists.
        self.name = ""

    async def __aenter__(self) -> "AsyncVm":
        address = self._address or local_server().address
        self._channel = grpc.aio.insecure_channel(address, channel_options(address))
        self._stub = VmServiceStub(self._channel)  # type: ignore[no-untyped-call]
        try:
            parts = upload_requests(program_bytes(self._program))
            program = uploaded(await self._call(self._stub.UploadProgram, parts))
            request = self._options.request(program.hash)
            self._vm = (await self._call(self._stub.CreateVm, request)).vm
        except BaseException:
            await self._channel.close()
            raise
        self.name = self._vm.name
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()

    async def close(self) -> None:
        """Frees the VM: it lives as long as its connection."""
        await self._channel.close()

    async def _call(self, method: Any, request: Any, timeout: Optional[float] = None) -> Any:
        try:
            return await method(request, timeout=timeout)
        except grpc.RpcError as error:
            raise call_error(error) from None

    async def run(self, *, timeout: Optional[float] = None) -> StopReason:
        """Runs to the end, or goes on after a pause."""
        return await self._run(run_request(self.name), timeout)

    async def run_for_steps(self, steps: int, *, timeout: Optional[float] = None) -> StopReason:
        """Runs this many steps."""
        return await self._run(run_request(self.name, steps=steps), timeout)

    async def run_until(
        self, until: Union[int, str, AddressLike], *, timeout: Optional[float] = None
    ) -> StopReason:
        """Runs until before the instruction at a pc of the program, an address or a label."""
        return await self._run(run_request(self.name, until), timeout)

    async def _run(self, request: pb.RunVmRequest, timeout: Optional[float]) -> StopReason:
        try:
            response = await self._call(self._stub.RunVm, request, timeout)
        except WrongState as error:
            # Hints that do not load fail the VM before it runs.
            if error.reason != "VM_ENDED" or self._failure_raised:
                raise
            await self.refresh()
            if self._vm.state != pb.VM_STATE_FAILED:
                raise
            self._failure_raised = True
            raise vm_failure(self._vm.failure) from None
        self._vm = response.vm
        if self._vm.state == pb.VM_STATE_FAILED:
            self._failure_raised = True
            raise vm_failure(self._vm.failure)
        return results.stop_reason(response)

    async def pause(self) -> None:
        """Stops the VM before its next step."""
        await self._call(self._stub.PauseVm, pb.PauseVmRequest(name=self.name))

    async def refresh(self) -> None:
        """Reads state and registers again; runs do so themselves."""
        self._vm = (await self._call(self._stub.GetVm, pb.GetVmRequest(name=self.name))).vm

    @property
    def state(self) -> results.VmState:
        """The state, as of the last run or refresh."""
        return results.state(self._vm)

    @property
    def registers(self) -> Registers:
        """The registers, as of the last run or refresh."""
        return results.registers(self._vm)

    @property
    def current_step(self) -> int:
        """Executed steps, as of the last run or refresh."""
        return self._vm.current_step

    @property
    def output(self) -> Tuple[Cell, ...]:
        """What the program wrote to its output, when it ended."""
        return results.output(self._vm)

    @property
    def resources(self) -> Optional[Resources]:
        """What the run used, when it ended."""
        return results.resources(self._vm)

    async def read_memory(self, address: AddressLike, count: int = 1) -> List[Cell]:
        """Consecutive cells, at most 65,536; `None` for empty ones."""
        request = pb.ReadMemoryRequest(name=self.name, address=address_message(address), count=count)
        return cells_of((await self._call(self._stub.ReadMemory, request)).cells.values)

    async def write_memory(self, address: AddressLike, values: Iterable[Any]) -> None:
        """Writes consecutive cells. Only before the first step."""
        request = pb.WriteMemoryRequest(name=self.name, cells=run_of(address, values))
        await self._call(self._stub.WriteMemory, request)

    async def add_segment(self) -> RelocatableValue:
        """Adds a segment; its start. Only before the first step."""
        response = await self._call(self._stub.AddSegment, pb.AddSegmentRequest(name=self.name))
        return results.address(response.base)

    async def segments(self) -> List[results.Segment]:
        """The segments, what they are for and how far they are filled."""
        request = pb.ListSegmentsRequest(name=self.name)
        return results.segments(await self._call(self._stub.ListSegments, request))

    async def return_values(self, count: int) -> Tuple[Cell, ...]:
        """What the function returned."""
        request = pb.ReadReturnValuesRequest(name=self.name, count=count)
        return tuple(cells_of((await self._call(self._stub.ReadReturnValues, request)).values.values))

    async def scopes(self, max_text_bytes: int = 0) -> List[List[Variable]]:
        """The variables of the hint scopes as texts."""
        request = pb.ReadHintScopesRequest(name=self.name, max_text_bytes=max_text_bytes)
        return results.scopes(await self._call(self._stub.ReadHintScopes, request))

    async def hints(self) -> List[results.PlacedHint]:
        """The hints, and where and why they run."""
        request = pb.ListHintsRequest(name=self.name)
        return results.placed_hints(await self._call(self._stub.ListHints, request))

    async def watch(self) -> AsyncIterator[Event]:
        """Follows the VM."""
        stream = self._stub.WatchVm(pb.WatchVmRequest(name=self.name))
        try:
            async for message in stream:
                yield results.event(message)
        except grpc.RpcError as error:
            raise call_error(error) from None
        finally:
            stream.cancel()

    async def artifact(self, artifact: Artifact) -> bytes:
        """A result of the run."""
        return await self._download(artifact_request(self.name, artifact))

    async def _download(self, request: pb.ReadArtifactRequest) -> bytes:
        try:
            return b"".join([part.chunk async for part in self._stub.ReadArtifact(request)])
        except grpc.RpcError as error:
            raise call_error(error) from None

    async def trace(self) -> List[TraceEntry]:
        """The relocated trace; needs `trace=True`."""
        return results.trace_entries(await self.artifact(Artifact.TRACE))
