"""Debian's chromium without a window, spoken to over a pair of pipes in the protocol of its developer tools."""

import contextlib
import fcntl
import itertools
import json
import os
import shutil
import subprocess
import tempfile
import time
from typing import Any, Dict, Iterator, List, Optional

#: How long chromium may take for one answer, in seconds.
PATIENCE = 60


def executable() -> str:
    """The path of chromium; `tests/run` installs it."""
    found = shutil.which("chromium")
    assert found, "there is no chromium\nhint: apt-get install --no-install-recommends chromium"
    return found


class Page:
    """A page in a browser of its own."""

    def __init__(self, requests: int, answers: int) -> None:
        self._requests = requests
        self._answers = answers
        self._numbers = itertools.count(1)
        self._unread = b""
        self._session: Optional[str] = None
        #: What the page wrote on the console, exceptions and refused loads included.
        self.complaints: List[str] = []
        #: What it wanted from elsewhere.
        self.requested: List[str] = []
        made = self.send("Target.createTarget", url="about:blank")
        attached = self.send("Target.attachToTarget", targetId=made["targetId"], flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **parameters: Any) -> Dict[str, Any]:
        """Does what the protocol calls `method`; its result."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._requests, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def _next(self) -> Dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        while b"\0" not in self._unread:
            assert time.monotonic() < deadline, "chromium does not answer"
            try:
                part = os.read(self._answers, 1 << 16)
            except BlockingIOError:
                time.sleep(0.005)
                continue
            assert part, "chromium has ended"
            self._unread += part
        text, self._unread = self._unread.split(b"\0", 1)
        message = json.loads(text)
        self._note(message.get("method"), message.get("params", {}))
        return message

    def _note(self, method: Optional[str], parameters: Dict[str, Any]) -> None:
        if method == "Runtime.consoleAPICalled":
            values = [str(value.get("value")) for value in parameters["args"]]
            self.complaints.append(" ".join(values))
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(parameters["exceptionDetails"]))
        elif method == "Log.entryAdded":
            self.complaints.append(parameters["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requested.append(parameters["request"]["url"])

    def open(self, url: str) -> None:
        """Opens a page and waits until it is there."""
        self.send("Page.navigate", url=url)
        deadline = time.monotonic() + PATIENCE
        while (
            self.value("document.readyState") != "complete"
            or self.value("location.href") == "about:blank"
        ):
            assert time.monotonic() < deadline, f"`{url}` does not load"
            time.sleep(0.02)

    def value(self, expression: str) -> Any:
        """The value of an expression in the page."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")

    def key(self, key: str) -> None:
        """Presses a key and lets it go."""
        codes = {
            "Enter": 13,
            "Escape": 27,
            "Tab": 9,
            " ": 32,
            "ArrowLeft": 37,
            "ArrowUp": 38,
            "ArrowRight": 39,
            "ArrowDown": 40,
            "Home": 36,
        }
        code = codes.get(key, ord(key[0].upper()))
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        pressed = {"key": key, "windowsVirtualKeyCode": code}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **pressed)
        self.send("Input.dispatchKeyEvent", type="keyUp", **pressed)

    def click(self, selector: str) -> None:
        """Clicks into the middle of an element, as a mouse does."""
        self.value(
            f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'center'}})"
        )
        box = self.value(
            f"(() => {{ const b = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        at = {"x": box[0], "y": box[1], "button": "left", "clickCount": 1}
        self.send("Input.dispatchMouseEvent", type="mousePressed", **at)
        self.send("Input.dispatchMouseEvent", type="mouseReleased", **at)

    def scheme(self, name: str) -> None:
        """The colours that the user prefers: `light` or `dark`."""
        feature = {"name": "prefers-color-scheme", "value": name}
        self.send("Emulation.setEmulatedMedia", features=[feature])

    def without_scripts(self) -> None:
        """Pages that are opened from now on run no scripts."""
        self.send("Emulation.setScriptExecutionDisabled", value=True)


@contextlib.contextmanager
def page() -> Iterator[Page]:
    """A page in a browser that ends with the block."""
    from_us, to_chromium = os.pipe()
    from_chromium, to_us = os.pipe()
    os.set_blocking(from_chromium, False)
    with tempfile.TemporaryDirectory() as profile:
        words = [
            executable(),
            "--headless=new",
            # Tests run as root in containers; the pages are our own.
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--force-device-scale-factor=1",
            "--window-size=1280,1000",
            f"--user-data-dir={profile}",
            "--remote-debugging-pipe",
        ]

        def as_chromium_has_them() -> None:
            # The protocol is spoken on the descriptors 3 and 4, which may be ours now.
            ends = [fcntl.fcntl(end, fcntl.F_DUPFD, 10) for end in (from_us, to_us)]
            for number, end in zip((3, 4), ends):
                os.dup2(end, number)

        process = subprocess.Popen(
            words,
            pass_fds=(3, 4),
            preexec_fn=as_chromium_has_them,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(from_us)
        os.close(to_us)
        try:
            yield Page(to_chromium, from_chromium)
        finally:
            os.close(to_chromium)
            os.close(from_chromium)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            # Its helpers may write into the profile for another moment.
            time.sleep(0.2)
