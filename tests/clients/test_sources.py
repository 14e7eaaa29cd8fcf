"""The text of an error is that of the command `vm-host run`, with the lines of the sources."""

import json
import linecache
import os
import subprocess
import sys

import cairohints
import pytest
from cairohints import server_process
from programs import FAILING
from starkware.cairo.lang.cairo_constants import DEFAULT_PRIME
from starkware.cairo.lang.compiler.cairo_compile import compile_cairo

ASSERTION = """\
func main() {
    with_attr error_message("the numbers differ") {
        helper(1,
            2);
    }
    return ();
}

func helper(a, b) {
    let sum = a + b;
    assert sum = 4;
    return ();
}
"""

EXPANDED = """\
struct Point {
    x: felt,
    y: felt,
}

func main() {
    alloc_locals;
    local p: Point*;
    let q = [p].y + 5;
    assert q = 4;
    return ();
}
"""

SYNTAX = """\
func main() {
    [ap] = 1, ap++;
    %{
        a = 1
        b = = 2
    %}
    ret;
}
"""

IN_A_FUNCTION = """\
func main() {
    %{
        def fail(n):
            return 1 // n

        try:
            fail(0)
        except ZeroDivisionError:
            raise ValueError('a text of\\ntwo lines: (pc=0:0)\\n')
    %}
    [ap] = 1, ap++;
    ret;
}
"""

SOURCES = {
    "failing": FAILING,
    "assertion": ASSERTION,
    "expanded": EXPANDED,
    "syntax": SYNTAX,
    "in a function": IN_A_FUNCTION,
}


@pytest.fixture
def failing(tmp_path):
    """Compiles a program beside its source; its path."""

    def make(source):
        # With attached hints, Python itself looks for the lines of a traceback.
        linecache.clearcache()
        (tmp_path / "source.cairo").write_text(source)
        program = compile_cairo([(source, "source.cairo")], prime=DEFAULT_PRIME, debug_info=True)
        path = tmp_path / "program.json"
        path.write_text(json.dumps(program.Schema().dump(program)))
        return path

    return make


def said_by_the_command(path):
    command = [str(server_process.find_vm_host()), "run", str(path), "--hints", "python"]
    environment = {**os.environ, "VIRTUAL_ENV": sys.prefix}
    run = subprocess.run(command, cwd=path.parent, env=environment, capture_output=True, text=True)
    assert run.returncode == 1
    return run.stderr.rstrip("\n")


def raised(**options):
    with pytest.raises(cairohints.VmFailed) as info:
        cairohints.run(**options)
    return info.value


@pytest.mark.parametrize("hints", ["python", cairohints.here()], ids=["python", "here"])
@pytest.mark.parametrize("name", SOURCES)
def test_it_is_the_text_of_the_command(name, hints, failing, client, monkeypatch):
    path = failing(SOURCES[name])
    expected = said_by_the_command(path)
    assert "source.cairo:" in expected and "^" in expected
    monkeypatch.chdir(path.parent)
    error = raised(program="program.json", client=client, hints=hints)
    assert str(error) == expected
    assert error.cairo_traceback.rstrip("\n") in expected
    assert error.python_traceback.rstrip("\n") in expected


async def test_it_is_the_same_for_asyncio(failing, client, monkeypatch):
    path = failing(FAILING)
    monkeypatch.chdir(path.parent)
    vm = cairohints.AsyncVm("program.json", client=client)
    with pytest.raises(cairohints.HintFailed) as info:
        await vm.run()
    assert str(info.value) == str(vm.failure) == said_by_the_command(path)
    await vm.close()


@pytest.mark.parametrize("kind", ["bytes", "object"])
def test_a_program_without_a_file_has_its_sources_too(kind, failing, client, monkeypatch):
    path = failing(ASSERTION)
    program = path.read_bytes() if kind == "bytes" else json.loads(path.read_text())
    monkeypatch.chdir(path.parent)
    assert str(raised(program=program, client=client)) == said_by_the_command(path)


def test_other_files_of_these_names_are_not_shown(failing, client, monkeypatch, tmp_path):
    path = failing(ASSERTION)
    monkeypatch.chdir(path.parent)
    with cairohints.Vm("program.json", client=client) as vm:
        # Another program is at its path now.
        failing(EXPANDED)
        with pytest.raises(cairohints.CairoError) as info:
            vm.run()
    assert "^" not in str(info.value) and "source.cairo:11:5: Error at pc=" in str(info.value)
    path = failing(ASSERTION)
    (tmp_path / "source.cairo").unlink()
    os.mkfifo(tmp_path / "source.cairo")
    assert "^" not in str(raised(program=path, client=client))
