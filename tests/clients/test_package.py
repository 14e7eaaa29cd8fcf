"""The distribution `cairohints`: what it holds, and that it works where nothing else is installed.

With CAIROHINTS_TEST_EVERY_PYTHON set, on every Python of this machine that it supports; else on this one.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from compiling import compiled
from programs import STATEFUL

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "python-client"
MINORS = range(9, 15)


def version_of(python):
    code = "import sys; print(*sys.version_info[:2], sep='.')"
    run = subprocess.run([python, "-c", code], capture_output=True, text=True)
    return run.stdout.strip() if run.returncode == 0 else None


def pythons():
    """`{minor version: path}` of what the package is tried on."""
    found = {"{}.{}".format(*sys.version_info): sys.executable}
    if os.environ.get("CAIROHINTS_TEST_EVERY_PYTHON"):
        candidates = [shutil.which(f"python3.{minor}") for minor in MINORS]
        candidates += sorted(Path.home().glob(".pyenv/versions/3.*/bin/python"))
        for candidate in filter(None, candidates):
            version = version_of(candidate)
            if version and int(version.split(".")[1]) in MINORS:
                found.setdefault(version, str(candidate))
    return found


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(CLIENT)], check=True
    )
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_all_of_the_package(wheel):
    assert wheel.name.endswith("-py3-none-any.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    source = CLIENT / "src"
    expected = {
        str(path.relative_to(source))
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected <= names and "cairohints/py.typed" in names
    assert "cairohints/engine/session.py" in names and "cairohints/v1/vm_service_pb2.py" in names
    assert not [name for name in names if "test" in name]


SCRIPT = """\
import importlib.util, json, sys
import cairohints
assert importlib.util.find_spec("starkware") is None and "typer" not in sys.modules
program = sys.stdin.buffer.read()
with cairohints.Client(sys.argv[1]) as client:
    first = cairohints.run(program, client=client, layout="small")
    with cairohints.Vm(program, client=client, layout="small", hints=cairohints.here()) as vm:
        vm.run()
        assert vm.output == first.output and first.output[0] == 72, vm.output
print(json.dumps([first.steps, sys.version_info[:2]]))
"""

ASYNC_SCRIPT = """\
import asyncio, sys, cairohints

async def main(program):
    async with cairohints.AsyncVm(program, address=sys.argv[1], layout="small") as vm:
        await vm.run()
        assert vm.output[0] == 72

asyncio.run(main(sys.stdin.buffer.read()))
"""


@pytest.mark.parametrize("version", pythons())
def test_a_bare_environment_is_enough(version, wheel, tmp_path, unix_address):
    environment = tmp_path / "environment"
    subprocess.run([pythons()[version], "-m", "venv", str(environment)], check=True)
    python = str(environment / "bin" / "python")
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", str(wheel)], check=True)
    subprocess.run([*pip, "check"], check=True)
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    for script in (SCRIPT, ASYNC_SCRIPT):
        run = subprocess.run(
            [python, "-W", "error::DeprecationWarning:cairohints", "-c", script, unix_address],
            input=compiled(STATEFUL),
            capture_output=True,
            env=clean,
            cwd=tmp_path,
        )
        assert run.returncode == 0, run.stderr.decode()
    # The command says what it needs.
    command = subprocess.run(
        [str(environment / "bin" / "cairohints"), "run", "x.json"], capture_output=True, text=True
    )
    assert command.returncode == 1 and "hint: pip install 'cairohints[cli]'" in command.stderr


TYPED = """\
from typing import List, Optional, Union

import cairohints


def last(path: str) -> Optional[Union[int, cairohints.RelocatableValue]]:
    with cairohints.Vm(path, layout="small", hints=cairohints.here({"x": 1})) as vm:
        reason: cairohints.StopReason = vm.run()
        assert reason is cairohints.StopReason.ENDED
        return vm.output[-1]


def cells(vm: cairohints.Vm) -> List[Union[int, cairohints.RelocatableValue, None]]:
    start = vm.registers.fp
    one: Union[int, cairohints.RelocatableValue] = vm.memory[start]
    maybe: Union[int, cairohints.RelocatableValue, str] = vm.memory.get((1, 5), "empty")
    print(one, maybe, (1, 2) in vm.memory)
    vm.memory[1, 7] = start + 1
    return vm.memory[start : start + 5]


async def steps(path: str) -> int:
    async with cairohints.AsyncVm(path, max_steps=10) as vm:
        try:
            await vm.run()
        except cairohints.StepLimit as error:
            print(error.pc, error.cairo_traceback)
        return vm.current_step
"""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        (None, None, None),
        ("vm.output[-1]", "vm.registers", "Incompatible return value type"),
        (
            'layout="small"',
            "layout=5",
            'Argument "layout" to "Vm" has incompatible type "Literal[5]"',
        ),
        (
            'layout="small"',
            'layout="smal"',
            'Argument "layout" to "Vm" has incompatible type "Literal',
        ),
        (
            'hints=cairohints.here({"x": 1})',
            'hints="rust"',
            'Argument "hints" to "Vm" has incompatible',
        ),
        ("vm.memory[start]", "vm.memory[start:]", "Incompatible types in assignment"),
        ("vm.memory[start]", "vm.memory[5]", "No overload variant"),
        ("= start + 1", '= "text"', "No overload variant"),
        ("max_steps=10", "most_steps=10", 'Unexpected keyword argument "most_steps"'),
        ("error.pc", "error.place", '"StepLimit" has no attribute "place"'),
    ],
)
def test_a_program_is_type_checked(right, wrong, said, tmp_path):
    """`mypy --strict` accepts a program that uses the package, and finds its mistakes."""
    program = tmp_path / "program.py"
    program.write_text(TYPED if right is None else TYPED.replace(right, wrong))
    assert right is None or right in TYPED
    cache = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "mypy-of-a-program"
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache), str(program)],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    if said is None:
        assert run.returncode == 0, run.stdout + run.stderr
    else:
        assert run.returncode == 1 and said in run.stdout, run.stdout + run.stderr
