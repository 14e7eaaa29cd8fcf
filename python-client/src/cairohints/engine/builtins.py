"""Owns the `<name>_builtin` objects of hints.

Each has what hints use of the reference VM's runner of that builtin and passes for it in
`isinstance`. What a hint changes goes into the effects; the host owns the builtins themselves.
"""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, Callable, Dict, List, Optional, Set, Tuple, Type, cast

from . import ecdsa
from .effects import Effects
from .identity import StandIn, StandInType
from .relocatable import RelocatableValue

_RUNNERS = "starkware.cairo.lang.builtins."
_SIGNATURE_CELLS = 2
_WORDS = 4
_RANGE_CHECK_PART_BOUND = 2**16


class BuiltinRunner(StandIn):
    """A builtin without anything special."""

    __reference__ = ("starkware.cairo.lang.vm.builtin_runner", "SimpleBuiltinRunner")
    cells_per_instance: Optional[int] = None
    n_input_cells: Optional[int] = None

    def __init__(self, description: Dict[str, Any], effects: Effects) -> None:
        self.name = description["name"]
        self.included = description["included"]
        self.ratio = description.get("ratio")
        self.ratio_den = description.get("ratio_denominator") or 1
        self.instances_per_component = 1
        self.additional_memory_units_per_instance = 0
        self.stop_ptr: Optional[RelocatableValue] = None
        self._base = RelocatableValue(description["segment"], 0)
        self._effects = effects

    @property
    def base(self) -> RelocatableValue:
        """The start of the builtin's segment."""
        return self._base

    def initial_stack(self) -> List[RelocatableValue]:
        """What the builtin puts on the stack of `main`."""
        return [self.base] if self.included else []

    def get_additional_data(self) -> Any:
        """What a Cairo PIE keeps of the builtin."""
        return None

    def extend_additional_data(
        self, data: Any, relocate_callback: Callable[[Any], Any], data_is_trusted: bool = True
    ) -> None:
        """Takes over what another run's builtin kept."""


class CheckedBuiltinRunner(BuiltinRunner):
    """A builtin that refuses some values."""

    # The reference VM has no class for them.
    __reference__ = (__name__, "CheckedBuiltinRunner")
    cells_per_instance: int

    def check(self, memory: Any, addr: RelocatableValue) -> Set[RelocatableValue]:
        """The validation rule of the builtin's segment: the cells that are valid now."""
        raise NotImplementedError


class RangeCheckBuiltinRunner(CheckedBuiltinRunner):
    """`range_check` and `range_check96`."""

    __reference__ = (
        _RUNNERS + "range_check.range_check_builtin_runner",
        "RangeCheckBuiltinRunner",
    )
    cells_per_instance = n_input_cells = 1

    def __init__(self, description: Dict[str, Any], effects: Effects) -> None:
        super().__init__(description, effects)
        self.n_parts = description["range_check_parts"]
        self.inner_rc_bound = _RANGE_CHECK_PART_BOUND
        self.bound = self.inner_rc_bound**self.n_parts

    def check(self, memory: Any, addr: RelocatableValue) -> Set[RelocatableValue]:
        """The rule: a number below the bound."""
        value = memory[addr]
        if not isinstance(value, int):
            raise AssertionError(
                f"Range-check builtin: Expected value at address {addr} to be an integer. Got: {value}."
            )
        if not 0 <= value < self.bound:
            raise AssertionError(
                f"Value {value}, in range check builtin {addr - self.base}, is out of range "
                f"[0, {self.bound})."
            )
        return {addr}


