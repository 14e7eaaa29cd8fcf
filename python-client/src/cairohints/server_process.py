"""Owns the local server: finds `vm-host`, starts `vm-host serve` once per process, and ends it."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from pathlib import Path
from typing import Iterator, List, Optional

from .errors import CallError, ServerStartFailed
from .private_folder import PrivateFolder, listens

#: Names the executable to start.
ENV_VM_HOST = "CAIROHINTS_VM_HOST"
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
#: How much of the server's log is looked at.
_LOG_BYTES = 16384


def find_vm_host() -> Path:
    """The `vm-host` executable: named by the environment, on the PATH, or built beside the package."""
    named = os.environ.get(ENV_VM_HOST)
    if named:
        if not os.access(named, os.X_OK):
            raise ServerStartFailed(
                f"{ENV_VM_HOST} names `{named}`, which is no executable\n"
                f"hint: {ServerStartFailed.advice}"
            )
        return Path(named)
    found = shutil.which("vm-host")
    if found:
        return Path(found)
    for candidate in _built():
        if os.access(candidate, os.X_OK):
            return candidate
    raise ServerStartFailed(f"`vm-host` is not installed\nhint: {ServerStartFailed.advice}")


def _built() -> Iterator[Path]:
    yield Path(sys.executable).parent / "vm-host"
    here = Path(__file__).resolve()
    targets = [parent / "target" for parent in here.parents if (parent / "Cargo.toml").exists()]
    if os.environ.get("CARGO_TARGET_DIR"):
        targets.insert(0, Path(os.environ["CARGO_TARGET_DIR"]))
    for target in targets:
        yield target / "release" / "vm-host"
        yield target / "debug" / "vm-host"


def own_folders() -> List[str]:
    """The folders of `sys.path` that are the program's own: neither Python's nor the environment's."""
    paths = sysconfig.get_paths()
    libraries = {
        os.path.realpath(paths[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib")
    }
    found: List[str] = []
    for entry in sys.path:
        folder = os.path.realpath(entry or os.getcwd())
        inside = any(os.path.commonpath([folder, library]) == library for library in libraries)
        if os.path.isdir(folder) and not inside and folder not in found:
            found.append(folder)
    return found


class LocalServer:
    """A `vm-host serve` on a socket that only this user can reach."""

    def __init__(self) -> None:
        executable = find_vm_host()
        self._folder = PrivateFolder()
        path = self._folder.socket
        self.address = f"unix:{path}"
        command = [str(executable), "serve", "--unix", path, "--grace", "0"]
        # Its standard input is ours to hold: however this process ends, the server ends with it.
        command.append("--exit-with-parent")
        for folder in own_folders():
            command += ["--import-path", folder]
        if sys.prefix != sys.base_prefix:
            command += ["--python-env", sys.prefix]
        self._log = tempfile.TemporaryFile()
        self.pid = os.getpid()
        # The VM tells of each of its steps towards the first one; nobody reads that here.
        environment = {"RUST_LOG": "info,cairo_vm=warn", **os.environ}
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=self._log,
                stderr=self._log,
                env=environment,
                # What the terminal sends to this process's group, such as Ctrl-C, is not for it.
                start_new_session=True,
            )
        except OSError as error:
            self._log.close()
            self._folder.remove()
            raise ServerStartFailed(
                f"cannot start `{executable}`: {error.strerror}\nhint: {ServerStartFailed.advice}"
            ) from None
        try:
            self._wait_until_ready(path)
        except BaseException:
            self.stop()
            raise

    def _wait_until_ready(self, path: str) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not listens(path):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self._log.seek(0)
                said = self._log.read().decode("utf-8", "replace").strip()
                code = self.process.poll()
                how = "did not start in time" if code is None else f"ended with code {code}"
                # What it says to do is better than what anybody could who does not know why.
                advice = "" if "\nhint: " in said else f"\nhint: {ServerStartFailed.advice}"
                raise ServerStartFailed(f"the local `vm-host serve` {how}: {said}{advice}")
            time.sleep(0.01)

    def explained(self, error: CallError) -> CallError:
        """Adds to the error of a call what only the log says."""
        said = self.complaint() if error.reason == "WORKER_NOT_STARTED" else ""
        if not said:
            return error
        return type(error)(said, reason=error.reason, code=error.code, metadata=error.metadata)

    def complaint(self) -> str:
        """The last error that the server or one of its processes printed, with what to do about it."""
        # Not through the file's position, which is where the server writes.
        size = os.fstat(self._log.fileno()).st_size
        start = max(0, size - _LOG_BYTES)
        said = os.pread(self._log.fileno(), _LOG_BYTES, start).decode("utf-8", "replace")
        found: List[str] = []
        for line in said.split("\n"):
            if line.startswith("error: "):
                found = [line[len("error: ") :]]
            elif line.startswith("hint: ") and found:
                found.append(line)
        return "\n".join(found)

    def stop(self) -> None:
        """Ends the server, kindly first."""
        if self.pid != os.getpid():
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
        self._log.close()
        self._folder.remove()


_lock = threading.Lock()
_server: Optional[LocalServer] = None


def local_server() -> LocalServer:
    """This process's server; started when it is first needed, or when it is gone."""
    global _server  # noqa: PLW0603
    with _lock:
        if _server is None or _server.pid != os.getpid() or _server.process.poll() is not None:
            _server = LocalServer()
            atexit.register(_server.stop)
        return _server
