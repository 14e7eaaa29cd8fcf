"""A real `vm-host serve` on a Unix socket and on TCP. Needs CAIROHINTS_VM_HOST or a built checkout."""

import os
import subprocess
import time
from pathlib import Path

import cairohints
import pytest
from cairohints import server_process

HERE = Path(__file__).parent
PROGRAMS = HERE.parent / "programs"


@pytest.fixture(scope="session", autouse=True)
def imports_of_workers():
    """Lets hints of workers import what is beside the tests."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(HERE / "modules"), before]))
    yield
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


@pytest.fixture(scope="session")
def unix_server(imports_of_workers):
    server = server_process.LocalServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def unix_address(unix_server):
    return unix_server.address


@pytest.fixture(scope="session")
def tcp_address(tmp_path_factory):
    told = tmp_path_factory.mktemp("server") / "address"
    command = [str(server_process.find_vm_host()), "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen([*command, "--address-file", str(told)]) as process:
        deadline = time.monotonic() + 30
        while not told.exists():
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.01)
        yield told.read_text().strip()
        process.terminate()


@pytest.fixture
def client(unix_address):
    with cairohints.Client(unix_address) as client:
        yield client
