"""Owns the way from what the server says to the exceptions of `errors`."""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Tuple, Type

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from . import errors
from .v1 import vm_service_pb2 as pb
from .values import RelocatableValue
from .version import __version__, unfit_server

#: `google.rpc.ErrorInfo.domain` of our servers.
DOMAIN = "cairohints"

#: For errors without a reason: those of gRPC itself.
BY_CODE: Dict[str, Type[errors.CallError]] = {
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

#: Every reason of the server, as `vm_service.proto` lists them.
BY_REASON: Dict[str, Type[errors.CallError]] = {
    "BAD_NAME": errors.InvalidArgument,
    "BAD_VM_ID": errors.InvalidArgument,
    "BAD_REQUEST_ID": errors.InvalidArgument,
    "REQUEST_ID_REUSED": errors.InvalidArgument,
    "BAD_ENUM": errors.InvalidArgument,
    "UNKNOWN_LAYOUT": errors.InvalidArgument,
    "BAD_LAYOUT_PARAMS": errors.InvalidArgument,
    "BAD_JSON": errors.InvalidArgument,
    "JSON_TOO_LARGE": errors.InvalidArgument,
    "BAD_WASM_MODULE": errors.InvalidArgument,
    "BAD_DURATION": errors.InvalidArgument,
    "BAD_ENTRY_POINT": errors.InvalidArgument,
    "BAD_ARGUMENTS": errors.InvalidArgument,
    "BAD_PAGE_TOKEN": errors.InvalidArgument,
    "BAD_ADDRESS": errors.InvalidArgument,
    "BAD_COUNT": errors.InvalidArgument,
    "BAD_CELLS": errors.InvalidArgument,
    "UNKNOWN_LABEL": errors.InvalidArgument,
    "BAD_ARTIFACT": errors.InvalidArgument,
    "NO_NAME": errors.InvalidArgument,
    "NO_DECLARATION": errors.InvalidArgument,
    "SECOND_DECLARATION": errors.InvalidArgument,
    "EMPTY_PART": errors.InvalidArgument,
    "CHUNK_TOO_LARGE": errors.InvalidArgument,
    "SIZE_MISMATCH": errors.InvalidArgument,
    "BAD_PROGRAM": errors.InvalidProgram,
    "PROGRAM_TOO_LARGE": errors.InvalidProgram,
    "PROGRAM_UNFIT": errors.InvalidProgram,
    "ENGINE_PROTOCOL": errors.InvalidArgument,
    "NO_CREDENTIALS": errors.PermissionDenied,
    "BAD_CREDENTIALS": errors.PermissionDenied,
    "VM_NOT_FOUND": errors.VmNotFound,
    "PROGRAM_NOT_FOUND": errors.ProgramNotFound,
    "VM_ALREADY_EXISTS": errors.AlreadyExists,
    "VM_RUNNING": errors.WrongState,
    "VM_NOT_RUNNING": errors.WrongState,
    "VM_ENDED": errors.WrongState,
    "VM_STARTED": errors.WrongState,
    "VM_NOT_SUCCEEDED": errors.WrongState,
    "ARTIFACT_UNAVAILABLE": errors.WrongState,
    "HINT_NOT_NATIVE": errors.NotSupported,
    "HINT_ENGINE_NOT_ATTACHED": errors.WrongState,
    "HINT_ENGINE_ATTACHED": errors.WrongState,
    "HINT_ENGINE_IS_WORKER": errors.WrongState,
    "HINT_ENGINE_GONE": errors.WrongState,
    "HINTS_NOT_LOADED": errors.WrongState,
    "TOO_MANY_VMS": errors.LimitReached,
    "TOO_MANY_CONNECTIONS": errors.LimitReached,
    "TOO_MANY_UPLOADS": errors.LimitReached,
    "TOO_MANY_WATCHERS": errors.LimitReached,
    "TOO_MANY_CALLS": errors.LimitReached,
    "TOO_MANY_CELLS": errors.LimitReached,
    "MEMORY_LIMIT": errors.LimitReached,
    "TOO_MANY_SEGMENTS": errors.LimitReached,
    "MESSAGE_TOO_LARGE": errors.LimitReached,
    "NO_SPACE": errors.LimitReached,
    "DEADLINE_PASSED": errors.DeadlineExceeded,
    "RUN_DEADLINE": errors.DeadlineExceeded,
    "ENGINE_LATE": errors.DeadlineExceeded,
    "UPLOAD_STALLED": errors.DeadlineExceeded,
    "VM_DELETED": errors.VmNotFound,
    "VM_FAILED": errors.WrongState,
    "CONNECTION_CLOSED": errors.ServerUnavailable,
    "SERVER_DRAINING": errors.ServerDraining,
    "SERVER_SHUTDOWN": errors.ServerUnavailable,
    "WORKER_NOT_STARTED": errors.ServerUnavailable,
    "UNKNOWN_CALL": errors.NotSupported,
    "BAD_CALL": errors.ServerError,
    "INTERNAL": errors.ServerError,
}

#: Every reason of a `Failure`, as `vm_service.proto` lists them.
BY_FAILURE: Dict[str, Type[errors.VmFailed]] = {
    "HINT_RAISED": errors.HintFailed,
    "CAIRO_ERROR": errors.CairoError,
    "STEPS_EXHAUSTED": errors.StepLimit,
    "WORKER_DIED": errors.WorkerDied,
    "HINT_TIMEOUT": errors.HintTimeout,
    "EXIT": errors.HintExited,
    "DIFF_REFUSED": errors.EffectsRefused,
    "ENGINE_DETACHED": errors.EngineDetached,
    "INTERRUPTED": errors.HintInterrupted,
    "PROTOCOL": errors.SessionBroken,
    "LANGUAGE_NOT_SERVED": errors.HintFailed,
    "HINT_DECLINED": errors.HintFailed,
    "LIMIT_EXCEEDED": errors.LimitExceeded,
    "WORKER_LIMIT": errors.LimitExceeded,
    "END_OF_RUN": errors.EndOfRunFailed,
    "INTERNAL": errors.VmInternalError,
}


def call_error(error: grpc.RpcError) -> errors.CallError:
    """The exception for a call that failed."""
    code = _code_name(error)
    message = _details(error) or f"the call failed with {code}"
    reason, metadata, hints = _error_details(error, message)
    # A newer server may have reasons that this client does not know.
    cls = BY_REASON.get(reason) or BY_CODE.get(code, errors.ServerError)
    if not hints and "hint:" not in message and cls.advice:
        hints = [cls.advice]
    text = "\n".join([message, *(f"hint: {hint}" for hint in hints if hint not in message)])
    return cls(text, reason=reason, code=code, metadata=metadata)


def run_error(error: errors.CallError, timeout: Optional[float]) -> errors.CallError:
    """The exception for a call that ran a VM: of one that took too long, whoever noticed it first."""
    if not isinstance(error, errors.DeadlineExceeded) or timeout is None:
        return error
    return errors.DeadlineExceeded(
        f"the run took longer than its timeout of `{timeout:g}` seconds; the vm pauses\n"
        "hint: run it again to go on, or give a larger `timeout`",
        reason="RUN_DEADLINE",
        code=error.code,
        metadata=error.metadata,
    )


def check_version(*metadata: Any) -> None:
    """Raises unless this package fits the server whose answer has these headers and trailers."""
    server = unfit_server(pair for part in metadata for pair in part or ())
    if server:
        raise errors.VersionMismatch(
            f"the server is version `{server}`, this client is version `{__version__}`\n"
            f"hint: {errors.VersionMismatch.advice}",
            metadata={"server": server, "client": __version__},
        )


def vm_failure(failure: pb.Failure, exception: Optional[BaseException] = None) -> errors.VmFailed:
    """The exception for a VM in state FAILED."""
    cls = BY_FAILURE.get(failure.reason, errors.VmFailed)
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


def _error_details(error: Any, said: str) -> Tuple[str, Dict[str, str], List[str]]:
    """The reason, its metadata and the hints that a status carries, besides what was said already."""
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
                f"`{violation.field}`: {violation.description}"
                for violation in bad.field_violations
                if violation.description not in said
            ]
    return reason, metadata, hints
