"""Prints what typical hints cost in the engine alone. Run it: `python measure.py`."""

import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "src"), str(HERE)]

from scripted import ScriptedHost, cell, make_session  # noqa: E402

ROUNDS = 7
CELLS = 100_000
BUILTINS = ("output", "pedersen", "range_check", "bitwise", "ec_op", "poseidon")
HINTS = {
    "pass": 20_000,
    "ids.b = ids.acc + ids.n": 20_000,
    "memory[ap] = memory[fp - 3] + 1": 20_000,
    "ids.b = ids.s.y": 20_000,
    "assert 0 <= ids.n < PRIME": 20_000,
    "segments.write_arg(segments.add(), data)": 1,
    "memory.get_range(ap + 10, len(data))": 1,
    "base = segments.add()\nfor i in data: memory[base + i] = i": 1,
    "for i in data: memory[ap + 10 + i]": 1,
}


def prepare():
    """A session with the hints and all names that they use."""
    builtins = [
        dict(name=name, segment=2, included=True, ratio=8, range_check_parts=8) for name in BUILTINS
    ]
    session, _ = make_session(ScriptedHost(), builtins)
    session.define_struct("S", 2, [("x", 0, "value", ""), ("y", 1, "value", "")])
    session.load_hints([(i, code, None, 0, 0) for i, code in enumerate(HINTS)])
    struct = ("struct", ("-", ("fp",), ("const", 4)), "S")
    for hint_id in range(len(HINTS)):
        for definition in (
            cell("b", "fp", 0),
            cell("acc", "fp", -3),
            cell("n", "fp", -4),
            ("", "s", "reference", struct, ("raised", "builtins.TypeError", "")),
        ):
            session.define_name(hint_id, definition)
    session.scopes.stack[0]["data"] = list(range(CELLS))
    return session


def measure(session, hint_id, repeats):
    """The least time of one execution over several rounds, in nanoseconds."""
    memory, clock = session.memory, time.perf_counter_ns
    best = float("inf")
    for _ in range(ROUNDS):
        total = 0
        for step in range(repeats):
            memory.known.clear()
            memory.known[1] = {2: 5, 1: 7}
            if repeats == 1:
                memory.known[1].update((i, i) for i in range(15, 15 + CELLS + 10))
            memory.lengths[1] = 5
            session.clear_effects()
            start = clock()
            failure = session.execute(hint_id, 0, 0, 1, 5, 1, 5, step, 4, 0)
            total += clock() - start
            assert failure is None, failure.traceback
        best = min(best, total / repeats)
    return best


def main():
    session = prepare()
    print(f"python {sys.version.split()[0]}, {len(BUILTINS)} builtins, {CELLS} cells in bulk hints")
    for hint_id, (code, repeats) in enumerate(HINTS.items()):
        first_line = code.replace("\n", "; ")
        print(f"{measure(session, hint_id, repeats) / 1000:12.2f} us  {first_line}")


if __name__ == "__main__":
    main()
