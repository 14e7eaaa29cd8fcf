"""Owns the exceptions of this package: what can go wrong, as classes to catch.

Knows nothing of gRPC; `failures` makes these from what the server says.
"""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any, Mapping, Optional, Tuple

from .values import RelocatableValue


class CairoHintsError(Exception):
    """Anything that this package reports. The text says what to do about it."""

    #: What the user can do, when the server does not say.
    advice: str = ""


# The server refused a call, or could not be reached.


def _short(error: CairoHintsError, where: str, said: str) -> str:
    """One line for a prompt; `str` has the whole text."""
    return f"<{type(error).__name__}{' ' if where else ''}{where}: {said}>"


class CallError(CairoHintsError):
    """A call failed; the VM is as it was."""

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        code: str = "",
        metadata: Optional[Mapping[str, str]] = None,
    ) -> None:
        super().__init__(message)
        #: The server's reason in UPPER_SNAKE_CASE, empty when it gave none.
        self.reason = reason
        #: The gRPC status code, such as `NOT_FOUND`.
        self.code = code
        #: What the server added to the reason.
        self.metadata = dict(metadata or {})

    def __repr__(self) -> str:
        return _short(self, self.reason or self.code, str(self).split("\n")[0])


class InvalidArgument(CallError):
    """An argument does not fit."""


class InvalidProgram(InvalidArgument):
    """The compiled program cannot be used."""

    advice = "compile it with `cairo-compile` and pass the JSON file"


class VmNotFound(CallError):
    """There is no such VM (any more)."""

    advice = "a vm lives until it is closed, its client's connection ends or it stays unused too long"


class ProgramNotFound(CallError):
    """The server does not know this program."""

    advice = "upload it first; `Vm` does so when it gets a path, bytes or a dict"


class AlreadyExists(CallError):
    """Something of this name exists."""

    advice = "choose another vm_id"


class WrongState(CallError):
    """The VM is in a state in which this is not possible."""


class ServerUnavailable(CallError):
    """The server cannot be reached."""

    advice = "check the address and that `vm-host serve` runs there"


class ServerDraining(ServerUnavailable):
    """The server is about to stop and takes no new work."""

    advice = "connect to another server, or wait until this one is back"


class DeadlineExceeded(CallError):
    """The call took longer than its timeout."""

    advice = "give a larger `timeout`, or none"


class LimitReached(CallError):
    """A limit of the server was reached."""

    advice = "close vms that are no longer needed, or raise the server's limit"


class PermissionDenied(CallError):
    """The server does not allow this."""


class NotSupported(CallError):
    """The server cannot do this."""


class VersionMismatch(CallError):
    """Client and server are of versions that do not understand each other."""

    advice = "install the client and the server from the same release"


class Cancelled(CallError):
    """The call was cancelled."""


class ServerError(CallError):
    """The server failed."""

    advice = "see the server's log"


class ServerStartFailed(ServerUnavailable):
    """The local `vm-host serve` could not be started."""

    advice = (
        "build it (`cargo build -p vm-host -p hint-worker`) and set CAIROHINTS_VM_HOST to its path, "
        "or give the address of a running server"
    )


class UnknownMemory(CairoHintsError, KeyError):
    """A cell that was read is empty."""

    __str__ = Exception.__str__


# The program failed; the VM is in state FAILED and can be read.


@dataclass(frozen=True)
class HintReference:
    """A hint's place."""

    #: Its number, `<hintN>` in tracebacks.
    hint_id: int
    #: Its place among the hints of its pc.
    index: int
    #: Its Cairo file.
    filename: str
    #: Line of its opening bracket.
    line: int


class VmFailed(CairoHintsError):
    """The program failed. The text is what the reference VM prints."""

    def __init__(
        self,
        message: str,
        *,
        reason: str = "",
        pc: Optional[RelocatableValue] = None,
        hint: Optional[HintReference] = None,
        cairo_traceback: str = "",
        python_traceback: str = "",
        exception_class: str = "",
        exception_message: str = "",
        exit_code: Optional[int] = None,
        exception: Optional[BaseException] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        #: The server's word for it, such as `HINT_RAISED`.
        self.reason = reason
        #: Where.
        self.pc = pc
        #: The hint at fault, if there is one.
        self.hint = hint
        #: The Cairo traceback.
        self.cairo_traceback = cairo_traceback
        #: The Python traceback, with hints shown as lines of their Cairo files.
        self.python_traceback = python_traceback
        #: Dotted class of the Python exception.
        self.exception_class = exception_class
        #: Text of the Python exception.
        self.exception_message = exception_message
        #: Code of a hint's `SystemExit`.
        self.exit_code = exit_code
        #: The object that the hint raised; with attached hints only. In another process it is a copy, or
        #: nothing when it cannot be copied.
        self.exception = exception

    def __repr__(self) -> str:
        where = "" if self.pc is None else f" at pc={self.pc}"
        if self.hint is not None:
            where += f" ({self.hint.filename}:{self.hint.line})"
        said = self.exception_message.split("\n")[0]
        if self.exception_class:
            said = f"{self.exception_class.split('.')[-1]}: {said}"
        # Without an exception, the reference VM says where in the first line and what in the second.
        lines = [line for line in self.message.split("\n") if "Error at pc=" not in line]
        return _short(self, self.reason + where, said or "".join(lines[:1]))

    def __reduce__(self) -> Tuple[Any, ...]:
        state = {**self.__dict__, "exception": None}
        return _failure, (type(self), self.args, state, _pickled(self.exception))


def _pickled(exception: Optional[BaseException]) -> bytes:
    # On its own: one that cannot be pickled, or not unpickled there, must not take the failure with it.
    try:
        return pickle.dumps(exception)
    except Exception:
        return pickle.dumps(None)


def _failure(cls: Any, args: Tuple[Any, ...], state: Any, exception: bytes) -> Any:
    failure = cls(*args)
    failure.__dict__.update(state)
    try:
        failure.exception = pickle.loads(exception)
    except Exception:
        pass
    return failure


class HintFailed(VmFailed):
    """A hint raised an exception."""


class HintExited(VmFailed):
    """A hint raised `SystemExit`; see `exit_code`."""


class CairoError(VmFailed):
    """An instruction failed: an assertion, a wrong memory access, a builtin."""


class StepLimit(VmFailed):
    """The steps ran out before the program ended."""

    advice = "give a larger `max_steps`"


class LimitExceeded(VmFailed):
    """The vm took more of the server than its limits allow."""

    advice = "give larger limits, such as `max_memory`"


class WorkerDied(VmFailed):
    """The process that ran the hints died."""

    advice = "the hints' variables died with it: run the program again in a new vm"


class HintTimeout(VmFailed):
    """A hint took too long."""

    advice = "give a larger `hint_timeout`"


class HintInterrupted(VmFailed):
    """A hint raised `KeyboardInterrupt`."""


class EngineDetached(VmFailed):
    """The client that served the hints is gone."""

    advice = "keep the `Vm` and its client open while the program runs"


class EffectsRefused(VmFailed):
    """What a hint did cannot be applied to the VM."""


class EndOfRunFailed(VmFailed):
    """The program ended, but what it left behind is not sound."""


class SessionBroken(VmFailed):
    """The server and the hint engine do not understand each other."""

    advice = "use a client and a server of the same version"


class VmInternalError(VmFailed):
    """The server failed while it ran the program."""

    advice = "see the server's log"
