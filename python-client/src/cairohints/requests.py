"""Builds the requests of `Vm` and `AsyncVm` from what callers write."""

from __future__ import annotations

import inspect
import json
import os
import uuid
from dataclasses import dataclass, fields
from typing import (
    Any,
    Callable,
    List,
    Literal,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    TypedDict,
    TypeVar,
    Union,
    get_type_hints,
)

from .attached import Here
from .attached.here import Placement
from .results import Artifact
from .v1 import vm_service_pb2 as pb
from .values import RelocatableValue, address_message

_PLACEMENTS = {
    "auto": pb.HINT_PLACEMENT_AUTO,
    "python": pb.HINT_PLACEMENT_PYTHON,
    "native": pb.HINT_PLACEMENT_NATIVE,
}


#: The layouts, each with its builtins.
Layout = Literal[
    "plain",
    "small",
    "dex",
    "recursive",
    "starknet",
    "starknet_with_keccak",
    "recursive_large_output",
    "recursive_with_poseidon",
    "all_solidity",
    "all_cairo",
    "dynamic",
    "all_cairo_stwo",
    "stwo_no_ecop",
    "perpetual",
    "dex_with_bitwise",
]


#: A WebAssembly module: its file, or its bytes.
WasmModule = Union[str, "os.PathLike[str]", bytes]

#: The limits of WebAssembly modules: their names here, in the request, and what one is in there.
_WASM_LIMITS = {
    "fuel": ("fuel", 1),
    "memory": ("memory_bytes", 1),
    "table": ("table_elements", 1),
    "stack": ("stack_bytes", 1),
    "time": ("time_millis", 1000),
}


class VmKeywords(TypedDict, total=False):
    """The keywords of `Vm`, for type checkers: the fields of `VmOptions`."""

    layout: Layout
    dynamic_layout_params: Any
    proof_mode: bool
    allow_missing_builtins: bool
    trace: bool
    report: bool
    entry_point: Union[str, int, None]
    args: Sequence[Any]
    hints: Union[Placement, Here]
    program_input: Any
    hint_locals: Union[Mapping[str, Any], str, None]
    static_locals: Optional[Mapping[str, Any]]
    syscall_handler: str
    max_steps: int
    max_memory: int
    hint_timeout: Optional[float]
    time_to_live: Optional[float]
    run_time: Optional[float]
    cpu_time: Optional[float]
    max_output_bytes: int
    vm_id: str
    verify_secure: Optional[bool]
    program_segment_size: int
    wasm: Optional[Mapping[str, WasmModule]]
    wasm_limits: Optional[Mapping[str, float]]


