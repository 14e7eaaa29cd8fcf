"""Owns the VM as hints and rules see it: the first argument of an auto-deduction rule, and what the
functions of a hint (`vm_enter_scope`, …) belong to.

Passes for the reference VM's `VirtualMachine`. What is not here is borrowed from the installed
`cairo-lang`: methods of its class that work on what is here. Knows no transport.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any, Callable, Dict, List, Optional, Tuple

from .context import ProgramSource
from .effects import Effects
from .host import Host
from .identity import StandIn
from .memory import Memory
from .memory_dict import MemoryDict, ValidatedMemoryDict
from .relocatable import RelocatableValue
from .rules import Rules
from .scopes import Scopes

_MODULE = "starkware.cairo.lang.vm.vm_core"
#: Where the main program is loaded.
_PROGRAM_BASE = RelocatableValue(0, 0)


class _Borrower(StandIn):
    """Has the methods of the class that it stands for."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("__"):
            module, class_name = type(self).__reference__
            try:
                lender = getattr(importlib.import_module(module), class_name)
            except ImportError:
                lender = None
            found = inspect.getattr_static(lender, name, None)
            if hasattr(found, "__get__"):
                return found.__get__(self, lender)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")


class RunContext(_Borrower):
    """The registers and the memory. While a rule runs, the registers are those of the last hint: the
    host calls rules in the middle of a step.
    """

    __module__ = _MODULE
    __reference__ = (_MODULE, "RunContext")
    __slots__ = ("memory", "prime", "_names")

    def __init__(self, memory: MemoryDict, prime: int, names: Dict[str, Any]) -> None:
        self.memory = memory
        self.prime = prime
        self._names = names

    @property
    def pc(self) -> Any:
        """The program counter."""
        return self._names["pc"]

    @property
    def ap(self) -> Any:
        """The allocation pointer."""
        return self._names["ap"]

    @property
    def fp(self) -> Any:
        """The frame pointer."""
        return self._names["fp"]


class AccessedAddresses:
    """The cells that Cairo code used; can say of one whether it is among them."""

    __slots__ = ("_is_accessed",)

    def __init__(self, is_accessed: Callable[[Any], bool]) -> None:
        self._is_accessed = is_accessed

    def __contains__(self, addr: Any) -> bool:
        return self._is_accessed(addr)


class VirtualMachineBase(_Borrower):
    """What every VM has."""

    __module__ = "starkware.cairo.lang.vm.virtual_machine_base"
    __reference__ = (__module__, "VirtualMachineBase")
    __slots__ = (
        "prime",
        "builtin_runners",
        "validated_memory",
        "static_locals",
        "_scopes",
        "_effects",
        "_rules",
        "_source",
        "_load",
    )

    prime: int
    builtin_runners: Dict[str, Any]
    validated_memory: ValidatedMemoryDict
    #: What every scope has, beside the builtins and the functions of the VM.
    static_locals: Dict[str, Any]
    _scopes: Scopes
    _effects: Effects
    _rules: Rules
    _source: ProgramSource
    _load: Callable[[Any, Any], None]

    @property
    def exec_scopes(self) -> List[Dict[str, Any]]:
        """The scopes of hints, outermost first."""
        return self._scopes.stack

    def enter_scope(self, new_scope_locals: Optional[Dict[str, Any]] = None) -> None:
        """Starts a scope that the next hint runs in."""
        self._scopes.enter(new_scope_locals)
        self._effects.scope_entered()

    def exit_scope(self) -> None:
        """Ends the innermost scope."""
        self._scopes.leave()
        self._effects.scope_left()

    # Rules.

    @property
    def auto_deduction(self) -> Dict[int, List[Tuple[Callable[..., Any], Tuple[Any, ...]]]]:
        """The auto-deduction rules of hints, by segment."""
        return self._rules.auto_deduction()

    def add_validation_rule(self, segment_index: int, rule: Any, *args: Any) -> None:
        """Has `rule(memory, address, *args)` called for each write into the segment."""
        self._rules.add_validation_rule(segment_index, rule, *args)

    def add_auto_deduction_rule(self, segment_index: int, rule: Any, *args: Any) -> None:
        """Has `rule(vm, address, *args)` called for each missing cell of the segment."""
        self._rules.add_auto_deduction_rule(segment_index, rule, *args)

    # Programs.

    @property
    def program(self) -> Any:
        """The main program."""
        return self._source.program

    def load_program(self, program: Any, program_base: Any) -> None:
        """Makes a program's hints run when the VM reaches them."""
        self._load(program, program_base)

    @property
    def instruction_debug_info(self) -> Dict[RelocatableValue, Any]:
        """Where the main program's instructions come from, by address."""
        debug_info = self.program.debug_info
        locations = {} if debug_info is None else debug_info.instruction_locations
        return {_PROGRAM_BASE + offset: location for offset, location in locations.items()}

    @property
    def error_message_attributes(self) -> List[Any]:
        """The main program's `with_attr error_message`."""
        from starkware.cairo.lang.vm.virtual_machine_base import VmAttributeScope

        return [
            VmAttributeScope.from_attribute_scope(attr=attribute, program_base=_PROGRAM_BASE)
            for attribute in self.program.attributes
            if attribute.name == "error_message"
        ]


class VirtualMachine(VirtualMachineBase):
    """The VM."""

    __module__ = _MODULE
    __reference__ = (_MODULE, "VirtualMachine")
    __slots__ = ("run_context", "ecdsa_additional_data", "accessed_addresses", "_memory", "_host")

    def __init__(
        self,
        host: Host,
        memory: Memory,
        *,
        run_context: RunContext,
        validated_memory: ValidatedMemoryDict,
        builtin_runners: Dict[str, Any],
        static_locals: Dict[str, Any],
        ecdsa_additional_data: Dict[Any, Any],
        scopes: Scopes,
        rules: Rules,
        source: ProgramSource,
        load: Callable[[Any, Any], None],
    ) -> None:
        self.prime = memory.prime
        self.run_context = run_context
        self.builtin_runners = builtin_runners
        self.validated_memory = validated_memory
        self.static_locals = static_locals
        self.ecdsa_additional_data = ecdsa_additional_data
        self.accessed_addresses = AccessedAddresses(self.is_accessed)
        self._memory = memory
        self._host = host
        self._scopes = scopes
        self._effects = memory.effects
        self._rules = rules
        self._source = source
        self._load = load

    @property
    def current_step(self) -> int:
        """The number of steps so far."""
        step: int = self.run_context._names["current_step"]
        return step

    def is_accessed(self, addr: Any) -> bool:
        """Whether Cairo code used a cell."""
        self._memory.check_turn()
        if not isinstance(addr, RelocatableValue) or addr.offset < 0:
            hash(addr)
            return False
        return self._host.is_accessed(addr.segment_index, addr.offset)
