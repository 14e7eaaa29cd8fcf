"""Every record of the corpus through attached hints: same stdout, exit code, trace and memory.

Run it with a Python that has cairo-lang's modules on its path.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from attached_run import options_of

HERE = Path(__file__).parent
RECORDS = HERE.parent / "reference" / "records"
DEVIATIONS = HERE.parent / "e2e" / "deviations.rs"


#: The same hints tens of thousands of times, for measuring. A hundredth of each is run by
#: `test_attached_hints.py::test_many_hints_in_a_row`.
REPEATING = ("long/empty_hint", "long/hint_dense", "long/struct_walk")


def names():
    """The records that are compared; those of `deviations.rs` have a test each there, and one below."""
    for path in sorted(RECORDS.rglob("*.json")):
        name = str(path.relative_to(RECORDS).with_suffix(""))
        # Records with options that belong to `vm-host run` only (`--steps`, `--no_end`, ...) are not
        # runs of the service.
        runnable = options_of(json.loads(path.read_text())["run"]) is not None
        if runnable and name not in REPEATING:
            yield name


def deviating():
    """The names that `deviations.rs` lists."""
    listed = DEVIATIONS.read_text().split("NAMES: &[&str] = &[")[1].split("];")[0]
    return re.findall(r'"([a-z_/0-9]+)"', listed)


@pytest.fixture(scope="module")
def run_attached(unix_address):
    command = [sys.executable, str(HERE / "attached_run.py"), unix_address]
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:

        def run(name):
            process.stdin.write(f"{RECORDS / name}.json\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield run
        process.stdin.close()


def differences(name, found):
    expected = json.loads((RECORDS / f"{name}.json").read_text())["outcome"]
    found = dict(found)
    if "stdout_sha256" in expected:
        data = found.pop("stdout").encode()
        found["stdout_bytes"] = len(data)
        found["stdout_sha256"] = hashlib.sha256(data).hexdigest()
    kinds = ["exit_code", "stdout", "stdout_bytes", "stdout_sha256"]
    pairs = {kind: (found[kind], expected[kind]) for kind in kinds if kind in expected}
    for kind in ("trace", "memory"):
        if kind in expected:
            pairs[kind] = (found.get(kind), expected[kind]["sha256"])
    return {kind: pair for kind, pair in pairs.items() if pair[0] != pair[1]}


CASES = list(names())


@pytest.mark.parametrize("name", [name for name in CASES if name not in deviating()])
def test_the_same_as_the_reference(name, run_attached):
    found = run_attached(name)
    assert differences(name, found) == {}, found.get("stderr")


@pytest.mark.parametrize("name", deviating())
def test_what_is_known_to_differ_still_does(name, run_attached):
    assert name in CASES and differences(name, run_attached(name)) != {}
