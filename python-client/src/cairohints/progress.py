"""Owns the progress bar: on a terminal with `rich`, which the extra `cli` brings; in a notebook."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import sys
import threading
import time
from typing import Any, AsyncIterator, Callable, Iterator, Tuple

from .errors import CairoHintsError
from .results import Event

#: Gets the steps and hints so far.
Update = Callable[[int, int], None]
#: How often a notebook draws.
_DRAW_SECONDS = 0.2
_RUNNING = "<progress></progress> "


@contextlib.contextmanager
def shown(events: Iterator[Event]) -> Iterator[Update]:
    """Shows steps and hints while the block runs, which may add what it knows."""
    with _bar() as update:

        def follow() -> None:
            try:
                for event in events:
                    _tell(update, event)
            except CairoHintsError:
                pass

        threading.Thread(target=follow, daemon=True).start()
        yield update


@contextlib.asynccontextmanager
async def shown_async(events: AsyncIterator[Event]) -> AsyncIterator[Update]:
    """Shows steps and hints while the block of a coroutine runs, which may add what it knows."""
    with _bar() as update:

        async def follow() -> None:
            try:
                async for event in events:
                    _tell(update, event)
            except CairoHintsError:
                pass

        following = asyncio.ensure_future(follow())
        try:
            yield update
        finally:
            following.cancel()


def _tell(update: Update, event: Event) -> None:
    if event.kind in ("state", "progress"):
        update(event.current_step, event.hints_executed)


def _text(steps: int, hints: int) -> str:
    return f"{steps:,} steps, {hints:,} hints"


def _bar() -> "contextlib.AbstractContextManager[Update]":
    return _notebook_bar() if _in_notebook() else _terminal_bar()


def _in_notebook() -> bool:
    """Whether this is a kernel, whose output is not a terminal but displays."""
    # Without importing it: in a kernel it is there.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


@contextlib.contextmanager
def _notebook_bar() -> Iterator[Update]:
    displays = importlib.import_module("IPython.display")

    def page(bar: str) -> Any:
        return displays.HTML(f"{bar}{_text(*last)}, {time.monotonic() - started:.1f} s")

    started = drawn = time.monotonic()
    last: Tuple[int, int] = (0, 0)
    over = False
    # Whoever follows the VM may be late.
    drawing = threading.Lock()
    handle = displays.display(page(_RUNNING), display_id=True)

    def update(steps: int, hints: int) -> None:
        nonlocal last, drawn
        with drawing:
            last = max(last, (steps, hints))
            if not over and time.monotonic() - drawn >= _DRAW_SECONDS:
                drawn = time.monotonic()
                handle.update(page(_RUNNING))

    try:
        yield update
    finally:
        with drawing:
            over = True
            handle.update(page(""))


@contextlib.contextmanager
def _terminal_bar() -> Iterator[Update]:
    try:
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    except ImportError:
        raise CairoHintsError(
            "a progress bar needs `rich`\nhint: pip install 'cairohints[cli]'"
        ) from None
    columns = (SpinnerColumn(), TextColumn("{task.fields[text]}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, text=_text(0, 0))
        yield lambda steps, hints: bar.update(task, text=_text(steps, hints))
