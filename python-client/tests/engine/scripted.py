"""A session with a host that answers from a plain dictionary and writes down what it was asked."""

from cairohints.engine.session import Session

PRIME = 2**251 + 17 * 2**192 + 1
AP = (1, 10)
FP = (1, 5)


class ScriptedHost:
    """Answers from `cells`; `answer` says how emptiness is told: by length or cell by cell."""

    def __init__(self, answer="lengths", neighbours=0):
        self.cells = {}
        self.asked = []
        self.written = []
        self.deleted = []
        self.resolved = []
        self.names = {}
        self.debuggers = 0
        self.refusal = None
        self.session = None
        self.answer = answer
        self.neighbours = neighbours

    def read_memory(self, segment, offset, count):
        self.asked.append((segment, offset, count))
        memory = self.session.memory
        known = memory.known.setdefault(segment, {})
        for position in range(offset, offset + count + self.neighbours):
            value = self.cells.get((segment, position))
            if value is not None:
                known[position] = value
            elif self.answer == "cells":
                memory.empty.add((segment, position))
        if self.answer == "lengths":
            offsets = [o for s, o in self.cells if s == segment]
            memory.lengths[segment] = max(offsets, default=-1) + 1
            for position in range(offset, offset + count):
                if (segment, position) not in self.cells:
                    memory.empty.add((segment, position))

    def read_all_memory(self):
        self.asked.append("all")
        for (segment, offset), value in self.cells.items():
            self.session.memory.known.setdefault(segment, {})[offset] = value

    def write_memory(self, segment, offset, value):
        self.written.append((segment, offset, value))
        # As cairo-vm does: the cell stays, whatever its rule says.
        self.cells[segment, offset] = value
        if self.refusal is not None:
            raise self.refusal

    def delete_cell(self, segment, offset):
        self.deleted.append((segment, offset))
        del self.cells[segment, offset]

    def is_accessed(self, segment, offset):
        return offset == 0

    def resolve_name(self, hint_id, scope, name):
        self.resolved.append((hint_id, scope, name))
        return self.names[scope, name]

    def load_program(self, program_json, base_segment, base_offset):
        raise NotImplementedError

    def read_program(self):
        return "{}"

    def read_program_part(self, kind, name):
        raise NotImplementedError

    def debugger(self):
        self.debuggers += 1


def make_session(host=None, builtins=(), **options):
    """A session of a VM with four segments and two temporary ones, and its host."""
    host = host or ScriptedHost()
    options.setdefault("own_stdout", False)
    session = Session(host, prime=PRIME, builtins=list(builtins), segment_count=4, **options)
    host.session = session
    return session, host


def run(session, code, hint_id=None, fail=False, ap=AP, fp=FP, location=(None, 0, 0)):
    """Compiles and runs a hint; returns its failure when it should fail."""
    if hint_id is None:
        hint_id = len(session.hints)
        session.load_hints([(hint_id, code, *location)])
    failure = execute(session, hint_id, ap, fp)
    if fail:
        assert failure is not None
        return failure
    assert failure is None, failure.traceback
    return session.scopes.stack[-1]


def execute(session, hint_id, ap=AP, fp=FP):
    """Runs a compiled hint."""
    return session.execute(hint_id, 0, 7, *ap, *fp, 3, 4, 2)


def cell(name, register, offset):
    """The definition of a felt at `[register + offset]`."""
    address = ("+", (register,), ("const", offset))
    value = ("value", ("deref", address, "", ""))
    return ("", name, "reference", value, ("address", address))


def value(name, expression):
    """The definition of a felt that is an expression."""
    return ("", name, "reference", ("value", expression), ("raised", "builtins.TypeError", "no"))
