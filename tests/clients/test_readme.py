"""What the READMEs show works as it stands there."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = {"README.md": ROOT, "python-client/README.md": ROOT / "python-client"}


def blocks(name, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)


@pytest.mark.parametrize(
    ("name", "number"),
    [(name, number) for name in READMES for number in range(len(blocks(name, "python")))],
)
def test_python(name, number):
    code = blocks(name, "python")[number]
    if "execute_entry_point" in code:
        # It needs Python 3.10 or earlier; test_starknet.py does the same on all.
        assert "execute_entry_point.CairoFunctionRunner = FunctionRunner" in code
        compile(code, name, "exec")
        return
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert run.returncode == 0, run.stderr
    assert "72" in run.stdout or "(40, 1)" in run.stdout
