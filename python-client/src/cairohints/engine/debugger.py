"""Owns the notice to the host that a debugger starts in a hint, because a hint has a deadline.

Watches the base class of debuggers, so that `breakpoint()`, `pdb` and those built on it all count.
Finds the session on the stack, so that hints which start none pay nothing.
"""

from __future__ import annotations

import functools
import sys
from types import CodeType
from typing import Any, Set

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
        _notify()
        return set_trace(self, frame or sys._getframe().f_back, **kwargs)

    module.Bdb.__init__ = watched_initialize
    module.Bdb.set_trace = watched_set_trace


def _notify() -> None:
    frame = sys._getframe()
    while frame is not None:
        if frame.f_code in _codes:
            frame.f_locals["self"].debugger_starts()
            return
        frame = frame.f_back  # type: ignore[assignment]
