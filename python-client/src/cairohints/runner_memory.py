"""Owns the memory of a `FunctionRunner`: prepared here, then the running VM's, then kept.

Before the run, cells are collected here. While a hint runs they are the engine's. After the run they are
those that the VM had at its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Dict, List, Optional, Tuple

from .engine.errors import inconsistent_memory, unknown_memory
from .engine.relocatable import RelocatableValue
from .vm import Vm
from .vm_memory import MOST_CELLS

#: Cells that are read at once after the run.
_BLOCK = 512


class FirstSegments:
    """The segments that every call of a function begins with: program, execution, builtins, return."""

    def __init__(self, builtins: int) -> None:
        self.builtin_bases = [RelocatableValue(2 + index, 0) for index in range(builtins)]
        self.count = 2 + builtins + 1


class RunnerSegments:
    """`runner.segments`, wherever the cells are now."""

    def __init__(self, prime: int, first: int) -> None:
        self.prime = prime
        self.memory: Any = RunnerMemory(self)
        self._first = first
        #: Prepared cells by segment; after the run, those that were asked for.
        self._cells: Dict[int, Dict[int, Any]] = {}
        self._added = 0
        self._vm: Optional[Vm] = None
        #: What was written from here, before the run and in it: where it starts, and how many cells.
        self.written: List[Tuple[Any, int]] = []
        #: Used sizes, when the run has ended.
        self._sizes: Optional[Dict[int, int]] = None

    def _engine(self) -> Any:
        """The engine's segments while one of the VM's hints runs."""
        vm = self._vm
        session = None if vm is None else vm.hint_session
        if session is not None and session.memory.owner:
            return session.segments
        return None

    @property
    def n_segments(self) -> int:
        """How many segments there are."""
        engine = self._engine()
        return engine.n_segments if engine is not None else self._first + self._added

    def add(self, size: Optional[int] = None) -> RelocatableValue:
        """Adds a segment."""
        engine = self._engine()
        if engine is not None:
            added: RelocatableValue = engine.add(size)
            return added
        self._check_preparing()
        self._added += 1
        return RelocatableValue(self._first + self._added - 1, 0)

    def add_temp_segment(self) -> RelocatableValue:
        """Adds a temporary segment, in a hint."""
        engine = self._engine()
        if engine is None:
            raise ValueError("a temporary segment is added by a hint")
        added: RelocatableValue = engine.add_temp_segment()
        return added

    def load_data(self, ptr: Any, data: Any) -> Any:
        """Writes values as they are; the address after them."""
        engine = self._engine()
        self.written.append((ptr, len(data)))
        if engine is not None:
            return engine.load_data(ptr, data)
        for index, value in enumerate(data):
            self.memory[ptr + index] = value
        return ptr + len(data)

    def gen_arg(self, arg: Any, apply_modulo_to_args: bool = True) -> Any:
        """A value of one cell: an iterable becomes a pointer to a new segment that holds it."""
        if isinstance(arg, Iterable):
            base = self.add()
            self.write_arg(base, arg, apply_modulo_to_args)
            return base
        if apply_modulo_to_args and isinstance(arg, int):
            return arg % self.prime
        return arg

    def write_arg(self, ptr: Any, arg: Any, apply_modulo_to_args: bool = True) -> Any:
        """Writes the values of an iterable, nested ones in new segments."""
        assert isinstance(arg, Iterable)
        return self.load_data(ptr, [self.gen_arg(item, apply_modulo_to_args) for item in arg])

    def gen_typed_args(self, args: Any) -> List[Any]:
        """The cells of a named tuple that was made from a Cairo struct."""
        cells: List[Any] = []
        for value, field_type in zip(args, args.__annotations__.values()):
            if field_type.__name__ == "TypeStruct":
                cells += self.gen_typed_args(args=value)
            else:
                cells.append(self.gen_arg(value))
        return cells

    def get_segment_used_size(self, segment_index: int) -> int:
        """The used size of a segment, after the run."""
        if self._sizes is None:
            raise AssertionError("compute_effective_sizes must be called before get_segment_used_size.")
        return self._sizes[segment_index]

    get_segment_size = get_segment_used_size

    # What the runner calls.

    def move_to(self, vm: Vm) -> None:
        """Gives what was prepared to a VM that has not started."""
        self._vm = vm
        for index in range(self._first, self._first + self._added):
            base = vm.segments.add()
            if base.segment_index != index:
                raise RuntimeError(
                    f"the server numbers segments otherwise: `{base}` instead of `{index}:0`\n"
                    "hint: use a client and a server of the same version"
                )
        for segment, cells in self._cells.items():
            for start, values in _runs(cells):
                vm.memory.load((segment, start), values)

    def finish(self) -> None:
        """The run has ended; nothing changes any more."""
        vm = self._vm
        assert vm is not None
        self._cells = {}
        self._sizes = {segment.base.segment_index: segment.length or 0 for segment in vm.segments.list()}

    # What the memory calls.

    def lookup(self, address: Any) -> Any:
        """The value of a cell, or nothing."""
        if not isinstance(address, RelocatableValue) or address.offset < 0:
            return None
        engine = self._engine()
        if engine is not None:
            return engine.memory.get(address)
        if self._vm is None:
            return self._cells.get(address.segment_index, {}).get(address.offset)
        if self._sizes is None:
            return self._vm.memory.get(address)
        return self._read(address.segment_index, address.offset)

    def _read(self, segment: int, offset: int) -> Any:
        """A cell of a VM that has ended, with its neighbours."""
        cells = self._cells.setdefault(segment, {})
        if offset not in cells and self._vm is not None:
            start = offset - offset % _BLOCK
            values = self._vm.memory.get_range((segment, start), _BLOCK)
            cells.update(enumerate(values, start))
        return cells.get(offset)

    def store(self, address: Any, value: Any) -> None:
        """Writes a cell."""
        engine = self._engine()
        if engine is not None:
            engine.memory[address] = value
            return
        self._check_preparing()
        cells = self._cells.setdefault(address.segment_index, {})
        current = cells.setdefault(address.offset, value)
        if current != value:
            raise inconsistent_memory(address, current, value)

    def _check_preparing(self) -> None:
        if self._vm is not None:
            raise ValueError(
                "the vm has started: memory is written before the run, or by its hints\n"
                "hint: make a new runner for each call"
            )


class RunnerMemory:
    """`runner.memory`, wherever the cells are now."""

    def __init__(self, segments: RunnerSegments) -> None:
        self._segments = segments

    def get(self, addr: Any, default_value: Any = None) -> Any:
        """The value of a cell, or the default if it is empty."""
        value = self._segments.lookup(addr)
        return default_value if value is None else value

    def __getitem__(self, addr: Any) -> Any:
        value = self._segments.lookup(addr)
        if value is None:
            raise unknown_memory(addr)
        return value

    def __setitem__(self, addr: Any, value: Any) -> None:
        self._segments.store(addr, value)

    def __contains__(self, addr: Any) -> bool:
        return self._segments.lookup(addr) is not None

    def get_range(self, addr: Any, size: int) -> List[Any]:
        """The values of consecutive cells."""
        engine = self._segments._engine()
        if engine is not None:
            values: List[Any] = engine.memory.get_range(addr, size)
            return values
        return [self[addr + index] for index in range(size)]

    def get_range_as_ints(self, addr: Any, size: int) -> List[int]:
        """The values of consecutive cells, which must be numbers."""
        values = self.get_range(addr, size)
        if not all(isinstance(value, int) for value in values):
            raise AssertionError
        return values


def _runs(cells: Dict[int, Any]) -> Iterable[Any]:
    """Consecutive cells: the first offset, and the values."""
    start, values = 0, []  # type: int, List[Any]
    for offset in sorted(cells):
        if values and (offset != start + len(values) or len(values) == MOST_CELLS):
            yield start, values
            values = []
        if not values:
            start = offset
        values.append(cells[offset])
    if values:
        yield start, values
