"""Owns `RelocatableValue`, an address that becomes a number when the run ends.

It is *the* class of that name: `classes` puts it into the reference VM's own module when a hint
imports that, and when that module was imported earlier its class is used here instead. Knows
nothing of memory or sessions.
"""

from __future__ import annotations

import dataclasses
import sys
from typing import Any, Tuple, Union

#: Where the reference VM defines the class.
MODULE = "starkware.cairo.lang.vm.relocatable"


@dataclasses.dataclass(frozen=True)
class _Fields:
    """Lends its field descriptions, so that `dataclasses` functions work on the real class."""

    segment_index: int
    offset: int


class RelocatableValue:
    """An address: a segment and an offset in it. Immutable."""

    __slots__ = ("segment_index", "offset")
    __module__ = MODULE
    __match_args__ = ("segment_index", "offset")
    __dataclass_fields__ = _Fields.__dataclass_fields__
    __dataclass_params__ = _Fields.__dataclass_params__  # type: ignore[attr-defined]

    SEGMENT_BITS = 16
    OFFSET_BITS = 47

    segment_index: int
    offset: int

    def __init__(self, segment_index: int, offset: int) -> None:
        _set_segment_index(self, segment_index)
        _set_offset(self, offset)

    def __setattr__(self, name: str, value: Any) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

    def __reduce__(self) -> Tuple[Any, ...]:
        return self.__class__, (self.segment_index, self.offset)

    def __replace__(self, **changes: int) -> "RelocatableValue":
        return dataclasses.replace(self, **changes)  # type: ignore[type-var]

    def __add__(self, other: Any) -> "RelocatableValue":
        if isinstance(other, int):
            return RelocatableValue(self.segment_index, self.offset + other)
        if isinstance(other, RelocatableValue):
            raise AssertionError(f"Cannot add two relocatable values: {self} + {other}.")
        return NotImplemented

    def __radd__(self, other: Any) -> "RelocatableValue":
        total: RelocatableValue = self + other
        return total

    def __sub__(self, other: Any) -> Any:
        if other.__class__ is self.__class__ and other.segment_index == self.segment_index:
            return self.offset - other.offset
        if isinstance(other, int):
            return RelocatableValue(self.segment_index, self.offset - other)
        if self.segment_index != other.segment_index:
            raise AssertionError(
                "Can only subtract two relocatable values of the same segment "
                f"({self.segment_index} != {other.segment_index})."
            )
        return self.offset - other.offset

    def __mod__(self, other: int) -> "RelocatableValue":
        return RelocatableValue(self.segment_index, self.offset % other)

    def __eq__(self, other: Any) -> bool:
        if other.__class__ is self.__class__:
            return self.offset == other.offset and self.segment_index == other.segment_index
        return NotImplemented

    def __lt__(self, other: Any) -> bool:
        if other.__class__ is self.__class__:
            if self.segment_index == other.segment_index:
                return self.offset < other.offset
            return self.segment_index < other.segment_index
        if isinstance(other, int):
            # Every integer is smaller than every address.
            return False
        if not isinstance(other, RelocatableValue):
            return NotImplemented
        return (self.segment_index, self.offset) < (other.segment_index, other.offset)

    def __le__(self, other: Any) -> bool:
        return self < other or self == other  # type: ignore[no-any-return]

    def __ge__(self, other: Any) -> bool:
        return not (self < other)

    def __gt__(self, other: Any) -> bool:
        return not (self <= other)

    def __hash__(self) -> int:
        return hash((self.segment_index, self.offset))

    def __repr__(self) -> str:
        name = self.__class__.__qualname__
        return f"{name}(segment_index={self.segment_index!r}, offset={self.offset!r})"

    def __str__(self) -> str:
        return f"{self.segment_index}:{self.offset}"

    def __format__(self, format_spec: str) -> str:
        return str(self).__format__(format_spec)

    @staticmethod
    def to_bytes(value: Any, n_bytes: int, byte_order: Any) -> bytes:
        """The value as bytes; the highest bit tells an address from a number."""
        top_bit = 1 << (8 * n_bytes - 1)
        if isinstance(value, int):
            if not value < top_bit:
                raise AssertionError
            number = value
        elif not n_bytes * 8 > value.SEGMENT_BITS + value.OFFSET_BITS:
            raise AssertionError
        else:
            number = top_bit + (value.segment_index << value.OFFSET_BITS) + value.offset
        return number.to_bytes(n_bytes, byte_order)

    @classmethod
    def from_bytes(cls, data: bytes, byte_order: Any) -> Any:
        """The value that `to_bytes` wrote."""
        number = int.from_bytes(data, byte_order)
        if not number >> (8 * len(data) - 1):
            return number
        segment_index = (number >> cls.OFFSET_BITS) & ((1 << cls.SEGMENT_BITS) - 1)
        return RelocatableValue(segment_index, number & ((1 << cls.OFFSET_BITS) - 1))

    @staticmethod
    def to_tuple(value: Any) -> Tuple[int, ...]:
        """A pair for an address, a tuple of one for a number."""
        if isinstance(value, RelocatableValue):
            return value.segment_index, value.offset
        if isinstance(value, int):
            return (value,)
        raise NotImplementedError(f"Expected MaybeRelocatable, got: {type(value).__name__}.")

    @classmethod
    def from_tuple(cls, value: Tuple[int, ...]) -> Any:
        """The value that `to_tuple` wrote."""
        if len(value) == 2:
            return RelocatableValue(*value)
        if len(value) == 1:
            return value[0]
        raise NotImplementedError(f"Expected a tuple of size 1 or 2, got: {value}.")

    @staticmethod
    def to_felt_or_relocatable(value: Any) -> Any:
        """An address as it is, anything else as an `int`."""
        if isinstance(value, RelocatableValue):
            return value
        return int(value)


# The slots' own setters go past the frozen `__setattr__`, at half the price of `object`'s.
_set_segment_index = RelocatableValue.segment_index.__set__  # type: ignore[attr-defined, misc]
_set_offset = RelocatableValue.offset.__set__  # type: ignore[attr-defined, misc]

_earlier = sys.modules.get(MODULE)
if _earlier is not None and hasattr(_earlier, "RelocatableValue"):
    # Addresses of that class may exist already (a program's own objects): only the same class
    # equals them.
    RelocatableValue = _earlier.RelocatableValue  # type: ignore[misc]

#: A value of a memory cell.
MaybeRelocatable = Union[int, RelocatableValue]
