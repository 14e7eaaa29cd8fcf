"""Owns `ids._context`: the reference VM's own view of a hint's names; few hints use it.

Everything is loaded when it is asked for, with the classes of the installed `cairo-lang`.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any, Callable, Dict, List, Optional, Protocol

from .identifiers import make_manager
from .identity import StandIn
from .relocatable import RelocatableValue

_MODULE = "starkware.cairo.lang.vm.vm_consts"


def scoped_name(full_name: str) -> Any:
    """A name as the compiler's own class."""
    from starkware.cairo.lang.compiler.scoped_name import ScopedName

    # Names of programs loaded at run time carry the program's number in front.
    return ScopedName.from_string(full_name.rpartition("#")[2])


class ProgramHost(Protocol):
    """Who has the program's text."""

    def read_program(self) -> str:
        """All of it, JSON."""

    def read_program_part(self, kind: str, name: Any) -> str:
        """A part of it, JSON; the kinds are `scope`, `hint` and `member`."""


class ProgramSource:
    """The program that a hint belongs to, as a `Program` of `cairo-lang`, or parts of one.

    Most of a large program is debug information, which takes seconds to send and to parse and which few
    ask for: each part is read when it is used first.
    """

    def __init__(self, host: ProgramHost, program: Optional[Any] = None) -> None:
        self._host = host
        self._program = program
        #: The parts that were read, by name.
        self._parts: Dict[str, Any] = {}
        self._hints: Dict[int, Any] = {}

    @property
    def program(self) -> Any:
        """The program."""
        if self._program is None:
            from starkware.cairo.lang.compiler.program import Program

            self._program = Program.load(json.loads(self._host.read_program()))
        return self._program

    def part(self, name: str) -> Any:
        """The program's `identifiers` or `reference_manager`."""
        if name not in self._parts:
            if self._program is not None:
                self._parts[name] = getattr(self._program, name)
            elif name == "identifiers":
                self._parts[name] = make_manager(self._host.read_program_part)
            else:
                found = json.loads(self._host.read_program_part("member", name))
                self._parts[name] = _field(name).deserialize(found)
        return self._parts[name]

    def hint(self, index: int) -> Any:
        """The hint of this position in the program."""
        if index not in self._hints:
            if self._program is not None:
                hints = self._program.hints.values()
                self._hints[index] = [hint for group in hints for hint in group][index]
            else:
                found = json.loads(self._host.read_program_part("hint", index))
                self._hints[index] = _field("hints").value_field.inner.deserialize(found)
        return self._hints[index]


def _field(name: str) -> Any:
    from starkware.cairo.lang.compiler.program import Program

    return Program.Schema().fields[name]


@dataclasses.dataclass
class _Fields:
    """Lends its field descriptions, so that `dataclasses` functions work on the real class."""

    identifiers: Any
    evaluator: Any
    reference_manager: Any
    flow_tracking_data: Any
    memory: Any
    pc: Any


class VmConstsContext(StandIn):
    """What the reference VM keeps beside the names of one hint."""

    __module__ = _MODULE
    __reference__ = (_MODULE, "VmConstsContext")
    __slots__ = ("memory", "pc", "_source", "_index", "_ap", "_fp", "_owner", "_evaluate")
    __dataclass_fields__ = _Fields.__dataclass_fields__
    __dataclass_params__ = _Fields.__dataclass_params__  # type: ignore[attr-defined]

    def __init__(
        self,
        source: ProgramSource,
        index: int,
        memory: Any,
        pc: RelocatableValue,
        ap: RelocatableValue,
        fp: RelocatableValue,
        owner: Any,
    ) -> None:
        self._source = source
        self._index = index
        self._ap = ap
        self._fp = fp
        #: The `ids` that it belongs to.
        self._owner = owner
        self._evaluate: Optional[Callable[[Any], Any]] = None
        self.memory = memory
        self.pc = pc

    @property
    def identifiers(self) -> Any:
        """The program's identifiers."""
        return self._source.part("identifiers")

    @property
    def reference_manager(self) -> Any:
        """The program's references."""
        return self._source.part("reference_manager")

    @property
    def flow_tracking_data(self) -> Any:
        """The references that are alive at the hint."""
        return self._source.hint(self._index).flow_tracking_data

    @property
    def evaluator(self) -> Callable[[Any], Any]:
        """Evaluates an expression of the compiler at the hint."""
        if self._evaluate is None:
            from starkware.cairo.lang.compiler.expression_evaluator import ExpressionEvaluator

            self._evaluate = ExpressionEvaluator(
                self.memory.prime, self._ap, self._fp, self.memory, self.identifiers
            ).eval
        return self._evaluate

    @property
    def __dict__(self) -> Dict[str, Any]:  # type: ignore[override]
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    # For the objects that show it.

    def accessible_scopes(self, scope: str) -> List[Any]:
        """Where names of this scope are looked up; an empty one is the hint's own."""
        if scope:
            return [scoped_name(scope)]
        found: List[Any] = self._source.hint(self._index).accessible_scopes
        return found

    def struct_definition(self, full_name: str) -> Any:
        """The compiler's definition of a struct."""
        from starkware.cairo.lang.compiler.identifier_utils import get_struct_definition

        return get_struct_definition(
            struct_name=scoped_name(full_name), identifier_manager=self.identifiers
        )
