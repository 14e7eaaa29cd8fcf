"""Owns the progress bar, which needs the extra `cli`."""

from __future__ import annotations

import contextlib
import threading
from typing import Iterator

from .errors import CairoHintsError
from .results import Event


@contextlib.contextmanager
def shown(events: Iterator[Event]) -> Iterator[None]:
    """Shows steps and hints on stderr while the block runs."""
    try:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    except ImportError:
        raise CairoHintsError(
            "a progress bar needs `rich`\nhint: pip install 'cairohints[cli]'"
        ) from None
    text = TextColumn("{task.fields[steps]:,} steps, {task.fields[hints]:,} hints")
    bar = Progress(
        SpinnerColumn(), text, TimeElapsedColumn(), console=Console(stderr=True), transient=True
    )
    with bar:
        task = bar.add_task("", total=None, steps=0, hints=0)

        def follow() -> None:
            try:
                for event in events:
                    if event.kind in ("state", "progress"):
                        bar.update(task, steps=event.current_step, hints=event.hints_executed)
            except CairoHintsError:
                pass

        threading.Thread(target=follow, daemon=True).start()
        yield