class SignatureBuiltinRunner(CheckedBuiltinRunner):
    """`ecdsa`."""

    __reference__ = (_RUNNERS + "signature.signature_builtin_runner", "SignatureBuiltinRunner")
    cells_per_instance = n_input_cells = _SIGNATURE_CELLS

    def __init__(self, description: Dict[str, Any], effects: Effects) -> None:
        super().__init__(description, effects)
        self._signatures: Dict[RelocatableValue, Any] = {}
        self._reported: Dict[RelocatableValue, Any] = {}

    @property
    def signatures(self) -> Dict[RelocatableValue, Any]:
        """The signatures by address."""
        self._effects.pending.add(self)
        return self._signatures

    @signatures.setter
    def signatures(self, signatures: Dict[RelocatableValue, Any]) -> None:
        self._effects.pending.add(self)
        self._signatures = signatures

    @staticmethod
    def verify_signature(public_key: int, msg: int, signature: Any) -> bool:
        """Whether a signature is that of a message."""
        return ecdsa.verify(public_key, msg, signature)

    def check(self, memory: Any, addr: RelocatableValue) -> Set[RelocatableValue]:
        """The rule: a signed message; nothing is valid as long as one of the cells is missing."""
        key_cell = addr - addr.offset % _SIGNATURE_CELLS
        message_cell = key_cell + 1
        if (message_cell if addr == key_cell else key_cell) not in memory:
            return set()
        public_key = memory[key_cell]
        message = memory[message_cell]
        for name, cell, value in (
            ("public key", key_cell, public_key),
            ("message hash", message_cell, message),
        ):
            if not isinstance(value, int):
                raise AssertionError(
                    f"ECDSA builtin: Expected {name} at address {cell} to be an integer. Got: {value}."
                )
        if key_cell not in self._signatures:
            raise AssertionError(
                f"Signature hint is missing for ECDSA builtin at address {key_cell}. "
                "Add it using 'ecdsa_builtin.add_signature'."
            )
        signature = self._signatures[key_cell]
        if not self.verify_signature(public_key, message, signature):
            raise AssertionError(
                f"Signature {signature}, is invalid, with respect to the public key {public_key}, "
                f"and the message hash {message}."
            )
        return {key_cell, message_cell}

    def report(self) -> None:
        """Puts new and changed signatures into the effects."""
        effects = self._effects
        for address, signature in self._signatures.items():
            if address in self._reported and self._reported[address] == signature:
                continue
            r, s = signature
            if not (0 <= int(r) < 2**251 and 0 <= int(s) < 2**251):
                raise ValueError(f"a signature must be two numbers below 2**251: `{signature}`")
            self._reported[address] = signature
            effects.signatures.append(((address.segment_index, address.offset), int(r), int(s)))
            effects.only_writes = False

    def add_signature(self, addr: Any, signature: Any) -> None:
        """Gives the signature of the public key that is at this address."""
        if not isinstance(addr, RelocatableValue):
            raise AssertionError(f"Expected memory address to be relocatable value. Found: {addr}.")
        if addr.segment_index != self.base.segment_index:
            raise AssertionError(
                f"Signature hint must point to the signature builtin segment, not {addr}."
            )
        if addr.offset % _SIGNATURE_CELLS != 0:
            raise AssertionError(f"Signature hint must point to the public key cell, not {addr}.")
        self.signatures[addr] = signature

    def get_additional_data(self) -> Any:
        """What a Cairo PIE keeps: the signatures by address."""
        return [
            [list(RelocatableValue.to_tuple(addr)), signature]
            for addr, signature in sorted(self.signatures.items())
        ]

    def extend_additional_data(
        self, data: Any, relocate_callback: Callable[[Any], Any], data_is_trusted: bool = True
    ) -> None:
        """Takes over what another run kept."""
        for addr, signature in data:
            relocated = relocate_callback(RelocatableValue.from_tuple(addr))
            if relocated.segment_index != self.base.segment_index:
                raise AssertionError(
                    "Error while loading ECDSA builtin additional data: "
                    "Signature hint must point to the signature builtin segment. "
                    f"Found: {addr} (after relocation: {relocated})."
                )
            self.signatures[relocated] = signature


class PublicMemoryPage:
    """A page of the output."""

    __module__ = "starkware.cairo.lang.vm.output_builtin_runner"

    def __init__(self, start: int, size: int) -> None:
        self.start = start
        self.size = size

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, PublicMemoryPage):
            return NotImplemented
        return (self.start, self.size) == (other.start, other.size)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"PublicMemoryPage(start={self.start!r}, size={self.size!r})"


