"""A real `vm-host serve` on a Unix socket and on TCP. Needs CAIROHINTS_VM_HOST or a built checkout."""

import os
import signal
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

# A shell starts what it puts into the background with this signal ignored, which children would inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)


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
        deadline = time.monotonic() + 60
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


#: The tests that look at clients which wait for long.
SLOW = (
    "test_an_idle_client_keeps_its_vms",
    "test_a_server_that_stopped_answering_fails_the_calls",
    "test_a_client_that_was_stopped_goes_on",
)

IDLE = """\
import sys, time, cairohints

with cairohints.Client(sys.argv[1]) as client:
    hints = cairohints.here() if sys.argv[2] == "here" else "python"
    vm = cairohints.Vm(sys.stdin.buffer.read(), client=client, layout="small", hints=hints)
    vm.run_for_steps(3)
    time.sleep(17)
    vm.run()
    print(vm.state.value)
"""

STOPPED_SERVER = """\
import os, signal, subprocess, sys, tempfile, time, cairohints
from cairohints.server_process import find_vm_host

told = os.path.join(tempfile.mkdtemp(), "address")
command = [str(find_vm_host()), "serve", "--listen", "127.0.0.1:0", "--address-file", told]
server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
while not os.path.exists(told):
    time.sleep(0.01)
client = cairohints.Client(open(told).read().strip())
hints = cairohints.here()
vm = cairohints.Vm(sys.stdin.buffer.read(), client=client, layout="small", hints=hints)
vm.run_for_steps(3)
server.send_signal(signal.SIGSTOP)
try:
    vm.run()
except cairohints.CairoHintsError as error:
    print(type(error).__name__, error)
server.kill()
"""

STOPPED_CLIENT = """\
import os, signal, subprocess, sys, cairohints

program = sys.stdin.buffer.read()
vms = [cairohints.Vm(program, layout="small", hints=hints) for hints in ("python", cairohints.here())]
for vm in vms:
    vm.run_for_steps(3)
with subprocess.Popen(["sh", "-c", f"sleep 20; kill -CONT {os.getpid()}"]):
    os.kill(os.getpid(), signal.SIGSTOP)
for vm in vms:
    vm.run()
print(*[vm.state.value for vm in vms])
"""


@pytest.fixture(scope="session", autouse=True)
def slow_clients(request, unix_address):
    """Clients whose tests are about long waits; they start with the session, so that these need not wait."""
    if not any(item.name in SLOW for item in request.session.items):
        yield {}
        return
    commands = {
        "python": [IDLE, unix_address, "python"],
        "here": [IDLE, unix_address, "here"],
        "stopped server": [STOPPED_SERVER],
        "stopped client": [STOPPED_CLIENT],
    }
    processes = {}
    for name, command in commands.items():
        processes[name] = process = subprocess.Popen(
            [sys.executable, "-c", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        process.stdin.write(compiled(STATEFUL))
        process.stdin.close()
    yield processes
    for process in processes.values():
        process.kill()
        process.wait()
