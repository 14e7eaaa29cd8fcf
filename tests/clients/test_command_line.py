"""The command `cairohints`, against the real server."""

import json
import subprocess
import sys

import pytest
from compiling import compiled
from programs import FAILING, STATEFUL, SUM


@pytest.fixture
def command(tmp_path, unix_address):
    def run(name, source, *options, address=unix_address):
        program = tmp_path / "program.json"
        program.write_bytes(compiled(source))
        server = ["--address", address] if address else []
        return subprocess.run(
            [sys.executable, "-m", "cairohints", name, str(program), *server, *options],
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=tmp_path,
        )

    return run


def test_run_prints_the_output_and_writes_files(command, tmp_path, client):
    options = ["--layout", "small", "--trace-file", "trace", "--memory-file", "memory"]
    done = command("run", STATEFUL, *options, "--cairo-pie-output", "pie")
    assert done.returncode == 0 and done.stdout.split("\n")[0] == "72", done.stderr
    import cairohints

    with cairohints.Vm(compiled(STATEFUL), client=client, layout="small", trace=True) as vm:
        vm.run()
        assert (tmp_path / "trace").read_bytes() == vm.artifact(cairohints.Artifact.TRACE)
        assert (tmp_path / "memory").read_bytes() == vm.memory_bytes()
    assert (tmp_path / "pie").read_bytes().startswith(b"PK")


@pytest.mark.parametrize("hints", ["python", "here"])
def test_run_calls_a_function_on_a_server_of_its_own(command, hints):
    arguments = ["--argument", "3", "--argument", "[5, -6, 7]", "--return-values", "2"]
    options = ["--layout", "small", "--entry-point", "total", "--hints", hints, "--progress"]
    done = command("run", SUM, *options, *arguments, address=None)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.split("\n") if "adding" not in line] == ["6", "3", ""]
    assert done.stdout.count("adding") == 3


def test_exit_codes(command, tmp_path):
    failed = command("run", FAILING)
    assert failed.returncode == 1 and failed.stdout == ""
    assert "LookupError: too many: 3" in failed.stderr and "Traceback" in failed.stderr
    exits = "func main() {\n    %{ raise SystemExit(9) %}\n    ret;\n}\n"
    for hints in ("python", "here"):
        assert command("run", exits, "--hints", hints).returncode == 9
    refused = command("run", STATEFUL)
    assert refused.returncode == 2 and "\nhint: " in refused.stderr
    nowhere = command("run", STATEFUL, address=f"unix:{tmp_path}/nobody")
    assert nowhere.returncode == 2 and "vm-host serve" in nowhere.stderr
    assert command("run", STATEFUL, "--program-input", "missing.json").returncode == 2


def test_hints_are_shown(command):
    done = command("hints", FAILING, "--json")
    (line,) = done.stdout.splitlines()
    shown = json.loads(line)
    assert shown["where"] == "test.cairo:16" and shown["placement"] == "native"
    assert shown["line"].startswith("limit = 2")
    assert "test.cairo:16" in command("hints", FAILING).stdout


def test_a_program_is_watched(command):
    source = "func main() {\n    %{ print('hello') %}\n    [ap] = 1, ap++;\n    ret;\n}\n"
    done = command("watch", source)
    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    states = [event["state"] for event in events if event["kind"] == "state"]
    assert states == ["created", "running", "succeeded"]
    assert "".join(event["text"] for event in events if event["kind"] == "output") == "hello\n"
