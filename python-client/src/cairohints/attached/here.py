"""Owns the description of attached hints: live objects that hints see, and where the rest runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Literal, Mapping, NamedTuple, Optional

#: Where hints run: in Python, in Rust where nobody can tell, or all in Rust.
Placement = Literal["python", "auto", "native"]


class OfferedHint(NamedTuple):
    """A hint of the program, for whoever decides where it runs."""

    #: Its code.
    code: str
    #: Its Cairo file; empty when the program has no debug information.
    filename: str
    #: The line of its opening bracket; 0 without debug information.
    line: int


@dataclass(frozen=True)
class Here:
    """Hints run in this interpreter, on the thread that runs the VM."""

    #: Variables of the first hint scope.
    hint_locals: Dict[str, Any] = field(default_factory=dict)
    #: Variables that hints see in every scope.
    static_locals: Dict[str, Any] = field(default_factory=dict)
    #: Where the hints run that do not run here. With live objects, which may see anything, all run here
    #: unless `only` leaves some to the server.
    placement: Placement = "auto"
    #: Called with the engine once the hints are loaded; what it does to the VM precedes the first step.
    prepare: Optional[Callable[[Any], None]] = None
    #: Whether a hint runs here; all do without. The others run where `placement` says, in Python of the
    #: server: their variables are not those of the hints that run here.
    only: Optional[Callable[[OfferedHint], bool]] = None


def here(
    hint_locals: Optional[Mapping[str, Any]] = None,
    static_locals: Optional[Mapping[str, Any]] = None,
    *,
    placement: Placement = "auto",
    only: Optional[Callable[[OfferedHint], bool]] = None,
) -> Here:
    """Says that hints run in this interpreter, with these live objects among their variables.

    `Vm("prog.json", hints=here({"syscall_handler": handler}))`: hints call methods of that very
    object, on the thread that calls `vm.run()`; what they raise is `error.exception`.

    With `only`, a function of a hint's `code`, `filename` and `line`, those hints run here for which it
    is true, and the others on the server, with variables of their own:
    `here({"syscall_handler": handler}, only=lambda hint: "syscall_handler" in hint.code)`.
    """
    return Here(dict(hint_locals or {}), dict(static_locals or {}), placement, only=only)
