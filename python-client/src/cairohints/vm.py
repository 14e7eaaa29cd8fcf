"""Owns `Vm`: a VM of the server as a Python object."""

from __future__ import annotations

import contextlib
import functools
import os
import weakref
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Iterable,
    Iterator,
    List,
    NoReturn,
    Optional,
    Tuple,
    Union,
)

import grpc

from . import results
from .attached import Here
from .attached.stream import AttachedHints
from .client import Client, default_client
from .connection import unsendable
from .errors import CairoHintsError, DeadlineExceeded, ProgramNotFound, VmFailed, WrongState
from .failures import call_error, run_error, vm_failure
from .hint_log import HintLog, OnRecord
from .hint_output import HintOutput
from .hint_record import level_number
from .interrupts import Wait
from .programs import ProgramLike, folders_of, lasting, program_bytes
from .requests import VmKeywords, VmOptions, artifact_request, run_request, shows_options
from .results import (
    Artifact,
    Event,
    HintTable,
    Registers,
    Resources,
    Result,
    StopReason,
    TraceEntry,
    Variable,
    VmState,
)
from .sources import with_sources
from .v1 import vm_service_pb2 as pb
from .values import (
    AddressLike,
    Cell,
    cells_of,
)
from .vm_memory import VmMemory, VmSegments

if TYPE_CHECKING:
    from typing_extensions import Unpack

# The hint that runs now must come to its end first.
_PAUSE_SECONDS = 3600.0


