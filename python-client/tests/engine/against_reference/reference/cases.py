"""Reads cases: hints in a text file, each below a line `### name`."""

from pathlib import Path

_FOLDER = Path(__file__).resolve().parent.parent / "cases"


def read_cases(filename):
    """Name to text, in the order of the file."""
    cases = {}
    name = None
    for line in (_FOLDER / filename).read_text().splitlines():
        if line.startswith("### "):
            name = line[4:].strip()
            assert name not in cases, name
            cases[name] = ""
        elif name is not None:
            cases[name] += line + "\n"
    return cases


def read_program(filename):
    """The Cairo source of a case."""
    return (_FOLDER / filename).read_text()