class OutputBuiltinRunner(BuiltinRunner):
    """`output`: the base, the pages and the attributes of the output."""

    __reference__ = ("starkware.cairo.lang.vm.output_builtin_runner", "OutputBuiltinRunner")

    def __init__(self, description: Dict[str, Any], effects: Effects) -> None:
        super().__init__(description, effects)
        self._pages: Dict[int, PublicMemoryPage] = {}
        self._attributes: Dict[str, Any] = {}
        self._reported = self._state()

    @property
    def pages(self) -> Dict[int, PublicMemoryPage]:
        """The pages by id."""
        self._effects.pending.add(self)
        return self._pages

    @pages.setter
    def pages(self, pages: Dict[int, PublicMemoryPage]) -> None:
        self._effects.pending.add(self)
        self._pages = pages

    @property
    def attributes(self) -> Dict[str, Any]:
        """The attributes by name."""
        self._effects.pending.add(self)
        return self._attributes

    @attributes.setter
    def attributes(self, attributes: Dict[str, Any]) -> None:
        self._effects.pending.add(self)
        self._attributes = attributes

    def add_page(self, page_id: int, page_start: Any, page_size: int) -> None:
        """Makes consecutive cells of the output a page."""
        if page_id in self.pages:
            raise AssertionError(f"Page {page_id} was already assigned.")
        if not (
            isinstance(page_start, RelocatableValue)
            and page_start.segment_index == self.base.segment_index
        ):
            raise AssertionError("page_start must be in the output segment.")
        self.pages[page_id] = PublicMemoryPage(page_start - self.base, page_size)

    def add_attribute(self, attribute_name: str, attribute_value: Any) -> None:
        """Adds an attribute, a value that JSON can hold."""
        self.attributes[attribute_name] = attribute_value

    def get_state(self) -> Any:
        """The state, for `set_state`."""
        return SimpleNamespace(base=self.base, pages=self.pages, attributes=self.attributes)

    def set_state(self, state: Any) -> None:
        """Returns to a state."""
        self._base = state.base
        self.pages = state.pages
        self.attributes = state.attributes

    def new_state(self, base: RelocatableValue) -> None:
        """Starts anew at this base."""
        self._base = base
        self.pages = {}
        self.attributes = {}

    def get_additional_data(self) -> Any:
        """What a Cairo PIE keeps: the pages and the attributes."""
        return {
            "pages": {
                str(page_id): [page.start, page.size] for page_id, page in sorted(self.pages.items())
            },
            "attributes": self.attributes,
        }

    def extend_additional_data(
        self, data: Any, relocate_callback: Callable[[Any], Any], data_is_trusted: bool = True
    ) -> None:
        """Takes over what another run kept."""
        if not (isinstance(data, dict) and sorted(data) == ["attributes", "pages"]):
            raise AssertionError("Invalid output builtin data.")
        if not isinstance(data["pages"], dict):
            raise AssertionError("Invalid output builtin pages field.")
        for page_id, values in data["pages"].items():
            if not (
                isinstance(page_id, str)
                and isinstance(values, list)
                and len(values) == 2
                and all(isinstance(x, int) and 0 < x < 2**30 for x in values)
            ):
                raise AssertionError("Invalid output builtin pages field.")
            self.pages[int(page_id)] = PublicMemoryPage(*values)
        if not isinstance(data["attributes"], dict):
            raise AssertionError("Invalid output builtin attributes field.")
        self.attributes.update(data["attributes"])

    def report(self) -> None:
        """Puts the state into the effects if it changed."""
        state = self._state()
        if state != self._reported:
            self._reported = state
            self._effects.output_state = state
            self._effects.only_writes = False

    def _state(self) -> Tuple[int, int, List[Tuple[int, int, int]], str]:
        base = self._base
        pages = [(page_id, page.start, page.size) for page_id, page in self._pages.items()]
        return base.segment_index, base.offset, pages, json.dumps(self._attributes)


