"""Builds the requests of `Vm` and `AsyncVm` from what callers write."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any, List, Mapping, Optional, Sequence, Tuple, TypedDict, Union

from .attached import Here
from .results import Artifact
from .v1 import vm_service_pb2 as pb
from .values import RelocatableValue, address_message

_PLACEMENTS = {
    "auto": pb.HINT_PLACEMENT_AUTO,
    "python": pb.HINT_PLACEMENT_PYTHON,
    "native": pb.HINT_PLACEMENT_NATIVE,
}


class VmKeywords(TypedDict, total=False):
    """The keywords of `Vm`, for type checkers: the fields of `VmOptions`."""

    layout: str
    dynamic_layout_params: Any
    proof_mode: bool
    allow_missing_builtins: bool
    trace: bool
    entry_point: Union[str, int, None]
    args: Sequence[Any]
    hints: Union[str, Here]
    program_input: Any
    hint_locals: Optional[Mapping[str, Any]]
    static_locals: Optional[Mapping[str, Any]]
    syscall_handler: str
    max_steps: int
    hint_timeout: Optional[float]
    time_to_live: Optional[float]
    vm_id: str
    verify_secure: Optional[bool]
    program_segment_size: int


@dataclass(frozen=True)
class VmOptions:
    """What a VM is made with. Each field's name is a keyword of `Vm`."""

    layout: str = ""
    dynamic_layout_params: Any = None
    proof_mode: bool = False
    allow_missing_builtins: bool = False
    trace: bool = False
    entry_point: Union[str, int, None] = None
    args: Sequence[Any] = ()
    hints: Union[str, Here] = "python"
    program_input: Any = None
    hint_locals: Optional[Mapping[str, Any]] = None
    static_locals: Optional[Mapping[str, Any]] = None
    syscall_handler: str = ""
    max_steps: int = 0
    hint_timeout: Optional[float] = None
    time_to_live: Optional[float] = None
    vm_id: str = ""
    verify_secure: Optional[bool] = None
    program_segment_size: int = 0

    def request(self, program_hash: str) -> pb.CreateVmRequest:
        """The request that creates the VM."""
        attached = isinstance(self.hints, Here)
        placement = self.hints.placement if isinstance(self.hints, Here) else self.hints
        if placement not in _PLACEMENTS:
            raise ValueError(
                f"there is no hint placement `{placement}`\n"
                "hint: use `python`, `auto`, `native` or `cairohints.here(...)`"
            )
        request = pb.CreateVmRequest(
            program_hash=program_hash,
            vm_id=self.vm_id,
            request_id=str(uuid.uuid4()),
            layout=self.layout,
            dynamic_layout_params_json=_json("dynamic_layout_params", self.dynamic_layout_params),
            proof_mode=self.proof_mode,
            allow_missing_builtins=self.allow_missing_builtins,
            trace=self.trace or self.proof_mode,
            hint_placement=_PLACEMENTS[placement],
            program_input_json=_json("program_input", self.program_input),
            hint_locals_json=_json("hint_locals", self.hint_locals),
            static_locals_json=_json("static_locals", self.static_locals),
            # With attached hints the client makes the handler itself.
            syscall_handler="" if attached else self.syscall_handler,
            hint_engine=pb.HINT_ENGINE_ATTACHED if attached else pb.HINT_ENGINE_WORKER,
        )
        if self.verify_secure is not None:
            request.verify_secure = self.verify_secure
        request.program_segment_size = self.program_segment_size
        if isinstance(self.entry_point, int):
            request.entry_point.pc = self.entry_point
        elif self.entry_point:
            request.entry_point.name = self.entry_point
        if self.args:
            request.entry_point.arguments.extend(argument(value) for value in self.args)
        request.limits.max_steps = self.max_steps
        if self.hint_timeout is not None:
            request.limits.hint_timeout.FromNanoseconds(int(self.hint_timeout * 1e9))
        if self.time_to_live is not None:
            request.limits.time_to_live.FromNanoseconds(int(self.time_to_live * 1e9))
        return request


def _json(name: str, value: Any) -> str:
    if value is None:
        return ""
    try:
        return json.dumps(value)
    except TypeError as error:
        raise TypeError(
            f"`{name}` must be JSON: {error}\n"
            "hint: live objects are for attached hints: `hints=cairohints.here({...})`"
        ) from None


def argument(value: Any) -> pb.Argument:
    """An argument of a Cairo function: an int, an address, or an iterable that becomes a segment."""
    # A list, not recursion: arguments may be nested as deep as the caller likes.
    result = pb.Argument()
    todo: List[Any] = [(result, value)]
    while todo:
        message, item = todo.pop()
        if isinstance(item, RelocatableValue):
            message.address.CopyFrom(address_message(item))
        elif isinstance(item, int):
            message.felt = str(int(item))
        elif isinstance(item, (str, bytes)) or not hasattr(item, "__iter__"):
            raise TypeError(
                "an argument is an int, a `RelocatableValue` or a list of them, not "
                f"`{type(item).__name__}`"
            )
        else:
            message.list.SetInParent()
            todo += [(message.list.elements.add(), element) for element in item]
    return result


def run_request(name: str, until: Any = None, steps: Optional[int] = None) -> pb.RunVmRequest:
    """Runs a VM for steps, or until a pc (int), an address or a label."""
    request = pb.RunVmRequest(name=name)
    if steps is not None:
        if steps < 0:
            raise ValueError(f"a vm cannot run `{steps}` steps")
        request.steps = steps
    elif isinstance(until, bool):
        raise TypeError("`until` is a pc, an address or a label")
    elif isinstance(until, int):
        request.pc = until
    elif isinstance(until, str):
        request.label = until
    elif until is not None:
        request.address.CopyFrom(address_message(until))
    return request


def artifact_request(
    name: str, artifact: Artifact, files: Tuple[str, str] = ("", "")
) -> pb.ReadArtifactRequest:
    """Downloads a result; `files` are where the caller puts trace and memory."""
    trace_path, memory_path = files
    return pb.ReadArtifactRequest(
        name=name,
        artifact=f"ARTIFACT_{Artifact(artifact).name}",
        trace_path=trace_path,
        memory_path=memory_path,
    )
