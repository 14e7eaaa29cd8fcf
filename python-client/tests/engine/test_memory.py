"""What the engine asks of its host, when, and what it records."""

import pytest
from scripted import PRIME, ScriptedHost, make_session, run

from cairohints.engine.relocatable import RelocatableValue


@pytest.mark.parametrize("answer", ["lengths", "cells"])
def test_sequential_reads_cost_few_requests(answer):
    session, host = make_session(ScriptedHost(answer))
    host.cells = {(2, i): i for i in range(5000)}
    run(session, "base = type(ap)(2, 0)\nfor i in range(5000): assert memory[base + i] == i")
    assert len(host.asked) <= 14
    counts = [count for _, _, count in host.asked]
    assert counts == sorted(counts)


def test_sequential_reads_with_neighbours_cost_few_requests():
    session, host = make_session(ScriptedHost(neighbours=7))
    host.cells = {(2, i): i for i in range(3000)}
    run(session, "base = type(ap)(2, 0)\nfor i in range(3000): assert memory[base + i] == i")
    assert len(host.asked) <= 14


def test_descending_reads_cost_few_requests():
    session, host = make_session()
    host.cells = {(2, i): i for i in range(3000)}
    run(session, "base = type(ap)(2, 2999)\nfor i in range(3000): memory[base - i]")
    assert len(host.asked) <= 14
    assert all(offset >= 0 for _, offset, _ in host.asked)


def test_scattered_reads_ask_for_single_cells():
    session, host = make_session()
    host.cells = {(2, i): i for i in range(3000)}
    run(session, "base = type(ap)(2, 0)\nfor i in (5, 900, 2100, 17): memory[base + i]")
    assert host.asked == [(2, 5, 1), (2, 900, 1), (2, 2100, 1), (2, 17, 1)]


def test_no_question_is_without_bound():
    session, host = make_session()
    host.cells = {(2, i): i for i in range(40000)}
    run(session, "assert memory.get_range(type(ap)(2, 0), 40000) == list(range(40000))")
    assert [count for _, _, count in host.asked] == [16384, 16384, 40000 - 2 * 16384]


def test_range_asks_once():
    session, host = make_session()
    host.cells = {(2, i): i for i in range(300)}
    run(session, "assert memory.get_range(type(ap)(2, 10), 200) == list(range(10, 210))")
    assert host.asked == [(2, 10, 200)]


@pytest.mark.parametrize("answer", ["lengths", "cells"])
def test_endless_range_ends_at_the_first_empty_cell(answer):
    session, host = make_session(ScriptedHost(answer))
    host.cells = {(2, 0): 1, (2, 1): 2}
    failure = run(session, "memory.get_range(type(ap)(2, 0), 10**18)", fail=True)
    assert failure.message == "Unknown value for memory cell at address 2:2."
    assert len(host.asked) <= 2


def test_known_cells_are_never_asked_again():
    session, host = make_session()
    host.cells = {(1, 4): 9}
    run(session, "memory[fp - 1]; memory.get(fp - 1); fp - 1 in memory; memory.data[fp - 1]")
    run(session, "memory[fp - 1]; memory[fp - 1] = 9; memory.get_range(fp - 1, 1)")
    assert host.asked == [(1, 4, 1)]


def test_empty_is_true_for_one_hint_only():
    session, host = make_session()
    run(session, "assert memory.get(fp) is None and memory.get(fp) is None")
    assert host.asked == [(1, 5, 1)]
    assert not session.memory.empty and not session.memory.lengths
    host.cells = {(1, 5): 3}
    run(session, "assert memory[fp] == 3")
    assert host.asked == [(1, 5, 1)] * 2


