"""Owns the peace between what hints print and the line that the host shows on the same terminal.

Both sides keep what stands there in a few bytes that they share: whether the line does, whether a line
that hints print has no end yet, and which hint has the terminal for itself. Whoever writes looks there
first, under a lock.
Knows nothing of what the line says.
"""

from __future__ import annotations

import io
import os
import sys
from typing import Any, Optional

from . import running
from .streams import replaced

#: Takes the line away and leaves the cursor where it began.
_ERASE = b"\r\x1b[K"
#: The places of the bytes, and who has the terminal when no hint runs.
_SHOWS_LINE, _MID_LINE, _TAKEN_BY = 0, 1, 8
_NO_HINT = 2**64 - 1
#: What lets others than Python's own streams write, or has the user write.
_TAKING = frozenset(["builtins.input", "os.system", "os.exec", "os.posix_spawn", "pty.spawn"])


class _Terminal:
    """The terminal of this process."""

    #: The file with those bytes, once there is one.
    descriptor: Optional[int] = None

    def erase(self, terminal: int) -> None:
        """Takes the line away."""
        if self.descriptor is not None and os.pread(self.descriptor, 1, _SHOWS_LINE) == b"\x01":
            os.write(terminal, _ERASE)
            os.pwrite(self.descriptor, b"\x00", _SHOWS_LINE)


_terminal = _Terminal()


def share(descriptor: int) -> None:
    """Has what hints print on a terminal go around the host's line, whose bytes this file holds."""
    _terminal.descriptor = descriptor
    os.set_inheritable(descriptor, False)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper) and stream.isatty():
            replacement = replaced(stream, f"<{name}>", _Aside)
            setattr(sys, name, replacement)
            setattr(sys, f"__{name}__", replacement)
    sys.addaudithook(_watch)


def take() -> None:
    """Gives the terminal to the hint that runs, until it ends."""
    descriptor = _terminal.descriptor
    if descriptor is None:
        return
    call = running.call() or {}
    owner = _NO_HINT
    if "hint_id" in call:
        owner = (call["current_step"] & 0xFFFFFFFF) << 32 | (call["hint_id"] + 1)
    with _Lock(descriptor):
        os.pwrite(descriptor, owner.to_bytes(8, "little"), _TAKEN_BY)
        # The host's line is on the terminal of stderr.
        _terminal.erase(2)


class _Lock:
    """Keeps the host from writing. Not every system has such locks."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def __enter__(self) -> None:
        import fcntl

        fcntl.lockf(self._descriptor, fcntl.LOCK_EX)

    def __exit__(self, *_: Any) -> None:
        import fcntl

        fcntl.lockf(self._descriptor, fcntl.LOCK_UN)


class _Aside(io.FileIO):
    """A terminal's descriptor that takes the host's line away before something is written."""

    def write(self, data: Any) -> Any:
        """As of any file."""
        descriptor = _terminal.descriptor
        if descriptor is None or not len(data):
            return super().write(data)
        with _Lock(descriptor):
            _terminal.erase(self.fileno())
            written = super().write(data)
            if written:
                ends = bytes(memoryview(data)[written - 1 : written]) in (b"\n", b"\r")
                os.pwrite(descriptor, b"\x00" if ends else b"\x01", _MID_LINE)
        return written


def _watch(event: str, args: Any) -> None:
    if event in _TAKING:
        take()
    elif event == "subprocess.Popen":
        # Of one whose output goes elsewhere there is nothing to see.
        caller = sys._getframe(1).f_locals
        if caller.get("c2pwrite", -1) == -1:
            take()
