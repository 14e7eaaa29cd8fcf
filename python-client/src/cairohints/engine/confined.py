"""Owns what people are told when a hint fails because of the sandbox around its process.

Knows which errors a refusal looks like, not how the sandbox is made. Outside of one it says nothing.
"""

from __future__ import annotations

import errno
import os
import sys
from types import TracebackType
from typing import Iterator, List, Optional, Set

#: What to do about what stays closed.
_ELSE = "or trust the program with --sandbox trusted"
_REFUSALS = (errno.EPERM, errno.EACCES)
#: Modules that need other processes, as far as their errors do not say so themselves.
_OF_PROCESSES = ("multiprocessing", "subprocess", "concurrent.futures.process")
_OF_NETWORKS = ("socket", "ssl", "http", "urllib", "asyncio")

#: Whether there is a sandbox around the process, once it was entered.
_around: List[bool] = []


def enter() -> None:
    """From now on, refusals are the sandbox's."""
    _around.append(True)


def advice(error: BaseException) -> str:
    """What to add to the text of this error of a hint: a line, or nothing."""
    if not _around:
        return ""
    try:
        for part in _chain(error):
            line = _line(part)
            if line:
                return f"hint: {line}\n"
    except Exception:
        # Objects of hints may do anything when they are looked at.
        pass
    return ""


def _line(error: BaseException) -> Optional[str]:
    if isinstance(error, ModuleNotFoundError):
        return _of_module(error)
    modules = _modules(error.__traceback__)
    if not isinstance(error, OSError) or error.errno not in _REFUSALS:
        # These look for a place to write, and tell of none that they were refused.
        without_place = isinstance(error, FileNotFoundError) and "tempfile" in modules
        return _files(None) if without_place or _is_of_database(error) else None
    if any(name in modules for name in _OF_PROCESSES):
        return f"the sandbox lets hints start no processes: use threads, {_ELSE}"
    if isinstance(error.filename, (str, bytes)):
        return _files(os.fsdecode(error.filename))
    if any(name in modules for name in _OF_NETWORKS):
        return f"the sandbox lets hints reach no network: give the data to the program, {_ELSE}"
    return (
        "the sandbox lets hints start no processes, make no sockets, write no files and reach no "
        f"other process: do without, {_ELSE}"
    )


def _files(path: Optional[str]) -> str:
    beside = "" if path is None else f", not `{path}`,"
    return (
        f"the sandbox lets hints read what they import{beside} and write nothing: "
        f"keep it in memory, give it to the program as its input, {_ELSE}"
    )


def _of_module(error: ModuleNotFoundError) -> Optional[str]:
    """Names the folders that would have been looked through, if the sandbox closes any."""
    closed = [path for path in _places(error.name) if _is_closed(path)]
    if not closed:
        return None
    folders = ", ".join(f"`{path}`" for path in closed[:3])
    return (
        f"the sandbox does not open {folders}, where modules are looked for: name it with "
        f"--import-path, {_ELSE}"
    )


def _places(name: Optional[str]) -> Iterator[str]:
    package = (name or "").rpartition(".")[0]
    parts: List[object] = list(getattr(sys.modules.get(package), "__path__", sys.path))
    for part in parts:
        if isinstance(part, str):
            yield part


def _is_closed(path: str) -> bool:
    try:
        # What is a folder can be seen, and is not told apart from an empty one by the import.
        if not os.path.isdir(path or "."):
            return False
        os.listdir(path or ".")
    except PermissionError:
        # The working directory is an empty one of the worker's own.
        return os.path.realpath(path or ".") != os.getcwd()
    except OSError:
        pass
    return False


def _is_of_database(error: BaseException) -> bool:
    name = f"{type(error).__module__}.{type(error).__name__}"
    return name == "sqlite3.OperationalError" and "unable to open" in str(error)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what it was raised from, and what it wraps."""
    todo: List[Optional[object]] = [error]
    seen: Set[int] = set()
    while todo and len(seen) < 100:
        part = todo.pop(0)
        if not isinstance(part, BaseException) or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        todo += [part.__cause__, part.__context__, getattr(part, "reason", None)]


def _modules(trace: Optional[TracebackType]) -> Set[str]:
    """The modules that an error came through, with the packages that they are in."""
    found: Set[str] = set()
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__")
        if isinstance(name, str):
            parts = name.split(".")
            found.update(".".join(parts[:count]) for count in range(1, len(parts) + 1))
        trace = trace.tb_next
    return found
