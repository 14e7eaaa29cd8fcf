"""A module that hints of the corpus import: state, a class, an exception."""

calls = []


class ProbeError(Exception):
    """Raised by `fail()`."""

    def __init__(self, code: int) -> None:
        super().__init__(f"code {code}")
        self.code = code


def remember(value: object) -> int:
    """Keeps a value in the state of the module."""
    calls.append(value)
    return len(calls)


def first_cell(memory: object, address: object) -> object:
    """Reads with the `memory` of a hint."""
    return memory[address]


def fail(code: int) -> None:
    """Raises, two frames below the caller."""
    raise_error(code)


def raise_error(code: int) -> None:
    """Raises."""
    raise ProbeError(code)
