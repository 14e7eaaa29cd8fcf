"""A client that knows nothing but the server's address: every message comes from reflection."""

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

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
        messages = [json_format.ParseDict(request, request_class()) for request in requests]
        return callable_(iter(messages) if method.client_streaming else messages[0], timeout=60)
