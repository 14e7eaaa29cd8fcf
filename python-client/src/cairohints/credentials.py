"""Owns what a client shows to a server of several tenants, and whom it trusts over TLS."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Optional, Tuple, Union

import grpc

from .errors import InvalidArgument
from .tracing import trace_metadata

#: A PEM file, or its text.
Pem = Union[str, "os.PathLike[str]", bytes]

#: The variables that stand for what is not given.
ENV_TOKEN = "CAIROHINTS_TOKEN"
ENV_ROOTS = "CAIROHINTS_TLS_CA"
ENV_CERTIFICATE = "CAIROHINTS_TLS_CERT"
ENV_KEY = "CAIROHINTS_TLS_KEY"
#: What no other process need know.
SECRETS = (ENV_TOKEN, ENV_KEY)


@dataclass(frozen=True)
class Credentials:
    """What a client shows; nothing by default."""

    token: Optional[str] = None
    #: Whether connections are encrypted.
    tls: bool = False
    root_certificates: Optional[bytes] = None
    certificate_chain: Optional[bytes] = None
    private_key: Optional[bytes] = None

    @classmethod
    def of(
        cls,
        address: Optional[str],
        *,
        token: Optional[str] = None,
        tls: Optional[bool] = None,
        root_certificates: Optional[Pem] = None,
        certificate_chain: Optional[Pem] = None,
        private_key: Optional[Pem] = None,
    ) -> "Credentials":
        """What was given, and what the environment says instead of what was not.

        A server of this process's own needs none; on a Unix socket nothing is encrypted.
        """
        if not address:
            given = {"token": token, "tls": tls, "root_certificates": root_certificates}
            for name, value in given.items():
                if value:
                    raise InvalidArgument(
                        f"`{name}` is for a server with an address\n"
                        "hint: give the address, or leave it out"
                    )
            return cls()
        shown = _token(token or os.environ.get(ENV_TOKEN) or None)
        if address.startswith("unix:"):
            return cls(token=shown)
        roots = _pem(root_certificates, ENV_ROOTS)
        chain = _pem(certificate_chain, ENV_CERTIFICATE)
        key = _pem(private_key, ENV_KEY)
        wanted = bool(roots or chain or key) if tls is None else tls
        if not wanted:
            return cls(token=shown)
        if bool(chain) != bool(key):
            raise InvalidArgument(
                "a client certificate and its key belong together\n"
                "hint: give `certificate_chain` and `private_key`, or neither"
            )
        return cls(shown, True, roots, chain, key)

    def __repr__(self) -> str:
        # Not the token, which would be in every traceback with locals.
        return f"<Credentials {'with' if self.token else 'without'} a token>"

    def metadata(self) -> Tuple[Tuple[str, str], ...]:
        """What goes along with every call."""
        return (("authorization", f"Bearer {self.token}"),) if self.token else ()

    def show(self, stub: Any) -> Any:
        """The calls of a service, each of which shows the token, and the trace that it is part of."""
        for name, method in list(vars(stub).items()):
            setattr(stub, name, _Showing(method, self.metadata()))
        return stub

    def channel_credentials(self) -> Optional[Any]:
        """What encrypts the channel, if something does."""
        if not self.tls:
            return None
        return grpc.ssl_channel_credentials(
            self.root_certificates, self.private_key, self.certificate_chain
        )


class _Showing:
    """A call of a service, in any of the forms in which it is called, with metadata."""

    def __init__(self, method: Any, metadata: Tuple[Tuple[str, str], ...]) -> None:
        self._method = method
        self._metadata = metadata

    def _shown(self) -> Tuple[Tuple[str, str], ...]:
        return self._metadata + trace_metadata()

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self._method(*given, metadata=self._shown(), **named)

    def with_call(self, *given: Any, **named: Any) -> Any:
        return self._method.with_call(*given, metadata=self._shown(), **named)

    def future(self, *given: Any, **named: Any) -> Any:
        return self._method.future(*given, metadata=self._shown(), **named)


def _token(token: Optional[str]) -> Optional[str]:
    if token is None:
        return None
    text = token.strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        # What it is stays out of the text.
        raise InvalidArgument(
            "the token has characters that no token has\n"
            f"hint: give the first line that `vm-host token` printed, as `token` or in {ENV_TOKEN}"
        )
    return text


def _pem(given: Optional[Pem], variable: str) -> Optional[bytes]:
    """The text of a PEM file that was given, or that the environment names."""
    if isinstance(given, bytes):
        return given
    path = given if given is not None else os.environ.get(variable) or None
    if path is None:
        return None
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise InvalidArgument(
            f"cannot read `{os.fspath(path)}`: {error.strerror}\nhint: give a PEM file, or its bytes"
        ) from None


__all__ = ["ENV_CERTIFICATE", "ENV_KEY", "ENV_ROOTS", "ENV_TOKEN", "SECRETS", "Credentials", "Pem"]
