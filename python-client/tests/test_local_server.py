import os
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import cairohints
from cairohints import server_process

TESTS = Path(__file__).parent


@pytest.fixture
def fake_vm_host(tmp_path, monkeypatch):
    """An executable that serves the fake service as `vm-host serve` would."""
    path = tmp_path / "vm-host"
    path.write_text(
        textwrap.dedent(f"""\
        #!{sys.executable}
        import sys, threading
        sys.path.insert(0, {str(TESTS)!r})
        from fake_server import serve
        assert sys.argv[1] == "serve"
        address = "unix:" + sys.argv[sys.argv.index("--unix") + 1]
        server, _, _ = serve(address)
        threading.Event().wait()
        """)
    )
    path.chmod(0o755)
    monkeypatch.setenv(server_process.ENV_VM_HOST, str(path))
    return path


def test_it_is_private_and_ends(fake_vm_host):
    server = server_process.LocalServer()
    socket = server.address[len("unix:") :]
    assert stat.S_IMODE(os.stat(os.path.dirname(socket)).st_mode) == 0o700
    with cairohints.Client(server.address) as client:
        assert cairohints.run({"hints": {}}, client=client).output == (7, None)
    server.stop()
    assert server.process.poll() is not None and not os.path.exists(os.path.dirname(socket))


def test_one_server_for_a_process_and_none_after_it(fake_vm_host):
    code = """if True:
        import cairohints
        from cairohints.server_process import local_server
        assert cairohints.run({"hints": {}}).steps == 0
        assert cairohints.Client().address == local_server().address
        print(local_server().process.pid)
        """
    said = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    pid = int(said.split()[-1])
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_server_that_does_not_start_says_why(fake_vm_host):
    fake_vm_host.write_text("#!/bin/sh\necho cannot listen >&2\nexit 3\n")
    with pytest.raises(cairohints.ServerStartFailed, match="(?s)code 3: cannot listen.*hint:"):
        server_process.LocalServer()


def test_a_missing_executable_is_named(monkeypatch):
    monkeypatch.setenv(server_process.ENV_VM_HOST, "/nowhere/vm-host")
    with pytest.raises(cairohints.ServerStartFailed, match="`/nowhere/vm-host`, which is no executable"):
        server_process.find_vm_host()
