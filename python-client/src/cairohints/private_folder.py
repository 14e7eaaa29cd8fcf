"""Owns the folder of a local server's socket: this user's alone, removed also after a kill.

A process holds a lock on each of its folders; whoever gets the lock of another's knows that it is gone.
"""

from __future__ import annotations

import os
import shutil
import socket
import stat
import tempfile
import time
from typing import Optional

_PREFIX = "cairohints-"
_LOCK = "lock"
#: The socket's name.
SOCKET = "vm.sock"
#: A folder without a lock is just being made, or by an earlier version of this package.
_NEW_SECONDS = 3600


class PrivateFolder:
    """A folder with a lock. First removes those that killed processes left behind."""

    def __init__(self) -> None:
        remove_stale()
        while True:
            # A new folder of `mkdtemp` has mode 0700.
            self.path = tempfile.mkdtemp(prefix=_PREFIX)
            lock = _locked(self.path, os.O_CREAT)
            if lock is not None:
                self._lock = lock
                return

    @property
    def socket(self) -> str:
        """Where the server's socket belongs."""
        return os.path.join(self.path, SOCKET)

    def remove(self) -> None:
        """Removes it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def remove_stale() -> None:
    """Removes this user's folders whose processes are gone."""
    with os.scandir(tempfile.gettempdir()) as entries:
        for entry in entries:
            try:
                if entry.name.startswith(_PREFIX) and _is_ours(entry):
                    _remove_if_stale(entry.path)
            except OSError:
                # Somebody else has removed it meanwhile.
                pass


def _is_ours(entry: "os.DirEntry[str]") -> bool:
    status = entry.stat(follow_symlinks=False)
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def _remove_if_stale(folder: str) -> None:
    if os.path.exists(os.path.join(folder, _LOCK)):
        lock = _locked(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
    elif time.time() - os.stat(folder).st_mtime > _NEW_SECONDS and not listens(
        os.path.join(folder, SOCKET)
    ):
        shutil.rmtree(folder, ignore_errors=True)


def _locked(folder: str, flags: int = 0) -> Optional[int]:
    """The lock of a folder, unless another process has it or has removed it."""
    # Where there is none, this package still connects to the servers of others.
    import fcntl

    path = os.path.join(folder, _LOCK)
    try:
        lock = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | flags, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), os.stat(path)):
            return lock
    except OSError:
        pass
    os.close(lock)
    return None


def listens(path: str) -> bool:
    """Whether somebody accepts connections at a socket; it is there a little earlier."""
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(path) == 0