class Vm:
    """A VM. Keywords are the fields of `requests.VmOptions`.

    It is freed when it is closed, when its `with` block ends, or when nobody refers to it any more.
    """

    @shows_options
    def __init__(
        self,
        program: ProgramLike,
        *,
        client: Optional[Client] = None,
        hint_output: bool = True,
        **options: Unpack[VmKeywords],
    ) -> None:
        chosen = VmOptions(**options)
        self._client = client or default_client()
        self._attached: Optional[AttachedHints] = None
        self._pausing: Any = None
        # Whether a run has raised what the program failed with.
        self._failure_raised = False
        # For the source lines of an error.
        self._program = lasting(program)
        self._failure: Optional[pb.Failure] = None
        data = program_bytes(self._program)
        try:
            created = self._create(chosen, self._client.ensure_uploaded(data))
        except ProgramNotFound:
            # The server has forgotten it since.
            created = self._create(chosen, self._client.ensure_uploaded(data, again=True))
        self._vm: pb.Vm = created
        #: `vms/{vm_id}`.
        self.name: str = created.name
        self._finalizer: Any = weakref.finalize(self, self._client.forget, self.name)
        self._finalizer.atexit = False
        self._output: Optional[HintOutput] = None
        self._logs: List[HintLog] = []
        self._forward = hint_output
        if isinstance(chosen.hints, Here):
            self._forward = False
            self._attached = AttachedHints(
                self._client.stub,
                self.name,
                chosen.hints,
                data,
                chosen.syscall_handler,
                chosen.hint_locals_callable,
                folders_of(self._program),
            )
            self._finalizer.detach()
            self._finalizer = weakref.finalize(self, _forget, self._client, self.name, self._attached)
            self._finalizer.atexit = False
            try:
                self._attached.open()
            except BaseException:
                self.close()
                raise
        #: Reads memory; writes it before the first step.
        self.memory = VmMemory(self)
        #: Lists segments; adds them before the first step.
        self.segments = VmSegments(self)

    def _create(self, options: VmOptions, program: str) -> pb.Vm:
        request = options.request(program, self._client.shared_folders(self._program))
        created: pb.Vm = self._client.call(self._client.stub.CreateVm, request).vm
        return created

    @property
    def stub(self) -> Any:
        """The calls of the service."""
        return self._client.stub

    def call(self, method: Any, request: Any, timeout: Optional[float] = None) -> Any:
        """Calls the server; serves attached hints meanwhile."""
        if self._attached is None:
            return self._client.call(method, request, timeout)
        self._attached.check_outside()
        try:
            return self._attached.wait(method.future(request, timeout=timeout))
        except grpc.RpcError as error:
            raise call_error(error) from None

    def _call_run(self, request: pb.RunVmRequest, timeout: Optional[float]) -> pb.RunVmResponse:
        """Runs the VM. However the call ends, the VM is not left running."""
        if self._attached is not None:
            self._attached.check_outside()
        stub = self._client.stub
        pausing = pb.PauseVmRequest(name=self.name)
        pause = functools.partial(stub.PauseVm.future, pausing, timeout=_PAUSE_SECONDS)
        running = stub.RunVm.future(request, timeout=timeout)
        try:
            if self._attached is not None:
                response: pb.RunVmResponse = self._attached.wait(running, pause)
            else:
                response = Wait().result(running, pause)
            return response
        except grpc.RpcError as error:
            raise run_error(self._client.explained(call_error(error)), timeout) from None

    # Running.

    def run(self, *, timeout: Optional[float] = None, progress: bool = False) -> StopReason:
        """Runs to the end, or goes on after a pause. Raises what the program fails with.

        When `timeout` seconds are over, the VM pauses and `DeadlineExceeded` is raised; Ctrl-C pauses it
        and raises `KeyboardInterrupt`. Either way it goes on with the next run.
        """
        return self._run(run_request(self.name), timeout, progress)

    def run_for_steps(self, steps: int, *, timeout: Optional[float] = None) -> StopReason:
        """Runs this many steps. `timeout` as in `run`."""
        return self._run(run_request(self.name, steps=steps), timeout)

    def run_until(
        self, until: Union[int, str, AddressLike], *, timeout: Optional[float] = None
    ) -> StopReason:
        """Runs until before the instruction at a pc of the program, an address or a label.

        A VM that is there already does not move: `run_for_steps(1)` first runs to the next time.
        """
        return self._run(run_request(self.name, until), timeout)

    def _run(
        self, request: pb.RunVmRequest, timeout: Optional[float], progress: bool = False
    ) -> StopReason:
        if self._forward and self._output is None:
            self._output = HintOutput(self.watch())
        for log in self._logs:
            log.begin()
        try:
            if progress:
                from .progress import shown

                with shown(self.watch()) as update:
                    response = self._call_run(request, timeout)
                    update(response.vm.current_step, response.vm.hints_executed)
            else:
                response = self._call_run(request, timeout)
        except WrongState as error:
            # Hints that do not load fail the VM before it runs.
            if error.reason != "VM_ENDED" or self._failure_raised or self.state is not VmState.FAILED:
                raise
            self._failure_raised = True
            raise self._make_failure() from None
        except (KeyboardInterrupt, DeadlineExceeded):
            # So that a prompt shows where it is now.
            with contextlib.suppress(CairoHintsError):
                self._now()
            raise
        self._vm = response.vm
        if self._output is not None:
            self._output.drain(self._vm.current_step)
        for log in self._logs:
            log.drain()
        if self.state is VmState.FAILED:
            self._failure_raised = True
            raise self._make_failure()
        for log in self._logs:
            log.raise_error()
        return results.stop_reason(response)

    def _make_failure(self) -> BaseException:
        if self._failure is None:
            told = self._vm.failure
            self._failure = with_sources(told, self._program, self._vm.program_hash)
        failed = self._attached.failure if self._attached is not None else None
        if failed is None or failed.class_path != self._failure.exception_class:
            return vm_failure(self._failure)
        original = failed.exception
        if not isinstance(original, Exception):
            # `SystemExit` and `KeyboardInterrupt` pass through, as in any Python code.
            return original
        error = vm_failure(self._failure, original)
        error.__cause__ = original
        return error

    def pause(self) -> None:
        """Stops the VM before its next step; the call that runs it returns.

        For other threads and for hints: a hint's own VM pauses when the hint is over.
        """
        request = pb.PauseVmRequest(name=self.name)
        if self._attached is not None and self._attached.in_hint:
            # The answer comes when the hint is over; gRPC cancels a call whose future nobody holds.
            self._pausing = self._client.stub.PauseVm.future(request)
            # The server takes calls in their order: when it answers this one, it knows of the other.
            self._client.call(self._client.stub.GetVm, pb.GetVmRequest(name=self.name))
            return
        self._client.call(self._client.stub.PauseVm, request)

    # Looking.

    def _now(self) -> pb.Vm:
        if self._vm.state not in (pb.VM_STATE_SUCCEEDED, pb.VM_STATE_FAILED):
            request = pb.GetVmRequest(name=self.name)
            self._vm = self._client.call(self._client.stub.GetVm, request).vm
        return self._vm

    @property
    def state(self) -> VmState:
        """The state."""
        return results.state(self._now())

    @property
    def registers(self) -> Registers:
        """`pc`, `ap` and `fp`."""
        return results.registers(self._now())

    @property
    def current_step(self) -> int:
        """Executed steps."""
        return self._now().current_step

    @property
    def hints_executed(self) -> int:
        """Executed hints."""
        return self._now().hints_executed

    @property
    def hint_session(self) -> Any:
        """With attached hints: the engine that runs them, once the VM has any; else nothing."""
        return None if self._attached is None else self._attached.session

    def at_end_of_run(self, ask: Optional[Callable[[Any], None]]) -> None:
        """With attached hints: calls `ask(hint_session)` when the run ends, before the VM stops."""
        if self._attached is not None:
            self._attached.at_end(ask)

    @property
    def worker_process_id(self) -> int:
        """Process id of the hint worker, 0 without one."""
        return self._now().worker_process_id

    @property
    def output(self) -> Tuple[Cell, ...]:
        """What the program wrote to its output, when it ended; `None` for missing cells."""
        return results.output(self._now())

    @property
    def resources(self) -> Optional[Resources]:
        """What the run used, when it ended."""
        return results.resources(self._now())

    @property
    def failure(self) -> Optional[VmFailed]:
        """Why it failed, in state FAILED."""
        if self._now().state != pb.VM_STATE_FAILED:
            return None
        failure = self._make_failure()
        return (
            failure if isinstance(failure, VmFailed) else vm_failure(self._failure or self._vm.failure)
        )

    def return_values(self, count: int) -> Tuple[Cell, ...]:
        """The last cells before ap: what the function returned."""
        request = pb.ReadReturnValuesRequest(name=self.name, count=count)
        response = self.call(self._client.stub.ReadReturnValues, request)
        return tuple(cells_of(response.values.values))

    def scopes(self, max_text_bytes: int = 0) -> List[List[Variable]]:
        """The variables of the hint scopes as texts, outermost first."""
        request = pb.ReadHintScopesRequest(name=self.name, max_text_bytes=max_text_bytes)
        return results.scopes(self.call(self._client.stub.ReadHintScopes, request))

    def hints(self) -> HintTable:
        """The hints, and where and why they run: a list, shown as a table."""
        table, token = HintTable(), ""
        while True:
            request = pb.ListHintsRequest(name=self.name, page_token=token)
            response = self.call(self._client.stub.ListHints, request)
            table += results.placed_hints(response)
            token = response.next_page_token
            if not token:
                return table

    def watch(self, records: Union[int, str, None] = None) -> Iterator[Event]:
        """Follows the VM: its state now, then what it does.

        With `records`, a level of `logging` or its name, what hints log from that level on is among it;
        the hints wait when it is not read.
        """
        level = None if records is None else level_number(records)
        stream = self._client.stub.WatchVm(pb.WatchVmRequest(name=self.name, records=level))
        return _events(stream)

    def on_log(self, callback: OnRecord, level: Union[int, str] = "info") -> None:
        """Has `callback` called with each record that hints log from now on.

        `level` is the lowest that counts, a number of `logging` or a name. `output`, below `debug`, is
        what hints print.

        Records come from another thread, in order; all of a run before `run` returns or raises. What the
        callback raises, `run` raises when the VM stops.
        """
        self._logs.append(HintLog(self.watch(level), callback))

    # Results.

    def artifact(self, artifact: Artifact) -> bytes:
        """A result of the run."""
        return self._download(artifact_request(self.name, artifact))

    def _download(self, request: pb.ReadArtifactRequest) -> bytes:
        try:
            chunks = self._client.stub.ReadArtifact(request)
            return b"".join(response.chunk for response in chunks)
        except grpc.RpcError as error:
            raise call_error(error) from None

    def trace(self) -> List[TraceEntry]:
        """The relocated trace; needs `trace=True`."""
        return results.trace_entries(self.artifact(Artifact.TRACE))

    def memory_bytes(self) -> bytes:
        """The relocated memory, as `cairo-run --memory_file` writes it."""
        return self.artifact(Artifact.MEMORY)

    def air_private_input(self, trace_file: str, memory_file: str) -> bytes:
        """The private input of the AIR, naming the files that the caller writes the others to."""
        files = (os.path.abspath(trace_file), os.path.abspath(memory_file))
        return self._download(artifact_request(self.name, Artifact.AIR_PRIVATE_INPUT, files))

    def pie(self) -> bytes:
        """The Cairo PIE, a zip file."""
        return self.artifact(Artifact.CAIRO_PIE)

    def report(self) -> str:
        """A page of HTML that shows where the time of the run went, and why it failed if it did.

        Needs `report=True` and a run that has ended; also one that failed.
        """
        return self.artifact(Artifact.REPORT).decode()

    # The end.

    def close(self) -> None:
        """Frees the VM. Doing so again does nothing."""
        self._finalizer()

    def __enter__(self) -> "Vm":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise unsendable("a vm")

    def __repr__(self) -> str:
        # As of the last call: a prompt must not wait for a server.
        at = f"pc={results.address(self._vm.pc)}, {self._vm.current_step:,} steps"
        return f"<Vm {self.name} {results.state(self._vm).value} at {at}>"


