"""The three ways in which a value gets into a cell are one: the setter of `ids`, which writes common
values itself, `Memory.write`, which does so too, and the general path behind both.

Random cases from fixed seeds, over all kinds of addresses, values and states of the memory.
"""

import random
import threading
from collections import Counter

import pytest
from scripted import PRIME, ScriptedHost, cell, execute, make_session

from cairohints.engine.ids import VmConsts
from cairohints.engine.memory import OFFSET_BOUND
from cairohints.engine.relocatable import RelocatableValue

#: Segments 0 to 3 exist and so do -1 and -2; 4 is added by the hint that writes; 9 does not exist.
SEGMENTS = (0, 1, 1, 1, 2, 3, 4, 9, -1, -2, -3)
BASES = (0, 1, 5, 5, 5, 5, 10, 2**62, OFFSET_BOUND - 3, OFFSET_BOUND, OFFSET_BOUND + 5)
ECDSA = 0


class Number(int):
    """A number of a class of its own."""


VALUES = (
    *(0, 1, 7, 7, 7, PRIME - 1, PRIME, PRIME + 7, -1, -PRIME, 2**300, True, Number(7), Number(-2)),
    *(RelocatableValue(1, 3), RelocatableValue(-1, 0), RelocatableValue(2, -1)),
    *(RelocatableValue(2, OFFSET_BOUND), RelocatableValue(2, PRIME + 2)),
    *("7", 7.5, b"7", (7,), [7]),
)


class Refused(Exception):
    """What rules of these tests raise."""


def make_case(choose):
    """One case: where, what, and what the memory went through before."""
    segment = choose.choice(SEGMENTS)
    base = choose.choice(BASES)
    offset = choose.randint(-6, 6)
    around = [max(base + offset + i, 0) for i in range(-3, 4)]
    return {
        "register": choose.choice(("fp", "ap")),
        "one_segment": choose.random() < 0.5,
        "segment": segment,
        "base": base,
        "offset": offset,
        "value": choose.choice(VALUES),
        "answer": choose.choice(("lengths", "cells")),
        "cells": {
            (segment, at): choose.choice((7, 8, RelocatableValue(1, 3)))
            for at in around
            if choose.random() < 0.25
        },
        "read": [at for at in around if choose.random() < 0.6],
        "read_all": choose.random() < 0.1,
        "written": [at for at in around if choose.random() < 0.1],
        "rule": choose.choice((None, None, None, "accepts", "refuses")),
        "host_refuses": choose.random() < 0.3,
        "frozen": choose.random() < 0.1,
        "kept": choose.random() < 0.15,
        "thread": choose.random() < 0.1,
        "calls": choose.choice((1, 1, 1, 2)),
    }


def by_ids(ids, memory, address, value):
    """The setter of a hint's own class, which knows the common case."""
    assert "__setattr__" in vars(object.__getattribute__(ids, "__names__")._class)
    ids.x = value


def by_write(ids, memory, address, value):
    """The same through `Memory.write`."""
    VmConsts.__setattr__(ids, "x", value)


def by_store(ids, memory, address, value):
    """The general path: reduced, stored, validated."""
    value %= PRIME
    memory.store(address, value, raw=False)
    if address.segment_index in memory.guarded:
        memory.validate(address)


def outcome(case, way):
    """Everything that is left of the case when the value was written this way."""
    host = ScriptedHost(case["answer"])
    host.cells = dict(case["cells"])
    ecdsa = {"name": "ecdsa", "segment": ECDSA, "included": True}
    session, _ = make_session(host, [ecdsa])
    memory = session.memory
    address = RelocatableValue(case["segment"], (case["base"] + case["offset"]) % PRIME)
    kept, seen, checked = [], [], []

    def rule(raw_memory, cell_address):
        checked.append((cell_address, raw_memory[cell_address]))
        if case["rule"] == "refuses":
            raise Refused("rule")
        return {cell_address}

    def write(ids):
        for _ in range(case["calls"]):
            try:
                way(ids, memory, address, case["value"])
                seen.append(None)
            except Exception as error:
                seen.append((type(error).__name__, str(error)))

    def act(ids):
        session.segments.add()
        if case["rule"]:
            session.rules.add_validation_rule(case["segment"], rule)
        if case["read_all"]:
            memory.read_all()
        for at in case["read"]:
            memory.lookup(case["segment"], at)
        for at in case["written"]:
            if at != address.offset and at < OFFSET_BOUND:
                memory.known.setdefault(case["segment"], {}).setdefault(at, 8)
        if case["frozen"]:
            session.segments.memory.freeze()
        if case["host_refuses"]:
            host.refusal = AssertionError("host")
        used = kept[0] if case["kept"] else ids
        if case["thread"]:
            thread = threading.Thread(target=write, args=(used,))
            thread.start()
            thread.join()
        else:
            write(used)

    session.scopes.stack[0].update(kept=kept, act=act)
    session.load_hints([(0, "kept.append(ids)", None, 0, 0), (1, "act(ids)", None, 0, 0)])
    register = (case["segment"], case["base"])
    other = (case["segment"] if case["one_segment"] else 2, 3)
    ap, fp = (register, other) if case["register"] == "ap" else (other, register)
    for hint_id in (0, 1):
        session.define_name(hint_id, cell("x", case["register"], case["offset"]))
        failure = execute(session, hint_id, ap, fp)
        assert failure is None, failure.traceback
    return {
        "seen": seen,
        "checked": checked,
        "writes": list(session.effects.writes),
        "types": [type(value) for _, _, value in session.effects.writes],
        "known": {segment: cells for segment, cells in memory.known.items() if cells},
        "asked": host.asked,
        "written": host.written,
    }


@pytest.mark.parametrize("seed", range(8))
def test_all_ways_to_write_are_one(seed):
    choose = random.Random(seed)
    for _ in range(400):
        case = make_case(choose)
        expected = outcome(case, by_store)
        assert outcome(case, by_ids) == expected, case
        assert outcome(case, by_write) == expected, case


def test_the_cases_reach_everything():
    choose = random.Random(0)
    kinds = Counter()
    for _ in range(600):
        case = make_case(choose)
        left = outcome(case, by_ids)
        first = left["seen"][0]
        kinds["written" if first is None else f"{first[0]}: {first[1][:24]}"] += 1
        kinds["validated"] += bool(left["checked"]) and first is None
        kinds["asked"] += bool(left["asked"])
        kinds["kept"] += bool(left["written"])
    for kind in (
        *("written", "validated", "asked", "kept", "Refused: rule"),
        *("AssertionError: Memory is frozen and can", "ValueError: Memory value must be an "),
        *("RuntimeError: the memory of this vm be", "ValueError: the vm cannot hold a cel"),
        *("InconsistentMemoryError: Inconsistent memory assi", "ValueError: the vm cannot hold an ad"),
    ):
        assert kinds[kind], (kind, kinds)
