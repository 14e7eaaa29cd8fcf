"""Owns what `vm.memory` and `vm.segments` are: reads at any time, writes before the first step.

`async_memory` has the same for `AsyncVm`.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Iterable, List, Tuple, TypeVar, Union, overload

from . import results
from .errors import UnknownMemory
from .results import Segment
from .v1 import vm_service_pb2 as pb
from .values import (
    AddressLike,
    Cell,
    RelocatableValue,
    Value,
    address_message,
    address_of,
    cells_of,
    run_of,
)

if TYPE_CHECKING:
    from .vm import Vm

#: Most cells of one read.
MOST_CELLS = 65536
Default = TypeVar("Default")


def read_request(name: str, start: RelocatableValue, known: int, count: int) -> pb.ReadMemoryRequest:
    """Asks for the rest of a range of `count` cells, of which the first `known` ones are there."""
    return pb.ReadMemoryRequest(
        name=name, address=address_message(start + known), count=min(count - known, MOST_CELLS)
    )


def range_of(key: Any) -> Tuple[RelocatableValue, int]:
    """Where `memory[start:end]` begins, and how many cells it has."""
    if key.step is not None or key.start is None or key.stop is None:
        raise ValueError("a range of memory is written `memory[start:end]`")
    start, end = address_of(key.start), address_of(key.stop)
    return start, max(0, end - start)


def filled(address: AddressLike, cell: Cell) -> Value:
    """What a cell holds, which must not be empty."""
    if cell is None:
        raise UnknownMemory(f"the memory cell at `{address_of(address)}` is empty")
    return cell


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
            request = read_request(vm.name, start, len(cells), count)
            found = cells_of(vm.call(vm.stub.ReadMemory, request).cells.values)
            if not found:
                return cells + [None] * (count - len(cells))
            cells += found
        return cells[:count]

    @overload
    def get(self, address: AddressLike) -> Cell: ...
    @overload
    def get(self, address: AddressLike, default: Default) -> Union[Value, Default]: ...
    def get(self, address: AddressLike, default: Any = None) -> Any:
        """The value of a cell, or the default if it is empty."""
        (value,) = self.get_range(address, 1)
        return default if value is None else value

    def load(self, address: AddressLike, values: Iterable[Value]) -> None:
        """Writes consecutive cells. Only before the first step."""
        vm = self._vm
        request = pb.WriteMemoryRequest(name=vm.name, cells=run_of(address, values))
        vm.call(vm.stub.WriteMemory, request)

    @overload
    def __getitem__(self, key: AddressLike) -> Value: ...
    @overload
    def __getitem__(self, key: slice) -> List[Cell]: ...
    def __getitem__(self, key: Any) -> Any:
        """The value of a cell, which must not be empty; or a list of cells, `None` for empty ones."""
        if isinstance(key, slice):
            return self.get_range(*range_of(key))
        return filled(key, self.get(key))

    @overload
    def __setitem__(self, key: AddressLike, value: Value) -> None: ...
    @overload
    def __setitem__(self, key: slice, value: Iterable[Value]) -> None: ...
    def __setitem__(self, key: Any, value: Any) -> None:
        """Writes a cell, or as many as the range has. Only before the first step."""
        if isinstance(key, slice):
            start, count = range_of(key)
            values = list(value)
            if len(values) != count:
                raise ValueError(f"`{len(values)}` values do not fit into `{count}` cells")
            self.load(start, values)
        else:
            self.load(key, [value])

    def __contains__(self, key: AddressLike) -> bool:
        return self.get(key) is not None

    def __repr__(self) -> str:
        return f"<memory of {self._reference()!r}>"


class VmSegments:
    """The segments of a VM: `vm.segments.list()`, `vm.segments.add()`."""

    def __init__(self, vm: Vm) -> None:
        self._reference = weakref.ref(vm)

    @property
    def _vm(self) -> Vm:
        vm = self._reference()
        if vm is None:
            raise ReferenceError("the vm of these segments is gone")
        return vm

    def add(self) -> RelocatableValue:
        """Adds a segment; its start. Only before the first step."""
        vm = self._vm
        request = pb.AddSegmentRequest(name=vm.name)
        return results.address(vm.call(vm.stub.AddSegment, request).base)

    def list(self) -> List[Segment]:
        """The segments, what they are for and how far they are filled."""
        vm = self._vm
        found, token = [], ""
        while True:
            request = pb.ListSegmentsRequest(name=vm.name, page_token=token)
            response = vm.call(vm.stub.ListSegments, request)
            found += results.segments(response)
            token = response.next_page_token
            if not token:
                return found

    def __repr__(self) -> str:
        return f"<segments of {self._reference()!r}>"
