"""What the tests name by import path: a syscall handler for workers."""


class Counter:
    """Counts, and says so."""

    def __init__(self):
        self.count = 0

    def next(self):
        """One more."""
        self.count += 1
        return self.count


def make_counter():
    """A fresh counter."""
    return Counter()


def make_locals(program_input):
    """Hint locals: an object, and what it was made of."""
    return {"counter": Counter(), "start": program_input["start"]}
