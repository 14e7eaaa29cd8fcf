"""Owns standing in for one of Python's own streams with a file that does more than write."""

from __future__ import annotations

import io
from typing import Any, Callable


def replaced(stream: io.TextIOWrapper, name: str, kind: Callable[..., io.FileIO]) -> io.TextIOWrapper:
    """The same stream, which nobody can tell from it, on a file that does more."""
    stream.flush()
    raw = kind(stream.fileno(), "w", closefd=False)
    raw.name = name
    # Where Python was told not to buffer, it does not.
    buffer: Any = raw if stream.write_through else io.BufferedWriter(raw)
    replacement = io.TextIOWrapper(
        buffer,
        encoding=stream.encoding,
        errors=stream.errors,
        newline="\n",
        line_buffering=True,
        write_through=stream.write_through,
    )
    replacement.mode = "w"  # type: ignore[misc]
    return replacement
