"""The wheel that carries the binaries, as somebody without Rust installs and uses it.

Its binaries are those under test, so that nothing is compiled here. With CAIROHINTS_TEST_WHEEL set to a wheel of
`python-client/build-wheels`, that one is installed instead; CAIROHINTS_TEST_EVERY_PYTHON, too, tries it on every
Python of this machine that it has a worker for.
"""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cairohints import server_process
from test_package import CLIENT, ROOT, pythons
from test_readme import blocks

GIVEN = os.environ.get("CAIROHINTS_TEST_WHEEL")


def worker_versions(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    return {match[1] for name in names if (match := re.search(r"/bin/hint-worker-(3\.\d+)$", name))}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    if GIVEN:
        return Path(GIVEN)
    folder = tmp_path_factory.mktemp("wheels")
    binaries = server_process.find_vm_host().parent
    command = [CLIENT / "build-wheels", "--into", folder, "--binaries", binaries]
    environment = {**os.environ, "PYTHON": sys.executable}
    subprocess.run(list(map(str, command)), check=True, env=environment, stdout=subprocess.DEVNULL)
    (path,) = folder.glob("*.whl")
    return path


def versions():
    """The Pythons that the wheel is tried on."""
    if not GIVEN:
        return ["{}.{}".format(*sys.version_info)]
    return sorted(worker_versions(Path(GIVEN)) & set(pythons()))


@pytest.fixture(scope="module", params=versions())
def installed(request, wheel, tmp_path_factory):
    """Runs code in an empty environment with the wheel, where no Rust and no vm-host is on the PATH."""
    version = request.param
    folder = tmp_path_factory.mktemp("installed") / "environment"
    subprocess.run([pythons()[version], "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", str(wheel)], check=True)

    def run(code, python=python, **variables):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), **variables}
        return subprocess.run(
            [python, "-c", code],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
        )

    run.folder, run.version = folder, version
    return run


def test_the_wheel_is_for_this_machine_and_has_a_license(wheel):
    assert re.search(r"-py3-none-(manylinux_2_\d+|linux)_\w+\.whl$", wheel.name)
    archive = zipfile.ZipFile(wheel)
    (license_file,) = [name for name in archive.namelist() if name.endswith("/LICENSE")]
    assert archive.read(license_file) == (ROOT / "LICENSE").read_bytes()
    assert worker_versions(wheel) and "cairohints/bin/vm-host" in archive.namelist()
    (metadata,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    assert "License-Expression: Apache-2.0" in archive.read(metadata).decode()


def test_the_quick_start_of_the_readme(installed, wheel):
    assert installed.version in worker_versions(wheel)
    done = installed(blocks("README.md", "python")[0])
    assert done.returncode == 0, done.stderr
    assert "72" in done.stdout and "Warning" not in done.stderr
    versions = "import cairohints; print(cairohints.server_process.find_vm_host())"
    found = Path(installed(versions).stdout.strip())
    assert found.parent.parent.name == "cairohints" and installed.folder in found.parents


HINT = """\
import cairohints
with cairohints.Vm("tests/programs/example/quick_start.json", layout="small") as vm:
    vm.run()
    print(vm.output[0])
"""


def test_an_environment_that_fits_no_worker_is_left_out_with_a_warning(installed):
    settings = installed.folder / "pyvenv.cfg"
    before = settings.read_text()
    settings.write_text(re.sub(r"version = 3\.\d+", "version = 3.2", before))
    try:
        done = installed(HINT)
    finally:
        settings.write_text(before)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[-1] == "72"
    assert "RuntimeWarning: hints run in Python `3." in done.stderr
    assert "no hint worker for its Python `3.2`" in done.stderr


def test_hints_import_from_the_environment(installed):
    code = (
        "import cairohints, google.protobuf, sys\n"
        "hint = 'import grpc, sys; print(grpc.__file__, sys.version_info[:2])'\n"
        "import json; program = json.load(open('tests/programs/example/quick_start.json'))\n"
        "first = sorted(program['hints'], key=int)[0]\n"
        "program['hints'][first][0]['code'] = hint + '\\n' + program['hints'][first][0]['code']\n"
        "cairohints.run(program, layout='small')\n"
        "print(sys.version_info[:2])\n"
    )
    done = installed(code)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    grpc = next(line for line in lines if "grpc/__init__.py" in line)
    assert grpc.startswith(str(installed.folder)) and grpc.endswith(lines[-1])


def test_a_source_install_finds_the_release_build_of_its_checkout(tmp_path):
    """The order, and what is said when there is none. The checkout is a folder that looks like one."""
    checkout = tmp_path / "checkout"
    (checkout / "vm-host").mkdir(parents=True)
    (checkout / "Cargo.toml").write_text("[workspace]\n")
    (checkout / "python-client").mkdir()
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "src"):
        (checkout / "python-client" / name).symlink_to(CLIENT / name)
    (checkout / "python-client" / "LICENSE").write_text("a license\n")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    site = tmp_path / "site"
    subprocess.run(
        [*pip, "--no-deps", "--target", str(site), str(checkout / "python-client")], check=True
    )

    def executable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        return path

    def found(**variables):
        code = "from cairohints import server_process; print(server_process.find_vm_host())"
        environment = {"PATH": str(tmp_path / "path"), "PYTHONPATH": str(site), **variables}
        return subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd="/", capture_output=True, text=True
        )

    release = checkout / "target" / "release" / "vm-host"
    nothing = found()
    assert nothing.returncode == 1
    said = nothing.stderr[nothing.stderr.index("`vm-host` is not installed") :]
    for place in (f"`{release}`", "the PATH", "CAIROHINTS_VM_HOST", "\nhint: "):
        assert place in said, said
    named = executable(tmp_path / "named" / "vm-host")
    assert found(CAIROHINTS_VM_HOST=str(named)).stdout.strip() == str(named)
    on_path = executable(tmp_path / "path" / "vm-host")
    assert found().stdout.strip() == str(on_path)
    executable(release)
    assert found().stdout.strip() == str(release)
