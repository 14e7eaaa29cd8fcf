"""TUTORIAL.md: its commands, one after the other in an empty folder, print what it says that they print."""

import os
import re
import subprocess
import sys
from pathlib import Path

from cairohints import server_process
from test_package import CLIENT, ROOT

TEXT = (ROOT / "TUTORIAL.md").read_text()
STEPS = re.findall(r"```sh\n(.*?)```(?:\n\n```text\n(.*?)```)?", TEXT, re.DOTALL)


def test_the_commands_print_what_it_says(tmp_path):
    (install, _), *steps = STEPS
    # What takes minutes has been done: this very environment is made of these versions.
    wanted = (ROOT / "tests" / "requirements.txt").read_text().split()
    named = install.split("pip install --quiet ")[1].replace("'", "").split()
    assert set(named) <= set(wanted) and "cairo-lang==0.14.0.1" in named
    (tmp_path / "environment").symlink_to(sys.prefix)
    environment = {**os.environ, "PYTHONPATH": str(CLIENT / "src")}
    environment.pop("VIRTUAL_ENV", None)
    folder = server_process.find_vm_host().parent
    environment["PATH"] = os.pathsep.join([str(folder), environment["PATH"]])
    script, expected = "set -eu\n", ""
    for commands, printed in steps:
        # The client is here without its wheel.
        script += commands.replace("pip install --quiet cairohints-*.whl\n", "")
        expected += printed
    assert TEXT.count("cairohints-*.whl") == 1
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == expected
    assert done.stderr == ""
    assert {"trace.bin", "memory.bin", "public.json", "private.json"} <= set(
        os.listdir(Path(tmp_path))
    )
