"""Owns the mappings through which hints reach memory: `memory` and `segments.memory`.

They behave as the reference VM's `ValidatedMemoryDict` and `MemoryDict` and pass for them in
`isinstance`. All state is in `Memory`.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Callable, Dict, Iterator, List, Optional

from .errors import inconsistent_memory
from .identity import StandIn
from .memory import Memory, check_element, sorted_addresses
from .relocatable import RelocatableValue

_ADDRESS_BYTES = 8


class _Cells(MutableMapping[Any, Any]):
    """`memory.data`: the cells without checks and without relocation."""

    __slots__ = ("_memory",)

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def __getitem__(self, address: Any) -> Any:
        memory = self._memory
        if isinstance(address, RelocatableValue):
            value = memory.lookup(address.segment_index, address.offset)
        else:
            memory.check_turn()
            value = memory.pure.get(address)
        if value is None:
            raise KeyError(address)
        return value

    def __setitem__(self, address: Any, value: Any) -> None:
        if address in self and self[address] != value:
            self._memory.delete(address)
        self._memory.store(address, value)

    def __delitem__(self, address: Any) -> None:
        self._memory.delete(address)

    def __iter__(self) -> Iterator[Any]:
        memory = self._memory
        memory.read_all()
        return iter(sorted_addresses(memory.known) + list(memory.pure))

    def __len__(self) -> int:
        memory = self._memory
        memory.read_all()
        return sum(map(len, memory.known.values())) + len(memory.pure)

    def __repr__(self) -> str:
        return repr(dict(self))


class _MemoryView(StandIn):
    """What both mappings can do."""

    __slots__ = ("_memory",)

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def __getitem__(self, addr: Any) -> Any:
        memory = self._memory
        if addr.__class__ is RelocatableValue:
            try:
                value = memory.cells[addr.segment_index][addr.offset]
            except KeyError:
                pass
            else:
                if value.__class__ is int or value.segment_index >= 0:
                    return value
        return memory.read(addr)

    @property
    def data(self) -> _Cells:
        """The cells without checks and without relocation."""
        return _Cells(self._memory)

    @property
    def relocation_rules(self) -> Dict[int, Any]:
        """Temporary segment to where it goes."""
        return self._memory.relocation_rules

    def get(self, addr: Any, default_value: Any = None) -> Any:
        """The value of a cell, or the default if it is empty."""
        memory = self._memory
        if isinstance(addr, RelocatableValue):
            value = memory.lookup(addr.segment_index, addr.offset)
        else:
            memory.check_turn()
            value = memory.pure.get(addr)
        return memory.relocate_value(default_value if value is None else value)

    def get_range(self, addr: Any, size: Any) -> List[Any]:
        """The values of consecutive cells."""
        memory = self._memory
        if addr.__class__ is not RelocatableValue or type(size) is not int or size < 2:
            return [self[addr + i] for i in range(size)]
        segment = addr.segment_index
        values = _known_run(memory.cells.get(segment), addr.offset, size)
        if values is None:
            memory.check_turn()
            memory.prepare(segment, addr.offset, size, to_read=True)
            values = _known_run(memory.known.get(segment), addr.offset, size)
            if values is None:
                # Fails where the first cell is missing.
                return [self[addr + i] for i in range(size)]
        if memory.relocation_rules:
            return [memory.relocate_value(value) for value in values]
        return values

    def get_range_as_ints(self, addr: Any, size: Any) -> List[int]:
        """The values of consecutive cells, which must be numbers."""
        values = self.get_range(addr=addr, size=size)
        if not all(isinstance(value, int) for value in values):
            raise AssertionError
        return values

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """The value of a cell; an empty one is written first, as it is."""
        try:
            return self[key]
        except KeyError:
            self._memory.store(key, default)
        return default

    def items(self) -> Any:
        """All cells, unrelocated."""
        return self.data.items()

    def keys(self) -> Any:
        """All addresses."""
        return self.data.keys()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.data)

    def __len__(self) -> int:
        return len(self.data)

    def __contains__(self, addr: Any) -> bool:
        memory = self._memory
        if isinstance(addr, RelocatableValue):
            return memory.lookup(addr.segment_index, addr.offset) is not None
        memory.check_turn()
        return addr in memory.pure

    def add_relocation_rule(self, src_ptr: Any, dest_ptr: Any) -> None:
        """Moves a temporary segment: values at once, cells when the run ends."""
        self._memory.add_relocation_rule(src_ptr, dest_ptr)

    def relocate_value(self, value: Any) -> Any:
        """The value after the relocation rules."""
        return self._memory.relocate_value(value)

    def relocate_memory(self) -> None:
        """Moves the cells of temporary segments that have a rule without waiting for the end."""
        memory = self._memory
        if memory.frozen:
            raise AssertionError("Memory is frozen and cannot be changed.")
        if not memory.relocation_rules:
            return
        for addr, value in list(self.items()):
            moved = memory.relocate_value(addr)
            if moved == addr:
                continue
            moved_value = memory.relocate_value(value)
            current = self.data.get(moved)
            if current is None:
                memory.store(moved, moved_value)
            else:
                self.verify_same_value(moved, memory.relocate_value(current), moved_value)

    def freeze(self) -> None:
        """No more writes."""
        self._memory.check_turn()
        self._memory.frozen = True
        self._memory.writer = 0

    def unfreeze_for_testing(self) -> None:
        """Writes again."""
        self._memory.check_turn()
        self._memory.frozen = False
        self._memory.writer = self._memory.owner

    def is_frozen(self) -> bool:
        """Whether writes are refused."""
        return self._memory.frozen

    def verify_same_value(self, addr: Any, current: Any, value: Any) -> None:
        """Refuses a second value for a cell."""
        if current != value:
            raise inconsistent_memory(addr, current, value)

    def set_without_checks(self, addr: Any, value: Any) -> None:
        """Replaces a cell."""
        self.data[addr] = value

    def _check_element(self, num: Any, name: str, exc_type: Any) -> None:
        check_element(num, name, exc_type)

    def serialize(
        self, field_bytes: int, relocate_value: Optional[Callable[[Any], Any]] = None
    ) -> bytes:
        """All cells as bytes, address and value in turn."""
        if self._memory.relocation_rules:
            raise AssertionError("Cannot serialize a MemoryDict with active segment relocation rules.")
        relocate = relocate_value or (lambda value: value)
        return b"".join(
            RelocatableValue.to_bytes(relocate(addr), _ADDRESS_BYTES, "little")
            + RelocatableValue.to_bytes(relocate(value), field_bytes, "little")
            for addr, value in self.items()
        )


def _known_run(cells: Optional[Dict[int, Any]], offset: int, size: int) -> Optional[List[Any]]:
    """The values of consecutive cells if all of them are known."""
    if cells is None or size > len(cells):
        return None
    values = list(map(cells.get, range(offset, offset + size)))
    return None if None in values else values


class MemoryDict(_MemoryView):
    """`segments.memory`: writes values as they are."""

    __slots__ = ()
    __module__ = "starkware.cairo.lang.vm.memory_dict"
    __reference__ = (__module__, "MemoryDict")

    def __setitem__(self, addr: Any, value: Any) -> None:
        self._memory.store(addr, value)

    def __repr__(self) -> str:
        return repr(self.data)

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, (MemoryDict, self.__class__)):
            return NotImplemented
        return dict(self.data) == dict(other.data)  # type: ignore[attr-defined]

    __hash__ = None  # type: ignore[assignment]


#: Names that the reference VM does not look up in the wrapped dict.
_OWN_NAMES = ("__deepcopy__", "__getstate__", "__setstate__")


class ValidatedMemoryDict(_MemoryView):
    """`memory`: reduces what is written modulo the prime and has it validated."""

    __slots__ = ("_add_rule",)
    __module__ = "starkware.cairo.lang.vm.validated_memory_dict"
    __reference__ = (__module__, "ValidatedMemoryDict")

    def __init__(self, memory: Memory, add_rule: Callable[..., None]) -> None:
        super().__init__(memory)
        self._add_rule = add_rule

    @property
    def prime(self) -> int:
        """The field's prime."""
        return self._memory.prime

    def __getattr__(self, name: str) -> Any:
        # The reference VM looks other names up in the dict that this one wraps.
        owner = "ValidatedMemoryDict" if name in _OWN_NAMES else "MemoryDict"
        raise AttributeError(f"'{owner}' object has no attribute '{name}'")

    def __setitem__(self, addr: Any, value: Any) -> None:
        self._memory.write(addr, value)

    def add_validation_rule(self, segment_index: int, rule: Callable[..., Any], *args: Any) -> None:
        """Has `rule(memory, address, *args)` called for writes into the segment."""
        self._add_rule(segment_index, rule, *args)

    def validate_existing_memory(self) -> None:
        """Has every cell validated that was not yet."""
        for addr in list(self.keys()):
            if isinstance(addr, RelocatableValue) and addr.segment_index in self._memory.guarded:
                self._memory.validate(addr)
