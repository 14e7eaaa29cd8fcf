"""Whole programs, run as the reference VM runs them: what lives between hints, builtins, rules."""

from pathlib import Path

import pytest
from reference.cases import read_program
from reference.running import compare

FOLDER = Path(__file__).resolve().parent / "cases" / "programs"
FAILING = {
    "ecdsa_refused",
    "error_message",
    "indentation_error",
    "load_program_refused",
    "pure_address",
    "range_check_address",
    "range_check_refused",
    "rules",
    "syntax_error",
}


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.cairo")))
def test_program(name):
    outcome = compare(read_program(f"programs/{name}.cairo"), program_input={"n": [1, 2]})
    assert (outcome.error is not None) == (name in FAILING), outcome.error
