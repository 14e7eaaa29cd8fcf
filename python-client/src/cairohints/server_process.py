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
import warnings
from pathlib import Path
from typing import List, Optional

from .credentials import SECRETS
from .errors import CallError, ServerStartFailed
from .private_folder import PrivateFolder, listens

#: Names the executable to start.
ENV_VM_HOST = "CAIROHINTS_VM_HOST"
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_PACKAGE = Path(__file__).resolve().parent
#: How much of the server's log is looked at.
_LOG_BYTES = 16384


def find_vm_host() -> Path:
    """The `vm-host` executable: the one that CAIROHINTS_VM_HOST names; else the wheel's own, the release
    build of the checkout that this package is from, one on the PATH.

    Raises `ServerStartFailed` when there is none, which says where it was looked for.
    """
    named = os.environ.get(ENV_VM_HOST)
    if named:
        if not os.access(named, os.X_OK):
            raise ServerStartFailed(
                f"{ENV_VM_HOST} names `{named}`, which is no executable\n"
                f"hint: {ServerStartFailed.advice}"
            )
        return Path(named)
    checkout = _checkout()
    candidates = [_PACKAGE / "bin" / "vm-host"]
    if checkout is not None:
        target = Path(os.environ.get("CARGO_TARGET_DIR") or checkout / "target")
        candidates.append(target / "release" / "vm-host")
    on_path = shutil.which("vm-host")
    candidates += [Path(on_path)] if on_path else []
    candidates.append(Path(sys.executable).parent / "vm-host")
    if checkout is not None:
        candidates.append(target / "debug" / "vm-host")
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return candidate
    built = (
        f"there is none at `{target}/release/vm-host`"
        if checkout
        else "this package is from no checkout that could have built one"
    )
    raise ServerStartFailed(
        f"`vm-host` is not installed: {ENV_VM_HOST} names none, {built}, and none is on the PATH\n"
        f"hint: {ServerStartFailed.advice}"
    )


def _checkout() -> Optional[Path]:
    """The checkout that this package lies in, or was installed from."""
    note = _PACKAGE / "checkout.txt"
    folders = [*_PACKAGE.parents]
    if note.exists():
        folders.insert(0, Path(note.read_text(encoding="utf-8")))
    for folder in folders:
        if (folder / "Cargo.toml").exists() and (folder / "vm-host").is_dir():
            return folder
    return None


def _own_worker(vm_host: Path) -> List[str]:
    """Names the worker that has this version of Python inside, unless the user named another."""
    worker = vm_host.with_name("hint-worker-{}.{}".format(*sys.version_info))
    if os.environ.get("CAIROHINTS_WORKER") or not worker.exists():
        return []
    return ["--hint-worker", str(worker)]


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
        # The VM tells of each of its steps towards the first one; nobody reads that here.
        environment = {"RUST_LOG": "info,cairo_vm=warn", **os.environ}
        for secret in SECRETS:
            # Hints could read it.
            environment.pop(secret, None)
        if sys.prefix != sys.base_prefix:
            # Not --python-env: where no worker fits it, hints that need nothing from it run anyway.
            environment["VIRTUAL_ENV"] = sys.prefix
        else:
            command += _own_worker(executable)
        self._log = tempfile.TemporaryFile()
        self.pid = os.getpid()
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
        warning = self._said("warning: ")
        if warning:
            warnings.warn(warning, RuntimeWarning, stacklevel=2)

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
        return self._said("error: ")

    def _said(self, prefix: str) -> str:
        """The last message of this kind in the log, with the hints below it."""
        # Not through the file's position, which is where the server writes.
        size = os.fstat(self._log.fileno()).st_size
        start = max(0, size - _LOG_BYTES)
        said = os.pread(self._log.fileno(), _LOG_BYTES, start).decode("utf-8", "replace")
        found: List[str] = []
        for line in said.split("\n"):
            if line.startswith(prefix):
                found = [line[len(prefix) :]]
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
