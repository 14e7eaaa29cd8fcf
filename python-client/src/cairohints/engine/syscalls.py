"""Owns `syscall_handler` of a run with contracts: what hints in Python do in the world of the others.

Knows what StarkNet's syscalls look like in memory, not how contracts are executed.
"""

from __future__ import annotations

from typing import Any, List, Optional, Protocol, Sequence, Tuple, Union

from .relocatable import RelocatableValue

#: An int, bytes as they are, or a text in the notation of scenarios.
Value = Union[int, bytes, str]


class Contracts(Protocol):
    """The world of contracts, as whoever has it implements it. No account is the caller's."""

    def caller(self) -> bytes:
        """The address of who calls."""

    def storage_read(self, account: Optional[Value], key: Value) -> bytes:
        """What is in an account's storage."""

    def storage_write(self, account: Optional[Value], key: Value, value: Value) -> None:
        """Writes to an account's storage."""

    def call(
        self, contract: Value, endpoint: Value, arguments: Sequence[Value], paying: Value
    ) -> Tuple[int, str, Optional[str], List[bytes]]:
        """Calls an endpoint; the status, its message, what that does not say, and the results."""

    def emit_event(self, topics: Sequence[Value], data: Sequence[Value]) -> None:
        """Writes an event."""

    def endpoint_of_selector(self, contract: Value, selector: int) -> Optional[str]:
        """The name of the endpoint that a selector of StarkNet stands for."""


class ContractError(Exception):
    """Something that cannot be done in the world of contracts."""


class ContractCallFailed(ContractError):
    """A call that failed as it would on the chain; what it did is undone."""

    def __init__(self, status: int, message: str, detail: Optional[str]) -> None:
        shown = f"the call failed with status `{status}`: `{message}`"
        super().__init__(shown if detail is None else f"{shown}\n  at {detail}")
        #: The status of the ecosystem, such as 4 for an error that the contract signals.
        self.status = status
        #: What the transaction's receipt says.
        self.message = message
        #: What it does not say: where in the source, which limit.
        self.detail = detail


class SyscallHandler:
    """The session's world of contracts.

    Each method has two forms: with values of Python, and with `segments` and `syscall_ptr`, as hints
    of `starkware.starknet.common.syscalls` call it. There, who calls is the contract that runs.
    """

    #: For `except`.
    Error = ContractError
    CallFailed = ContractCallFailed

    def __init__(self, contracts: Contracts) -> None:
        self._contracts = contracts

    def get_caller_address(self, *, segments: Any = None, syscall_ptr: Any = None) -> Optional[bytes]:
        """The address of who calls, 32 bytes."""
        caller = self._contracts.caller()
        if syscall_ptr is None:
            return caller
        syscall = _Syscall("GetCallerAddress", segments, syscall_ptr)
        syscall.write(1, syscall.felt_of(caller, "the caller's address"))
        return None

    def storage_read(
        self,
        account: Optional[Value] = None,
        key: Value = b"",
        *,
        segments: Any = None,
        syscall_ptr: Any = None,
    ) -> Optional[bytes]:
        """What is under a key in the storage of an account, the caller's unless one is named."""
        if syscall_ptr is None:
            return self._contracts.storage_read(account, key)
        syscall = _Syscall("StorageRead", segments, syscall_ptr)
        value = self._contracts.storage_read(None, syscall.felt(1))
        syscall.write(2, syscall.felt_of(value, "the value"))
        return None

    def storage_write(
        self,
        account: Optional[Value] = None,
        key: Value = b"",
        value: Value = b"",
        *,
        segments: Any = None,
        syscall_ptr: Any = None,
    ) -> None:
        """Writes to the storage of an account, the caller's unless one is named; empty removes."""
        if syscall_ptr is None:
            return self._contracts.storage_write(account, key, value)
        syscall = _Syscall("StorageWrite", segments, syscall_ptr)
        return self._contracts.storage_write(None, syscall.felt(1), syscall.felt(2))

    def call_contract(
        self,
        contract: Value = b"",
        endpoint: Value = b"",
        arguments: Sequence[Value] = (),
        paying: Value = 0,
        *,
        segments: Any = None,
        syscall_ptr: Any = None,
    ) -> Optional[List[bytes]]:
        """Calls an endpoint as the caller; its results, each encoded. Raises `ContractCallFailed`."""
        if syscall_ptr is None:
            if isinstance(endpoint, str):
                endpoint = endpoint.encode()
            return self._called(contract, endpoint, arguments, paying)
        syscall = _Syscall("CallContract", segments, syscall_ptr)
        address = syscall.felt(1)
        arguments = syscall.felts(syscall.felt(3), 4)
        results = self._called(address, self._endpoint(address, syscall.felt(2)), arguments, 0)
        felts = [syscall.felt_of(result, "a result") for result in results]
        start = segments.add()
        segments.load_data(start, felts)
        syscall.write(5, len(felts))
        syscall.write(6, start)
        return None

    def emit_event(
        self,
        topics: Sequence[Value] = (),
        data: Sequence[Value] = (),
        *,
        segments: Any = None,
        syscall_ptr: Any = None,
    ) -> None:
        """Writes an event as the caller."""
        if syscall_ptr is not None:
            syscall = _Syscall("EmitEvent", segments, syscall_ptr)
            topics = syscall.felts(syscall.felt(1), 2)
            data = syscall.felts(syscall.felt(3), 4)
        self._contracts.emit_event(list(topics), list(data))

    def _called(
        self, contract: Value, endpoint: Value, arguments: Sequence[Value], paying: Value
    ) -> List[bytes]:
        status, message, detail, results = self._contracts.call(
            contract, endpoint, list(arguments), paying
        )
        if status != 0:
            raise ContractCallFailed(status, message, detail)
        return results

    def _endpoint(self, contract: int, selector: int) -> bytes:
        """The endpoint of a selector: the hash of its name, or the name itself as a short string."""
        name = self._contracts.endpoint_of_selector(contract, selector)
        if name is not None:
            return name.encode()
        return selector.to_bytes((selector.bit_length() + 7) // 8, "big")


class _Syscall:
    """A syscall of StarkNet in memory: its selector, the rest of the request, the response."""

    def __init__(self, name: str, segments: Any, start: Any) -> None:
        if segments is None or not isinstance(start, RelocatableValue):
            raise ContractError(
                f"`{name}` has no address but `{start!r}`\n"
                "hint: give `segments=segments, syscall_ptr=ids.syscall_ptr`"
            )
        self._name = name
        self._memory = segments.memory
        self._prime: int = segments.prime
        self._start = start
        selector = self.felt(0)
        if selector != int.from_bytes(name.encode(), "big"):
            raise ContractError(f"the syscall at `{start}` is no `{name}`: its selector is `{selector}`")

    def felt(self, index: int) -> int:
        """A felt of the request."""
        return self._number(self._start + index)

    def felts(self, count: int, pointer_index: int) -> List[int]:
        """Felts that a pointer of the request leads to."""
        start = self._memory[self._start + pointer_index]
        return [self._number(start + index) for index in range(count)]

    def write(self, index: int, value: Any) -> None:
        """Writes a cell of the response."""
        self._memory[self._start + index] = value

    def felt_of(self, value: bytes, what: str) -> int:
        """The felt of a number in bytes."""
        number = int.from_bytes(value, "big")
        if number >= self._prime:
            raise ContractError(f"{what} does not fit a felt: `0x{value.hex()}`")
        return number

    def _number(self, address: Any) -> int:
        value = self._memory[address]
        if not isinstance(value, int):
            raise ContractError(f"`{self._name}` has the pointer `{value}` at `{address}`, no number")
        return value