@dataclass(frozen=True)
class VmOptions:
    """What a VM is made with. Each field's name is a keyword of `Vm`."""

    #: Which builtins there are, and how they are laid out for the prover.
    layout: Layout = "plain"
    #: Parameters of the layout `dynamic`, JSON.
    dynamic_layout_params: Any = None
    #: Whether the trace will be proved.
    proof_mode: bool = False
    #: Whether builtins that the layout lacks are ignored.
    allow_missing_builtins: bool = False
    #: Whether the run keeps a trace.
    trace: bool = False
    #: Whether the run keeps what its report shows.
    report: bool = False
    #: A function by its name or pc; `main` without.
    entry_point: Union[str, int, None] = None
    #: Its arguments: ints, addresses, and lists, which become segments.
    args: Sequence[Any] = ()
    #: Where hints run; `here(...)`: in this interpreter.
    hints: Union[Placement, Here] = "auto"
    #: Variable `program_input` of the hints, JSON.
    program_input: Any = None
    #: Variables of the first hint scope, JSON; or `module:callable`, called before the run where the
    #: hints run, without arguments or with `program_input` if it takes one; returns any objects.
    hint_locals: Union[Mapping[str, Any], str, None] = None
    #: Variables that hints see in every scope, JSON.
    static_locals: Optional[Mapping[str, Any]] = None
    #: `module:callable`, called before the run where the hints run; its result is a hint local.
    syscall_handler: str = ""
    #: Most steps of the whole run; 0: the server's limit.
    max_steps: int = 0
    #: Bytes of the server's memory for this vm; 0: the server's limit.
    max_memory: int = 0
    #: Longest time for one hint, in seconds.
    hint_timeout: Optional[float] = None
    #: How long the VM may stay unused, in seconds.
    time_to_live: Optional[float] = None
    #: How long it may run, all runs together, in seconds.
    run_time: Optional[float] = None
    #: Processor time of the VM and its worker, in seconds.
    cpu_time: Optional[float] = None
    #: Bytes that its hints may print; 0: the server's limit.
    max_output_bytes: int = 0
    #: The VM's name, 1 to 63 of a-z, 0-9 and -; a random one without.
    vm_id: str = ""
    #: Whether the end of the run is checked for security; without: unless `proof_mode`.
    verify_secure: Optional[bool] = None
    #: Cells that the program's segment may have at the end of a checked run; 0: its own size.
    program_segment_size: int = 0
    #: Modules that hints in the language `wasm` may call: by name, the file or the bytes.
    wasm: Optional[Mapping[str, WasmModule]] = None
    #: What these may use up: `fuel` and `time` (seconds) of one hint, `memory` and `stack` (bytes),
    #: `table` (elements).
    wasm_limits: Optional[Mapping[str, float]] = None

    @property
    def hint_locals_callable(self) -> str:
        """`module:callable` of the hint locals, if they are given so."""
        return self.hint_locals if isinstance(self.hint_locals, str) else ""

    def request(self, program_hash: str, import_paths: Sequence[str] = ()) -> pb.CreateVmRequest:
        """The request that creates the VM; hints of a worker also import from these folders."""
        attached = isinstance(self.hints, Here)
        made = self.hint_locals_callable
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
            report=self.report,
            hint_placement=_PLACEMENTS[placement],
            program_input_json=_json("program_input", self.program_input),
            hint_locals_json="" if made else _json("hint_locals", self.hint_locals),
            static_locals_json=_json("static_locals", self.static_locals),
            # With attached hints the client calls for its objects itself.
            syscall_handler="" if attached else self.syscall_handler,
            hint_locals_callable="" if attached else made,
            hint_engine=pb.HINT_ENGINE_ATTACHED if attached else pb.HINT_ENGINE_WORKER,
            import_paths=import_paths,
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
        request.limits.max_memory_bytes = self.max_memory
        if self.hint_timeout is not None:
            request.limits.hint_timeout.FromNanoseconds(int(self.hint_timeout * 1e9))
        if self.time_to_live is not None:
            request.limits.time_to_live.FromNanoseconds(int(self.time_to_live * 1e9))
        if self.run_time is not None:
            request.limits.run_time.FromNanoseconds(int(self.run_time * 1e9))
        if self.cpu_time is not None:
            request.limits.cpu_time.FromNanoseconds(int(self.cpu_time * 1e9))
        request.limits.max_output_bytes = self.max_output_bytes
        for name, module in (self.wasm or {}).items():
            request.wasm.modules.add(name=name, code=_wasm_code(name, module))
        for name, value in (self.wasm_limits or {}).items():
            _set_wasm_limit(request, name, value)
        return request


def _wasm_code(name: str, module: WasmModule) -> bytes:
    """The bytes of a WebAssembly module."""
    if isinstance(module, (bytes, bytearray, memoryview)):
        return bytes(module)
    if not isinstance(module, (str, os.PathLike)):
        raise TypeError(
            f"the WebAssembly module `{name}` must be a path or bytes, not `{type(module).__name__}`"
        )
    with open(module, "rb") as file:
        return file.read()


def _set_wasm_limit(request: pb.CreateVmRequest, name: str, value: float) -> None:
    if name not in _WASM_LIMITS:
        raise ValueError(
            f"there is no limit `{name}` of WebAssembly modules\n"
            f"hint: use {', '.join(f'`{known}`' for known in _WASM_LIMITS)}"
        )
    field, factor = _WASM_LIMITS[name]
    number = round(value * factor)
    if not 0 < number < 2**64:
        raise ValueError(f"the limit `{name}` of WebAssembly modules is out of range: `{value}`")
    setattr(request.wasm.limits, field, number)


Function = TypeVar("Function", bound=Callable[..., Any])


def shows_options(function: Function) -> Function:
    """Has a function that takes `**options` show them by name, in `help` and to editors."""
    shown = inspect.signature(function)
    parameters = [each for each in shown.parameters.values() if each.kind is not each.VAR_KEYWORD]
    types = get_type_hints(VmOptions)
    parameters += [
        inspect.Parameter(
            option.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=option.default,
            annotation=types[option.name],
        )
        for option in fields(VmOptions)
    ]
    function.__signature__ = shown.replace(parameters=parameters)  # type: ignore[attr-defined]
    return function


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
