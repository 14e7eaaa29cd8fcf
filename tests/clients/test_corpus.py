"""Every record of the corpus through attached hints: same stdout, exit code, trace and memory.

Run it with a Python that has cairo-lang's modules on its path.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from attached_run import options_of

HERE = Path(__file__).parent
RECORDS = HERE.parent / "reference" / "records"
#: Records with options that belong to `vm-host run` only (`--steps`, `--no_end`, ...) are not runs of
#: the service.
CASES = [
    path
    for path in sorted(RECORDS.rglob("*.json"))
    if options_of(json.loads(path.read_text())["run"]) is not None
]


@pytest.mark.parametrize("path", CASES, ids=lambda path: str(path.relative_to(RECORDS)))
def test_the_same_as_the_reference(path, unix_address):
    record = json.loads(path.read_text())
    environment = {**os.environ, "PYTHONHASHSEED": "0", **record["run"].get("environment", {})}
    command = [sys.executable, str(HERE / "attached_run.py"), unix_address, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    expected = record["outcome"]
    assert found["stdout"] == expected["stdout"]
    assert found["exit_code"] == expected["exit_code"], found
    for artefact in ("trace", "memory"):
        if expected["exit_code"] == 0 and artefact in expected:
            assert found[artefact] == expected[artefact]["sha256"]
