"""Puts the engine and the reference VM within reach of the tests."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent / "src"), str(HERE)]

# First the engine, so that the reference VM's modules get its classes; then the reference VM.
import cairohints.engine.classes  # noqa: E402

cairohints.engine.classes.install()

import pytest  # noqa: E402

pytest.register_assert_rewrite("reference.running")

import reference.importing  # noqa: E402,F401


def pytest_configure(config):
    # The reference VM's dependencies warn of each other.
    for category in ("DeprecationWarning", "marshmallow.warnings.ChangedInMarshmallow4Warning"):
        config.addinivalue_line("filterwarnings", f"ignore::{category}")
    config.addinivalue_line("filterwarnings", "ignore::SyntaxWarning")
