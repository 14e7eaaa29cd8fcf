"""Python programs on a terminal of their own."""

import contextlib
import os
import pty
import select
import subprocess
import sys
import time

#: Not between fork and exec, which a process that uses gRPC may not survive.
CONTROLLED = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"


@contextlib.contextmanager
def on_a_terminal(code):
    """Runs a program; the other end of its terminal, which sends its signals."""
    ours, theirs = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONBREAKPOINT"}
    process = subprocess.Popen(
        [sys.executable, "-c", CONTROLLED + code],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**environment, "TERM": "xterm", "COLUMNS": "100"},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield ours
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def read_until(descriptor, text, seconds=20):
    """What a terminal shows until it shows a text, and no more of it."""
    shown = b""
    deadline = time.monotonic() + seconds
    while not shown.endswith(text.encode()):
        ready, _, _ = select.select([descriptor], [], [], max(0, deadline - time.monotonic()))
        assert ready, f"the terminal shows only {shown!r}"
        try:
            shown += os.read(descriptor, 1)
        except OSError:
            raise AssertionError(f"the terminal was closed after {shown!r}")
    return shown.decode()
