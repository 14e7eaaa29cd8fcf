"""Owns memory and segments of a `FunctionRunner`: prepared here, then the running VM's, then kept.

Before the run, cells are collected here. While a hint runs they are the engine's. After the run they are
those that the VM had at its end. All the while they are objects of cairo-lang's own classes.
"""

from __future__ import annotations

from itertools import repeat
from typing import Any, Dict, Iterable, Iterator, List, MutableMapping, Optional, Sequence, Tuple

from starkware.cairo.lang.vm.memory_dict import MemoryDict
from starkware.cairo.lang.vm.memory_segments import MemorySegmentManager

from .engine.relocatable import RelocatableValue
from .runner_vm import FunctionVm
from .vm import Vm
from .vm_memory import MOST_CELLS

#: Cells that are read at once after the run.
_BLOCK = 512


class Progress:
    """How far a run is: whether there is a VM, and whether it has stopped for good."""

    def __init__(self) -> None:
        self.vm: Optional[FunctionVm] = None
        self.is_over = False

    @property
    def engine(self) -> Any:
        """The engine while one of the VM's hints or rules runs, else nothing."""
        vm = self.vm
        session = None if vm is None else vm.hint_session
        return session if session is not None and session.memory.owner else None


class PreparedCells(MutableMapping[Any, Any]):
    """Cells by segment. Numbers are addresses, too; no run can have them."""

    def __init__(self, cells: Iterable[Tuple[Any, Any]] = ()) -> None:
        self.segments: Dict[int, Dict[int, Any]] = {}
        self.pure: Dict[Any, Any] = {}
        for address, value in cells:
            self[address] = value

    def __getitem__(self, address: Any) -> Any:
        if isinstance(address, RelocatableValue):
            try:
                return self.segments[address.segment_index][address.offset]
            except KeyError:
                raise KeyError(address) from None
        return self.pure[address]

    def __setitem__(self, address: Any, value: Any) -> None:
        if isinstance(address, RelocatableValue):
            self.segments.setdefault(address.segment_index, {})[address.offset] = value
        else:
            self.pure[address] = value

    def __delitem__(self, address: Any) -> None:
        if isinstance(address, RelocatableValue):
            del self.segments[address.segment_index][address.offset]
        else:
            del self.pure[address]

    def __iter__(self) -> Iterator[Any]:
        for segment, cells in self.segments.items():
            yield from map(RelocatableValue, repeat(segment), cells)
        yield from self.pure

    def __len__(self) -> int:
        return sum(map(len, self.segments.values())) + len(self.pure)

    def runs(self) -> Iterator[Tuple[RelocatableValue, List[Any]]]:
        """Consecutive cells: the first address, and the values."""
        for segment, cells in self.segments.items():
            start, values = 0, []  # type: int, List[Any]
            for offset in sorted(cells):
                if values and offset != start + len(values):
                    yield RelocatableValue(segment, start), values
                    values = []
                if not values:
                    start = offset
                values.append(cells[offset])
            if values:
                yield RelocatableValue(segment, start), values


