"""The package knows its version, and says both when a server's does not fit."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pytest

import cairohints
from cairohints import version

ROOT = Path(__file__).resolve().parents[2]
THREE = {"hints": {"0": [{"code": "pass"}] * 3}}


def test_it_is_that_of_the_project_and_of_the_server():
    project = (ROOT / "python-client" / "pyproject.toml").read_text()
    assert f'\nversion = "{cairohints.__version__}"\n' in project
    workspace = (ROOT / "Cargo.toml").read_text()
    (server,) = re.findall(r'^version = "(.*)"$', workspace, re.MULTILINE)
    assert version.unfit_server([(version.HEADER, server)]) == ""


def test_an_installed_package_asks_its_metadata(tmp_path, monkeypatch):
    """Where there is no project file, as in an environment."""
    metadata = tmp_path / "cairohints-7.8.9.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: cairohints\nVersion: 7.8.9\n")
    script = """if True:
        import pathlib, sys
        sys.path.insert(0, sys.argv[1])
        pathlib.Path.is_file = lambda path: False
        import cairohints
        print(cairohints.__version__)
        """
    command = [sys.executable, "-c", script]
    run = subprocess.run([*command, str(tmp_path)], capture_output=True, text=True, check=True)
    assert run.stdout == "7.8.9\n"
    try:
        expected = importlib.metadata.version("cairohints")
    except importlib.metadata.PackageNotFoundError:
        expected = "unknown"
    run = subprocess.run([*command, "/nowhere"], capture_output=True, text=True, check=True)
    assert run.stdout == f"{expected}\n"


@pytest.mark.parametrize(
    ("ours", "server", "fits"),
    [
        ("0.1.0", "0.1.7", True),
        ("0.1.0", "0.2.0", False),
        ("0.1.0", "1.1.0", False),
        ("1.2.0", "1.9.3", True),
        ("1.2.0", "2.0.0-rc.1", False),
        ("0.1.0", "something else", True),
        ("unknown", "0.2.0", True),
    ],
)
def test_what_fits(ours, server, fits, monkeypatch):
    monkeypatch.setattr(version, "__version__", ours)
    assert version.unfit_server([("x", "y"), (version.HEADER, server)]) == ("" if fits else server)
    assert version.unfit_server([]) == ""


@pytest.mark.parametrize("program", [THREE, b"not json"], ids=["answered", "refused"])
async def test_both_are_said_when_they_do_not_fit(program, server):
    server.version = "0.99.0"
    said = f"(?s)server is version `0.99.0`, this client is version `{cairohints.__version__}`.*hint: "
    with cairohints.Client(server.address) as client:
        with pytest.raises(cairohints.VersionMismatch, match=said) as info:
            cairohints.Vm(program, client=client)
    assert info.value.metadata == {"server": "0.99.0", "client": cairohints.__version__}
    with pytest.raises(cairohints.VersionMismatch, match=said):
        await cairohints.AsyncVm(program, address=server.address)


async def test_a_server_that_fits_is_asked_once(server):
    server.version = cairohints.__version__
    with cairohints.Client(server.address) as client:
        cairohints.run(THREE, client=client)
        server.version = "0.99.0"
        server.programs.clear()
        cairohints.run(THREE, client=client)
