"""Owns the record of what a hint did, for the transport to read when the hint ends.

Plain lists of tuples. Knows nothing of the objects that fill it.
"""

from __future__ import annotations

from typing import Any, List, Optional, Protocol, Set, Tuple, Union


class Reporter(Protocol):
    """What keeps a state of its own that a hint may have changed in place."""

    def report(self) -> None:
        """Puts what changed into the effects."""


class Effects:
    """What happened since the last `clear`."""

    __slots__ = (
        "writes",
        "added_segments",
        "added_temporary_segments",
        "relocation_rules",
        "finalized_segments",
        "signatures",
        "output_state",
        "rules",
        "pure_address",
        "scopes_left",
        "scopes_entered",
        "only_writes",
        "pending",
    )

    def __init__(self) -> None:
        #: `(segment, offset, value)` in the order of the writes. The list object never changes.
        self.writes: List[Tuple[int, int, Any]] = []
        #: The size of each added segment, if one was given.
        self.added_segments: List[Optional[int]] = []
        self.added_temporary_segments = 0
        #: `(temporary segment, (segment, offset) or number)`.
        self.relocation_rules: List[Tuple[int, Union[int, Tuple[int, int]]]] = []
        #: `(segment, size or None, [(offset, page)])`.
        self.finalized_segments: List[Tuple[int, Optional[int], List[Tuple[int, int]]]] = []
        #: `((segment, offset), r, s)`.
        self.signatures: List[Tuple[Tuple[int, int], int, int]] = []
        #: `(base segment, base offset, [(page, start, size)], attributes as JSON)`, if it changed.
        self.output_state: Optional[Tuple[int, int, List[Tuple[int, int, int]], str]] = None
        #: `(id, "validation" or "auto_deduction", segment)`.
        self.rules: List[Tuple[int, str, int]] = []
        #: The first number that was used as the address of a write.
        self.pure_address: Optional[int] = None
        #: So many scopes were left, then so many entered.
        self.scopes_left = 0
        self.scopes_entered = 0
        #: Whether nothing but `writes` needs to be looked at.
        self.only_writes = True
        #: Those whose state a hint reached for since they were settled.
        self.pending: Set[Reporter] = set()

    def settle(self) -> None:
        """Has everything reported that a hint may have changed in place."""
        while self.pending:
            self.pending.pop().report()

    def scope_entered(self) -> None:
        """A hint scope was entered."""
        self.scopes_entered += 1
        self.only_writes = False

    def scope_left(self) -> None:
        """A hint scope was left."""
        if self.scopes_entered:
            self.scopes_entered -= 1
        else:
            self.scopes_left += 1
            self.only_writes = False

    def clear(self) -> None:
        """Forgets everything."""
        self.writes.clear()
        if self.only_writes:
            return
        self.added_segments = []
        self.added_temporary_segments = 0
        self.relocation_rules = []
        self.finalized_segments = []
        self.signatures = []
        self.output_state = None
        self.rules = []
        self.pure_address = None
        self.scopes_left = 0
        self.scopes_entered = 0
        self.only_writes = True
