"""Owns the rules of segments: those that check a write and those that find a missing value.

A rule that a hint registers is reported to the host, which calls it back for what Cairo code does;
for what hints write, validation rules run here.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Set, Tuple

from .memory import OFFSET_BOUND, Memory
from .memory_dict import MemoryDict
from .relocatable import RelocatableValue

VALIDATION = "validation"
AUTO_DEDUCTION = "auto_deduction"

Rule = Callable[..., Any]


class Rules:
    """The rules of one session."""

    def __init__(self, memory: Memory, raw_memory: MemoryDict) -> None:
        self._memory = memory
        self._raw_memory = raw_memory
        self._validated: Set[Any] = set()
        #: The cell that the host has checked now.
        self._checked: Any = None
        self._validation: Dict[int, List[Tuple[Rule, Tuple[Any, ...]]]] = {}
        self._builtin: Dict[int, Rule] = {}
        self._registered: List[Tuple[str, int, Rule, Tuple[Any, ...]]] = []
        #: What auto-deduction rules get as the VM.
        self.vm: Any = None
        memory.validate = self.validate
        memory.offer = self.offer

    def add_builtin_rule(self, segment_index: int, rule: Rule, instance_cells: int, bound: int) -> None:
        """Adds a builtin's own validation, which the host does itself for Cairo code.

        `rule` looks at the cells of one instance, and accepts numbers below `bound` in any case.
        """
        self._builtin[segment_index] = rule
        self._validation.setdefault(segment_index, []).append((rule, ()))
        self._memory.guarded.add(segment_index)
        self._memory.instance_cells[segment_index] = instance_cells
        self._memory.bounds[segment_index] = bound

    def add_validation_rule(self, segment_index: int, rule: Rule, *args: Any) -> None:
        """Has `rule(memory, address, *args)` called for each write into the segment."""
        self._register(VALIDATION, segment_index, rule, args)
        self._validation.setdefault(segment_index, []).append((rule, args))
        self._memory.guarded.add(segment_index)

    def add_auto_deduction_rule(self, segment_index: int, rule: Rule, *args: Any) -> None:
        """Has `rule(vm, address, *args)` called for each missing cell of the segment."""
        self._register(AUTO_DEDUCTION, segment_index, rule, args)

    def auto_deduction(self) -> Dict[int, List[Tuple[Rule, Tuple[Any, ...]]]]:
        """The auto-deduction rules by segment."""
        found: Dict[int, List[Tuple[Rule, Tuple[Any, ...]]]] = {}
        for kind, segment_index, rule, args in self._registered:
            if kind == AUTO_DEDUCTION:
                found.setdefault(segment_index, []).append((rule, args))
        return found

    def validate(self, address: RelocatableValue) -> None:
        """Runs the validation rules for a cell that a hint wrote."""
        if address in self._validated:
            return
        try:
            for rule, args in self._validation.get(address.segment_index, ()):
                self._validated |= rule(self._raw_memory, address, *args)
        except Exception:
            if address.segment_index in self._builtin:
                self._memory.keep_refused(address)
            raise

    def offer(self, address: RelocatableValue) -> None:
        """Has a builtin look at a cell that was written raw; the reference does not look at it."""
        try:
            self._builtin[address.segment_index](self._raw_memory, address)
        except Exception:
            self._memory.keep_refused(address)

    def call(self, rule_id: int, address: RelocatableValue) -> Tuple[str, Any]:
        """Calls a rule for the host."""
        if not 0 <= rule_id < len(self._registered):
            raise LookupError(f"there is no rule of this id: `{rule_id}`")
        kind, _, rule, args = self._registered[rule_id]
        if kind == AUTO_DEDUCTION:
            return "value", self._reduced(rule(self.vm, address, *args))
        if address in self._validated and address != self._checked:
            return "validated", [(address.segment_index, address.offset)]
        # All rules look at a cell that was not validated before the first of them.
        self._checked = address
        found = rule(self._raw_memory, address, *args)
        self._validated |= found
        return "validated", [
            (cell.segment_index, cell.offset) for cell in found if isinstance(cell, RelocatableValue)
        ]

    def _register(self, kind: str, segment_index: int, rule: Rule, args: Tuple[Any, ...]) -> None:
        self._memory.check_turn()
        if not isinstance(segment_index, int):
            raise TypeError(
                f"the segment of a rule must be an int, not `{type(segment_index).__name__}`"
            )
        effects = self._memory.effects
        effects.rules.append((len(self._registered), kind, int(segment_index)))
        effects.only_writes = False
        self._registered.append((kind, segment_index, rule, args))

    def _reduced(self, value: Any) -> Any:
        if value is None:
            return None
        value %= self._memory.prime
        if isinstance(value, RelocatableValue) and not 0 <= value.offset < OFFSET_BOUND:
            return self._memory.checked(value)
        if not isinstance(value, (int, RelocatableValue)):
            raise ValueError(f"Memory value must be an int, not {type(value).__name__}.")
        return value