def test_new_and_missing_segments_are_known_to_be_empty():
    session, host = make_session()
    run(
        session,
        "base = segments.add()\n"
        "assert base not in memory and type(ap)(99, 0) not in memory and type(ap)(-3, 0) not in memory\n"
        "memory[base + 3] = 1\n"
        "temporary = segments.add_temp_segment()\n"
        "memory[temporary] = 2\n"
        "assert temporary.segment_index == -3 and base.segment_index == 4\n"
        "assert memory.get(ap - 10**6) is None and memory.get(ap + 2**70) is None",
    )
    assert host.asked == []
    assert session.effects.writes == [(4, 3, 1), (-3, 0, 2)]
    assert session.effects.added_segments == [None]
    assert session.effects.added_temporary_segments == 1


def test_write_asks_when_the_cell_is_unknown():
    session, host = make_session()
    host.cells = {(1, 20): 4}
    failure = run(session, "memory[ap + 9] = 3; memory[ap + 10] = 5", fail=True)
    assert failure.message == "Inconsistent memory assignment at address 1:20. 4 != 5."
    assert failure.class_path.endswith("memory_dict.InconsistentMemoryError")
    assert session.effects.writes == [(1, 19, 3)]


def test_equal_write_is_no_write():
    session, host = make_session()
    host.cells = {(1, 20): 4}
    run(
        session,
        "memory[ap + 10] = 4; memory[ap + 10] = 4 - PRIME; segments.load_data(ap + 10, [4])",
    )
    assert session.effects.writes == []


def test_snapshot_saves_the_question():
    session, host = make_session()
    session.memory.lengths[1] = 10
    session.memory.empty.add((1, 7))
    run(session, "memory[ap] = 3; memory[fp + 2] = 4; memory[ap + 1] = ap")
    assert host.asked == []
    assert session.effects.writes == [(1, 10, 3), (1, 7, 4), (1, 11, RelocatableValue(1, 10))]
    assert session.effects.only_writes


def test_bulk_write_asks_at_most_once():
    session, host = make_session()
    host.cells = {(2, 3): 3}
    run(session, "segments.write_arg(type(ap)(2, 0), range(1000))")
    assert len(host.asked) == 1
    assert session.effects.writes == [(2, i, i) for i in range(1000) if i != 3]


def test_bulk_write_stops_at_the_conflict():
    session, host = make_session(ScriptedHost("cells"))
    host.cells = {(2, 3): 77}
    failure = run(session, "segments.write_arg(type(ap)(2, 0), range(1000))", fail=True)
    assert failure.message == "Inconsistent memory assignment at address 2:3. 77 != 3."
    assert session.effects.writes == [(2, 0, 0), (2, 1, 1), (2, 2, 2)]


@pytest.mark.parametrize(
    "code, text",
    [
        (f"segments.load_data(ap, [{PRIME + 5}])", f"`{PRIME + 5}`"),
        (f"memory.setdefault(ap, {PRIME})", f"`{PRIME}`"),
        ("memory[ap] = ap - 11", "negative or 2**63 or above"),
        ("segments.load_data(ap, [ap - 11])", "`1:-1`"),
        ("memory[ap] = ap + 2**63", "negative or 2**63 or above"),
        ("memory[ap + 2**63] = 1", "at offset 2**63 or above"),
        ("segments.add(-1)", "`-1`"),
        ("segments.finalize(1, 2**64)", "below 2**64"),
    ],
)
def test_what_the_vm_cannot_hold(code, text):
    session, host = make_session()
    failure = run(session, code, fail=True)
    assert failure.class_path == "builtins.ValueError"
    assert text in failure.message
    assert session.effects.writes == []


def test_only_plain_values_are_recorded():
    session, host = make_session()
    run(
        session,
        "import enum\n"
        "class E(enum.IntEnum):\n    A = 3\n"
        "memory[ap] = True; segments.load_data(ap + 1, [True, E.A]); memory[ap + 4] = E.A",
    )
    assert [type(value) for _, _, value in session.effects.writes] == [int] * 4


