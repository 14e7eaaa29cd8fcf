"""Runs each line, a hint with its variables and cells, and writes what it did."""

import contextlib
import io
import json
import signal
import sys

from values import RelocatableValue, canonical

SEGMENTS = int(sys.argv[2])
PRIME = 2**251 + 17 * 2**192 + 1
FRAME = RelocatableValue(1, 2)


def other(value):
    if callable(value):
        return "function"
    return "?" + type(value).__name__


def shown(value):
    return canonical(value, other)


class Memory:
    """Cells that are written once."""

    def __init__(self, segments):
        self.cells = {}
        self.writes = {}
        self.segments = segments

    def __getitem__(self, address):
        if type(address) is not RelocatableValue or address.offset < 0:
            raise KeyError(address)
        return self.cells[address]

    def __setitem__(self, address, value):
        if type(address) is not RelocatableValue or address.offset < 0:
            raise KeyError(address)
        if not -self.segments.temporary <= address.segment_index < self.segments.count:
            raise KeyError(address)
        if isinstance(value, int):
            # What is beyond a felt is another test's.
            if not 0 <= value < PRIME:
                raise ValueError(value)
            value = int(value)
        elif type(value) is not RelocatableValue or value.offset < 0:
            raise ValueError(value)
        if self.cells.setdefault(address, value) != value:
            raise ValueError(address)
        self.writes[address] = value

    def get_range(self, address, size):
        return [self[address + index] for index in range(size)]

    def get(self, addr, default_value=None):
        return self.cells.get(addr, default_value)

    def __contains__(self, address):
        return address in self.cells


class Segments:
    def __init__(self):
        self.count = SEGMENTS
        self.temporary = 0

    @property
    def n_segments(self):
        return self.count

    @property
    def n_temp_segments(self):
        return self.temporary

    def add(self):
        self.count += 1
        return RelocatableValue(self.count - 1, 0)

    def add_temp_segment(self):
        self.temporary += 1
        return RelocatableValue(-self.temporary, 0)

    def write_arg(self, ptr, arg):
        assert isinstance(arg, (list, tuple))
        data = [self.gen_arg(item) for item in arg]
        return self.load_data(ptr, data)

    def load_data(self, ptr, data):
        for index, item in enumerate(data):
            self.memory[ptr + index] = item
        return ptr + len(data)

    def gen_arg(self, arg):
        if isinstance(arg, (list, tuple)):
            base = self.add()
            self.write_arg(base, arg)
            return base
        if isinstance(arg, int):
            return arg % PRIME
        return arg


class Struct:
    def __init__(self, memory, address):
        self.__dict__.update(memory=memory, address_=address)

    def __getattr__(self, name):
        return self.memory[self.address_ + ["x", "y"].index(name)]

    def __setattr__(self, name, value):
        self.memory[self.address_ + ["x", "y"].index(name)] = value


class Ids:
    CELLS = {"a": 0, "b": 1, "c": 2, "out": 3, "more": 4, "arr": 11}

    def __init__(self, memory):
        self.__dict__["memory"] = memory

    def __getattr__(self, name):
        if name == "SOME":
            return 12345
        if name == "pt":
            return Struct(self.memory, FRAME + 5)
        if name == "ptr":
            return Struct(self.memory, self.memory[FRAME + 10])
        return self.memory[FRAME + self.CELLS[name]]

    def __setattr__(self, name, value):
        self.memory[FRAME + self.CELLS[name]] = value


def safe_div(x, y):
    assert isinstance(x, int) and isinstance(y, int)
    assert y != 0
    assert x % y == 0, f"{x} is not divisible by {y}."
    return x // y


def too_long(*_):
    raise TimeoutError


def run(case):
    segments = Segments()
    memory = Memory(segments)
    segments.memory = memory
    names = {"RelocatableValue": RelocatableValue}
    for segment, offset, value in case["cells"]:
        memory.cells[RelocatableValue(segment, offset)] = eval(value, dict(names))
    for name, value in case["variables"]:
        names[name] = eval(value, names)
    del names["RelocatableValue"]
    names.pop("__builtins__", None)
    given = {
        "ids": Ids(memory),
        "memory": memory,
        "segments": segments,
        "ap": FRAME,
        "fp": FRAME,
        "PRIME": PRIME,
        "fadd": lambda a, b, p=PRIME: (a + b) % p,
        "fsub": lambda a, b, p=PRIME: (a - b) % p,
        "fmul": lambda a, b, p=PRIME: (a * b) % p,
        "fdiv": lambda a, b, p=PRIME: (a * pow(b, -1, p)) % p,
        "fpow": lambda a, b, p=PRIME: pow(a, b, p),
        "safe_div": safe_div,
        "__builtins__": __builtins__,
    }
    names.update(given)
    before = set(memory.cells)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(case["code"], names)
    for name in given:
        names.pop(name, None)
    lists = sorted(name for name, value in names.items() if type(value) in (list, dict))
    return {
        "printed": printed.getvalue(),
        "variables": {name: shown(value) for name, value in names.items()},
        "writes": {
            shown(address): shown(value)
            for address, value in memory.writes.items()
            if address not in before
        },
        "added": segments.count - SEGMENTS,
        "temporary": segments.temporary,
        "same": [
            f"{name} {other}"
            for index, name in enumerate(lists)
            for other in lists[index + 1 :]
            if names[name] is names[other]
        ],
    }


# Of the processor's time: a machine with much to do makes no piece of code longer.
signal.signal(signal.SIGVTALRM, too_long)
for line in sys.stdin:
    signal.setitimer(signal.ITIMER_VIRTUAL, 1)
    try:
        answer = run(json.loads(line))
    except Exception as error:
        answer = {"raised": type(error).__name__}
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    print(json.dumps(answer))
