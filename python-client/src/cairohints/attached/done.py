"""What a hint did and how it failed, from the engine's objects to messages."""

from __future__ import annotations

from typing import Any, Optional

from ..engine import failure as failures
from ..v1 import hint_session_pb2 as pb
from ..v1 import value_pb2
from ..values import felt_bytes, runs_of

_KINDS = {
    failures.EXCEPTION: pb.FAILURE_KIND_EXCEPTION,
    failures.COMPILE: pb.FAILURE_KIND_COMPILE,
    failures.EXIT: pb.FAILURE_KIND_EXIT,
    failures.INTERRUPT: pb.FAILURE_KIND_INTERRUPT,
    failures.RAW: pb.FAILURE_KIND_RAW,
}


def effects(found: Any, nanos: int) -> pb.Effects:
    """What the last hint did."""
    message = pb.Effects(writes=runs_of(found.writes), hint_nanos=nanos)
    if found.only_writes:
        return message
    for size in found.added_segments:
        message.added_segments.add(size=size)
    message.added_temporary_segments = found.added_temporary_segments
    for source, destination in found.relocation_rules:
        rule = message.relocation_rules.add(source_segment=source)
        if isinstance(destination, tuple):
            rule.address.segment, rule.address.offset = destination
        else:
            rule.felt = felt_bytes(destination)
    for segment, size, cells in found.finalized_segments:
        finalized = message.finalized_segments.add(segment=segment, size=size)
        for offset, page in cells:
            finalized.public_cells.add(offset=offset, page=page)
    for (segment, offset), r, s in found.signatures:
        address = value_pb2.Relocatable(segment=segment, offset=offset)
        message.signatures.add(address=address, r=felt_bytes(r), s=felt_bytes(s))
    if found.output_state is not None:
        _output_state(message.output_state, found.output_state)
    for rule_id, kind, segment in found.rules:
        validates = kind == "validation"
        message.rules.add(
            id=rule_id,
            kind=pb.RULE_KIND_VALIDATION if validates else pb.RULE_KIND_AUTO_DEDUCTION,
            segment=segment,
        )
    if found.pure_address is not None:
        message.pure_address = str(found.pure_address)
    if found.scopes_left or found.scopes_entered:
        message.scopes.left, message.scopes.entered = found.scopes_left, found.scopes_entered
    return message


def _output_state(message: pb.OutputState, state: Any) -> None:
    segment, offset, pages, attributes_json = state
    # Even a base of 0:0 must be there.
    message.base.SetInParent()
    message.base.segment, message.base.offset = segment, offset
    for page, start, size in pages:
        message.pages.add(id=page, start=start, size=size)
    message.attributes_json = attributes_json


def failed(failure: failures.HintFailure, done: Optional[pb.Effects] = None) -> pb.Failed:
    """How a hint, its compilation or a rule failed."""
    return pb.Failed(
        kind=_KINDS.get(failure.kind, pb.FAILURE_KIND_EXCEPTION),
        hint_id=failure.hint_id or 0,
        message=sendable(failure.message),
        effects=done,
        python=pb.PythonException(
            traceback=sendable(failure.traceback),
            class_path=sendable(failure.class_path),
            exit_code=failure.exit_code or 0,
            missing_lines=[
                pb.MissingLine(at=at, filename=sendable(filename), line=line)
                for at, filename, line in failure.missing_lines
            ],
        ),
    )


def sendable(text: str) -> str:
    """A text without lone surrogates, which the wire cannot carry."""
    return text.encode("utf-8", "replace").decode("utf-8")
