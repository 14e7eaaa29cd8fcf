"""Owns the version of this package, and whether a server's version fits."""

from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path
from typing import Any, Iterable, Tuple

#: The header of every answer of a server.
HEADER = "cairohints-version"
_PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def _version() -> str:
    # A source tree first: what is installed besides may be another one.
    if _PROJECT.is_file():
        found = re.search(r'^name = "cairohints"\nversion = "(.+)"$', _PROJECT.read_text(), re.MULTILINE)
        if found is not None:
            return found.group(1)
    try:
        return importlib.metadata.version("cairohints")
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


__version__ = _version()


def unfit_server(metadata: Iterable[Tuple[str, Any]]) -> str:
    """The version that an answer has in its headers, if this package does not fit it; or nothing."""
    found = str(dict(metadata).get(HEADER, ""))
    known = _series(found) and _series(__version__)
    return found if known and _series(found) != _series(__version__) else ""


def _series(version: str) -> Tuple[str, ...]:
    """What two versions have in common that understand each other: `0.1`, later `1`."""
    parts = re.match(r"(\d+)\.(\d+)", version)
    if parts is None:
        return ()
    return parts.groups() if parts.group(1) == "0" else (parts.group(1),)
