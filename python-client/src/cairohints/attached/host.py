"""The way from a running hint back to the server: every question a hint may ask, as one object."""

from __future__ import annotations

import functools
import json
import time
from typing import Any, Callable, FrozenSet, Iterable, List, Tuple

from ..v1 import hint_session_pb2 as pb
from ..v1 import log_pb2 as log_pb
from ..v1 import value_pb2
from ..values import cells_of, runs_of
from . import done, tables

#: Sends a question and waits for the answer. Without a question: waits for a further answer.
Ask = Callable[[Any], pb.Answer]


#: The levels that the server knows, highest first.
_LEVELS = sorted((number for number in log_pb.RecordLevel.values() if number >= 10), reverse=True)
#: Bounds of a record, and how many go together.
_TEXT_LENGTH, _FIELDS, _VALUE_LENGTH, _BATCH = 16 << 10, 64, 512, 64


# One program is often run many times.
@functools.lru_cache(maxsize=16)
def codes_of(program_json: Any) -> FrozenSet[str]:
    """The code of every hint of a compiled program."""
    try:
        groups = json.loads(program_json)["hints"].values()
        return frozenset(hint["code"] for group in groups for hint in group)
    except (ValueError, KeyError, TypeError, AttributeError):
        # The server explains what is wrong with the program.
        return frozenset()


