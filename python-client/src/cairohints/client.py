"""Owns the connection to a server, and what is left to do when a VM object goes away."""

from __future__ import annotations

import queue
import threading
from typing import Any, List, Optional

import grpc

from .connection import Connection, channel_options
from .credentials import Credentials, Pem
from .failures import call_error
from .programs import Program, ProgramLike, program_bytes, upload_requests, uploaded
from .server_process import local_server
from .v1 import vm_service_pb2 as pb
from .v1.vm_service_pb2_grpc import VmServiceStub


class Client(Connection):
    """A connection. Without an address: to a server of this process's own.

    `token` is for a server that knows tenants. With `tls=True`, or with certificates (PEM files, or
    their bytes), the connection is encrypted. The environment stands for what is not given:
    CAIROHINTS_TOKEN, CAIROHINTS_TLS_CA, CAIROHINTS_TLS_CERT, CAIROHINTS_TLS_KEY.
    """

    def __init__(
        self,
        address: Optional[str] = None,
        *,
        token: Optional[str] = None,
        tls: Optional[bool] = None,
        root_certificates: Optional[Pem] = None,
        certificate_chain: Optional[Pem] = None,
        private_key: Optional[Pem] = None,
    ) -> None:
        credentials = Credentials.of(
            address,
            token=token,
            tls=tls,
            root_certificates=root_certificates,
            certificate_chain=certificate_chain,
            private_key=private_key,
        )
        local = None if address else local_server()
        super().__init__(address or local_server().address, local, credentials)
        options = channel_options(self.address)
        encrypted = credentials.channel_credentials()
        if encrypted is None:
            self._channel = grpc.insecure_channel(self.address, options)
        else:
            self._channel = grpc.secure_channel(self.address, encrypted, options)
        stub = VmServiceStub(self._channel)  # type: ignore[no-untyped-call]
        self.stub: Any = credentials.show(stub)
        self._forgotten: "queue.SimpleQueue[Optional[str]]" = queue.SimpleQueue()
        threading.Thread(
            target=_delete_forgotten,
            args=(self.stub, self._forgotten),
            name="cairohints cleaner",
            daemon=True,
        ).start()

    def call(self, method: Any, request: Any, timeout: Optional[float] = None) -> Any:
        """Calls the server."""
        try:
            if self._checked:
                return method(request, timeout=timeout)
            response, call = method.with_call(request, timeout=timeout)
            self._check_version(call.initial_metadata(), call.trailing_metadata())
            self._checked = True
            return response
        except grpc.RpcError as error:
            failed: Any = error
            self._check_version(failed.initial_metadata(), failed.trailing_metadata())
            raise self.explained(call_error(error)) from None

    def upload(self, program: ProgramLike) -> Program:
        """Gives a program to the server."""
        data = program_bytes(program)
        return self._note(uploaded(self.call(self.stub.UploadProgram, upload_requests(data))))

    def ensure_uploaded(self, data: bytes, again: bool = False) -> str:
        """Uploads a program unless this client did so already; its hash."""
        known = None if again else self._known(data)
        return known or self.upload(data).hash

    def list_vms(self) -> List[str]:
        """The names of the caller's VMs, also those of its other connections."""
        names: List[str] = []
        token = ""
        while True:
            request = pb.ListVmsRequest(page_token=token)
            response = self.call(self.stub.ListVms, request)
            names += [vm.name for vm in response.vms]
            token = response.next_page_token
            if not token:
                return names

    def forget(self, name: str) -> None:
        """Deletes a VM soon. Safe in the garbage collector, which may interrupt gRPC itself."""
        self._forgotten.put(name)

    def close(self) -> None:
        """Ends the connection; the server frees its VMs."""
        self._forgotten.put(None)
        self._channel.close()

    def __repr__(self) -> str:
        return f"<Client of {self.address}>"

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def _delete_forgotten(stub: Any, names: "queue.SimpleQueue[Optional[str]]") -> None:
    while True:
        name = names.get()
        if name is None:
            return
        try:
            stub.DeleteVm(pb.DeleteVmRequest(name=name), timeout=10)
        except (grpc.RpcError, ValueError):
            # It is gone already, or the channel is: nothing is left to free.
            pass


_lock = threading.Lock()
_default: Optional[Client] = None


def default_client() -> Client:
    """The client of VMs that were given none; connected to this process's own server."""
    global _default  # noqa: PLW0603
    with _lock:
        address = local_server().address
        if _default is None or _default.address != address:
            _default = Client()
        return _default


__all__ = ["Client", "default_client"]
