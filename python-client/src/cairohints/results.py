"""Owns the results that callers read, made from the server's messages, and how they look at a prompt."""

from __future__ import annotations

import enum
import struct
from dataclasses import dataclass, field, fields
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from . import display
from .errors import HintReference
from .hint_record import HintRecord, record
from .v1 import vm_service_pb2 as pb
from .values import Cell, RelocatableValue


class VmState(str, enum.Enum):
    """The life of a VM."""

    CREATED = "created"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNSPECIFIED = "unspecified"


class StopReason(str, enum.Enum):
    """Why a run returned."""

    ENDED = "ended"
    REACHED = "reached"
    PAUSED = "paused"
    FAILED = "failed"
    UNSPECIFIED = "unspecified"


class Artifact(str, enum.Enum):
    """Results that are downloaded."""

    TRACE = "trace"
    MEMORY = "memory"
    CAIRO_PIE = "cairo_pie"
    AIR_PUBLIC_INPUT = "air_public_input"
    AIR_PRIVATE_INPUT = "air_private_input"
    REPORT = "report"


class Registers(NamedTuple):
    """The registers of a VM."""

    pc: RelocatableValue
    ap: RelocatableValue
    fp: RelocatableValue

    def __repr__(self) -> str:
        return f"Registers(pc={self.pc}, ap={self.ap}, fp={self.fp})"


class TraceEntry(NamedTuple):
    """The registers before a step, relocated."""

    ap: int
    fp: int
    pc: int


class Variable(NamedTuple):
    """A variable of a hint scope, as text."""

    name: str
    type_name: str
    text: str


@dataclass(frozen=True)
class Resources:
    """What a run used."""

    steps: int
    memory_holes: int
    builtin_instances: Dict[str, int]


@dataclass(frozen=True)
class PlacedHint:
    """A hint and where it runs."""

    hint: HintReference
    pc: RelocatableValue
    first_line: str
    placement: str
    reason: str


class HintTable(List[PlacedHint]):
    """Hints; a prompt and a notebook show them as a table."""

    def _table(self) -> display.Table:
        head = ("pc", "where", "placement", "reason", "first line")
        rows = (
            (
                hint.pc,
                f"{hint.hint.filename}:{hint.hint.line}",
                hint.placement,
                hint.reason,
                hint.first_line,
            )
            for hint in self
        )
        return display.Table(head, list(rows))

    def __repr__(self) -> str:
        return self._table().text()

    def _repr_html_(self) -> str:
        return self._table().html()


@dataclass(frozen=True, repr=False)
class Segment:
    """A segment of a VM."""

    #: Its first address; temporary segments have negative numbers.
    base: RelocatableValue
    #: Cells up to the last one that has a value; not known of temporary segments.
    length: Optional[int]
    #: What it is for: `program`, `execution`, a builtin's name, or nothing.
    role: str

    def __repr__(self) -> str:
        return f"Segment(base={self.base}, length={self.length}, role={self.role!r})"


@dataclass(frozen=True, repr=False)
class Event:
    """Something that a watched VM did; `kind` says which of the other fields is set."""

    #: `state`, `progress`, `output`, `records`, `log` or `dropped`.
    kind: str
    state: Optional[VmState] = None
    current_step: int = 0
    hints_executed: int = 0
    #: `stdout` or `stderr`.
    stream: str = ""
    data: bytes = b""
    #: How serious a line of the log is: `info`, `warning` or `error`.
    level: str = ""
    #: The line.
    text: str = ""
    #: Events that were not sent, because they were read too slowly, and the bytes of output in them.
    dropped: int = 0
    dropped_bytes: int = 0
    #: What hints logged.
    records: Tuple[HintRecord, ...] = ()

    def __repr__(self) -> str:
        told = [
            f"{each.name}={getattr(self, each.name)!r}"
            for each in fields(self)
            if getattr(self, each.name) != each.default
        ]
        return f"Event({', '.join(told)})"


