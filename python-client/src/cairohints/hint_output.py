"""Owns the way of what hints print in a worker to this process's stdout and stderr."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import AsyncIterator, Iterator

from .results import Event, VmState

_OUTPUT_SECONDS = 2.0


class HintOutput:
    """Prints what hints print, in the background."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._changed = threading.Condition()
        self._stopped_at = -1
        self._over = False
        self._ready = threading.Event()
        threading.Thread(target=self._follow, args=(events,), daemon=True).start()
        # Output of before this is nobody's.
        self._ready.wait(_OUTPUT_SECONDS)

    def _follow(self, events: Iterator[Event]) -> None:
        try:
            for event in events:
                self._ready.set()
                if event.kind == "output":
                    _print(event)
                elif event.kind == "state" and event.state is not VmState.RUNNING:
                    with self._changed:
                        self._stopped_at = event.current_step
                        self._changed.notify_all()
        except Exception:
            # The VM or the connection is gone; the call that runs the VM says so.
            pass
        with self._changed:
            self._over = True
            self._changed.notify_all()
        self._ready.set()

    def drain(self, current_step: int) -> None:
        """Waits until what hints printed up to this step is printed."""
        with self._changed:
            self._changed.wait_for(
                lambda: self._over or self._stopped_at >= current_step, _OUTPUT_SECONDS
            )


class AsyncHintOutput:
    """Prints what hints print, in a task of the event loop."""

    def __init__(self, events: AsyncIterator[Event]) -> None:
        self._changed = asyncio.Event()
        self._stopped_at = -2
        self._over = False
        self._task = asyncio.ensure_future(self._follow(events))

    async def _follow(self, events: AsyncIterator[Event]) -> None:
        try:
            async for event in events:
                if event.kind == "output":
                    _print(event)
                elif event.kind == "state" and event.state is not VmState.RUNNING:
                    self._stopped_at = event.current_step
                    self._changed.set()
        except Exception:
            # The VM or the connection is gone; the call that runs the VM says so.
            pass
        finally:
            self._over = True
            self._changed.set()

    async def ready(self) -> None:
        """Waits until it follows: output of before this is nobody's."""
        await self.drain(-1)

    async def drain(self, current_step: int) -> None:
        """Waits until what hints printed up to this step is printed."""
        try:
            await asyncio.wait_for(self._reached(current_step), _OUTPUT_SECONDS)
        except asyncio.TimeoutError:
            pass

    async def _reached(self, current_step: int) -> None:
        while not self._over and self._stopped_at < current_step:
            self._changed.clear()
            await self._changed.wait()


def _print(event: Event) -> None:
    stream = sys.stderr if event.stream == "stderr" else sys.stdout
    try:
        stream.write(event.data.decode("utf-8", "replace"))
        stream.flush()
    except (ValueError, OSError):
        # Our own output is closed.
        pass
