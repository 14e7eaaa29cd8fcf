"""Owns what `memory` and `segments` of an `AsyncVm` are: those of `vm_memory`, to be awaited."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Awaitable, Iterable, List, Union, overload

from . import results
from .results import Segment
from .v1 import vm_service_pb2 as pb
from .values import AddressLike, Cell, RelocatableValue, Value, address_of, cells_of, run_of
from .vm_memory import Default, filled, range_of, read_request

if TYPE_CHECKING:
    from .async_vm import AsyncVm


class AsyncVmMemory:
    """The memory of a VM: `await vm.memory[address]`, `await vm.memory[start:end]`."""

    def __init__(self, vm: AsyncVm) -> None:
        self._reference = weakref.ref(vm)

    async def _vm(self) -> AsyncVm:
        vm = self._reference()
        if vm is None:
            raise ReferenceError("the vm of this memory is gone")
        return await vm

    async def get_range(self, address: AddressLike, count: int) -> List[Cell]:
        """Consecutive cells; `None` for empty ones."""
        vm = await self._vm()
        start = address_of(address)
        cells: List[Cell] = []
        while len(cells) < count:
            request = read_request(vm.name, start, len(cells), count)
            found = cells_of((await vm.call(vm.stub.ReadMemory, request)).cells.values)
            if not found:
                return cells + [None] * (count - len(cells))
            cells += found
        return cells[:count]

    @overload
    async def get(self, address: AddressLike) -> Cell: ...
    @overload
    async def get(self, address: AddressLike, default: Default) -> Union[Value, Default]: ...
    async def get(self, address: AddressLike, default: Any = None) -> Any:
        """The value of a cell, or the default if it is empty."""
        (value,) = await self.get_range(address, 1)
        return default if value is None else value

    async def load(self, address: AddressLike, values: Iterable[Value]) -> None:
        """Writes consecutive cells. Only before the first step."""
        vm = await self._vm()
        request = pb.WriteMemoryRequest(name=vm.name, cells=run_of(address, values))
        await vm.call(vm.stub.WriteMemory, request)

    @overload
    def __getitem__(self, key: AddressLike) -> Awaitable[Value]: ...
    @overload
    def __getitem__(self, key: slice) -> Awaitable[List[Cell]]: ...
    def __getitem__(self, key: Any) -> Awaitable[Any]:
        """The value of a cell, which must not be empty; or a list of cells, `None` for empty ones."""
        if isinstance(key, slice):
            return self.get_range(*range_of(key))
        return self._filled(key)

    async def _filled(self, key: AddressLike) -> Value:
        return filled(key, await self.get(key))

    def __repr__(self) -> str:
        return f"<memory of {self._reference()!r}>"


class AsyncVmSegments:
    """The segments of a VM: `await vm.segments.list()`, `await vm.segments.add()`."""

    def __init__(self, vm: AsyncVm) -> None:
        self._reference = weakref.ref(vm)

    async def _vm(self) -> AsyncVm:
        vm = self._reference()
        if vm is None:
            raise ReferenceError("the vm of these segments is gone")
        return await vm

    async def add(self) -> RelocatableValue:
        """Adds a segment; its start. Only before the first step."""
        vm = await self._vm()
        request = pb.AddSegmentRequest(name=vm.name)
        return results.address((await vm.call(vm.stub.AddSegment, request)).base)

    async def list(self) -> List[Segment]:
        """The segments, what they are for and how far they are filled."""
        vm = await self._vm()
        found, token = [], ""
        while True:
            request = pb.ListSegmentsRequest(name=vm.name, page_token=token)
            response = await vm.call(vm.stub.ListSegments, request)
            found += results.segments(response)
            token = response.next_page_token
            if not token:
                return found

    def __repr__(self) -> str:
        return f"<segments of {self._reference()!r}>"