class HashBuiltinRunner(BuiltinRunner):
    """`pedersen`."""

    __reference__ = (_RUNNERS + "hash.hash_builtin_runner", "HashBuiltinRunner")
    cells_per_instance = 3
    n_input_cells = 2

    def __init__(self, description: Dict[str, Any], effects: Effects) -> None:
        super().__init__(description, effects)
        self.verified_addresses: Set[RelocatableValue] = set()

    def get_additional_data(self) -> Any:
        """What a Cairo PIE keeps: the addresses of hashes that were verified."""
        return [list(RelocatableValue.to_tuple(addr)) for addr in sorted(self.verified_addresses)]

    def extend_additional_data(
        self, data: Any, relocate_callback: Callable[[Any], Any], data_is_trusted: bool = True
    ) -> None:
        """Takes over what another run kept."""
        if data_is_trusted:
            for addr in data:
                self.verified_addresses.add(relocate_callback(RelocatableValue.from_tuple(addr)))

    @property
    def hash_func(self) -> Callable[[int, int], int]:
        """The hash of the installed `cairo-lang`."""
        from starkware.cairo.lang.vm.crypto import pedersen_hash

        function: Callable[[int, int], int] = pedersen_hash
        return function


class ModBuiltinRunner(BuiltinRunner):
    """`add_mod` and `mul_mod`: the class of the installed `cairo-lang` does everything else."""

    cells_per_instance = n_input_cells = 7

    def __init__(self, description: Dict[str, Any], effects: Effects) -> None:
        super().__init__(description, effects)
        self._batch_size = description["batch_size"]
        self._word_bit_length = description["word_bit_length"]
        self._delegate: Any = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "_delegate":
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        if self._delegate is None:
            self._delegate = self._make()
        return getattr(self._delegate, name)

    def _make(self) -> Any:
        from starkware.cairo.lang.builtins.modulo import instance_def, mod_builtin_runner

        kind = "AddMod" if self.name == "add_mod" else "MulMod"
        definition = getattr(instance_def, kind + "InstanceDef")(
            ratio=self.ratio,
            ratio_den=self.ratio_den,
            word_bit_len=self._word_bit_length,
            n_words=_WORDS,
            batch_size=self._batch_size,
        )
        runner = getattr(mod_builtin_runner, kind + "BuiltinRunner")
        return runner(included=self.included, instance_def=definition)


class AddModBuiltinRunner(ModBuiltinRunner):
    """`add_mod`."""

    __reference__ = (_RUNNERS + "modulo.mod_builtin_runner", "AddModBuiltinRunner")


class MulModBuiltinRunner(ModBuiltinRunner):
    """`mul_mod`."""

    __reference__ = (_RUNNERS + "modulo.mod_builtin_runner", "MulModBuiltinRunner")


def _plain(name: str, path: str, class_name: str, cells: int, inputs: int) -> Type[BuiltinRunner]:
    attributes = {
        "__doc__": f"`{name}`.",
        "__reference__": (_RUNNERS + path, class_name),
        "cells_per_instance": cells,
        "n_input_cells": inputs,
    }
    return cast(Type[BuiltinRunner], StandInType(class_name, (BuiltinRunner,), attributes))


_CLASSES: Dict[str, Type[BuiltinRunner]] = {
    "output": OutputBuiltinRunner,
    "pedersen": HashBuiltinRunner,
    "range_check": RangeCheckBuiltinRunner,
    "range_check96": RangeCheckBuiltinRunner,
    "ecdsa": SignatureBuiltinRunner,
    "add_mod": AddModBuiltinRunner,
    "mul_mod": MulModBuiltinRunner,
    "bitwise": _plain("bitwise", "bitwise.bitwise_builtin_runner", "BitwiseBuiltinRunner", 5, 2),
    "ec_op": _plain("ec_op", "ec.ec_op_builtin_runner", "EcOpBuiltinRunner", 7, 5),
    "keccak": _plain("keccak", "keccak.keccak_builtin_runner", "KeccakBuiltinRunner", 16, 8),
    "poseidon": _plain("poseidon", "poseidon.poseidon_builtin_runner", "PoseidonBuiltinRunner", 6, 3),
}


def make_builtin(description: Dict[str, Any], effects: Effects) -> BuiltinRunner:
    """The object for one builtin of the run."""
    return _CLASSES.get(description["name"], BuiltinRunner)(description, effects)
