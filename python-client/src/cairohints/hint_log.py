"""Owns the way of what hints log to whoever asked for it. Must not know what a VM is."""

from __future__ import annotations

import asyncio
import threading
from typing import Any, AsyncIterator, Callable, Iterator, Optional

from .errors import ServerUnavailable
from .hint_record import HintRecord
from .results import Event, VmState

#: How long nothing may come before one stops waiting for records.
_PATIENCE_SECONDS = 10.0

#: Gets each record.
OnRecord = Callable[[HintRecord], Any]


class _Progress:
    """How far the records of a VM have come."""

    def __init__(self, on_record: OnRecord) -> None:
        self._on_record = on_record
        self._running = False
        #: Runs that have ended, and events that came.
        self.stops = 0
        self.events = 0
        #: What the callback raised first.
        self.error: Optional[BaseException] = None

    def take(self, event: Event) -> None:
        self.events += 1
        if event.kind == "records":
            for each in event.records:
                try:
                    self._on_record(each)
                except Exception as error:
                    self.error = self.error or error
        elif event.kind == "state":
            running = event.state is VmState.RUNNING
            self.stops += self._running and not running
            self._running = running

    def raise_error(self) -> None:
        error, self.error = self.error, None
        if error is not None:
            raise error


class HintLog:
    """Calls back for each record of a VM, in the background."""

    def __init__(self, events: Iterator[Event], on_record: OnRecord) -> None:
        self._progress = _Progress(on_record)
        self._changed = threading.Condition()
        self._over = False
        self._mark = 0
        threading.Thread(target=self._follow, args=(events,), daemon=True).start()
        if not self._wait(lambda: self._progress.events > 0):
            raise ServerUnavailable(
                f"the server told nothing of the vm for `{_PATIENCE_SECONDS:.0f}` seconds\n"
                f"hint: {ServerUnavailable.advice}"
            )

    def _follow(self, events: Iterator[Event]) -> None:
        try:
            for event in events:
                self._progress.take(event)
                with self._changed:
                    self._changed.notify_all()
        except Exception:
            # The VM or the connection is gone; the call that runs the VM says so.
            pass
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def _wait(self, come: Callable[[], bool]) -> bool:
        """Waits as long as anything comes; returns whether that did which is waited for."""
        with self._changed:
            while not (come() or self._over):
                events = self._progress.events
                if not self._changed.wait(_PATIENCE_SECONDS) and events == self._progress.events:
                    break
        return come()

    def begin(self) -> None:
        """The VM is about to run."""
        self._mark = self._progress.stops

    def drain(self) -> None:
        """Waits until all records of the run were handed on."""
        self._wait(lambda: self._progress.stops > self._mark)

    def raise_error(self) -> None:
        """Raises what the callback raised."""
        self._progress.raise_error()


class AsyncHintLog:
    """Calls back for each record of a VM, in a task of the event loop."""

    def __init__(self, events: AsyncIterator[Event], on_record: OnRecord) -> None:
        self._progress = _Progress(on_record)
        self._changed = asyncio.Event()
        self._over = False
        self._mark = 0
        self._task = asyncio.ensure_future(self._follow(events))

    async def _follow(self, events: AsyncIterator[Event]) -> None:
        try:
            async for event in events:
                self._progress.take(event)
                self._changed.set()
        except Exception:
            # The VM or the connection is gone; the call that runs the VM says so.
            pass
        finally:
            self._over = True
            self._changed.set()

    async def ready(self) -> None:
        """Waits until it follows."""
        await self._wait(lambda: self._progress.events > 0)

    async def _wait(self, come: Callable[[], bool]) -> None:
        while not (come() or self._over):
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), _PATIENCE_SECONDS)
            except asyncio.TimeoutError:
                return

    def begin(self) -> None:
        """The VM is about to run."""
        self._mark = self._progress.stops

    async def drain(self) -> None:
        """Waits until all records of the run were handed on."""
        await self._wait(lambda: self._progress.stops > self._mark)

    def raise_error(self) -> None:
        """Raises what the callback raised."""
        self._progress.raise_error()
