"""Functions of the Cairo library, run as the reference VM runs them."""

from pathlib import Path

import pytest
from reference.cases import read_program
from reference.running import compare

FOLDER = Path(__file__).resolve().parent / "cases" / "library"


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.cairo")))
def test_library(name):
    outcome = compare(read_program(f"library/{name}.cairo"))
    assert (outcome.error is not None) == name.endswith("_refused"), outcome.error
