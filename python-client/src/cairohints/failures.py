"""Owns the way from what the server says to the exceptions of `errors`."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple, Type

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from . import errors
from .v1 import vm_service_pb2 as pb
from .values import RelocatableValue

#: `google.rpc.ErrorInfo.domain` of our servers.
DOMAIN = "cairohints"

_BY_CODE: Dict[str, Type[errors.CallError]] = {
    "INVALID_ARGUMENT": errors.InvalidArgument,
    "OUT_OF_RANGE": errors.InvalidArgument,
    "NOT_FOUND": errors.VmNotFound,
    "ALREADY_EXISTS": errors.AlreadyExists,
    "FAILED_PRECONDITION": errors.WrongState,
    "ABORTED": errors.WrongState,
    "UNAVAILABLE": errors.ServerUnavailable,
    "DEADLINE_EXCEEDED": errors.DeadlineExceeded,
    "RESOURCE_EXHAUSTED": errors.LimitReached,
    "PERMISSION_DENIED": errors.PermissionDenied,
    "UNAUTHENTICATED": errors.PermissionDenied,
    "UNIMPLEMENTED": errors.NotSupported,
    "CANCELLED": errors.Cancelled,
}

#: Words in a reason that say more than the code.
_BY_REASON: Tuple[Tuple[str, str, Type[errors.CallError]], ...] = (
    ("NOT_FOUND", "PROGRAM", errors.ProgramNotFound),
    ("INVALID_ARGUMENT", "PROGRAM", errors.InvalidProgram),
    ("UNAVAILABLE", "DRAIN", errors.ServerDraining),
)

_BY_FAILURE: Dict[str, Type[errors.VmFailed]] = {
    "HINT_RAISED": errors.HintFailed,
    "CAIRO_ERROR": errors.CairoError,
    "STEPS_EXHAUSTED": errors.StepLimit,
    "WORKER_DIED": errors.WorkerDied,
    "HINT_TIMEOUT": errors.HintTimeout,
    "EXIT": errors.HintExited,
    "DIFF_REFUSED": errors.EffectsRefused,
    "PROTOCOL": errors.SessionBroken,
    "END_OF_RUN": errors.EndOfRunFailed,
    "INTERNAL": errors.VmInternalError,
}


def call_error(error: grpc.RpcError) -> errors.CallError:
    """The exception for a call that failed."""
    code = _code_name(error)
    message = _details(error) or f"the call failed with {code}"
    reason, metadata, hints = _error_details(error)
    cls = _BY_CODE.get(code, errors.ServerError)
    for its_code, word, found in _BY_REASON:
        if code == its_code and word in reason:
            cls = found
    if not hints and "hint:" not in message and cls.advice:
        hints = [cls.advice]
    text = "\n".join([message, *(f"hint: {hint}" for hint in hints if hint not in message)])
    return cls(text, reason=reason, code=code, metadata=metadata)


def vm_failure(failure: pb.Failure, exception: Optional[BaseException] = None) -> errors.VmFailed:
    """The exception for a VM in state FAILED."""
    cls = _BY_FAILURE.get(failure.reason, errors.VmFailed)
    message = failure.message.rstrip("\n") or f"the vm failed: {failure.reason}"
    if cls.advice and "hint:" not in message:
        message += f"\nhint: {cls.advice}"
    hint = None
    if failure.HasField("hint"):
        place = failure.hint
        hint = errors.HintReference(place.hint_id, place.index, place.filename, place.line)
    pc = None
    if failure.HasField("pc"):
        pc = RelocatableValue(failure.pc.segment, failure.pc.offset)
    return cls(
        message,
        reason=failure.reason,
        pc=pc,
        hint=hint,
        cairo_traceback=failure.cairo_traceback,
        python_traceback=failure.python_traceback,
        exception_class=failure.exception_class,
        exception_message=failure.exception_message,
        exit_code=failure.exit_code if failure.HasField("exit_code") else None,
        exception=exception,
    )


def _code_name(error: Any) -> str:
    try:
        return str(error.code().name)
    except AttributeError:
        return "UNKNOWN"


def _details(error: Any) -> str:
    try:
        return str(error.details() or "")
    except AttributeError:
        return str(error)


def _error_details(error: Any) -> Tuple[str, Dict[str, str], List[str]]:
    """The reason, its metadata and the hints that a status carries."""
    reason, metadata, hints = "", {}, []  # type: str, Dict[str, str], List[str]
    try:
        status = rpc_status.from_call(error)
    except (AttributeError, ValueError, TypeError):
        # Not a status of the server, or one whose details contradict it: the code has to do.
        return reason, metadata, hints
    for detail in status.details if status is not None else ():
        info = error_details_pb2.ErrorInfo()
        guide = error_details_pb2.Help()
        bad = error_details_pb2.BadRequest()
        if detail.Unpack(info):
            if info.domain == DOMAIN:
                reason, metadata = info.reason, dict(info.metadata)
        elif detail.Unpack(guide):
            hints += [link.description for link in guide.links if link.description]
        elif detail.Unpack(bad):
            hints += [
                f"`{violation.field}`: {violation.description}" for violation in bad.field_violations
            ]
    return reason, metadata, hints
