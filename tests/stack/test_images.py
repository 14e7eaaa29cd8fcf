"""What is in the images, and what is not."""

import json
import os
import subprocess

import pytest
from stack import ROOT, TAG, docker

SERVER = f"cairohints/vm-host:{TAG}"
OURS = [f"cairohints/{name}:{TAG}" for name in ("vm-host", "client", "prometheus", "ruby")]
LABELS = (
    "title",
    "description",
    "version",
    "revision",
    "created",
    "licenses",
    "source",
    "base.name",
)

#: All files of an image and their sizes.
LIST = """\
import json, os
files = {}
for folder, folders, names in os.walk('/'):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in ('/proc', '/sys', '/dev')]
    for name in names:
        path = os.path.join(folder, name)
        files[path] = os.lstat(path).st_size
print(json.dumps(files))
"""


@pytest.fixture(scope="module")
def files(built):
    """The files of the server's image."""
    listed = docker(
        "run", "--rm", "--network", "none", "--entrypoint", "python", SERVER, "-c", LIST
    )
    return json.loads(listed)


def test_the_servers_image_has_nothing_to_build_or_hide_with(files):
    programs = {path.rpartition("/")[2] for path in files if "/bin/" in path or "/sbin/" in path}
    assert {"vm-host", "hint-worker", "python3.11"} <= programs
    forbidden = {
        "sh",
        "bash",
        "dash",
        "apt",
        "apt-get",
        "dpkg",
        "gcc",
        "cc",
        "ld",
        "rustc",
        "cargo",
    }
    forbidden |= {"pip", "perl", "su", "mount", "curl", "wget"}
    assert not programs & forbidden
    for unwanted in (
        "/var/lib/apt/",
        "/var/cache/",
        "/usr/share/man/",
        "/usr/share/locale/",
        "/root/",
    ):
        assert not [path for path in files if path.startswith(unwanted)]
    # Of documentation, licences alone.
    assert {path.rpartition("/")[2] for path in files if path.startswith("/usr/share/doc/")} == {
        "LICENSE",
        "copyright",
    }


def test_the_servers_image_is_small(built, files):
    binaries = files["/usr/local/bin/vm-host"] + files["/usr/local/bin/hint-worker"]
    assert sum(files.values()) - binaries < 80e6
    size = int(docker("image", "inspect", "-f", "{{.Size}}", SERVER))
    assert size - binaries < 80e6
    # The build says so.
    assert f"{SERVER} {size // 1000000:>7} MB".split() in [
        line.split() for line in built.splitlines()
    ]


def test_the_images_say_what_they_are(built):
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    for image in OURS:
        told = json.loads(docker("image", "inspect", image))[0]["Config"]
        labels = {name: told["Labels"].get(f"org.opencontainers.image.{name}") for name in LABELS}
        assert all(value is not None for value in labels.values()), (image, labels)
        assert labels["title"] == image.partition(":")[0]
        assert labels["licenses"] == "Apache-2.0"
        assert labels["version"] == "0.1.0"
        assert labels["revision"] == (head.stdout.strip() or "unknown")
        assert told["User"] == "10001:10001"


def test_the_licence_goes_along(built):
    code = "print(open('/usr/share/doc/cairohints/LICENSE').read(), end='')"
    for image in (SERVER, f"cairohints/client:{TAG}"):
        read = docker(
            "run", "--rm", "--network", "none", "--entrypoint", "python", image, "-c", code
        )
        assert read == (ROOT / "LICENSE").read_text()


def test_the_image_serves_nobody_unless_it_is_told_whom(built):
    done = subprocess.run(
        ["docker", "run", "--rm", SERVER], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 2
    assert "--tenants" in done.stderr and "hint:" in done.stderr


def test_a_container_that_lacks_a_layer_of_the_sandbox_is_refused(built, tmp_path):
    # As a list of system calls does that knows no Landlock.
    answer = {"names": ["landlock_create_ruleset"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}
    profile = tmp_path / "calls.json"
    profile.write_text(json.dumps({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [answer]}))
    command = ["docker", "run", "--rm", "--cap-drop", "ALL", "--security-opt", f"seccomp={profile}"]
    command += ["--read-only", "--tmpfs", "/tmp", SERVER, "serve", "--listen", "127.0.0.1:7777"]
    command += ["--sandbox", "contained", "--require-sandbox"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 78
    assert done.stderr.startswith("error: the sandbox `contained` lacks a layer: `files: ")


def test_the_whole_standard_library_is_there(built):
    code = (
        "import bz2, ctypes, curses, decimal, hashlib, lzma, sqlite3, ssl, unittest, uuid, zoneinfo\n"
        "print(zoneinfo.ZoneInfo('Europe/Berlin'), hashlib.sha3_256(b'').hexdigest()[:8])"
    )
    told = docker("run", "--rm", "--network", "none", "--entrypoint", "python", SERVER, "-c", code)
    assert told == "Europe/Berlin a7ffc6f8\n"


def test_a_build_that_does_not_fit_says_so(built, tmp_path):
    for name in ("vm-host", "hint-worker"):
        (tmp_path / name).write_text("#!/nowhere\n")
        (tmp_path / name).chmod(0o755)
    command = [ROOT / "vm-host/docker/build", "--tag", "test-unfit", "--binaries", tmp_path]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 1
    assert "vm-host` does not start in the image" in done.stderr
    assert "hint: it was built for another C library" in done.stderr
    assert not docker("image", "ls", "-q", "cairohints/vm-host:test-unfit")
    docker("image", "rm", "cairohints/python:test-unfit")


def test_options_that_are_none_are_refused():
    for script in ("build", "make-secrets"):
        done = subprocess.run(
            [ROOT / "vm-host/docker" / script, "--bogus"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert done.stderr.startswith("error: unknown option `--bogus`\nhint: ")


@pytest.mark.parametrize(
    ("answer", "said", "advice"),
    [
        ("echo 19.03.15", "the Docker engine is `19.03.15`", "20.10 or later is needed"),
        ("echo no daemon >&2; exit 1", "no Docker engine answers", "start one, or set DOCKER_HOST"),
    ],
)
def test_an_engine_that_will_not_do_is_said_so(tmp_path, answer, said, advice):
    stand_in = tmp_path / "docker"
    stand_in.write_text(f"#!/bin/sh\ncase $1 in version) {answer} ;; *) exit 1 ;; esac\n")
    stand_in.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = subprocess.run(
        [ROOT / "vm-host/docker/build"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {said}\nhint: {advice}")
