"""Owns what happens when a debugger starts in a hint: its session is told, because a hint has a
deadline, and a debugger that nobody can talk to is refused.

Watches the base class of debuggers, so that `breakpoint()`, `pdb` and those built on it all count.
Finds the session on the stack, so that hints which start none pay nothing.
"""

from __future__ import annotations

import functools
import linecache
import os
import sys
from types import CodeType, FrameType
from typing import Any, Optional, Set

from .classes import hook

_codes: Set[CodeType] = set()


def watch(execute_code: CodeType) -> None:
    """Notices debuggers that start below this function, a session's method."""
    if not _codes:
        hook.on_import("bdb", _watch_bdb)
    _codes.add(execute_code)


def _watch_bdb(module: Any) -> None:
    initialize = module.Bdb.__init__
    set_trace = module.Bdb.set_trace

    @functools.wraps(initialize)
    def watched_initialize(self: Any, *args: Any, **kwargs: Any) -> None:
        _notify()
        initialize(self, *args, **kwargs)

    @functools.wraps(set_trace)
    def watched_set_trace(self: Any, frame: Any = None, **kwargs: Any) -> Any:
        session = _notify()
        if session is not None and session.own_process and _hears_nobody(self):
            raise RuntimeError(
                "a debugger needs a terminal, and this hint runs in a process without one\n"
                "hint: serve the hints from your own interpreter, with "
                "`cairohints.Vm(..., hints=cairohints.here())`"
            )
        return set_trace(self, frame or sys._getframe().f_back, **kwargs)

    module.Bdb.__init__ = watched_initialize
    module.Bdb.set_trace = watched_set_trace


def show_source(filename: str, code: str) -> None:
    """Lets debuggers list a hint's code.

    Not before one starts: tracebacks that a hint formats itself would show more than the reference's.
    """
    linecache.cache[filename] = (len(code), None, code.splitlines(True), filename)


def _notify() -> Any:
    """Tells the session whose hint starts a debugger, and returns it; `None` outside of hints."""
    frame: Optional[FrameType] = sys._getframe()
    while frame is not None:
        if frame.f_code in _codes:
            session = frame.f_locals["self"]
            session.debugger_starts()
            return session
        frame = frame.f_back
    return None


def _hears_nobody(debugger: Any) -> bool:
    """Whether a debugger would read its commands from nowhere, and so end at once."""
    stdin = sys.stdin
    if getattr(debugger, "stdin", debugger) is not stdin:
        # It has a channel of its own.
        return False
    try:
        return stdin is None or os.path.samestat(os.fstat(stdin.fileno()), os.stat(os.devnull))
    except (AttributeError, OSError, ValueError):
        return False
