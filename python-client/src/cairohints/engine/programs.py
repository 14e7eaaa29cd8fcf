"""Owns `vm_load_program`: handing a program object to the host and compiling its hints.

Takes programs as objects of the installed `cairo-lang`; the host takes them as JSON.
"""

from __future__ import annotations

import json
from typing import Any, Tuple

from .context import ProgramSource
from .errors import VM_EXCEPTION, raised
from .failure import HintFailure
from .relocatable import RelocatableValue


def load_program(session: Any, program: Any, program_base: Any) -> None:
    """Makes a program's hints run when the VM reaches them."""
    session.memory.check_turn()
    if session.prime != program.prime:
        raise AssertionError(f"Unexpected prime for loaded program: {program.prime} != {session.prime}.")
    # A stripped program has none of this; it fails here as in the reference VM.
    getattr(program, "debug_info")  # noqa: B009
    if not isinstance(program_base, RelocatableValue):
        raise ValueError(f"the vm can only load a program at an address, not at `{program_base}`")
    text = json.dumps(type(program).Schema().dump(program))
    first_id, hints = session.host.load_program(text, program_base.segment_index, program_base.offset)
    source = ProgramSource(session.host, program)
    try:
        session.add_hints(hints, source, first_id)
    except HintFailure as failure:
        raise _as_vm_exception(failure, first_id, program, program_base) from None


def _as_vm_exception(failure: HintFailure, first_id: int, program: Any, base: Any) -> BaseException:
    """The reference VM's error for a hint that does not compile."""
    inner = raised(
        "starkware.cairo.lang.vm.vm_exceptions.HintException",
        "Got an exception while compiling a hint.",
    )
    inner.exception_str = failure.traceback  # type: ignore[attr-defined]
    inner.inner_exc = failure.exception  # type: ignore[attr-defined]
    try:
        from starkware.cairo.lang.vm.vm_exceptions import VmException
    except ImportError:
        return raised(VM_EXCEPTION, f"{inner}\n{failure.traceback}")
    offset, hint_index = _place(program, (failure.hint_id or 0) - first_id)
    debug_info = program.debug_info
    location = debug_info.instruction_locations.get(offset) if debug_info is not None else None
    error: BaseException = VmException(
        pc=base + offset,
        inst_location=location,
        inner_exc=inner,
        notes=[failure.traceback],
        hint_index=hint_index,
    )
    return error


def _place(program: Any, index: int) -> Tuple[int, int]:
    """The offset of the hint of this position, and its position there."""
    places = [
        (offset, hint_index)
        for offset, hints in program.hints.items()
        for hint_index in range(len(hints))
    ]
    return places[index]