def _forget(client: Client, name: str, attached: AttachedHints) -> None:
    client.forget(name)
    attached.close()


def _events(stream: Any) -> Iterator[Event]:
    try:
        for message in stream:
            yield results.event(message)
    except grpc.RpcError as error:
        raise call_error(error) from None
    finally:
        stream.cancel()


@shows_options
def run(
    program: ProgramLike,
    *,
    client: Optional[Client] = None,
    hint_output: bool = True,
    return_values: int = 0,
    artifacts: Iterable[Artifact] = (),
    timeout: Optional[float] = None,
    progress: bool = False,
    **options: Unpack[VmKeywords],
) -> Result:
    """Runs a program to its end and returns what it did; raises what it failed with.

    After `timeout` seconds it ends with `DeadlineExceeded`. Keywords are the fields of
    `requests.VmOptions`.
    """
    wanted = [Artifact(artifact) for artifact in artifacts]
    if Artifact.TRACE in wanted or Artifact.AIR_PUBLIC_INPUT in wanted:
        options.setdefault("trace", True)
    with Vm(program, client=client, hint_output=hint_output, **options) as vm:
        vm.run(timeout=timeout, progress=progress)
        return Result(
            vm.output,
            vm.current_step,
            vm.resources,
            vm.return_values(return_values) if return_values else (),
            {artifact: vm.artifact(artifact) for artifact in wanted},
        )


__all__ = ["Vm", "run"]