@dataclass(frozen=True, repr=False)
class Result:
    """What `cairohints.run` answers; complete, the VM is gone."""

    output: Tuple[Cell, ...]
    steps: int
    resources: Optional[Resources]
    return_values: Tuple[Cell, ...] = ()
    #: The artifacts that were asked for.
    artifacts: Dict[Artifact, bytes] = field(default_factory=dict)

    def trace(self) -> List[TraceEntry]:
        """The trace, if it was asked for."""
        return trace_entries(self.artifacts[Artifact.TRACE])

    def _shown(self) -> Dict[str, str]:
        """What there is, as texts."""
        found = {"output": display.cells(self.output), "steps": f"{self.steps:,}"}
        if self.resources is not None:
            found["memory holes"] = f"{self.resources.memory_holes:,}"
            used = self.resources.builtin_instances.items()
            found["builtins"] = ", ".join(f"{name}: {count:,}" for name, count in used if count)
        found["return values"] = display.cells(self.return_values)
        sizes = ((name.value, len(data)) for name, data in self.artifacts.items())
        found["artifacts"] = ", ".join(f"{name}: {size:,} bytes" for name, size in sizes)
        return {name: text for name, text in found.items() if text}

    def __repr__(self) -> str:
        return f"Result({'; '.join(f'{name}: {text}' for name, text in self._shown().items())})"

    def _repr_html_(self) -> str:
        return display.Table((), list(self._shown().items())).html()


def address(message: Any) -> RelocatableValue:
    """An address of the server."""
    return RelocatableValue(message.segment, message.offset)


def registers(vm: pb.Vm) -> Registers:
    """The registers of a VM."""
    return Registers(address(vm.pc), address(vm.ap), address(vm.fp))


def state(vm: pb.Vm) -> VmState:
    """The state of a VM."""
    return VmState(pb.VmState.Name(vm.state)[len("VM_STATE_") :].lower())


def stop_reason(response: pb.RunVmResponse) -> StopReason:
    """Why a run returned."""
    return StopReason(pb.StopReason.Name(response.stop_reason)[len("STOP_REASON_") :].lower())


def output(vm: pb.Vm) -> Tuple[Cell, ...]:
    """What the program wrote to its output."""
    return tuple(map(_output_cell, vm.output))


def _output_cell(text: str) -> Cell:
    segment, colon, offset = text.partition(":")
    if colon:
        return RelocatableValue(int(segment), int(offset))
    return int(text) if text else None


def resources(vm: pb.Vm) -> Optional[Resources]:
    """What a run used, when it ended."""
    if not vm.HasField("execution_resources"):
        return None
    used = vm.execution_resources
    return Resources(used.steps, used.memory_holes, dict(used.builtin_instances))


def trace_entries(data: bytes) -> List[TraceEntry]:
    """The entries of a trace file."""
    return [TraceEntry(*entry) for entry in struct.iter_unpack("<3Q", data)]


def segments(response: pb.ListSegmentsResponse) -> List[Segment]:
    """The segments of a VM."""
    return [
        Segment(
            address(segment.base),
            segment.length if segment.HasField("length") else None,
            segment.role,
        )
        for segment in response.segments
    ]


def scopes(response: pb.ReadHintScopesResponse) -> List[List[Variable]]:
    """The hint scopes, outermost first."""
    return [
        [Variable(item.name, item.type_name, item.text) for item in scope.variables]
        for scope in response.scopes
    ]


def placed_hints(response: pb.ListHintsResponse) -> HintTable:
    """The hints of a VM."""
    prefix = len("HINT_PLACEMENT_")
    return HintTable(
        PlacedHint(
            HintReference(item.hint.hint_id, item.hint.index, item.hint.filename, item.hint.line),
            address(item.pc),
            item.first_line,
            pb.HintPlacement.Name(item.placement)[prefix:].lower(),
            item.reason,
        )
        for item in response.hints
    )


def event(message: pb.WatchVmResponse) -> Event:
    """Something that a VM did."""
    kind = message.WhichOneof("event")
    if kind == "state":
        vm = message.state
        return Event("state", state(vm), vm.current_step, vm.hints_executed)
    if kind == "progress":
        progress = message.progress
        return Event(
            "progress",
            current_step=progress.current_step,
            hints_executed=progress.hints_executed,
        )
    if kind == "hint_output":
        printed = message.hint_output
        stream = "stderr" if printed.stream == pb.OUTPUT_STREAM_STDERR else "stdout"
        return Event("output", stream=stream, data=printed.data)
    if kind == "log":
        level = pb.LogLevel.Name(message.log.level)[len("LOG_LEVEL_") :].lower()
        return Event("log", level=level, text=message.log.message)
    if kind == "records":
        return Event("records", records=tuple(map(record, message.records.records)))
    dropped = message.dropped
    return Event("dropped", dropped=dropped.count, dropped_bytes=dropped.hint_output_bytes)