class Host:
    """What the engine's `Session` calls its host."""

    def __init__(self, ask: Ask, tell: Callable[[pb.SessionResponse], None]) -> None:
        self._ask_server = ask
        self._tell_server = tell
        #: What hints logged and the server was not told yet.
        self._logged = log_pb.HintRecords()
        #: The session whose questions these are; set once it exists.
        self.session: Any = None
        #: The code that may run. Nobody but the program and its hints decides what runs here.
        self.allowed: FrozenSet[str] = frozenset()

    # What the engine calls.

    def read_memory(self, segment: int, offset: int, count: int) -> None:
        """Makes cells known."""
        question = pb.ReadMemory(segment=segment, offset=offset, count=count)
        self._learn_answers(self._ask(pb.Ask(read_memory=question)))

    def write_memory(self, segment: int, offset: int, value: Any) -> None:
        """Writes a cell at once."""
        (run,) = runs_of([(segment, offset, value)])
        # The reference VM's memory keeps what its rules refuse.
        question = pb.WriteMemory(cell=run, keep_refused=True)
        self._expect(self._ask(pb.Ask(write_memory=question)), "ok")

    def resolve_name(self, hint_id: int, scope: str, name: str) -> Any:
        """The meaning of a name, as a tuple."""
        question = pb.ResolveName(hint_id=hint_id, scope=scope, name=name)
        resolved = self._expect(self._ask(pb.Ask(resolve_name=question)), "resolved_name")
        for definition in resolved.structs:
            tables.define_struct(self.session, definition)
        return tables.definition(resolved.definition)

    def load_program(
        self, program_json: str, base_segment: int, base_offset: int
    ) -> Tuple[int, List[tables.HintTuple]]:
        """Loads a program's hints; returns the number of its first one, and the hints as tuples."""
        base = value_pb2.Relocatable(segment=base_segment, offset=base_offset)
        question = pb.LoadProgram(program_json=program_json, base=base)
        answer = self._ask(pb.Ask(load_program=question))
        self.allowed |= codes_of(program_json)
        hints: List[tables.HintTuple] = []
        while True:
            loaded = self._expect(answer, "loaded_program")
            hints += self.hints_of(loaded.hints)
            if not loaded.more:
                return loaded.first_id, hints
            answer = self._ask(None)

    def is_accessed(self, segment: int, offset: int) -> bool:
        """Whether Cairo code used a cell."""
        address = value_pb2.Relocatable(segment=segment, offset=offset)
        return bool(self._expect(self._ask(pb.Ask(is_accessed=address)), "flag"))

    def delete_cell(self, segment: int, offset: int) -> None:
        """Removes a cell."""
        address = value_pb2.Relocatable(segment=segment, offset=offset)
        self._expect(self._ask(pb.Ask(delete_cell=address)), "ok")

    def read_all_memory(self) -> None:
        """Makes every cell known."""
        self._learn_answers(self._ask(pb.Ask(read_all_memory=pb.ReadAllMemory())))

    def read_program(self) -> str:
        """The compiled program, JSON."""
        return self._program_json(pb.ReadProgram())

    def read_program_part(self, kind: str, name: Any) -> str:
        """A part of it, JSON."""
        return self._program_json(pb.ReadProgram(**{kind: name}))

    def debugger(self) -> None:
        """Tells the server that a debugger takes the terminal."""
        self._expect(self._ask(pb.Ask(debugger=pb.Debugger())), "ok")

    def log(self, hint_id: Any, pc: Any, level: int, text: str, fields: List[Tuple[str, str]]) -> None:
        """Has a record sent, with others."""
        record = self._logged.records.add(
            level=next((number for number in _LEVELS if number <= level), log_pb.RECORD_LEVEL_DEBUG),
            text=done.sendable(text[:_TEXT_LENGTH]),
            time_nanos=time.time_ns(),
            cut=len(text) > _TEXT_LENGTH or len(fields) > _FIELDS,
        )
        for name, value in fields[:_FIELDS]:
            whole = len(value) <= _VALUE_LENGTH
            shown = value if whole else json.dumps(value[:_VALUE_LENGTH])
            record.fields.add(name=done.sendable(name), json=done.sendable(shown))
            record.cut = record.cut or not whole
        if isinstance(hint_id, int):
            record.hint_id = hint_id
            record.pc.segment, record.pc.offset = pc.segment_index, pc.offset
        if len(self._logged.records) >= _BATCH:
            self.flush_log()

    # What the serving side calls.

    def flush_log(self) -> None:
        """Sends what hints logged."""
        if self._logged.records:
            logged, self._logged = self._logged, log_pb.HintRecords()
            self._tell_server(pb.SessionResponse(logged=logged))

    def learn(self, runs: Any, lengths: Any) -> None:
        """Tells the engine's memory about cells and lengths."""
        memory = self.session.memory
        for run in runs:
            segment = run.segment
            known = memory.known.setdefault(segment, {})
            for offset, value in enumerate(cells_of(run.values), run.offset):
                if value is None:
                    memory.empty.add((segment, offset))
                else:
                    known[offset] = value
        for length in lengths:
            memory.lengths[length.segment] = length.length

    def forget(self, cells: Any) -> None:
        """Tells the engine's memory that cells are empty again."""
        known = self.session.memory.known
        for cell in cells:
            known.get(cell.segment, {}).pop(cell.offset, None)

    def hints_of(self, hints: Iterable[pb.Hint]) -> List[tables.HintTuple]:
        """Hints of the server, which must all be known."""
        hints = list(hints)
        for hint in hints:
            if hint.code not in self.allowed:
                raise PermissionError(
                    f"the server sent hint {hint.id}, which the program does not have\n"
                    "hint: nothing but the program's own hints runs here; do not use this server"
                )
        return [tables.hint(hint) for hint in hints]

    # Asking.

    def _ask(self, question: Any) -> pb.Answer:
        answer = self._ask_server(question)
        if answer.WhichOneof("answer") == "raised":
            raise self.session.raised(answer.raised.class_path, answer.raised.message)
        return answer

    def _program_json(self, read: pb.ReadProgram) -> str:
        parts = []
        answer = self._ask(pb.Ask(read_program=read))
        while True:
            program = self._expect(answer, "program_json")
            parts.append(program.part)
            if not program.more:
                return b"".join(parts).decode("utf-8")
            answer = self._ask(None)

    def _learn_answers(self, answer: pb.Answer) -> None:
        while True:
            memory = self._expect(answer, "memory")
            self.learn(memory.cells, memory.lengths)
            if not memory.more:
                return
            answer = self._ask(None)

    @staticmethod
    def _expect(answer: pb.Answer, kind: str) -> Any:
        if answer.WhichOneof("answer") != kind:
            raise RuntimeError("the server gave an answer that does not fit the question")
        return getattr(answer, kind)
