"""Owns what `vm.memory` and `vm.segments` are: reads at any time, writes before the first step."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Iterable, List, Tuple

from . import results
from .errors import UnknownMemory
from .results import Segment
from .v1 import vm_service_pb2 as pb
from .values import AddressLike, Cell, RelocatableValue, address_message, address_of, cells_of, run_of

if TYPE_CHECKING:
    from .vm import Vm

#: Most cells of one read.
MOST_CELLS = 65536


class VmMemory:
    """The memory of a VM: `vm.memory[address]`, `vm.memory[start:end]`."""

    def __init__(self, vm: Vm) -> None:
        self._reference = weakref.ref(vm)

    @property
    def _vm(self) -> Vm:
        vm = self._reference()
        if vm is None:
            raise ReferenceError("the vm of this memory is gone")
        return vm

    def get_range(self, address: AddressLike, count: int) -> List[Cell]:
        """Consecutive cells; `None` for empty ones."""
        vm = self._vm
        start = address_of(address)
        cells: List[Cell] = []
        while len(cells) < count:
            request = pb.ReadMemoryRequest(
                name=vm.name,
                address=address_message(start + len(cells)),
                count=min(count - len(cells), MOST_CELLS),
            )
            found = cells_of(vm.call(vm.stub.ReadMemory, request).cells.values)
            if not found:
                return cells + [None] * (count - len(cells))
            cells += found
        return cells[:count]

    def get(self, address: AddressLike, default: Any = None) -> Any:
        """The value of a cell, or the default if it is empty."""
        (value,) = self.get_range(address, 1)
        return default if value is None else value

    def load(self, address: AddressLike, values: Iterable[Any]) -> None:
        """Writes consecutive cells. Only before the first step."""
        vm = self._vm
        request = pb.WriteMemoryRequest(name=vm.name, cells=run_of(address, values))
        vm.call(vm.stub.WriteMemory, request)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, slice):
            start, count = _range(key)
            return self.get_range(start, count)
        value = self.get(key)
        if value is None:
            raise UnknownMemory(f"the memory cell at `{address_of(key)}` is empty")
        return value

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(key, slice):
            start, count = _range(key)
            values = list(value)
            if len(values) != count:
                raise ValueError(f"`{len(values)}` values do not fit into `{count}` cells")
            self.load(start, values)
        else:
            self.load(key, [value])

    def __contains__(self, key: Any) -> bool:
        return self.get(key) is not None


def _range(key: slice) -> Tuple[RelocatableValue, int]:
    if key.step is not None or key.start is None or key.stop is None:
        raise ValueError("a range of memory is written `memory[start:end]`")
    start, end = address_of(key.start), address_of(key.stop)
    return start, max(0, end - start)


class VmSegments:
    """The segments of a VM: `vm.segments.list()`, `vm.segments.add()`."""

    def __init__(self, vm: Vm) -> None:
        self._reference = weakref.ref(vm)

    def add(self) -> RelocatableValue:
        """Adds a segment; its start. Only before the first step."""
        vm = self._reference()
        if vm is None:
            raise ReferenceError("the vm of these segments is gone")
        request = pb.AddSegmentRequest(name=vm.name)
        return results.address(vm.call(vm.stub.AddSegment, request).base)

    def list(self) -> List[Segment]:
        """The segments, what they are for and how far they are filled."""
        vm = self._reference()
        if vm is None:
            raise ReferenceError("the vm of these segments is gone")
        request = pb.ListSegmentsRequest(name=vm.name)
        return results.segments(vm.call(vm.stub.ListSegments, request))