def test_pure_addresses_stay_here():
    session, host = make_session()
    run(session, "memory[70] = 1; memory[7] = 2\nassert memory[70] == 1 and len(memory) == 2")
    assert session.effects.pure_address == 70
    assert session.effects.writes == [] and not session.effects.only_writes
    session.clear_effects()
    run(session, "assert memory[7] == 2; memory[7] = 2")
    assert session.effects.pure_address == 7


def test_iteration_asks_for_everything_once():
    session, host = make_session()
    host.cells = {(2, 1): 5, (1, 3): 4, (-1, 0): 6}
    run(session, "memory[ap] = 9; items = list(memory.items()); n = len(memory); memory.get(fp)")
    scope = session.scopes.stack[0]
    assert [str(address) for address, _ in scope["items"]] == ["-1:0", "1:3", "1:10", "2:1"]
    assert scope["n"] == 4
    assert host.asked == [(1, 10, 1), "all"]


def test_delete():
    session, host = make_session()
    host.cells = {(1, 3): 4}
    run(
        session,
        "a = type(ap)(1, 3)\n"
        "del memory.data[a]\n"
        "assert a not in memory\n"
        "memory[ap] = 1\n"
        "del memory.data[ap]\n"
        "try:\n    del memory.data[ap + 1]\nexcept KeyError as e:\n    print(e)\n"
        "memory[ap] = 2",
    )
    assert host.deleted == [(1, 3)]
    assert session.effects.writes == [(1, 10, 2)]


def test_frozen_memory_refuses_every_way_of_writing():
    session, host = make_session()
    session.load_hints([(0, "ids.x = 1", None, 0, 0)])
    from scripted import cell

    session.define_name(0, cell("x", "fp", 0))
    run(session, "memory.freeze(); assert memory.is_frozen()")
    for code in ("memory[ap] = 1", "segments.write_arg(ap, [1])", "memory.setdefault(ap, 3)"):
        failure = run(session, code, fail=True)
        assert failure.message == "Memory is frozen and cannot be changed."
    assert run(session, "", hint_id=0, fail=True).class_path == "builtins.AssertionError"
    run(
        session,
        "segments.compute_effective_sizes()\nassert segments.get_segments_used_sizes()[0] == 0",
    )
    run(session, "memory.unfreeze_for_testing(); memory[ap] = 1")


def test_relocate_memory_moves_cells():
    session, host = make_session()
    run(
        session,
        "t = type(ap)(-1, 0)\n"
        "memory[t] = 5; memory[t + 1] = t\n"
        "memory.add_relocation_rule(t, type(ap)(3, 2))\n"
        "memory.relocate_memory()\n"
        "assert memory[type(ap)(3, 2)] == 5 and memory[type(ap)(3, 3)] == type(ap)(3, 2)",
    )
    assert session.effects.writes[2:] == [(3, 2, 5), (3, 3, RelocatableValue(3, 2))]
    assert session.effects.relocation_rules == [(-1, (3, 2))]


def test_relocation_rules_in_a_circle():
    session, host = make_session()
    failure = run(
        session,
        "a, b = type(ap)(-1, 0), type(ap)(-2, 0)\n"
        "memory.add_relocation_rule(a, b); memory.add_relocation_rule(b, a)\n"
        "memory.relocate_value(a + 1)",
        fail=True,
    )
    assert failure.class_path == "builtins.RecursionError"


ECDSA = dict(name="ecdsa", segment=2, included=True, ratio=512)
RANGE_CHECK = dict(name="range_check", segment=3, included=True, range_check_parts=8)


