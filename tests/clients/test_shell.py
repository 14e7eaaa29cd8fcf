"""The shell session of the README, as it stands there. grpcurl is our stand-in of the same name, which knows
no more than reflection tells it; over TCP and over the Unix socket."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def session():
    """The session's commands."""
    text = (ROOT / "README.md").read_text()
    blocks = [block for block in re.findall(r"```sh\n(.*?)```", text, re.S) if "grpcurl" in block]
    assert len(blocks) == 1
    return blocks[0]


def run(commands, tmp_path):
    """Runs shell commands with our grpcurl; what they print."""
    shim = tmp_path / "grpcurl"
    shim.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT}/tests/clients/grpcurl "$@"\n')
    shim.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("transport", ["unix_address", "tcp_address"])
def test_the_session_of_the_readme(transport, request, tmp_path):
    address = request.getfixturevalue(transport)
    commands = session()
    assert "127.0.0.1:7777" in commands
    if address.startswith("unix:"):
        address = "-unix -authority localhost " + address.removeprefix("unix:")
    printed = run(commands.replace("127.0.0.1:7777", address), tmp_path)
    assert "cairohints.v1.VmService" in printed
    assert "grpc.health.v1.Health" in printed
    assert "rpc CreateVm ( .cairohints.v1.CreateVmRequest )" in printed
    assert '"programHash"' in printed
    assert '"currentStep": "10"' in printed
    assert '"stopReason": "STOP_REASON_ENDED"' in printed
    assert '"chunk"' in printed
    assert '"status": "SERVING"' in printed
    # Errors are those of grpcurl: 64 and the code.
    call = next(line for line in commands.splitlines() if line.startswith("call()"))
    failing = call + '\necho \'{"name": "vms/none"}\' | call GetVm || echo code $?'
    printed = run(failing.replace("127.0.0.1:7777", address), tmp_path)
    assert printed.strip().endswith("code 69"), printed
