"""Owns `ids._context`: the reference VM's own view of a hint's names; few hints use it.

Everything is loaded when it is asked for, with the classes of the installed `cairo-lang`.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Optional


class ProgramSource:
    """The program that a hint belongs to, as a `Program` of `cairo-lang`."""

    def __init__(self, read_json: Callable[[], str], program: Optional[Any] = None) -> None:
        self._read_json = read_json
        self._program = program
        #: Number of its hints that were compiled.
        self.hint_count = 0

    @property
    def program(self) -> Any:
        """The program; read and parsed at the first use."""
        if self._program is None:
            from starkware.cairo.lang.compiler.program import Program

            self._program = Program.load(json.loads(self._read_json()))
        return self._program

    def hint(self, index: int) -> Any:
        """The hint of this position in the program."""
        return [hint for hints in self.program.hints.values() for hint in hints][index]


class VmConstsContext:
    """What the reference VM keeps beside the names of one hint."""

    __module__ = "starkware.cairo.lang.vm.vm_consts"

    def __init__(
        self, source: ProgramSource, index: int, memory: Any, pc: Any, ap: Any, fp: Any
    ) -> None:
        self._source = source
        self._index = index
        self._ap = ap
        self._fp = fp
        self.memory = memory
        self.pc = pc

    @property
    def identifiers(self) -> Any:
        """The program's identifiers."""
        return self._source.program.identifiers

    @property
    def reference_manager(self) -> Any:
        """The program's references."""
        return self._source.program.reference_manager

    @property
    def flow_tracking_data(self) -> Any:
        """The references that are alive at the hint."""
        return self._source.hint(self._index).flow_tracking_data

    @property
    def evaluator(self) -> Callable[[Any], Any]:
        """Evaluates an expression of the compiler at the hint."""
        from starkware.cairo.lang.compiler.expression_evaluator import ExpressionEvaluator

        evaluate: Callable[[Any], Any] = ExpressionEvaluator(
            self.memory.prime, self._ap, self._fp, self.memory, self.identifiers
        ).eval
        return evaluate
