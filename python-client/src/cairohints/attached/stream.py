"""Carries the session of attached hints: one stream, served by whichever thread waits for the VM.

The calling thread itself runs the hints, so that they see its thread, its objects and its debugger.
"""

from __future__ import annotations

import queue
import threading
import time
from typing import Any, Callable, Iterator, Optional, Sequence, Tuple

import grpc

from ..engine.failure import HintFailure
from ..errors import ServerUnavailable, WrongState
from ..failures import call_error
from ..interrupts import Announcer, announced
from ..v1 import hint_session_pb2 as session_pb
from ..v1 import vm_service_pb2 as pb
from .here import Here
from .host import Host, codes_of
from .serving import HintServer

#: How often a thread that does not serve looks whether it should.
_LOOK_SECONDS = 0.05
#: How long the VM may take to pause, or to send its next hint.
_SETTLE_SECONDS = 10.0
#: Messages that wait here; a large answer comes in parts.
_MOST_WAITING = 64
#: How long the server may take to send the hints.
_OPEN_SECONDS = 60.0

#: Hints that do not load fail the VM, which the next call tells in full.
_TOLD_BY_THE_NEXT_CALL = ("HINTS_NOT_LOADED", "VM_FAILED", "VM_DELETED")

_REQUEST, _DONE, _CLOSED, _INTERRUPT = "request", "done", "closed", "interrupt"