class LeftCells(PreparedCells):
    """The cells that a VM left, read when they are looked at."""

    def __init__(self, vm: Vm) -> None:
        super().__init__()
        self._vm = vm
        #: Segment to length; temporary ones have none.
        self.lengths: Dict[int, Optional[int]] = {
            segment.base.segment_index: segment.length for segment in vm.segments.list()
        }
        self._blocks: Dict[int, Dict[int, bool]] = {}
        self._is_whole = False

    def __getitem__(self, address: Any) -> Any:
        value = self.get(address)
        if value is None:
            raise KeyError(address)
        return value

    def get(self, address: Any, default: Any = None) -> Any:
        """The value of a cell, or the default if it is empty."""
        if not isinstance(address, RelocatableValue):
            return default
        segment, offset = address.segment_index, address.offset
        value = self.segments.get(segment, {}).get(offset)
        if value is None and not self._is_whole and offset >= 0 and segment in self.lengths:
            block = offset - offset % _BLOCK
            if block not in self._blocks.setdefault(segment, {}):
                self._read(segment, block, _BLOCK)
                value = self.segments.get(segment, {}).get(offset)
        return default if value is None else value

    def setdefault(self, address: Any, default: Any = None) -> Any:
        """The value of a cell; an empty one gets this value."""
        value = self.get(address)
        if value is None:
            self[address] = value = default
        return value

    def __contains__(self, address: Any) -> bool:
        return self.get(address) is not None

    def __iter__(self) -> Iterator[Any]:
        self.read_all()
        return super().__iter__()

    def __len__(self) -> int:
        self.read_all()
        return super().__len__()

    def items(self) -> Any:
        """All cells."""
        self.read_all()
        return [
            (RelocatableValue(segment, offset), value)
            for segment, cells in self.segments.items()
            for offset, value in cells.items()
        ] + list(self.pure.items())

    def read_all(self) -> None:
        """Reads what was not looked at yet."""
        if self._is_whole:
            return
        for segment, length in self.lengths.items():
            # The length of a temporary segment is not known.
            count = MOST_CELLS if length is None else length
            self.segments.pop(segment, None)
            for start in range(0, count, MOST_CELLS):
                self._read(segment, start, min(count - start, MOST_CELLS))
        self._is_whole = True

    def _read(self, segment: int, start: int, count: int) -> None:
        for block in range(start, start + count, _BLOCK):
            self._blocks.setdefault(segment, {})[block] = True
        cells = self.segments.setdefault(segment, {})
        for offset, value in enumerate(self._vm.memory.get_range((segment, start), count), start):
            if value is not None:
                cells.setdefault(offset, value)


class RunnerMemory(MemoryDict):  # type: ignore[misc]
    """`runner.memory`, wherever the cells are now."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress
        self.data: PreparedCells = PreparedCells()

    @classmethod
    def adopt(cls, memory: Any, progress: Progress) -> "RunnerMemory":
        """Makes a caller's memory, which may already have cells, one of these."""
        adopted = memory
        if type(memory) is MemoryDict:
            memory.__class__ = cls
        else:
            adopted = cls(progress)
        adopted._progress = progress
        adopted.data = PreparedCells(memory.data.items())
        return adopted  # type: ignore[no-any-return]

    def _live(self) -> Any:
        """The engine's memory while a hint runs."""
        engine = self._progress.engine
        return None if engine is None else engine.segments.memory

    def __getitem__(self, addr: Any) -> Any:
        live = self._live()
        return super().__getitem__(addr) if live is None else live[addr]

    def __setitem__(self, addr: Any, value: Any) -> None:
        live = self._live()
        if live is None:
            super().__setitem__(addr, value)
        else:
            live[addr] = value

    def __contains__(self, addr: Any) -> bool:
        live = self._live()
        return super().__contains__(addr) if live is None else addr in live

    def __iter__(self) -> Iterator[Any]:
        live = self._live()
        return super().__iter__() if live is None else iter(live)

    def __len__(self) -> int:
        live = self._live()
        return super().__len__() if live is None else len(live)

    def __repr__(self) -> str:
        live = self._live()
        return repr(dict(self.data)) if live is None else repr(live)

    def __eq__(self, other: Any) -> Any:
        if not isinstance(other, MemoryDict):
            return NotImplemented
        return dict(self.items()) == dict(other.items())

    __hash__ = None  # type: ignore[assignment]

    def get(self, addr: Any, default_value: Any = None) -> Any:
        """The value of a cell, or the default if it is empty."""
        live = self._live()
        return super().get(addr, default_value) if live is None else live.get(addr, default_value)

    def get_range(self, addr: Any, size: int) -> List[Any]:
        """The values of consecutive cells."""
        live = self._live()
        return list(super().get_range(addr, size) if live is None else live.get_range(addr, size))

    def setdefault(self, key: Any, default: Any = None) -> Any:
        """The value of a cell; an empty one is written first."""
        live = self._live()
        return super().setdefault(key, default) if live is None else live.setdefault(key, default)

    def items(self) -> Any:
        """All cells."""
        live = self._live()
        return self.data.items() if live is None else live.items()

    def keys(self) -> Any:
        """All addresses."""
        live = self._live()
        return self.data.keys() if live is None else live.keys()

    def add_relocation_rule(self, src_ptr: Any, dest_ptr: Any) -> None:
        """Moves a temporary segment when the run ends."""
        live = self._live()
        if live is None:
            super().add_relocation_rule(src_ptr, dest_ptr)
        else:
            live.add_relocation_rule(src_ptr, dest_ptr)

    def relocate_value(self, value: Any) -> Any:
        """The value after the relocation rules."""
        live = self._live()
        return super().relocate_value(value) if live is None else live.relocate_value(value)

    def relocate_memory(self) -> None:
        """Moves temporary segments now."""
        live = self._live()
        if live is not None:
            live.relocate_memory()
            return
        super().relocate_memory()
        if not isinstance(self.data, PreparedCells):
            self.data = PreparedCells(self.data.items())

    def is_frozen(self) -> bool:
        """Whether writes are refused."""
        live = self._live()
        return bool(super().is_frozen() if live is None else live.is_frozen())


