"""Hints import modules that lie beside the program, as under the command `vm-host run`."""

import os
import subprocess
import sys

import cairohints
import pytest
from cairohints import server_process
from compiling import compiled

SOURCE = """\
func main() {
    %{
        import beside_the_program
        print(beside_the_program.__file__)
    %}
    ret;
}
"""


@pytest.fixture
def program(tmp_path):
    """A program in a folder that is nobody's working directory, reached by a link, too."""
    folder = tmp_path / "real folder"
    folder.mkdir()
    (folder / "beside_the_program.py").write_text("")
    (folder / "program.json").write_bytes(compiled(SOURCE))
    (tmp_path / "link.json").symlink_to(folder / "program.json")
    return folder / "program.json"


def module_of(program):
    return f"{program.parent / 'beside_the_program.py'}\n"


@pytest.fixture(autouse=True)
def nothing_stays_imported():
    path = list(sys.path)
    yield
    sys.path[:] = path
    sys.modules.pop("beside_the_program", None)


def test_the_command_does(program):
    command = [str(server_process.find_vm_host()), "run", str(program)]
    environment = {**os.environ, "VIRTUAL_ENV": sys.prefix}
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert run.stdout == module_of(program), run.stderr


@pytest.mark.parametrize("hints", ["python", cairohints.here()], ids=["python", "here"])
def test_the_client_does(hints, program, client, capfd, monkeypatch):
    cairohints.run(program, client=client, hints=hints)
    assert capfd.readouterr().out == module_of(program)
    monkeypatch.chdir(program.parent)
    for path in ("program.json", program.parent.parent / "link.json"):
        cairohints.run(path, client=client, hints=hints)
        assert capfd.readouterr().out == module_of(program)


def test_the_command_of_the_client_does(program):
    command = [sys.executable, "-m", "cairohints", "run", str(program)]
    run = subprocess.run(command, capture_output=True, text=True, cwd="/")
    assert run.stdout == module_of(program), run.stderr


async def test_asyncio_does(program, unix_address, capsys):
    async with cairohints.AsyncVm(program, address=unix_address) as vm:
        await vm.run()
    assert capsys.readouterr().out == module_of(program)


def test_vms_see_their_own_program_s_folder_only(program, client, tmp_path, capsys):
    other = tmp_path / "other"
    other.mkdir()
    (other / "beside_the_program.py").write_text("")
    (other / "program.json").write_bytes(program.read_bytes())
    for path in (program, other / "program.json", program):
        cairohints.run(path, client=client)
        assert capsys.readouterr().out == module_of(path)
    with pytest.raises(cairohints.HintFailed, match="No module named 'beside_the_program'"):
        cairohints.run(program.read_bytes(), client=client)


def test_a_server_elsewhere_is_told_of_no_folder(program, tcp_address):
    with cairohints.Client(tcp_address) as client:
        with pytest.raises(cairohints.HintFailed, match="No module named 'beside_the_program'"):
            cairohints.run(program, client=client)
