"""The committed code is generated from the proto files of this checkout.

`proto/tests/bootstrap.rs` holds the descriptor set against the proto files; this holds the Python code
against the descriptor set. To generate it anew, in `proto/` with grpcio-tools 1.62.3, the oldest
compiler whose code runs on every protobuf from 4.25 to 7:

    python -m grpc_tools.protoc -I. --python_out=../python-client/src --pyi_out=../python-client/src
        --grpc_python_out=../python-client/src cairohints/v1/*.proto
"""

import importlib
import re
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ROOT / "python-client" / "src" / "cairohints" / "v1"
NAMES = ("value", "ids", "hint_session", "vm_service")


def described():
    """`{file name: descriptor}` of the committed descriptor set, without comments."""
    found = descriptor_pb2.FileDescriptorSet()
    found.ParseFromString((ROOT / "proto" / "src" / "gen" / "descriptor.bin").read_bytes())
    for file in found.file:
        file.ClearField("source_code_info")
        for message in file.message_type:
            drop_json_names(message)
    return {file.name: file for file in found.file}


def drop_json_names(message):
    for field in message.field:
        field.ClearField("json_name")
    for nested in message.nested_type:
        drop_json_names(nested)


@pytest.mark.parametrize("name", NAMES)
def test_the_messages_are_those_of_the_proto_files(name):
    module = importlib.import_module(f"cairohints.v1.{name}_pb2")
    ours = descriptor_pb2.FileDescriptorProto()
    module.DESCRIPTOR.CopyToProto(ours)
    for message in ours.message_type:
        drop_json_names(message)
    assert ours == described()[f"cairohints/v1/{name}.proto"]


@pytest.mark.parametrize("name", NAMES)
def test_the_types_are_those_of_the_messages(name):
    stub = (GENERATED / f"{name}_pb2.pyi").read_text()
    for message in described()[f"cairohints/v1/{name}.proto"].message_type:
        body = stub.split(f"class {message.name}(_message.Message):")[1].split("\nclass ")[0]
        constants = {f"{field.name.upper()}_FIELD_NUMBER" for field in message.field}
        assert set(re.findall(r"([A-Z0-9_]+_FIELD_NUMBER)", body)) >= constants, message.name
        slots = re.search(r"__slots__ = \((.*)\)", body).group(1)
        assert re.findall(r'"(\w+)"', slots) == [field.name for field in message.field]


def test_the_calls_are_those_of_the_service():
    (service,) = described()["cairohints/v1/vm_service.proto"].service
    text = (GENERATED / "vm_service_pb2_grpc.py").read_text()
    stub = text.split("class VmServiceStub(object):")[1].split("\nclass ")[0]
    found = re.findall(
        r"self\.(\w+) = channel\.(\w+)\(\s+'/cairohints\.v1\.VmService/(\w+)',"
        r"\s+request_serializer=\w+\.(\w+)\.\w+,\s+response_deserializer=\w+\.(\w+)\.",
        stub,
    )
    kinds = {False: "unary", True: "stream"}
    assert found == [
        (
            method.name,
            f"{kinds[method.client_streaming]}_{kinds[method.server_streaming]}",
            method.name,
            method.input_type.rsplit(".", 1)[1],
            method.output_type.rsplit(".", 1)[1],
        )
        for method in service.method
    ]


def test_no_protobuf_runtime_is_refused():
    # Newer compilers write a check of the runtime's version into their output.
    for path in GENERATED.glob("*_pb2*.py"):
        assert "runtime_version" not in path.read_text()
