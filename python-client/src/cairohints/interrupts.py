"""Owns Ctrl-C while a VM runs: the VM is paused before `KeyboardInterrupt` is raised.

The signal is announced to whoever waits, not raised: an exception that came while a message is taken
from its queue would lose the message. Inside of an attached hint it is raised, as in any Python code.
"""

from __future__ import annotations

import contextlib
import queue
import signal
import sys
import threading
from typing import Any, Callable, Iterator, Optional

import grpc

#: How long a VM may take to pause before the user is told what is waited for.
_PATIENCE_SECONDS = 1.0
#: How long a call whose time is over waits for its VM to pause.
_LATE_SECONDS = 2.0
_INTERRUPT = "interrupt"


class Announcer:
    """A handler of SIGINT that tells whoever waits."""

    def __init__(self, in_hint: Callable[[], bool], announce: Callable[[], None]) -> None:
        self._in_hint = in_hint
        self._announce = announce
        self.over = False

    def __call__(self, number: int, frame: Any) -> None:
        """Handles the signal."""
        # A debugger that found this handler may put it back when nobody waits any more.
        if self.over or self._in_hint():
            signal.default_int_handler(number, frame)
        self._announce()

    def take(self) -> None:
        """Takes the signal, also from a debugger that was used in a hint and keeps it."""
        on_main_thread = threading.current_thread() is threading.main_thread()
        if on_main_thread and _raises(signal.getsignal(signal.SIGINT)):
            signal.signal(signal.SIGINT, self)


def _raises(handler: Any) -> bool:
    """Whether a handler raises `KeyboardInterrupt`, or took the place of one that does."""
    return handler is signal.default_int_handler or _stays_too_long(handler) or _announces(handler)


def _announces(handler: Any) -> bool:
    return isinstance(handler, Announcer) and not handler.over


def _stays_too_long(handler: Any) -> bool:
    # Without importing it: nobody has made a debugger then.
    bdb = sys.modules.get("bdb")
    of_debugger = bdb is not None and isinstance(getattr(handler, "__self__", None), bdb.Bdb)
    return of_debugger or (isinstance(handler, Announcer) and handler.over)


@contextlib.contextmanager
def announced(in_hint: Callable[[], bool], announce: Callable[[], None]) -> Iterator[Announcer]:
    """Inside of the block, Ctrl-C outside of hints calls `announce` instead of raising.

    Only where it would raise: on the main thread, with Python's own handler.
    """
    announcer = Announcer(in_hint, announce)
    before = signal.getsignal(signal.SIGINT)
    announcer.take()
    try:
        yield announcer
    finally:
        announcer.over = True
        on_main_thread = threading.current_thread() is threading.main_thread()
        if on_main_thread and _stays_too_long(signal.getsignal(signal.SIGINT)):
            # It is another announcer's when this VM was run by a hint of another.
            signal.signal(
                signal.SIGINT, signal.default_int_handler if _stays_too_long(before) else before
            )


class Wait:
    """Waiting for calls that run a VM whose hints run elsewhere."""

    def __init__(self) -> None:
        self._inbox: "queue.SimpleQueue[Any]" = queue.SimpleQueue()

    def result(self, run: Any, pause: Callable[[], Any]) -> Any:
        """The result of a call that runs a VM.

        When it ends without the VM having stopped, by Ctrl-C or because its time is over, `pause` makes
        the call that pauses the VM, and that is waited for; after Ctrl-C until it is done, or until
        Ctrl-C is pressed again.
        """
        with announced(lambda: False, lambda: self._inbox.put(_INTERRUPT)):
            try:
                return self._wait(run)
            except grpc.RpcError:
                if run.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                    self._settle(pause(), _LATE_SECONDS)
                raise
            except KeyboardInterrupt:
                run.cancel()
                self._settle(pause())
                raise

    def _wait(self, call: Any, seconds: Optional[float] = None) -> Any:
        call.add_done_callback(self._inbox.put)
        while True:
            item = self._inbox.get(timeout=seconds)
            if item is _INTERRUPT:
                raise KeyboardInterrupt
            if item is call:
                return call.result()

    def _settle(self, pausing: Any, seconds: Optional[float] = None) -> None:
        try:
            try:
                self._wait(pausing, seconds or _PATIENCE_SECONDS)
            except queue.Empty:
                if seconds is None:
                    text = "waiting for the hint that runs now; press Ctrl-C again to leave it running"
                    print(text, file=sys.stderr)
                    self._wait(pausing)
        except (grpc.RpcError, KeyboardInterrupt):
            # The VM has stopped already or is gone; or the user does not want to wait.
            pass
