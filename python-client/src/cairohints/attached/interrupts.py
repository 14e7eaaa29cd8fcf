"""Owns Ctrl-C while a VM runs with attached hints: raised inside of hints, announced between them.

An exception that came while a message of the session is taken from its queue would lose the message.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from typing import Any, Callable, Iterator


@contextlib.contextmanager
def announced(in_hint: Callable[[], bool], announce: Callable[[], None]) -> Iterator[None]:
    """Inside of the block, Ctrl-C outside of hints calls `announce` instead of raising.

    Only where it would raise: on the main thread, with Python's own handler.
    """
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield
        return

    def on_interrupt(number: int, frame: Any) -> None:
        if in_hint():
            signal.default_int_handler(number, frame)
        announce()

    signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield
    finally:
        # A debugger in a hint may have put its own in place.
        if signal.getsignal(signal.SIGINT) is on_interrupt:
            signal.signal(signal.SIGINT, signal.default_int_handler)
