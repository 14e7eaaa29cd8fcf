import os
import socket
import stat
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

import cairohints
from cairohints import server_process
from cairohints.private_folder import PrivateFolder

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
    fake_vm_host.write_text("#!/bin/sh\nprintf 'error: no room\\nhint: make some\\n' >&2\nexit 3\n")
    with pytest.raises(cairohints.ServerStartFailed) as info:
        server_process.LocalServer()
    assert str(info.value).endswith("ended with code 3: error: no room\nhint: make some")


def test_an_executable_that_cannot_run_is_named(fake_vm_host, private_folders):
    fake_vm_host.write_bytes(b"\x7fELF of another machine")
    with pytest.raises(cairohints.ServerStartFailed, match="(?s)cannot start `.*vm-host`.*hint:"):
        server_process.LocalServer()
    assert list(private_folders.iterdir()) == []


HOLDING = """\
import os, sys, threading
from cairohints.private_folder import PrivateFolder

print(PrivateFolder().path, flush=True)
threading.Event().wait()
"""


@pytest.fixture
def private_folders(tmp_path, monkeypatch):
    """Where the folders of local servers are."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return folder


def test_the_folder_of_a_killed_process_is_removed_at_the_next_start(private_folders):
    with subprocess.Popen([sys.executable, "-c", HOLDING], stdout=subprocess.PIPE) as process:
        left = process.stdout.readline().decode().strip()
        first = PrivateFolder()
        assert os.path.exists(left) and os.path.exists(first.path)
        process.kill()
    second = PrivateFolder()
    assert not os.path.exists(left)
    assert sorted(map(str, private_folders.iterdir())) == sorted([first.path, second.path])
    first.remove()
    second.remove()
    assert list(private_folders.iterdir()) == []


def test_what_somebody_uses_or_owns_stays(private_folders):
    for name in ("cairohints-new", "cairohints-served", "cairohints-old", "others"):
        (private_folders / name).mkdir()
    (private_folders / "cairohints-file").write_text("")
    elsewhere = private_folders / "others" / "precious"
    elsewhere.mkdir()
    (private_folders / "cairohints-link").symlink_to(elsewhere)
    with socket.socket(socket.AF_UNIX) as served:
        served.bind(str(private_folders / "cairohints-served" / "vm.sock"))
        served.listen()
        for name in ("cairohints-served", "cairohints-old", "others/precious"):
            os.utime(private_folders / name, (0, 0))
        PrivateFolder().remove()
    names = {path.name for path in private_folders.iterdir()}
    kept = {"cairohints-new", "cairohints-served", "others", "cairohints-file", "cairohints-link"}
    assert names == kept and elsewhere.exists()


def test_many_processes_that_start_at_once_keep_their_folders(private_folders):
    command = [sys.executable, "-c", HOLDING]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(12)]
    try:
        folders = [process.stdout.readline().decode().strip() for process in processes]
        assert all(os.path.exists(os.path.join(folder, "lock")) for folder in folders)
    finally:
        for process in processes:
            process.kill()
            process.wait()
            process.stdout.close()
    PrivateFolder().remove()
    assert list(private_folders.iterdir()) == []


def test_a_missing_executable_is_named(monkeypatch):
    monkeypatch.setenv(server_process.ENV_VM_HOST, "/nowhere/vm-host")
    with pytest.raises(cairohints.ServerStartFailed, match="`/nowhere/vm-host`, which is no executable"):
        server_process.find_vm_host()
