"""Owns how tables and cells look at a prompt and in a notebook. Knows nothing of what they mean."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any, List, Sequence

#: Longer ones are cut: somebody looks at them.
_MOST_ROWS = 100
_MOST_CELLS = 20
_MOST_CHARACTERS = 60


@dataclass(frozen=True)
class Table:
    """Rows, under names of their columns or under none."""

    head: Sequence[str]
    rows: List[Sequence[Any]]

    def _more(self) -> int:
        return max(0, len(self.rows) - _MOST_ROWS)

    def text(self) -> str:
        """For a prompt: columns of the same width."""
        texts = [[_cut(str(cell)) for cell in row] for row in self.rows[:_MOST_ROWS]]
        widths = [max(map(len, column)) for column in zip(self.head, *texts)]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip()
            for row in (self.head, *texts)
        ]
        if self._more():
            lines.append(f"... and {self._more():,} more")
        return "\n".join(lines)

    def html(self) -> str:
        """For a notebook."""
        rows = [_row("td", row) for row in self.rows[:_MOST_ROWS]]
        if self._more():
            rows.append(_row("td", [f"… and {self._more():,} more"]))
        head = f"<thead>{_row('th', self.head)}</thead>" if self.head else ""
        return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"


def _row(tag: str, cells: Sequence[Any]) -> str:
    marks = "".join(f'<{tag} style="text-align:left">{html.escape(str(cell))}</{tag}>' for cell in cells)
    return f"<tr>{marks}</tr>"


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"


def cells(values: Sequence[Any]) -> str:
    """Cells of a memory; `-` for empty ones."""
    shown = ["-" if value is None else str(value) for value in values[:_MOST_CELLS]]
    more = [f"... and {len(values) - _MOST_CELLS:,} more"] if len(values) > _MOST_CELLS else []
    return ", ".join(shown + more)
