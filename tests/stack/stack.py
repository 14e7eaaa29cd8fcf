"""The stack of docker-compose.yml, as these tests drive it: under a project, ports, tag and secrets of its own."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

import cairohints

ROOT = Path(__file__).parents[2]
#: How long the slowest of all this may take: building everything is the build's own affair.
PATIENCE = 120
#: Of the images: those of the user stay what they are.
TAG = "test"


def docker(*arguments, check=True):
    """What a command of Docker prints."""
    done = subprocess.run(
        ["docker", *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE,
    )
    assert not check or done.returncode == 0, f"docker {arguments}: {done.stderr}"
    return done.stdout


def build(secrets):
    """Builds the images, with the binaries of `cargo build` where they fit, else with some of their own; and secrets."""
    command = [str(ROOT / "vm-host/docker/build"), "--tag", TAG]
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    tried = [*command, "--binaries", str(target / "debug")]
    settings = {
        "env": {**os.environ, "CAIROHINTS_SECRETS": str(secrets)},
        "stdin": subprocess.DEVNULL,
        "capture_output": True,
        "text": True,
        "check": False,
    }
    done = subprocess.run(tried, **settings)
    if done.returncode != 0 and "does not start in the image" in done.stderr:
        print(f"{done.stderr}\nbuilds the binaries in the image instead")
        done = subprocess.run(command, **settings)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr[-4000:]}"
    return done.stderr


def until(what, found, patience=PATIENCE):
    """What `found` returns, as soon as that is true."""
    deadline = time.monotonic() + patience
    while True:
        value = found()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {patience} s until {what}"
        time.sleep(0.2)


def free_port():
    """A TCP port of this machine that nobody uses now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Stack:
    """The running stack."""

    def __init__(self, secrets):
        self.project = f"cairohints-test-{os.getpid()}"
        self.secrets = secrets
        self.port, self.prometheus_port = free_port(), free_port()
        self.address = f"localhost:{self.port}"
        self.environment = {
            **os.environ,
            "COMPOSE_PROJECT_NAME": self.project,
            "CAIROHINTS_PORT": str(self.port),
            "CAIROHINTS_PROMETHEUS_PORT": str(self.prometheus_port),
            "CAIROHINTS_TAG": TAG,
            "CAIROHINTS_SECRETS": str(self.secrets),
            # A VM that never ends has not long to go on when the server is stopped.
            "CAIROHINTS_GRACE": "1",
        }
        plugin = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
        self._compose = ["docker", "compose"] if plugin.returncode == 0 else ["docker-compose"]
        assert shutil.which(self._compose[0]), (
            "neither `docker compose` nor `docker-compose` is here"
        )

    def make_secrets(self):
        """Makes certificates and tokens; what the script says."""
        command = [
            str(ROOT / "vm-host/docker/make-secrets"),
            "--image",
            f"cairohints/vm-host:{TAG}",
        ]
        done = subprocess.run(
            [*command, str(self.secrets)],
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    def compose(self, *arguments):
        """What a command of compose prints on stdout."""
        done = subprocess.run(
            [*self._compose, *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, f"compose {arguments}: {done.stderr}\n{done.stdout}"
        return done.stdout

    def up(self):
        """Starts it, and waits until all of it is healthy."""
        self.compose("up", "-d")
        for service in ("vm-host", "prometheus"):
            self.wait_healthy(service)

    def down(self):
        """Ends it."""
        self.compose("--profile", "client", "down", "--timeout", "5")

    def left(self):
        """The containers, networks and volumes of this project that are there."""
        mine = ["--filter", f"label=com.docker.compose.project={self.project}", "-q"]
        kinds = {
            "containers": ["ps", "-a"],
            "networks": ["network", "ls"],
            "volumes": ["volume", "ls"],
        }
        return {kind: docker(*listing, *mine).split() for kind, listing in kinds.items()}

    def container(self, service):
        """The id of a service's container."""
        mine = f"label=com.docker.compose.project={self.project}"
        of_service = f"label=com.docker.compose.service={service}"
        return docker("ps", "-aq", "--filter", mine, "--filter", of_service).strip()

    def inspect(self, service):
        """All that Docker knows of a service's container."""
        return json.loads(docker("inspect", self.container(service)))[0]

    def wait_healthy(self, service):
        """Waits for the health check of a service."""

        def healthy():
            state = self.inspect(service)["State"]
            assert state["Status"] != "exited", self.log(service)
            return state["Health"]["Status"] == "healthy"

        until(f"{service} is healthy", healthy)

    def log(self, service):
        """What a service wrote on stderr so far."""
        done = subprocess.run(
            ["docker", "logs", self.container(service)], capture_output=True, text=True, check=True
        )
        return done.stderr

    def python(self, code, user="10001"):
        """What Python code prints that runs beside the server, in its container."""
        command = ["exec", "-u", user, self.container("vm-host"), "/usr/bin/python3.11", "-c", code]
        return docker(*command)

    def processes(self, name):
        """The ids, in the server's container, of the processes of a program."""
        listed = (
            "import os\n"
            "for pid in filter(str.isdigit, os.listdir('/proc')):\n"
            "    try: name = open(f'/proc/{pid}/comm').read().strip()\n"
            "    except OSError: continue\n"
            f"    if name == {name!r}: print(pid)\n"
        )
        return [int(pid) for pid in self.python(listed).split()]

    def kill(self, *pids):
        """Kills processes in the server's container, as `kill -9`."""
        self.python(f"import os\nfor pid in {list(pids)}: os.kill(pid, 9)")

    def token(self, tenant):
        """The token of a tenant."""
        return (self.secrets / f"{tenant}.token").read_text().strip()

    def client(self, tenant):
        """A client outside of all containers, at the published port."""
        return cairohints.Client(
            self.address, token=self.token(tenant), root_certificates=self.secrets / "ca.pem"
        )

    def prometheus(self, path, **query):
        """An answer of Prometheus' API."""
        url = (
            f"http://127.0.0.1:{self.prometheus_port}/api/v1/{path}?{urllib.parse.urlencode(query)}"
        )
        with urllib.request.urlopen(url, timeout=10) as answer:
            told = json.load(answer)
        assert told["status"] == "success", told
        return told["data"]

    def series(self, query):
        """What a query of Prometheus finds now: labels and values."""
        found = self.prometheus("query", query=query)["result"]
        return [(one["metric"], float(one["value"][1])) for one in found]