def test_refused_cells_go_to_the_host_at_once():
    session, host = make_session(builtins=[ECDSA, RANGE_CHECK])
    host.refusal = AssertionError("the host's own words")
    run(
        session,
        "texts = []\n"
        "def attempt(address, value):\n"
        "    try:\n"
        "        memory[address] = value\n"
        "    except AssertionError as error:\n"
        "        texts.append(str(error))\n"
        "    assert memory[address] == value % PRIME\n"
        "r, e = range_check_builtin.base, ecdsa_builtin.base\n"
        "attempt(r, 1); attempt(r + 1, -1); attempt(r + 2, 2)\n"
        "attempt(e, 5); attempt(e + 2, 7); attempt(e + 1, 6)",
    )
    assert host.written == [(3, 1, PRIME - 1), (2, 0, 5), (2, 1, 6)]
    assert session.effects.writes == [(3, 0, 1), (3, 2, 2), (2, 2, 7)]
    assert session.scopes.stack[0]["texts"] == [
        f"Value {PRIME - 1}, in range check builtin 1, is out of range [0, {2**128}).",
        "Signature hint is missing for ECDSA builtin at address 2:0. "
        "Add it using 'ecdsa_builtin.add_signature'.",
    ]


def test_raw_writes_are_not_refused():
    session, host = make_session(builtins=[ECDSA, RANGE_CHECK])
    host.refusal = AssertionError("no")
    run(
        session,
        "segments.write_arg(range_check_builtin.base, [1, 2**200, fp])\n"
        "segments.memory[ecdsa_builtin.base] = 5; segments.memory[ecdsa_builtin.base + 1] = 6",
    )
    assert host.written == [(3, 1, 2**200), (3, 2, RelocatableValue(1, 5)), (2, 0, 5), (2, 1, 6)]
    assert session.effects.writes == [(3, 0, 1)]
    session.clear_effects()
    run(session, "segments.write_arg(range_check_builtin.base + 8, [0, 2**128 - 1, 7])")
    assert session.effects.writes == [(3, 8, 0), (3, 9, 2**128 - 1), (3, 10, 7)]


def test_a_refused_cell_that_the_host_cannot_hold_stays_with_the_effects():
    session, host = make_session(builtins=[RANGE_CHECK])

    def write_memory(*_):
        raise AssertionError("too far")

    host.write_memory = write_memory
    run(
        session,
        "a = range_check_builtin.base + 2**40\n"
        "try:\n    memory[a] = -1\nexcept AssertionError:\n    assert memory[a] == PRIME - 1",
    )
    assert session.effects.writes == [(3, 2**40, PRIME - 1)]


def test_signatures_are_a_dict():
    session, _ = make_session(builtins=[ECDSA])
    run(
        session,
        "segments.add(); ecdsa_builtin.add_signature(ecdsa_builtin.base + 2, (3, 4))\n"
        "ecdsa_builtin.signatures[ecdsa_builtin.base] = [1, 2]\n"
        "assert type(ecdsa_builtin.signatures) is dict",
    )
    assert session.effects.signatures == [((2, 2), 3, 4), ((2, 0), 1, 2)]
    session.clear_effects()
    run(session, "kept = ecdsa_builtin.signatures; kept[ecdsa_builtin.base] = (1, 3)")
    assert session.effects.signatures == [((2, 0), 1, 3)]
    session.clear_effects()
    run(session, "ecdsa_builtin.signatures.get(ecdsa_builtin.base)")
    assert session.effects.signatures == [] and session.effects.only_writes
    run(session, "ecdsa_builtin.add_signature(ecdsa_builtin.base + 4, (5, 6)); 1 / 0", fail=True)
    assert session.effects.signatures == [((2, 4), 5, 6)]
    session.clear_effects()
    failure = run(session, "ecdsa_builtin.signatures[ecdsa_builtin.base] = (-1, 3)", fail=True)
    assert failure.message == "a signature must be two numbers below 2**251: `(-1, 3)`"


def test_host_errors_reach_the_statement():
    session, host = make_session()

    def read_memory(*_):
        raise ConnectionError("gone")

    host.read_memory = read_memory
    run(session, "try:\n    memory[fp]\nexcept ConnectionError as e:\n    caught = str(e)")
    assert session.scopes.stack[0]["caught"] == "gone"
