"""Imports the engine and then the reference VM, so that its modules get the engine's classes."""

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent.parent.parent / "src"), str(HERE)]

pytest.register_assert_rewrite("reference.running")

import cairohints.engine.classes  # noqa: E402

cairohints.engine.classes.install()

import reference.importing  # noqa: E402,F401


def pytest_configure(config):
    # The compiler's dependencies warn of each other, and hints on purpose have odd syntax.
    config.addinivalue_line("filterwarnings", "ignore::DeprecationWarning")
    config.addinivalue_line("filterwarnings", "ignore::SyntaxWarning")
