"""Owns `segments`: adding segments and writing nested data into them.

Behaves as the reference VM's `MemorySegmentManager` and passes for it in `isinstance`. Numbers new
segments itself; the host checks the numbers when the hint ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Dict, List, Optional, Sequence, Tuple

from .errors import SECURITY, raised
from .identity import StandIn
from .memory import Memory
from .memory_dict import MemoryDict
from .relocatable import RelocatableValue

SEGMENT_SIZE_UPPER_BOUND = 2**64
#: A segment's size travels as an unsigned number of this many bits.
_SIZE_BOUND = 2**64


class MemorySegmentManager(StandIn):
    """The segments of one VM."""

    __module__ = "starkware.cairo.lang.vm.memory_segments"
    __reference__ = (__module__, "MemorySegmentManager")
    __slots__ = (
        "memory",
        "prime",
        "n_segments",
        "n_temp_segments",
        "public_memory_offsets",
        "zero_segment",
        "zero_segment_size",
        "_memory",
        "_segment_sizes",
        "_segment_used_sizes",
    )

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self.memory = MemoryDict(memory)
        self.prime = memory.prime
        self.n_segments = 0
        self.n_temp_segments = 0
        self.public_memory_offsets: Dict[int, List[Tuple[int, int]]] = {}
        self.zero_segment: Optional[RelocatableValue] = None
        self.zero_segment_size = 0
        self._segment_sizes: Dict[int, int] = {}
        self._segment_used_sizes: Optional[Dict[int, int]] = None

    # Segments.

    def add(self, size: Optional[int] = None) -> RelocatableValue:
        """Adds a segment and returns its start."""
        memory = self._memory
        memory.check_turn()
        segment_index = self.n_segments
        if size is not None:
            _check_size(size)
            self._segment_sizes[segment_index] = size
            self.public_memory_offsets[segment_index] = []
        self.n_segments = segment_index + 1
        memory.effects.added_segments.append(size)
        memory.effects.only_writes = False
        return RelocatableValue(segment_index, 0)

    def add_temp_segment(self) -> RelocatableValue:
        """Adds a segment that a relocation rule will move, and returns its start."""
        memory = self._memory
        memory.check_turn()
        self.n_temp_segments += 1
        memory.effects.added_temporary_segments += 1
        memory.effects.only_writes = False
        return RelocatableValue(-self.n_temp_segments, 0)

    # Names under which it is also known.
    add_temporary_segment = add_temp_segment
    add_temporary_segments = add_temp_segment

    def add_zero_segment(self, size: int) -> RelocatableValue:
        """The segment of zeros, made at least this long."""
        if self.zero_segment is None:
            self.zero_segment = self.add()
        for i in range(self.zero_segment_size, size):
            self.memory[self.zero_segment + i] = 0
        self.zero_segment_size = max(self.zero_segment_size, size)
        return self.zero_segment

    def finalize_zero_segment(self) -> None:
        """Fixes the size of the segment of zeros."""
        if self.zero_segment is not None:
            self.finalize(self.zero_segment.segment_index, self.zero_segment_size)
            self.zero_segment = None
            self.zero_segment_size = 0

    def finalize(
        self,
        segment_index: int,
        size: Optional[int] = None,
        public_memory: Sequence[Tuple[int, int]] = (),
    ) -> None:
        """Fixes the size and the public cells of a segment."""
        effects = self._memory.effects
        self._memory.check_turn()
        if size is not None:
            _check_size(size)
            self._segment_sizes[segment_index] = size
        cells = list(public_memory)
        self.public_memory_offsets[segment_index] = cells
        effects.finalized_segments.append((segment_index, size, cells))
        effects.only_writes = False

    # Data.

    def load_data(self, ptr: Any, data: Sequence[Any]) -> Any:
        """Writes values as they are and returns the address after them."""
        if not (isinstance(data, (list, tuple)) and data and self._memory.store_run(ptr, data)):
            for i, value in enumerate(data):
                self.memory[ptr + i] = value
        return ptr + len(data)

    def gen_arg(self, arg: Any, apply_modulo_to_args: bool = True) -> Any:
        """A value of one cell: an iterable becomes a pointer to a new segment that holds it."""
        cls = arg.__class__
        if cls is int:
            return arg % self.prime if apply_modulo_to_args else arg
        if cls is RelocatableValue:
            return arg
        if isinstance(arg, Iterable):
            base = self.add()
            self.write_arg(base, arg)
            return base
        if apply_modulo_to_args and isinstance(arg, int):
            return arg % self.prime
        return arg

    def write_arg(self, ptr: Any, arg: Any, apply_modulo_to_args: bool = True) -> Any:
        """Writes the values of an iterable, nested ones in new segments."""
        if not isinstance(arg, Iterable):
            raise AssertionError
        prime = self.prime
        gen_arg = self.gen_arg
        if apply_modulo_to_args:
            data = [x % prime if x.__class__ is int else gen_arg(x) for x in arg]
        else:
            data = [x if x.__class__ is int else gen_arg(x, False) for x in arg]
        return self.load_data(ptr, data)

    def gen_typed_args(self, args: Any) -> List[Any]:
        """The cells of a named tuple that was made from a Cairo struct."""
        cells: List[Any] = []
        for value, field_type in zip(args, args.__annotations__.values()):
            name = field_type.__name__
            if name in ("TypePointer", "TypeFelt"):
                cells.append(self.gen_arg(arg=value))
            elif name == "TypeStruct":
                cells += self.gen_typed_args(args=value)
            else:
                raise NotImplementedError(f"{name} is not supported.")
        return cells

    # Sizes.

    def compute_effective_sizes(self, allow_tmp_segments: bool = False) -> None:
        """Finds the used size of each segment, once."""
        if self._segment_used_sizes is not None:
            return
        memory = self._memory
        if not memory.frozen:
            raise AssertionError("Memory has to be frozen before calculating effective size.")
        memory.read_all()
        first = -self.n_temp_segments if allow_tmp_segments else 0
        sizes = {index: 0 for index in range(first, self.n_segments)}
        self._segment_used_sizes = sizes
        for segment, cells in memory.known.items():
            if cells:
                sizes[segment] = max(sizes[segment], max(cells) + 1)
        for address in memory.pure:
            raise raised(SECURITY, f"Expected memory address to be relocatable value. Found: {address}.")

    def get_segment_used_size(self, segment_index: int) -> int:
        """The used size of a segment."""
        return self._used_sizes("get_segment_used_size")[segment_index]

    def get_segments_used_sizes(self) -> Dict[int, int]:
        """The used size of every segment."""
        return dict(self._used_sizes("get_segments_used_sizes"))

    def get_segment_size(self, segment_index: int) -> int:
        """The final size of a segment, or its used size when none was fixed."""
        if segment_index in self._segment_sizes:
            return self._segment_sizes[segment_index]
        return self.get_segment_used_size(segment_index=segment_index)

    def is_valid_memory_value(self, value: Any) -> bool:
        """Whether a value is a number or points into a segment that exists."""
        sizes = self._used_sizes("is_valid_memory_value")
        return isinstance(value, int) or (
            isinstance(value, RelocatableValue)
            and isinstance(value.segment_index, int)
            and isinstance(value.offset, int)
            and value.segment_index in sizes
            and 0 <= value.offset < SEGMENT_SIZE_UPPER_BOUND
        )

    def relocate_segments(self) -> Dict[int, int]:
        """Where each segment would start when the run ended now."""
        current = 1
        starts = {}
        for segment_index, used_size in self._used_sizes("relocate_segments").items():
            starts[segment_index] = current
            size = self.get_segment_size(segment_index=segment_index)
            if not size >= used_size:
                raise AssertionError(f"Segment {segment_index} exceeded its allocated size.")
            current += size
        return starts

    def get_public_memory_addresses(self, segment_offsets: Dict[int, int]) -> List[Tuple[int, int]]:
        """The public cells that hints declared, after relocation."""
        return [
            (segment_offsets[index] + offset, page)
            for index in range(self.n_segments)
            for offset, page in self.public_memory_offsets.get(index, [])
        ]

    def _used_sizes(self, caller: str) -> Dict[int, int]:
        if self._segment_used_sizes is None:
            raise AssertionError(f"compute_effective_sizes must be called before {caller}.")
        return self._segment_used_sizes


def _check_size(size: Any) -> None:
    if not isinstance(size, int) or not 0 <= size < _SIZE_BOUND:
        raise ValueError(f"the size of a segment must be a number below 2**64: `{size}`")
