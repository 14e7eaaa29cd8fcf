"""A client that knows nothing but the server's address drives a VM, over TCP and the Unix socket."""

import base64
import hashlib
from pathlib import Path

import grpc
import pytest
from reflected import SERVICE, ReflectedClient

PROGRAM = Path(__file__).parent.parent / "programs" / "scope" / "globals.json"


@pytest.mark.parametrize("transport", ["unix_address", "tcp_address"])
def test_a_program_runs(transport, request):
    client = ReflectedClient(request.getfixturevalue(transport))
    assert SERVICE in client.database.get_services()
    data = PROGRAM.read_bytes()
    uploaded = client.call(
        "UploadProgram",
        {"declaration": {"size_bytes": len(data)}},
        {"chunk": base64.b64encode(data).decode()},
    )
    assert uploaded.program_hash == hashlib.sha256(data).hexdigest()
    create = {"program_hash": uploaded.program_hash, "layout": "small", "trace": True}
    vm = client.call("CreateVm", create).vm
    assert client.call("RunVm", {"name": vm.name, "steps": 1}).vm.current_step == 1
    ended = client.call("RunVm", {"name": vm.name}).vm
    assert not ended.HasField("failure") and ended.current_step > 1
    trace = b"".join(
        part.chunk for part in client.call("ReadArtifact", {"name": vm.name, "artifact": 1})
    )
    assert len(trace) == 24 * ended.current_step
    client.call("DeleteVm", {"name": vm.name})
    with pytest.raises(grpc.RpcError) as info:
        client.call("GetVm", {"name": vm.name})
    assert info.value.code() is grpc.StatusCode.NOT_FOUND
