"""What the READMEs show works as it stands there."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = {"README.md": ROOT, "python-client/README.md": ROOT / "python-client"}
QUICK_START = ROOT / "tests" / "programs" / "example" / "quick_start.json"


def blocks(name, language):
    return re.findall(rf"```{language}\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)


@pytest.mark.parametrize(
    ("name", "number"),
    [(name, number) for name in READMES for number in range(len(blocks(name, "python")))],
)
def test_python(name, number, tmp_path):
    (tmp_path / "prog.json").write_bytes(QUICK_START.read_bytes())
    os.symlink(ROOT / "tests", tmp_path / "tests")
    code = blocks(name, "python")[number]
    if "execute_entry_point" in code:
        # It needs Python 3.10 or earlier; test_starknet.py does the same on all.
        assert "execute_entry_point.CairoFunctionRunner = FunctionRunner" in code
        compile(code, name, "exec")
        return
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, timeout=60
    )
    assert run.returncode == 0, run.stderr
    assert "72" in run.stdout or "None" in run.stdout


def test_the_shell_session(tcp_address, tmp_path):
    """The session of the README with a shell tool that knows nothing but reflection."""
    (session,) = [block for block in blocks("README.md", "sh") if "grpcurl" in block]
    tool = tmp_path / "grpcurl"
    here = str(Path(__file__).parent)
    tool.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {here!r})\n"
        "import reflected\nreflected.grpcurl(sys.argv[1:])\n"
    )
    tool.chmod(0o755)
    lines = session.replace("127.0.0.1:8282", tcp_address).split("\n")
    script = "\n".join(line for line in lines if not line.startswith("vm-host serve"))
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    assert run.returncode == 0, run.stderr
    answers = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    uploaded, created, paused, scopes, ended, deleted = answers
    assert uploaded["summary"]["hints"] == 3 and created["vm"]["state"] == "VM_STATE_CREATED"
    assert paused["vm"]["state"] == "VM_STATE_PAUSED" and len(scopes["scopes"]) == 2
    assert ended["vm"]["output"] == ["72", "1"] and deleted == {}
