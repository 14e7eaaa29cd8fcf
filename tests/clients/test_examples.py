"""The examples run and print what they say; the READMEs show the same."""

import doctest
import json
import subprocess
import sys
import textwrap

import pytest
from compiling import compiled
from test_readme import READMES, ROOT, blocks

EXAMPLES = sorted((ROOT / "python-client" / "examples").glob("*.py"))


def promised(example):
    """What an example's docstring says that it prints."""
    docstring = example.read_text().split('"""')[1]
    return textwrap.dedent(docstring.split("It prints:\n\n")[1])


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_it_prints_what_it_says(example):
    command = [sys.executable, str(example)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert run.returncode == 0, run.stderr
    assert promised(example).count("\n") >= 1
    same = doctest.OutputChecker().check_output(promised(example), run.stdout, doctest.ELLIPSIS)
    assert same, run.stdout


def test_the_compiled_program_is_that_of_its_source():
    folder = ROOT / "python-client" / "examples"
    # The compiler writes the path that it was given.
    source = (folder / "till.cairo").read_text()
    assert json.loads((folder / "till.json").read_bytes()) == json.loads(
        compiled(source, "till.cairo")
    )


@pytest.mark.parametrize(
    ("name", "number"),
    [(name, number) for name in READMES for number in range(len(blocks(name, "python")))],
)
def test_the_readmes_show_the_examples(name, number):
    """Each line of theirs is one of an example, in the same order."""
    block = blocks(name, "python")[number]
    if "CairoFunctionRunner" in block:
        # Its example is test_starknet.py, which needs a contract.
        return
    wanted = [line for line in block.splitlines() if line.strip()]
    for example in EXAMPLES:
        lines = iter(example.read_text().splitlines())
        if all(line in lines for line in wanted):
            return
    raise AssertionError(f"no example has these lines:\n{block}")
