"""A real `vm-host serve` on a Unix socket and on TCP. Needs CAIROHINTS_VM_HOST or a built checkout."""

import socket

import pytest
from cairohints import server_process


@pytest.fixture(scope="session")
def unix_address():
    server = server_process.LocalServer()
    yield server.address
    server.stop()


@pytest.fixture(scope="session")
def tcp_address():
    import subprocess
    import time

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"127.0.0.1:{port}"
    command = [str(server_process.find_vm_host()), "serve", "--listen", address]
    with subprocess.Popen(command) as process:
        for _ in range(500):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "the server ended"
            time.sleep(0.02)
        yield address
        process.terminate()