class RunnerSegments(MemorySegmentManager):  # type: ignore[misc]
    """`runner.segments`, wherever they are now."""

    def __init__(self, memory: RunnerMemory, prime: int, progress: Progress) -> None:
        self._progress = progress
        super().__init__(memory=memory, prime=prime)

    def _live(self) -> Any:
        """The engine's segments while a hint runs."""
        engine = self._progress.engine
        return None if engine is None else engine.segments

    @property
    def n_segments(self) -> int:
        """How many segments there are."""
        live = self._live()
        return self._n_segments if live is None else int(live.n_segments)

    @n_segments.setter
    def n_segments(self, count: int) -> None:
        self._n_segments = count

    @property
    def n_temp_segments(self) -> int:
        """How many temporary segments there are."""
        live = self._live()
        return self._n_temp_segments if live is None else int(live.n_temp_segments)

    @n_temp_segments.setter
    def n_temp_segments(self, count: int) -> None:
        self._n_temp_segments = count

    def add(self, size: Optional[int] = None) -> Any:
        """Adds a segment."""
        live = self._live()
        return super().add(size) if live is None else live.add(size)

    def add_temp_segment(self) -> Any:
        """Adds a temporary segment."""
        live = self._live()
        return super().add_temp_segment() if live is None else live.add_temp_segment()

    def add_zero_segment(self, size: int) -> Any:
        """The segment of zeros, made at least this long."""
        live = self._live()
        return super().add_zero_segment(size) if live is None else live.add_zero_segment(size)

    def finalize(
        self,
        segment_index: int,
        size: Optional[int] = None,
        public_memory: Sequence[Tuple[int, int]] = (),
    ) -> None:
        """Fixes the size and the public cells of a segment."""
        live = self._live()
        finalize = super().finalize if live is None else live.finalize
        finalize(segment_index, size, public_memory)

    def load_data(self, ptr: Any, data: Any) -> Any:
        """Writes values as they are; the address after them."""
        live = self._live()
        return super().load_data(ptr, data) if live is None else live.load_data(ptr, data)

    def take_over(self, cells: LeftCells, engine: Any, keep_temporary: bool) -> None:
        """The run has ended with these cells; `engine` is that of its hints, if it had any."""
        sizes = {
            segment: _temporary_length(cells, segment) if length is None else length
            for segment, length in cells.lengths.items()
        }
        self._n_segments = sum(segment >= 0 for segment in sizes)
        if engine is not None:
            # The server has none any more that were moved.
            self._n_temp_segments = max(self._n_temp_segments, engine.segments.n_temp_segments)
        if keep_temporary:
            for segment in range(-self._n_temp_segments, 0):
                sizes.setdefault(segment, 0)
        self._segment_used_sizes = {
            segment: sizes[segment] for segment in sorted(sizes) if segment >= 0 or keep_temporary
        }
        if engine is not None:
            self._segment_sizes = dict(engine.segments._segment_sizes)
            self.public_memory_offsets = dict(engine.segments.public_memory_offsets)

    def sizes(self) -> Dict[int, int]:
        """The size of each segment of a run that has ended, as it was fixed or as far as it was used."""
        return {**self._segment_used_sizes, **self._segment_sizes}


def _temporary_length(cells: LeftCells, segment: int) -> int:
    cells.get(RelocatableValue(segment, 0))
    return max(cells.segments.get(segment, {}), default=-1) + 1
