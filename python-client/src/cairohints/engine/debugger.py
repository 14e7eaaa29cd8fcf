"""Owns what happens when a debugger starts in a hint: its session is told, because a hint has a
deadline, and a debugger that nobody can talk to is refused.

Watches the base class of debuggers, so that `breakpoint()`, `pdb` and those built on it all count.
"""

from __future__ import annotations

import functools
import linecache
import os
import sys
from typing import Any, Set

from . import running, terminal
from .classes import hook

_ADVICE = (
    "hint: use `vm-host run` in a terminal, or serve the hints from your own interpreter, with "
    "`cairohints.Vm(..., hints=cairohints.here())`"
)

#: The modules that are watched.
_watched: Set[str] = set()


def watch() -> None:
    """Notices debuggers that start in hints and rules."""
    if not _watched:
        _watched.update(("bdb", "pdb"))
        hook.on_import("bdb", _watch_bdb)
        hook.on_import("pdb", _watch_pdb)


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
                f"a debugger needs a terminal, and this hint runs in a process without one\n{_ADVICE}"
            )
        return set_trace(self, frame or sys._getframe().f_back, **kwargs)

    module.Bdb.__init__ = watched_initialize
    module.Bdb.set_trace = watched_set_trace


def _watch_pdb(module: Any) -> None:
    end = module.Pdb.do_EOF

    @functools.wraps(end)
    def watched_end(self: Any, arg: Any) -> Any:
        call = running.call()
        if call is not None and call["self"].own_process and not _is_terminal(self.stdin):
            raise RuntimeError(
                "the commands of a debugger ended with standard input, which is no terminal\n" + _ADVICE
            )
        return end(self, arg)

    module.Pdb.do_EOF = watched_end


def show_source(filename: str, code: str) -> None:
    """Lets debuggers list a hint's code.

    Not before one starts: tracebacks that a hint formats itself would show more than the reference's.
    """
    linecache.cache[filename] = (len(code), None, code.splitlines(True), filename)


def _notify() -> Any:
    """Tells the session whose hint starts a debugger, and returns it; `None` outside of hints."""
    call = running.call()
    if call is None:
        return None
    session = call["self"]
    terminal.take()
    session.debugger_starts()
    return session


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


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        # Closed, or no file at all.
        return False
