"""Owns `AsyncClient`: the connection of `client`, for `asyncio`."""

from __future__ import annotations

import asyncio
from typing import Any, List, Optional

import grpc
import grpc.aio

from .connection import Connection, channel_options
from .credentials import Credentials, Pem
from .errors import ServerUnavailable
from .failures import call_error
from .programs import Program, ProgramLike, program_bytes, upload_requests, uploaded
from .server_process import local_server
from .v1 import vm_service_pb2 as pb
from .v1.vm_service_pb2_grpc import VmServiceStub

_DELETE_SECONDS = 10


class AsyncClient(Connection):
    """A connection for `asyncio`. Without an address: to a server of this process's own.

    It is made by the first call, or by `async with`, and belongs to the event loop of then. The other
    arguments are those of `Client`.
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
        # Of this process's own server once it is started.
        super().__init__(address or "", None, credentials)
        self._channel: Any = None
        self._stub: Any = None
        self._closed = False

    async def connected(self) -> Any:
        """The calls of the service."""
        if self._closed:
            raise _closed()
        if not self.address:
            self._local = await asyncio.get_running_loop().run_in_executor(None, local_server)
            self.address = self._local.address
        if self._stub is None:
            options = channel_options(self.address)
            encrypted = self._credentials.channel_credentials()
            if encrypted is None:
                self._channel = grpc.aio.insecure_channel(self.address, options)
            else:
                self._channel = grpc.aio.secure_channel(self.address, encrypted, options)
            stub = VmServiceStub(self._channel)  # type: ignore[no-untyped-call]
            self._stub = self._credentials.show(stub)
        return self._stub

    @property
    def stub(self) -> Any:
        """The calls of the service; nothing before the first one."""
        return self._stub

    async def call(self, method: Any, request: Any, timeout: Optional[float] = None) -> Any:
        """Calls the server."""
        try:
            call = method(request, timeout=timeout)
            response = await call
            if not self._checked:
                self._check_version(await call.initial_metadata(), await call.trailing_metadata())
                self._checked = True
            return response
        except grpc.aio.AioRpcError as error:
            self._check_version(error.initial_metadata(), error.trailing_metadata())
            raise self.explained(call_error(error)) from None
        except grpc.aio.UsageError:
            raise _closed() from None

    async def upload(self, program: ProgramLike) -> Program:
        """Gives a program to the server."""
        stub = await self.connected()
        parts = upload_requests(program_bytes(program))
        return self._note(uploaded(await self.call(stub.UploadProgram, parts)))

    async def ensure_uploaded(self, data: bytes, again: bool = False) -> str:
        """Uploads a program unless this client did so already; its hash."""
        known = None if again else self._known(data)
        return known or (await self.upload(data)).hash

    async def list_vms(self) -> List[str]:
        """The names of the caller's VMs, also those of its other connections."""
        stub = await self.connected()
        names: List[str] = []
        token = ""
        while True:
            response = await self.call(stub.ListVms, pb.ListVmsRequest(page_token=token))
            names += [vm.name for vm in response.vms]
            token = response.next_page_token
            if not token:
                return names

    async def forget(self, name: str) -> None:
        """Deletes a VM; one that is gone already is none the less forgotten."""
        if self._closed or self._stub is None:
            return
        try:
            await self._stub.DeleteVm(pb.DeleteVmRequest(name=name), timeout=_DELETE_SECONDS)
        except (grpc.RpcError, grpc.aio.UsageError, asyncio.CancelledError):
            pass

    async def close(self) -> None:
        """Ends the connection; the server frees its VMs."""
        self._closed = True
        if self._channel is not None:
            await self._channel.close()

    def __repr__(self) -> str:
        return f"<AsyncClient of {self.address or 'a server that is not started yet'}>"

    async def __aenter__(self) -> "AsyncClient":
        await self.connected()
        return self

    async def __aexit__(self, *_: Any) -> None:
        await self.close()


def _closed() -> ServerUnavailable:
    return ServerUnavailable("the client is closed\nhint: make another one")


__all__ = ["AsyncClient"]
