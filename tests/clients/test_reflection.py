"""A client that knows nothing but the server's address: every message comes from reflection."""

import hashlib
from pathlib import Path

import grpc
import pytest
from google.protobuf import descriptor_pool, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

PROGRAM = Path(__file__).parent.parent / "programs" / "scope" / "globals.json"
SERVICE = "cairohints.v1.VmService"


class ReflectedClient:
    """Calls methods by name with plain dictionaries."""

    def __init__(self, address):
        options = [("grpc.default_authority", "localhost")] if address.startswith("unix:") else []
        self.channel = grpc.insecure_channel(address, options)
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.service = descriptor_pool.DescriptorPool(self.database).FindServiceByName(SERVICE)

    def call(self, name, *requests):
        method = self.service.methods_by_name[name]
        request_class = message_factory.GetMessageClass(method.input_type)
        response_class = message_factory.GetMessageClass(method.output_type)
        streams = (method.client_streaming, method.server_streaming)
        kind = {
            (False, False): self.channel.unary_unary,
            (True, False): self.channel.stream_unary,
            (False, True): self.channel.unary_stream,
        }[streams]
        callable_ = kind(
            f"/{SERVICE}/{name}", request_class.SerializeToString, response_class.FromString
        )
        messages = [request_class(**request) for request in requests]
        return callable_(iter(messages) if method.client_streaming else messages[0], timeout=60)


@pytest.mark.parametrize("transport", ["unix_address", "tcp_address"])
def test_a_program_runs(transport, request):
    client = ReflectedClient(request.getfixturevalue(transport))
    assert SERVICE in client.database.get_services()
    data = PROGRAM.read_bytes()
    uploaded = client.call(
        "UploadProgram", {"declaration": {"size_bytes": len(data)}}, {"chunk": data}
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
