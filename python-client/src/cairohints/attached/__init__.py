"""Serves the hints of one's own VM from the calling interpreter.

`here` says what the hints see; `stream` talks to the server, `serving` runs the engine, `host` is the
way back of a running hint, and `tables` and `done` translate messages.
"""

from .here import Here, OfferedHint, here

__all__ = ["Here", "OfferedHint", "here"]
