"""Single hints in a program that has something of everything, run as the reference VM runs them."""

import pytest
from reference.cases import read_cases, read_program
from reference.running import compare

FRAME = read_program("frame.cairo")
RUNNING = read_cases("running.hints")
FAILING = read_cases("failing.hints")


def check(hint, **options):
    code = FRAME.replace("// HINT", "    %{\n" + hint + "    %}")
    return compare(code, program_input={"n": 3}, **options)


@pytest.mark.parametrize("name", RUNNING)
def test_runs(name):
    outcome = check(RUNNING[name])
    assert outcome.error is None


@pytest.mark.parametrize("name", FAILING)
def test_fails(name):
    outcome = check(FAILING[name])
    assert outcome.error is not None


@pytest.mark.parametrize("name", ["chained", "nested_functions", "unset_local", "runtime_syntax_error"])
def test_fails_without_debug_info(name):
    outcome = check(FAILING[name], debug_info=False)
    assert "<hint0>" in outcome.error
