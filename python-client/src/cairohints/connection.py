"""Owns what both clients share: whose server it is, and which programs it has. Makes no calls."""

from __future__ import annotations

from typing import Any, List, NoReturn, Optional, Set, Tuple

from .credentials import Credentials
from .errors import CallError
from .failures import check_version
from .programs import Program, ProgramLike, folders_of, program_hash
from .server_process import LocalServer
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


class Connection:
    """A server and what it was given. Without an address: a server of this process's own."""

    def __init__(
        self, address: str, local: Optional[LocalServer], credentials: Optional[Credentials] = None
    ) -> None:
        self._local = local
        self._credentials = credentials or Credentials()
        #: `unix:/path` or `host:port`.
        self.address = address
        # Whether the server is of a version that fits.
        self._checked = False
        self._uploaded: Set[str] = set()

    def explained(self, error: CallError) -> CallError:
        """Adds what only the log of a server of our own says."""
        return self._local.explained(error) if self._local is not None else error

    def shared_folders(self, program: ProgramLike) -> List[str]:
        """Where the modules beside a program are, for a server that has the same files."""
        return folders_of(program) if self.address.startswith("unix:") else []

    def _check_version(self, *metadata: Any) -> None:
        """Looks at what came with the first answer; raises `VersionMismatch`."""
        if not self._checked:
            check_version(*metadata)

    def _note(self, program: Program) -> Program:
        """Notes that the server has a program."""
        self._uploaded.add(program.hash)
        return program

    def _known(self, data: bytes) -> Optional[str]:
        """The hash of a program that the server has, else nothing."""
        found = program_hash(data)
        return found if found in self._uploaded else None

    def __reduce__(self) -> NoReturn:
        raise unsendable("a client")


__all__ = ["Connection", "channel_options", "unsendable"]
