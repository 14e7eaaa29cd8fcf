import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from fake_server import serve

import cairohints


@pytest.fixture(params=["unix", "tcp"])
def server(request, tmp_path):
    address = f"unix:{tmp_path}/vm.sock" if request.param == "unix" else "127.0.0.1:0"
    server, service, port = serve(address)
    service.address = address if request.param == "unix" else f"127.0.0.1:{port}"
    yield service
    server.stop(None)


@pytest.fixture
def client(server):
    with cairohints.Client(server.address) as client:
        yield client
