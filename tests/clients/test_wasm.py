"""Hints in WebAssembly from Python, and the same module from hints in Python and from a script."""

import re
import subprocess
import sys
from pathlib import Path

import cairohints
import pytest
from cairohints import server_process
from compiling import compiled

MODULES = Path(__file__).parent.parent / "wasm"
#: Debian's compiler: another one may be first on the PATH, without the target.
RUSTC = "/usr/bin/rustc"
#: A module with one function, `seven`, in the binary format.
SEVEN = bytes.fromhex(
    "0061736d01000000"  # the version
    "0105016000017f"  # a function type: nothing in, an i32 out
    "03020100"  # one function of it
    "07090105736576656e0000"  # exported
    "0a06010400"
    "41070b"  # i32.const 7, end
)
CALL = """
func main() {
    alloc_locals;
    local x;
    %{
        # lang: wasm
        ids.x = m.seven()
    %}
    assert x = 7;
    return ();
}
"""


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    """The bank, compiled."""
    path = tmp_path_factory.mktemp("modules") / "bank.wasm"
    options = ["--edition", "2021", "--target", "wasm32-wasi", "--crate-type", "cdylib", "-O"]
    command = [RUSTC, *options, "-C", "strip=symbols", "-o", path, MODULES / "bank.rs"]
    subprocess.run(command, check=True)
    return path


def script(bank):
    """What the script prints."""
    command = [sys.executable, str(MODULES / "bank_from_python.py"), str(bank)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def run(program, *options):
    """What the command prints."""
    command = [
        str(server_process.find_vm_host()),
        "run",
        str(program),
        "--layout",
        "small",
        *options,
    ]
    command += ["--print_output", "--python-env", sys.prefix]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def test_hints_a_python_hint_and_a_script_print_the_same_lines(bank, tmp_path):
    expected = script(bank)
    assert expected.count("[bank]") == 17
    output = "Program output:\n  8\n  -2\n\n"
    assert run(MODULES / "bank.json", "--wasm", f"bank={bank}") == expected + output
    given = tmp_path / "input.json"
    given.write_text('{"bank": "%s"}' % bank)
    from_python = run(MODULES / "bank_from_python.json", "--program_input", str(given))
    assert from_python == expected + output


@pytest.mark.parametrize("form", ["path", "text", "bytes"])
def test_modules_are_files_or_bytes(client, tmp_path, form):
    path = tmp_path / "m.wasm"
    path.write_bytes(SEVEN)
    module = {"path": path, "text": str(path), "bytes": SEVEN}[form]
    with cairohints.Vm(compiled(CALL), client=client, wasm={"m": module}) as vm:
        vm.run()


def test_the_bank_runs_in_a_vm_of_the_server(client, bank):
    with cairohints.Vm(
        MODULES / "bank.json", client=client, layout="small", wasm={"bank": bank}
    ) as vm:
        vm.run()
        assert vm.output[0] == 8


def test_a_hint_without_its_module_fails_with_line_and_text(client):
    with pytest.raises(cairohints.CairoHintsError) as caught:
        with cairohints.Vm(compiled(CALL), client=client) as vm:
            vm.run()
    expected = "line 2: `ids.x = m.seven()`: there is no module `m`: none was given"
    assert expected in str(caught.value)


def test_limits_are_named(client):
    options = {"wasm": {"m": SEVEN}, "wasm_limits": {"fuel": 1}}
    with cairohints.Vm(compiled(CALL), client=client, **options) as vm:
        with pytest.raises(
            cairohints.VmFailed, match="FuelLimitError.*fuel limit of `1` was reached"
        ):
            vm.run()


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        (
            {"wasm": {"m": 7}},
            TypeError,
            "the WebAssembly module `m` must be a path or bytes, not `int`",
        ),
        ({"wasm": {"m": "/nothing"}}, FileNotFoundError, "/nothing"),
        ({"wasm_limits": {"gas": 7}}, ValueError, "there is no limit `gas` of WebAssembly modules"),
        (
            {"wasm_limits": {"fuel": 0}},
            ValueError,
            "the limit `fuel` of WebAssembly modules is out of range: `0`",
        ),
        ({"wasm": {"m": b"(module)"}}, cairohints.InvalidArgument, "does not begin with `\\0asm`"),
        (
            {"wasm": {"a-b": SEVEN}},
            cairohints.InvalidArgument,
            "`a-b` is no name of a WebAssembly module",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(client, options, error, text):
    with pytest.raises(error, match=re.escape(text)):
        cairohints.Vm(compiled(CALL), client=client, **options)
