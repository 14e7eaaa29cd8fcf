"""Owns the way of builtins between a `FunctionRunner` and the engine of its hints.

The server runs the builtins that cairo-lang's runner is made with. What callers put in their place, or
beside them, are rules on segments: cairo-lang's own objects, called back from here.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable

from starkware.cairo.lang.vm.output_builtin_runner import PublicMemoryPage

from .engine.relocatable import RelocatableValue
from .runner_memory import LeftCells, PreparedCells
from .runner_vm import VALIDATION, Rule

#: Names in `builtin_runners` end with this.
SUFFIX = "_builtin"


def own_builtins(runners: Dict[str, Any], standard: Dict[str, Any]) -> Dict[str, Any]:
    """Those that the server does not run."""
    return {name: runner for name, runner in runners.items() if standard.get(name) is not runner}


def _untouched(name: str, runners: Dict[str, Any], standard: Dict[str, Any]) -> Any:
    """A builtin that the server runs and nobody has replaced, or nothing."""
    runner = runners.get(name + SUFFIX)
    return runner if runner is standard.get(name + SUFFIX) else None


def hand_over(
    session: Any,
    *,
    runners: Dict[str, Any],
    standard: Dict[str, Any],
    segments: Any,
    cells: PreparedCells,
    rules: Iterable[Rule],
) -> None:
    """Gives the engine what was prepared for the first step; the server gets it from there."""
    ecdsa = _untouched("ecdsa", runners, standard)
    if ecdsa is not None:
        theirs = session.builtin_runners["ecdsa" + SUFFIX]
        for address, signature in ecdsa.signatures.items():
            theirs.signatures[address] = signature
    output = _untouched("output", runners, standard)
    if output is not None:
        theirs = session.builtin_runners["output" + SUFFIX]
        if output.pages or output.attributes or output.base != theirs.base:
            theirs.set_state(output.get_state())
            theirs.report()
    for name, runner in own_builtins(runners, standard).items():
        session.use_builtin(name, runner)
    for kind, segment, rule, args in rules:
        add = session.rules.add_validation_rule
        (add if kind == VALIDATION else session.rules.add_auto_deduction_rule)(segment, rule, *args)
    _write(session, cells)
    for source, destination in segments.memory.relocation_rules.items():
        session.segments.memory.add_relocation_rule(RelocatableValue(source, 0), destination)
    for segment, public in segments.public_memory_offsets.items():
        session.segments.finalize(segment, segments._segment_sizes.get(segment), public)


def _write(session: Any, cells: PreparedCells) -> None:
    memory = session.memory
    for start, values in cells.runs():
        if not memory.store_run(start, values):
            for index, value in enumerate(values):
                memory.store(start + index, value)
    for address, value in cells.pure.items():
        memory.store(address, value)


def take_back(
    session: Any,
    runners: Dict[str, Any],
    standard: Dict[str, Any],
    cells: LeftCells,
    is_secure: bool,
) -> None:
    """Gives cairo-lang's objects what the run did to the server's and the engine's."""
    pedersen = _untouched("pedersen", runners, standard)
    if pedersen is not None:
        length = cells.lengths.get(pedersen.base.segment_index) or 0
        results = (pedersen.base + offset for offset in range(2, length + 2, 3))
        # A secure run looks at results that nobody read, too.
        pedersen.verified_addresses.update(result for result in results if is_secure or result in cells)
    ecdsa = _untouched("ecdsa", runners, standard)
    if ecdsa is not None:
        ecdsa.signatures.update(session.builtin_runners["ecdsa" + SUFFIX].signatures)
    output = _untouched("output", runners, standard)
    if output is not None:
        state = session.builtin_runners["output" + SUFFIX].get_state()
        state.pages = {
            page_id: PublicMemoryPage(start=page.start, size=page.size)
            for page_id, page in state.pages.items()
        }
        output.set_state(state)


__all__ = ["SUFFIX", "hand_over", "own_builtins", "take_back"]
