"""Runs the engine for one VM: every request of the session, and its response.

Knows nothing of how requests travel. It does what a hint worker does, in this interpreter.
"""

from __future__ import annotations

import logging
import os
import platform
import sys
import time
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from ..engine import log, running
from ..engine.failure import HintFailure, failure_of
from ..engine.session import Session
from ..v1 import hint_session_pb2 as pb
from ..values import cell_bytes
from . import done, tables
from .here import Here, OfferedHint
from .host import Host

#: The version of the session that this package speaks.
PROTOCOL_VERSION = 2


class HintServer:
    """One VM's hints."""

    def __init__(
        self,
        here: Here,
        host: Host,
        syscall_handler: str = "",
        hint_locals_callable: str = "",
        import_paths: Sequence[str] = (),
    ) -> None:
        self._here = here
        self._host = host
        # Not the server's word for it: what is imported here is the caller's choice.
        self._syscall_handler = syscall_handler
        self._hint_locals_callable = hint_locals_callable
        self._import_paths = import_paths
        #: The engine, once the session is open.
        self.session: Optional[Session] = None
        #: How the last hint or rule failed, with the exception object.
        self.failure: Optional[HintFailure] = None
        #: Whether a hint or rule runs now.
        self.busy = False
        #: Called when the run has ended, while the engine can still be asked about it.
        self.at_end: Optional[Callable[[Session], None]] = None
        #: Whether the program's hints are loaded, or have failed to.
        self.ready = False

    def respond(self, request: pb.SessionRequest) -> pb.SessionResponse:
        """Does what the server wants, and sends what was logged meanwhile."""
        try:
            return self._respond(request)
        finally:
            self._host.flush_log()

    def _respond(self, request: pb.SessionRequest) -> pb.SessionResponse:
        kind = request.WhichOneof("message")
        if kind == "start":
            return pb.SessionResponse(started=self._start(request.start))
        session = self.session
        if session is None:
            raise RuntimeError(f"the server sent `{kind}` before `start`")
        self.busy = True
        try:
            if kind == "execute_hint":
                return self._execute(session, request.execute_hint)
            if kind == "load_hints":
                return self._load_hints(session, request.load_hints)
            if kind == "call_rule":
                return self._call_rule(session, request.call_rule)
            if kind == "end_run":
                scopes = request.end_run.scopes
                session.follow_scopes(scopes.left, scopes.entered)
                depth = session.end_run()
                if self.at_end is not None:
                    self._ask_between(session, self.at_end)
                return pb.SessionResponse(run_ended=pb.RunEnded(scope_depth=depth))
            if kind == "read_scopes":
                scopes = request.read_scopes.scopes
                session.follow_scopes(scopes.left, scopes.entered)
                return self._read_scopes(session, request.read_scopes.max_text_bytes)
        except KeyboardInterrupt as error:
            # Ctrl-C right before or after the hint's own code, which is as good as inside of it.
            if kind not in ("execute_hint", "call_rule"):
                raise
            session.memory.end()
            self.failure = failure_of(error, request.execute_hint.hint_id, session.locate)
            return pb.SessionResponse(failed=done.failed(self.failure))
        finally:
            self.busy = False
        raise RuntimeError(f"the server sent `{kind}` where it may not")

    def _start(self, start: pb.Start) -> pb.Started:
        if self.session is not None:
            raise RuntimeError("the server sent `start` twice")
        lowest = start.min_protocol_version or start.protocol_version
        if not lowest <= PROTOCOL_VERSION <= start.protocol_version:
            raise RuntimeError(
                f"the server speaks the versions `{lowest}` to `{start.protocol_version}` of the "
                f"session, this client `{PROTOCOL_VERSION}`\n"
                "hint: use a client and a server of the same version"
            )
        log.give(log.HintLog(_tell))
        session = Session(
            self._host,
            prime=int.from_bytes(start.prime, "little"),
            builtins=[_builtin(builtin) for builtin in start.builtins],
            program_input_json=start.program_input_json,
            hint_locals_json=start.python.hint_locals_json,
            static_locals_json=start.python.static_locals_json,
            syscall_handler=self._syscall_handler,
            hint_locals_callable=self._hint_locals_callable,
            import_paths=self._import_paths,
            segment_count=start.segment_count,
            relied_on=start.python.relied_on,
            hint_locals=self._here.hint_locals,
            static_locals=self._here.static_locals,
            own_stdout=False,
        )
        self.session = self._host.session = session
        return pb.Started(
            protocol_version=PROTOCOL_VERSION,
            process_id=os.getpid(),
            languages=["python"],
            python=pb.PythonEngine(version=platform.python_version(), executable=sys.executable or ""),
        )

    def _load_hints(self, session: Session, request: pb.LoadHints) -> pb.SessionResponse:
        self.ready = True
        try:
            wanted, declined = self._choose(request)
            loaded = session.load_hints(self._host.hints_of(wanted), request.first_id)
        except HintFailure as failure:
            self.failure = failure
            return pb.SessionResponse(failed=done.failed(failure))
        message = pb.HintsLoaded(declined=declined)
        for hint_id, names in loaded:
            message.hints.add(hint_id=hint_id, names=[done.sendable(name) for name in names])
        if self._here.prepare is not None:
            self._ask_between(session, self._here.prepare)
            session.effects.settle()
            message.effects.CopyFrom(done.effects(session.effects, 0))
            session.clear_effects()
        return pb.SessionResponse(hints_loaded=message)

    def _choose(self, request: pb.LoadHints) -> Tuple[List[pb.Hint], List[int]]:
        """The hints that run here, and the ids of the others."""
        only = self._here.only
        if only is None:
            return list(request.hints), []
        wanted, declined = [], []
        for hint in request.hints:
            place = hint.location
            if only(OfferedHint(hint.code, place.filename, place.start_line)):
                wanted.append(hint)
            else:
                declined.append(hint.id)
        return wanted, declined

    def _execute(self, session: Session, hint: pb.ExecuteHint) -> pb.SessionResponse:
        started = time.perf_counter_ns()
        self._host.forget(hint.removed_cells)
        self._host.learn(hint.cells, hint.lengths)
        for struct in hint.structs:
            tables.define_struct(session, struct)
        for definition in hint.definitions:
            session.define_name(hint.hint_id, tables.definition(definition))
        session.follow_scopes(hint.scopes.left, hint.scopes.entered)
        if hint.HasField("python"):
            self._hand_over(session, hint.python)
        failure = session.execute(
            hint.hint_id,
            hint.pc.segment,
            hint.pc.offset,
            hint.ap.segment,
            hint.ap.offset,
            hint.fp.segment,
            hint.fp.offset,
            hint.current_step,
            hint.segment_count,
            hint.temporary_segment_count,
        )
        effects = done.effects(session.effects, time.perf_counter_ns() - started)
        session.clear_effects()
        if hint.python.HasField("report"):
            effects.variables_json, effects.tampered = session.take_report()
        if failure is None:
            return pb.SessionResponse(done=pb.HintDone(effects=effects))
        self.failure = failure
        # Its traceback holds this frame, which must not hold it in turn.
        del failure
        return pb.SessionResponse(failed=done.failed(self.failure, effects))

    @staticmethod
    def _hand_over(session: Session, handover: pb.PythonHandover) -> None:
        session.take_over(handover.variables_json)
        if handover.HasField("report"):
            report = handover.report
            session.ask_for(list(report.names), report.all_scopes, report.tampering)

    def _call_rule(self, session: Session, request: pb.CallRule) -> pb.SessionResponse:
        self._host.forget(request.removed_cells)
        self._host.learn(request.cells, ())
        address = request.address
        outcome = session.call_rule(
            request.rule_id,
            address.segment,
            address.offset,
            request.segment_count,
            request.temporary_segment_count,
        )
        effects = None
        if session.effects.writes or not session.effects.only_writes:
            effects = done.effects(session.effects, 0)
            session.clear_effects()
        if isinstance(outcome, HintFailure):
            self.failure = outcome
            del outcome
            return pb.SessionResponse(failed=done.failed(self.failure, effects))
        kind, result = outcome
        message = pb.RuleResult(effects=effects)
        if kind == "value":
            if result is not None:
                message.value = cell_bytes(result)
        else:
            for segment, offset in result:
                message.validated.add(segment=segment, offset=offset)
        return pb.SessionResponse(rule_result=message)

    @staticmethod
    def _ask_between(session: Session, ask: Callable[[Session], None]) -> None:
        """Lets somebody who is no hint use the engine."""
        session.memory.begin()
        try:
            ask(session)
        finally:
            session.memory.end()

    def _read_scopes(self, session: Session, max_text_bytes: int) -> pb.SessionResponse:
        message = pb.Scopes()
        for variables in session.read_scopes(max_text_bytes):
            scope = message.scopes.add()
            for name, type_name, text in variables:
                scope.variables.add(
                    name=done.sendable(name),
                    type_name=done.sendable(type_name),
                    text=done.sendable(text),
                )
        return pb.SessionResponse(scopes=message)


def _builtin(builtin: pb.Builtin) -> Dict[str, Any]:
    return {
        "name": builtin.name,
        "segment": builtin.segment,
        "included": builtin.included,
        "ratio": builtin.ratio if builtin.HasField("ratio") else None,
        "ratio_denominator": builtin.ratio_denominator,
        "range_check_parts": builtin.range_check_parts,
        "batch_size": builtin.batch_size,
        "word_bit_length": builtin.word_bit_length,
    }


def _tell(level: int, text: str, fields: List[Tuple[str, str]], logger: str) -> None:
    """Sends a record of the hint that runs here; what no hint logs goes to `logging`."""
    call = running.call()
    host = getattr(call["self"], "host", None) if call is not None else None
    if call is None or not isinstance(host, Host):
        told = ", ".join(f"{name}={value}" for name, value in fields)
        logging.getLogger(logger or "cairohints").log(level, "%s", f"{text} {told}".rstrip())
        return
    host.log(call.get("hint_id"), call.get("pc"), level, text, fields)
