"""Owns the connection to a server, and what is left to do when a VM object goes away."""

from __future__ import annotations

import queue
import threading
from typing import Any, List, NoReturn, Optional, Set, Tuple

import grpc

from .errors import CallError
from .failures import call_error, check_version
from .programs import (
    Program,
    ProgramLike,
    folders_of,
    program_bytes,
    program_hash,
    upload_requests,
    uploaded,
)
from .server_process import LocalServer, local_server
from .v1 import vm_service_pb2 as pb
from .v1.vm_service_pb2_grpc import VmServiceStub
from .version import __version__

_FOREVER_MILLISECONDS = 2**31 - 1


def unsendable(what: str) -> TypeError:
    """Says that something is bound to a connection."""
    return TypeError(
        f"{what} belongs to a connection of this process and cannot be pickled or copied\n"
        "hint: make another one in the other process; results and errors can be sent"
    )


def channel_options(address: str) -> List[Tuple[str, Any]]:
    """The options of a channel: VMs live as long as their connection, so it must stay."""
    options: List[Tuple[str, Any]] = [
        ("grpc.max_receive_message_length", -1),
        ("grpc.max_send_message_length", -1),
        ("grpc.client_idle_timeout_ms", _FOREVER_MILLISECONDS),
        ("grpc.use_local_subchannel_pool", 1),
        ("grpc.primary_user_agent", f"cairohints/{__version__}"),
        # Nothing that changes a VM may be repeated behind the caller's back.
        ("grpc.enable_retries", 0),
    ]
    if address.startswith("unix:"):
        # The socket's path, percent-encoded, is what gRPC would send; Rust servers refuse it.
        options.append(("grpc.default_authority", "localhost"))
        # The kernel tells of the other process's end. Either may be stopped for long, with Ctrl-Z.
        options.append(("grpc.http2.ping_timeout_ms", _FOREVER_MILLISECONDS))
    else:
        # A server that has stopped answering fails the calls that wait for it.
        options += [
            ("grpc.keepalive_time_ms", 10_000),
            ("grpc.keepalive_timeout_ms", 30_000),
            ("grpc.http2.ping_timeout_ms", 30_000),
            ("grpc.http2.max_pings_without_data", 0),
        ]
    return options


class Client:
    """A connection. Without an address: to a server of this process's own."""

    def __init__(self, address: Optional[str] = None) -> None:
        self._local: Optional[LocalServer] = None if address else local_server()
        #: `unix:/path` or `host:port`.
        self.address = address or local_server().address
        self._channel = grpc.insecure_channel(self.address, channel_options(self.address))
        self.stub: Any = VmServiceStub(self._channel)  # type: ignore[no-untyped-call]
        # Whether the server is of a version that fits.
        self._checked = False
        self._uploaded: Set[str] = set()
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
            check_version(call.initial_metadata(), call.trailing_metadata())
            self._checked = True
            return response
        except grpc.RpcError as error:
            if not self._checked:
                failed: Any = error
                check_version(failed.initial_metadata(), failed.trailing_metadata())
            raise self.explained(call_error(error)) from None

    def explained(self, error: CallError) -> CallError:
        """Adds what only the log of a server of our own says."""
        return self._local.explained(error) if self._local is not None else error

    def upload(self, program: ProgramLike) -> Program:
        """Gives a program to the server."""
        data = program_bytes(program)
        program_ = uploaded(self.call(self.stub.UploadProgram, upload_requests(data)))
        self._uploaded.add(program_.hash)
        return program_

    def ensure_uploaded(self, data: bytes, again: bool = False) -> str:
        """Uploads a program unless this client did so already; its hash."""
        found = program_hash(data)
        if again or found not in self._uploaded:
            return self.upload(data).hash
        return found

    def shared_folders(self, program: ProgramLike) -> List[str]:
        """Where the modules beside a program are, for a server that has the same files."""
        return folders_of(program) if self.address.startswith("unix:") else []

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

    def __reduce__(self) -> NoReturn:
        raise unsendable("a client")

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


__all__ = ["Client", "channel_options", "default_client"]