class AttachedHints:
    """The hints of one VM, served from this process."""

    def __init__(
        self,
        stub: Any,
        name: str,
        here: Here,
        program: bytes,
        syscall_handler: str = "",
        hint_locals_callable: str = "",
        import_paths: Sequence[str] = (),
    ) -> None:
        self._inbox: "queue.SimpleQueue[Tuple[str, Any]]" = queue.SimpleQueue()
        self._outbox: "queue.SimpleQueue[Optional[pb.AttachHintsRequest]]" = queue.SimpleQueue()
        self._turn = threading.Lock()
        self._closed = False
        self._interrupts: Optional[Announcer] = None
        host = Host(self._ask, self._tell)
        host.allowed = codes_of(program)
        self._server = HintServer(here, host, syscall_handler, hint_locals_callable, import_paths)
        self._outbox.put(pb.AttachHintsRequest(name=name))
        outgoing: Iterator[pb.AttachHintsRequest] = iter(self._outbox.get, None)
        self._stream = stub.AttachHints(outgoing)
        threading.Thread(
            target=_receive,
            args=(self._stream, self._inbox),
            name=f"cairohints {name}",
            daemon=True,
        ).start()

    def open(self) -> None:
        """Serves until the hints are loaded: the server waits for that, but not for ever."""
        deadline = time.monotonic() + _OPEN_SECONDS
        with self._turn:
            while not (self._server.ready or self._closed):
                try:
                    kind, item = self._inbox.get(timeout=max(0.0, deadline - time.monotonic()))
                except queue.Empty:
                    raise ServerUnavailable(
                        f"the server sent no hints for `{_OPEN_SECONDS:.0f}` seconds\n"
                        f"hint: {ServerUnavailable.advice}"
                    ) from None
                if kind == _REQUEST:
                    self._respond(item)
                elif kind == _CLOSED:
                    # A program without hints needs nobody.
                    self._closed = True
                    error = None if item is None else call_error(item)
                    if error is not None and error.reason not in _TOLD_BY_THE_NEXT_CALL:
                        raise error from None

    @property
    def session(self) -> Any:
        """The engine, once the session is open."""
        return self._server.session

    def at_end(self, ask: Optional[Callable[[Any], None]]) -> None:
        """Has `ask(engine)` called when the run has ended, while the engine can still be asked."""
        self._server.at_end = ask

    @property
    def failure(self) -> Optional[HintFailure]:
        """How the last hint or rule failed, with its exception object."""
        return self._server.failure

    def forget_failure(self) -> None:
        """Lets go of that exception: the frames of its traceback hold whoever ran the VM."""
        self._server.failure = None

    @property
    def in_hint(self) -> bool:
        """Whether a hint of this VM runs now."""
        return self._server.busy

    def check_outside(self) -> None:
        """Refuses a call that waits for the VM while one of its hints runs."""
        if self._server.busy and self._turn.locked():
            raise WrongState(
                "a hint of this vm is running, and the vm waits for it\n"
                "hint: inside a hint use `memory`, `ids`, `ap` and `fp`, or another `Vm`; "
                "`vm.pause()` works",
                reason="HINT_RUNNING",
            )

    def wait(self, future: Any, pause: Optional[Callable[[], Any]] = None) -> Any:
        """The result of a call; meanwhile this thread runs the hints that the call needs.

        With `pause`, the call runs the VM: when it ends without the VM having stopped, because its time
        is over or somebody pressed Ctrl-C, `pause` is called, and its hint answered.
        """
        while not self._turn.acquire(blocking=False):
            # Another thread serves; when it is done it may be our turn.
            try:
                return future.result(timeout=_LOOK_SECONDS)
            except grpc.FutureTimeoutError:
                pass
            except BaseException:
                future.cancel()
                raise
        try:
            in_hint, announce = lambda: self._server.busy, lambda: self._inbox.put((_INTERRUPT, None))
            with announced(in_hint, announce) as interrupts:
                self._interrupts = interrupts
                try:
                    return self._serve_until(future)
                except (grpc.RpcError, KeyboardInterrupt):
                    if pause is not None and not self._closed:
                        self._settle(pause())
                    raise
        finally:
            self._turn.release()

    def _settle(self, pausing: Any) -> None:
        try:
            self._serve_until(pausing, _SETTLE_SECONDS)
        except grpc.RpcError:
            # The VM has stopped already, or is gone.
            pass
        except queue.Empty:
            self.close()

    def _serve_until(self, future: Any, patience: Optional[float] = None) -> Any:
        future.add_done_callback(lambda _: self._inbox.put((_DONE, future)))
        try:
            while not future.done():
                kind, item = self._inbox.get(timeout=patience)
                if kind == _REQUEST:
                    self._respond(item)
                elif kind == _CLOSED:
                    self._closed = True
                elif kind == _INTERRUPT:
                    raise KeyboardInterrupt
        except BaseException:
            future.cancel()
            raise
        return future.result()

    def _respond(self, request: session_pb.SessionRequest) -> None:
        if request.WhichOneof("message") == "answer":
            # To a question of a hint that was interrupted.
            return
        try:
            response = self._server.respond(request)
            if self._interrupts is not None:
                self._interrupts.take()
            self._send(response)
        except BaseException:
            # The session cannot go on without its answer.
            self.close()
            raise

    def _send(self, response: session_pb.SessionResponse) -> None:
        self._outbox.put(pb.AttachHintsRequest(response=response))

    def _tell(self, response: session_pb.SessionResponse) -> None:
        """Sends what needs no answer, as fast as the server takes it."""
        while self._outbox.qsize() > _MOST_WAITING and not self._closed:
            time.sleep(_LOOK_SECONDS / 10)
        self._send(response)

    def _ask(self, question: Optional[session_pb.Ask]) -> session_pb.Answer:
        """Asks on behalf of the running hint, which runs on the thread that serves."""
        if self._closed:
            raise ConnectionError("the server ended the session")
        if question is not None:
            self._send(session_pb.SessionResponse(ask=question))
        while True:
            kind, item = self._inbox.get()
            if kind == _CLOSED:
                self._closed = True
                raise ConnectionError("the server ended the session")
            if kind == _INTERRUPT:
                raise KeyboardInterrupt
            if kind == _REQUEST:
                if item.WhichOneof("message") != "answer":
                    raise RuntimeError("the server sent a request where an answer belongs")
                answer: session_pb.Answer = item.answer
                return answer

    def close(self) -> None:
        """Stops serving; the VM fails at its next hint."""
        self._closed = True
        self._outbox.put(None)
        self._stream.cancel()


def _receive(stream: Any, inbox: "queue.SimpleQueue[Tuple[str, Any]]") -> None:
    """Moves what the server sends to whoever serves. Holds nothing else, so that a VM can be freed."""
    error: Optional[grpc.RpcError] = None
    try:
        for response in stream:
            inbox.put((_REQUEST, response.request))
            while inbox.qsize() > _MOST_WAITING:
                # Then gRPC stops reading, and the server stops sending.
                time.sleep(_LOOK_SECONDS)
    except grpc.RpcError as failure:
        error = failure
    inbox.put((_CLOSED, error))
