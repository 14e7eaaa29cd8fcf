"""Owns the contract between the engine and the owner of the VM: what a session's host can be asked.

Types only; a transport implements them.
"""

from __future__ import annotations

from typing import Any, List, Optional, Protocol, Tuple


class Host(Protocol):
    """The owner of a VM, as its hints' session sees it. Every method may raise."""

    def read_memory(self, segment: int, offset: int, count: int) -> None:
        """Fills `memory.known`, `memory.empty` and `memory.lengths` for these cells, or more."""

    def read_all_memory(self) -> None:
        """Fills `memory.known` with every cell of the VM."""

    def write_memory(self, segment: int, offset: int, value: Any) -> None:
        """Writes a cell at once; raises what the VM has against it."""

    def delete_cell(self, segment: int, offset: int) -> None:
        """Removes a cell that no Cairo code used."""

    def is_accessed(self, segment: int, offset: int) -> bool:
        """Whether Cairo code used a cell."""

    def resolve_name(self, hint_id: int, scope: str, name: str) -> Tuple[Any, ...]:
        """The definition of a name, after the structs in it were defined."""

    def load_program(
        self, program_json: str, base_segment: int, base_offset: int
    ) -> Tuple[int, List[Tuple[int, str, Optional[str], int, int]]]:
        """Loads a compiled program at an address; returns the number of its first hint, and its hints.

        The hints are in the program's order, without those in other languages.
        """

    def read_program(self) -> str:
        """The compiled main program, JSON."""

    def read_program_part(self, kind: str, name: Any) -> str:
        """A part of the compiled main program, JSON.

        `scope`: `identifiers` and `scopes` directly in the scope of this full name; `hint`: the hint of
        this position; `member`: the member of this name.
        """

    def debugger(self) -> None:
        """A debugger took over the running hint; its deadline has to wait."""
