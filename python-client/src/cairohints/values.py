"""Owns the Python form of what memory holds, and its layout on the wire.

A cell is an `int` (a felt), a `RelocatableValue` (an address) or `None` (empty). Knows nothing of VMs.
"""

from __future__ import annotations

import copyreg
from typing import Any, Iterable, List, Optional, Sequence, Tuple, Union

from .engine import classes
from .engine.relocatable import RelocatableValue
from .v1 import value_pb2 as pb

__all__ = [
    "PRIME",
    "AddressLike",
    "Cell",
    "RelocatableValue",
    "Value",
    "address_message",
    "address_of",
    "cells_of",
    "felt_bytes",
    "run_of",
    "runs_of",
]

# Whichever is imported first, this package or cairo-lang, there is one class of addresses.
classes.install()


def _address(segment_index: int, offset: int) -> RelocatableValue:
    return RelocatableValue(segment_index, offset)


def _reduced(address: RelocatableValue) -> Tuple[Any, ...]:
    return _address, (address.segment_index, address.offset)


# By its name the class is cairo-lang's, which need not be installed.
copyreg.pickle(RelocatableValue, _reduced)

#: The field's prime: 2**251 + 17 * 2**192 + 1.
PRIME = 2**251 + 17 * 2**192 + 1
#: Bytes of one cell on the wire.
CELL_BYTES = 32

#: What can be written to a cell.
Value = Union[int, RelocatableValue]
#: What a cell holds; `None` when nothing was written there.
Cell = Union[int, RelocatableValue, None]
#: What stands for an address: `RelocatableValue(1, 5)` or `(1, 5)`.
AddressLike = Union[RelocatableValue, Tuple[int, int]]

_EMPTY = b"\xff" * CELL_BYTES
_RELOCATABLE = 0x80


def address_of(value: Any) -> RelocatableValue:
    """The address that a caller wrote."""
    if isinstance(value, RelocatableValue):
        return value
    if isinstance(value, tuple) and len(value) == 2 and all(type(part) is int for part in value):
        return RelocatableValue(*value)
    raise TypeError(
        f"an address is a `RelocatableValue` or a pair (segment, offset), not `{value!r}`\n"
        "hint: `vm.registers.ap` and `vm.segments.add()` are addresses; add ints to move them"
    )


def address_message(value: AddressLike) -> pb.Relocatable:
    """An address as a message."""
    address = address_of(value)
    return pb.Relocatable(segment=address.segment_index, offset=address.offset)


def felt_bytes(number: int) -> bytes:
    """A number that is at least 0 and has at most 255 bits, as 32 bytes."""
    if number.bit_length() > 255:
        raise OverflowError(f"`{number}` is too large for a felt")
    return int(number).to_bytes(CELL_BYTES, "little")


def _encode(value: Any) -> bytes:
    if isinstance(value, int):
        return felt_bytes(value)
    offset: bytes = value.offset.to_bytes(8, "little")
    segment: bytes = value.segment_index.to_bytes(8, "little", signed=True)
    return offset + segment + bytes(15) + bytes([_RELOCATABLE])


def _decode(data: bytes) -> Cell:
    kind = data[-1]
    if kind < _RELOCATABLE:
        return int.from_bytes(data, "little")
    if kind == _RELOCATABLE and not any(data[16:31]):
        segment = int.from_bytes(data[8:16], "little", signed=True)
        return RelocatableValue(segment, int.from_bytes(data[:8], "little"))
    if data == _EMPTY:
        return None
    raise ValueError("the other side sent a malformed cell")


def cells_of(data: bytes) -> List[Cell]:
    """The cells of a run's bytes."""
    if len(data) % CELL_BYTES:
        raise ValueError("the other side sent a malformed run of cells")
    return [_decode(data[i : i + CELL_BYTES]) for i in range(0, len(data), CELL_BYTES)]


def cell_bytes(value: Union[int, RelocatableValue]) -> bytes:
    """One cell's bytes, the value as it is."""
    return _encode(value)


def run_of(address: AddressLike, values: Iterable[Any]) -> pb.CellRun:
    """Consecutive cells that a caller wrote; numbers are reduced into the field."""
    start = address_of(address)
    if start.offset < 0:
        raise ValueError(f"a memory cell has no negative offset: `{start}`")
    data = bytearray()
    for value in values:
        if isinstance(value, RelocatableValue):
            if not 0 <= value.offset < 2**63:
                raise ValueError(f"the vm cannot hold an address with this offset: `{value}`")
            data += _encode(value)
        elif isinstance(value, int):
            data += _encode(int(value) % PRIME)
        else:
            raise TypeError(
                f"a memory cell holds an int or a `RelocatableValue`, not `{type(value).__name__}`"
            )
    return pb.CellRun(segment=start.segment_index, offset=start.offset, values=bytes(data))


def runs_of(writes: Sequence[Tuple[int, int, Any]]) -> List[pb.CellRun]:
    """Single writes `(segment, offset, value)` packed into runs of consecutive cells, in order."""
    runs: List[pb.CellRun] = []
    data = bytearray()
    expected: Optional[Tuple[int, int]] = None
    for segment, offset, value in writes:
        if (segment, offset) != expected:
            if runs:
                runs[-1].values = bytes(data)
                data = bytearray()
            runs.append(pb.CellRun(segment=segment, offset=offset))
        data += _encode(value)
        expected = (segment, offset + 1)
    if runs:
        runs[-1].values = bytes(data)
    return runs
