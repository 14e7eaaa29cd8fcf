"""Owns `Logger` for programs of one's own. Hints in a worker find one in Rust that does the same."""

from __future__ import annotations

import sys
import weakref
from typing import Any, Callable, List

from .engine.log import not_a_text, not_callable

#: A text with this calls the callback.
_ALARM = "ERROR"
#: So many bytes wait before they are written.
_WAITING_BYTES = 8 << 10


class Logger:
    """Collects texts for standard output, and calls `callback` for each that contains `ERROR`.

    What waits is written when the logger is dropped, which standard error is told, or when it is too
    much.
    """

    def __init__(self, callback: Callable[[], Any]) -> None:
        if not callable(callback):
            raise TypeError(not_callable(callback))
        self._callback = callback
        self._waiting = _Waiting()
        # Also when it is never dropped: at the end of the program.
        weakref.finalize(self, self._waiting.close)

    def log(self, text: str) -> None:
        """Logs a text as it is. What the callback raises is raised here."""
        if not isinstance(text, str):
            raise TypeError(not_a_text(text))
        self._waiting.write(text)
        if _ALARM in text:
            self._callback()


class _Waiting:
    """The texts of one logger that are not written yet."""

    def __init__(self) -> None:
        self._texts: List[str] = []
        self._size = 0

    def write(self, text: str) -> None:
        size = len(text.encode())
        if self._size + size > _WAITING_BYTES:
            self._flush()
        if size >= _WAITING_BYTES:
            _write(sys.__stdout__, text)
        else:
            self._texts.append(text)
            self._size += size

    def _flush(self) -> None:
        texts, self._texts, self._size = self._texts, [], 0
        if texts:
            _write(sys.__stdout__, "".join(texts))

    def close(self) -> None:
        try:
            self._flush()
            _write(sys.__stderr__, "logger: flushed and closed\n")
        except (ValueError, OSError):
            # Closed, or nobody reads: there is nobody to tell.
            pass


def _write(stream: Any, text: str) -> None:
    if stream is not None:
        stream.write(text)
        stream.flush()
