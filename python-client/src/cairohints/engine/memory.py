"""Owns the cells that the engine knows, and every read and write of one.

A cell once written never changes, so what is known is valid for ever; that a cell is empty is valid
until the hint ends. What is not known is asked of the host. Knows nothing of the objects through
which hints reach it.
"""

from __future__ import annotations

from itertools import repeat
from threading import get_ident
from typing import Any, Callable, Dict, List, Optional, Sequence, Set, Tuple

from .effects import Effects
from .errors import inconsistent_memory, unknown_memory
from .relocatable import RelocatableValue

#: Offsets at and above this do not exist.
OFFSET_BOUND = 2**63
#: No single question to the host asks for more cells.
MOST_CELLS = 16384
#: Sequential misses may leave this many cells out (cells that the host sent unasked).
SEQUENCE_GAP = 16

_NOTHING: Dict[int, Dict[int, Any]] = {}


class Memory:
    """The memory of one VM as its hints see it."""

    __slots__ = (
        "known",
        "empty",
        "lengths",
        "cells",
        "owner",
        "writer",
        "host",
        "prime",
        "effects",
        "relocation_rules",
        "frozen",
        "pure",
        "guarded",
        "instance_cells",
        "bounds",
        "validate",
        "offer",
        "segment_count",
        "temporary_segment_count",
        "complete",
        "_miss_segment",
        "_miss_start",
        "_miss_end",
    )

    def __init__(self, host: Any, prime: int, effects: Effects) -> None:
        self.host = host
        self.prime = prime
        self.effects = effects
        #: Segment to offset to value. True for ever. The transport adds to the inner dictionaries;
        #: while a hint runs it must not replace them.
        self.known: Dict[int, Dict[int, Any]] = {}
        #: `(segment, offset)` of empty cells. True until the hint ends.
        self.empty: Set[Tuple[int, int]] = set()
        #: Segment to length: every cell at or past it was empty when the hint started.
        self.lengths: Dict[int, int] = {}
        #: `known` while a hint runs, else nothing: reads of a proxy that outlived its hint miss.
        self.cells = _NOTHING
        #: The thread that runs a hint now, or 0.
        self.owner = 0
        #: The same, but 0 when the memory is frozen.
        self.writer = 0
        #: Temporary segment to where it goes.
        self.relocation_rules: Dict[int, Any] = {}
        self.frozen = False
        #: Cells whose address is a number.
        self.pure: Dict[int, Any] = {}
        #: Segments whose writes somebody checks.
        self.guarded: Set[int] = set()
        #: Segment of a builtin that refuses values to the cells of one instance.
        self.instance_cells: Dict[int, int] = {}
        #: The same to a bound: its builtin accepts every number below, whatever is beside it.
        self.bounds: Dict[int, int] = {}
        #: Called after a write into a guarded segment.
        self.validate: Callable[[Any], None] = lambda address: None
        #: Called after a raw write into the segment of such a builtin.
        self.offer: Callable[[Any], None] = lambda address: None
        #: Number of segments that the host had when the hint started; later ones are ours.
        self.segment_count = 0
        self.temporary_segment_count = 0
        #: Whether everything is known until the hint ends.
        self.complete = False
        self._miss_segment: Optional[int] = None
        self._miss_start = 0
        self._miss_end = 0

    # Turns.

    def begin(self) -> None:
        """A hint starts in this thread."""
        if self.owner:
            raise RuntimeError(
                "this vm already runs a hint\n"
                "hint: a vm is either stepping or inside one hint; start another vm instead"
            )
        self.owner = get_ident()
        if not self.frozen:
            self.writer = self.owner
        self.cells = self.known

    def end(self) -> None:
        """The hint is over; what is kept of it stops working."""
        self.owner = self.writer = 0
        self.cells = _NOTHING
        if self.empty:
            self.empty.clear()
        if self.lengths:
            self.lengths.clear()
        self.complete = False

    def check_turn(self) -> None:
        """Refuses whoever is not the running hint."""
        if self.owner == get_ident():
            return
        if self.owner:
            raise RuntimeError(
                "the memory of this vm belongs to the thread of its running hint\n"
                "hint: finish the work of a background thread before it touches `memory` or `ids`"
            )
        raise RuntimeError(
            "the memory of this vm is out of reach: none of its hints is running\n"
            "hint: do not keep `memory`, `segments` or `ids` for use outside of the vm's own hints"
        )

    # Reads.

    def lookup(self, segment: int, offset: int) -> Any:
        """The value of a cell as it is stored; `None` if it is empty."""
        cells = self.known.get(segment)
        if cells is not None:
            value = cells.get(offset)
            if value is not None:
                if not self.owner:
                    self.check_turn()
                return value
        if self.owner != get_ident():
            self.check_turn()
        if self.is_known_empty(segment, offset):
            return None
        self.ask(segment, offset, 1)
        cells = self.known.get(segment)
        return None if cells is None else cells.get(offset)

    def is_known_empty(self, segment: int, offset: int) -> bool:
        """Whether a cell that is not known is empty."""
        if self.complete or type(segment) is not int or type(offset) is not int:
            return True
        if not 0 <= offset < OFFSET_BOUND:
            return True
        if not -self.temporary_segment_count <= segment < self.segment_count:
            return True
        length = self.lengths.get(segment)
        if length is not None and offset >= length:
            return True
        return (segment, offset) in self.empty

    def ask(self, segment: int, offset: int, count: int) -> None:
        """Asks the host for cells; for more and more of them when the misses are sequential."""
        start = offset
        if count == 1 and segment == self._miss_segment:
            earlier = self._miss_end - self._miss_start
            if 0 <= offset - self._miss_end <= max(SEQUENCE_GAP, earlier):
                count = 2 * earlier
            elif 0 <= self._miss_start - 1 - offset <= max(SEQUENCE_GAP, earlier):
                count = min(2 * earlier, MOST_CELLS)
                start = max(0, offset - count + 1)
                count = offset - start + 1
        count = min(count, MOST_CELLS, OFFSET_BOUND - start)
        self._miss_segment = segment
        self._miss_start = start
        self._miss_end = start + count
        self.host.read_memory(segment, start, count)

    def prepare(self, segment: int, offset: int, count: int, to_read: bool = False) -> None:
        """Asks in bulk for those cells of a range that are neither known nor known to be empty.

        A reader stops at the first empty cell, so nothing is asked beyond it.
        """
        cells = self.known.get(segment, {})
        end = min(offset + count, OFFSET_BOUND)
        length = self.lengths.get(segment)
        if length is not None:
            end = min(end, length)
        position = max(offset, 0)
        while position < end:
            if position in cells:
                position += 1
                continue
            if self.is_known_empty(segment, position):
                if to_read:
                    return
                position += 1
                continue
            self.ask(segment, position, min(end - position, MOST_CELLS))
            cells = self.known.get(segment, {})
            length = self.lengths.get(segment)
            if length is not None:
                end = min(end, length)
            if position not in cells and not self.is_known_empty(segment, position):
                # The host does not keep its promise; leave it to the single reads.
                return
            position += 1

    def read(self, address: Any) -> Any:
        """The value of a cell as hints see it."""
        if isinstance(address, RelocatableValue):
            value = self.lookup(address.segment_index, address.offset)
        else:
            self.check_turn()
            check_element(address, "Memory address", KeyError)
            value = self.pure.get(address)
        if value is None:
            raise unknown_memory(address) from None
        return self.relocate_value(value)

    def read_all(self) -> None:
        """Makes every cell of the VM known."""
        if self.owner != get_ident():
            self.check_turn()
        if not self.complete:
            self.host.read_all_memory()
            self.complete = True

    # Writes.

    def write(self, address: Any, value: Any) -> None:
        """Writes a cell as Cairo code would: reduced and validated."""
        cls = value.__class__
        if (
            cls is int
            and 0 <= value < self.prime
            and address.__class__ is RelocatableValue
            and self.writer == get_ident()
        ):
            # Everything below comes to the same for a number in an empty, unguarded cell.
            segment = address.segment_index
            offset = address.offset
            cells = self.known.get(segment)
            if (
                cells is not None
                and offset not in cells
                and 0 <= offset < OFFSET_BOUND
                and segment not in self.guarded
                and (
                    segment >= self.segment_count
                    or offset >= self.lengths.get(segment, OFFSET_BOUND)
                    or (segment, offset) in self.empty
                )
            ):
                cells[offset] = value
                self.effects.writes.append((segment, offset, value))
                return
        if cls is RelocatableValue:
            if not 0 <= value.offset < OFFSET_BOUND:
                value %= self.prime
        elif cls is not int or not 0 <= value < self.prime:
            value %= self.prime
        self.store(address, value, raw=False)
        if address.__class__ is RelocatableValue and address.segment_index in self.guarded:
            self.validate(address)

    def store(self, address: Any, value: Any, raw: bool = True) -> None:
        """Writes a cell as it is; `raw` says that nobody is going to validate it."""
        if self.owner != get_ident():
            self.check_turn()
        if self.frozen:
            raise AssertionError("Memory is frozen and cannot be changed.")
        check_element(address, "Memory address", KeyError)
        check_element(value, "Memory value", ValueError)
        if not isinstance(address, RelocatableValue):
            self._store_pure(address, self.checked(value))
            return
        segment = address.segment_index
        offset = address.offset
        if offset < 0:
            raise ValueError(f"The offset of a relocatable value must be nonnegative. Found: {address}.")
        if offset >= OFFSET_BOUND:
            raise ValueError(f"the vm cannot hold a cell at offset 2**63 or above: `{address}`")
        value = self.checked(value)
        current = self.lookup(segment, offset)
        if current is not None:
            if current != value:
                raise inconsistent_memory(address, current, value)
            return
        self.effects.writes.append((segment, offset, value))
        cells = self.known.get(segment)
        if cells is None:
            cells = self.known[segment] = {}
        cells[offset] = value
        if raw and segment in self.instance_cells:
            self.offer(address)

    def store_run(self, address: Any, values: Sequence[Any]) -> bool:
        """Writes consecutive cells at once; does nothing and returns false if any is special."""
        if address.__class__ is not RelocatableValue or self.writer != get_ident():
            return False
        segment = address.segment_index
        offset = address.offset
        count = len(values)
        if not 0 <= offset < OFFSET_BOUND - count:
            return False
        numbers_only = segment in self.bounds
        bound = self.bounds.get(segment, self.prime)
        for value in values:
            cls = value.__class__
            if cls is int:
                if not 0 <= value < bound:
                    return False
            elif numbers_only or cls is not RelocatableValue or not 0 <= value.offset < OFFSET_BOUND:
                return False
        run = range(offset, offset + count)
        if -self.temporary_segment_count <= segment < self.segment_count and not self.complete:
            self.prepare(segment, offset, count)
            length = self.lengths.get(segment, OFFSET_BOUND)
            for position in range(offset, min(offset + count, length)):
                if (segment, position) not in self.empty:
                    return False
        cells = self.known.get(segment)
        if cells is None:
            cells = self.known[segment] = {}
        elif not cells.keys().isdisjoint(run):
            return False
        cells.update(zip(run, values))
        self.effects.writes.extend(zip(repeat(segment), run, values))
        return True

    def delete(self, address: Any) -> None:
        """Removes a cell, which no Cairo code may have used."""
        self.check_turn()
        if not isinstance(address, RelocatableValue):
            del self.pure[address]
            return
        segment = address.segment_index
        offset = address.offset
        value = self.lookup(segment, offset)
        if value is None:
            raise KeyError(address)
        write = (segment, offset, value)
        if write in self.effects.writes:
            # The host has not seen it yet.
            self.effects.writes.remove(write)
        else:
            self.host.delete_cell(segment, offset)
        del self.known[segment][offset]
        self.empty.add((segment, offset))

    def checked(self, value: Any) -> Any:
        """The value as the VM can hold it."""
        if isinstance(value, RelocatableValue):
            if not 0 <= value.offset < OFFSET_BOUND:
                raise ValueError(
                    "the vm cannot hold an address whose offset is negative or 2**63 or above: "
                    f"`{value}`"
                )
            return value
        if value >= self.prime:
            raise ValueError(f"the vm cannot hold a number that is not below the prime: `{value}`")
        return value if value.__class__ is int else int(value)

    def _store_pure(self, address: int, value: Any) -> None:
        current = self.pure.setdefault(address, value)
        if current != value:
            raise inconsistent_memory(address, current, value)
        if self.effects.pure_address is None:
            self.effects.pure_address = int(address)
            self.effects.only_writes = False

    def keep_refused(self, address: RelocatableValue) -> None:
        """Sends what a builtin refuses to the host at once.

        The reference keeps such a cell, and so does the host if it is written alone. Among the
        effects, which are applied as a whole or not at all, it would end the run of a hint that
        catches the refusal.
        """
        segment = address.segment_index
        count = self.instance_cells[segment]
        first = address.offset - address.offset % count
        for offset in range(first, first + count):
            self._write_at_once(segment, offset)

    def _write_at_once(self, segment: int, offset: int) -> None:
        cells = self.known[segment]
        value = cells.get(offset)
        writes = self.effects.writes
        # The cell was written just now, so it is near the end.
        for index in range(len(writes) - 1, -1, -1):
            if writes[index][:2] == (segment, offset):
                break
        else:
            return
        try:
            self.host.write_memory(segment, offset, value)
        except AssertionError:
            # Refused for the same reason, which the caller has, or because the VM cannot hold it.
            del cells[offset]
            self.host.read_memory(segment, offset, 1)
            if offset not in cells:
                cells[offset] = value
                return
        del writes[index]

    # Relocation.

    def add_relocation_rule(self, src_ptr: Any, dest_ptr: Any) -> None:
        """From now on, values that point into a temporary segment are read as moved."""
        self.check_turn()
        segment = src_ptr.segment_index
        if not segment < 0:
            raise AssertionError(f"src_ptr.segment_index must be < 0, src_ptr={src_ptr}.")
        if src_ptr.offset != 0:
            raise AssertionError(f"src_ptr.offset must be 0, src_ptr={src_ptr}.")
        if segment in self.relocation_rules:
            raise AssertionError(f"The segment with index {segment} already has a relocation rule.")
        if isinstance(dest_ptr, RelocatableValue):
            self.checked(dest_ptr)
            destination: Any = (dest_ptr.segment_index, dest_ptr.offset)
        elif isinstance(dest_ptr, int):
            destination = int(dest_ptr) % self.prime
        else:
            raise TypeError(
                "the destination of a relocation rule must be an address or an int: "
                f"`{type(dest_ptr).__name__}`"
            )
        self.relocation_rules[segment] = dest_ptr
        self.effects.relocation_rules.append((segment, destination))
        self.effects.only_writes = False

    def relocate_value(self, value: Any) -> Any:
        """The value after the relocation rules."""
        if value.__class__ is int or not isinstance(value, RelocatableValue):
            return value
        added = 0
        for _ in range(len(self.relocation_rules) + 1):
            if value.segment_index >= 0:
                break
            destination = self.relocation_rules.get(value.segment_index)
            if destination is None:
                break
            added += value.offset
            if not isinstance(destination, RelocatableValue):
                return destination + added
            value = destination
        else:
            raise RecursionError("maximum recursion depth exceeded")
        return value + added if added else value


def check_element(number: Any, name: str, error: Callable[[str], Exception]) -> None:
    """Refuses what is neither an address nor a natural number."""
    if number.__class__ is RelocatableValue or isinstance(number, RelocatableValue):
        return
    if not isinstance(number, int):
        raise error(f"{name} must be an int, not {type(number).__name__}.")
    if number < 0:
        raise error(f"{name} must be nonnegative. Got {number}.")


def sorted_addresses(known: Dict[int, Dict[int, Any]]) -> List[RelocatableValue]:
    """The addresses of these cells, in order."""
    return [
        RelocatableValue(segment, offset)
        for segment in sorted(known)
        for offset in sorted(known[segment])
    ]
