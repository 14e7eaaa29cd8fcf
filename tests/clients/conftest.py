"""A real `vm-host serve` on a Unix socket and on TCP. Needs CAIROHINTS_VM_HOST or a built checkout."""

import os
import subprocess
import sys
import time
from pathlib import Path

import cairohints
import pytest
from cairohints import server_process
from compiling import compiled
from programs import STATEFUL

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


@pytest.fixture(scope="session", autouse=True)
def idle_clients(request, unix_address):
    """Clients that do nothing for longer than the server waits for an answer to its pings.

    They start with the session, so that the test that asks for them need not wait.
    """
    if not any(item.name.startswith("test_an_idle_client") for item in request.session.items):
        yield []
        return
    code = f"""if True:
        import sys, time, cairohints
        with cairohints.Client({unix_address!r}) as client:
            hints = cairohints.here() if sys.argv[1] == "here" else "python"
            program = sys.stdin.buffer.read()
            vm = cairohints.Vm(program, client=client, layout="small", hints=hints)
            vm.run_for_steps(3)
            time.sleep(17)
            vm.run()
            print(vm.state.value)
        """
    processes = []
    for hints in ("python", "here"):
        command = [sys.executable, "-c", code, hints]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        process.stdin.write(compiled(STATEFUL))
        process.stdin.close()
        processes.append(process)
    yield processes
    for process in processes:
        process.kill()
        process.wait()
