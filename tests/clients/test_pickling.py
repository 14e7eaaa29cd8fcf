"""Results and errors go from one process to another, also where cairo-lang is not installed."""

import copy
import pickle
import subprocess
import sys

import cairohints
import pytest
from cairohints import RelocatableValue, results
from compiling import compiled
from programs import FAILING, STATEFUL

POOL = """\
import concurrent.futures, multiprocessing, sys

# As where cairo-lang is not installed, in this process and in those of the pool, which import this file.
sys.modules["starkware"] = None
import cairohints


class Unsendable(Exception):
    def __init__(self, one, two):
        super().__init__(one)
        self.lock = multiprocessing.Lock


def refuse(kind):
    raise Unsendable(1, 2) if kind == "unsendable" else LookupError("no", 5)


def task(path, kind):
    hints = cairohints.here({"refuse": lambda: refuse(kind)}) if kind else "python"
    with cairohints.Vm(path, layout="small", hints=hints) as vm:
        vm.run()
        return vm.output, vm.registers, vm.resources, vm.hints(), vm.segments.list(), vm.scopes()


if __name__ == "__main__":
    good, bad, refusing = sys.argv[1:]
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) as pool:
        output, registers, *rest = pool.submit(task, good, None).result()
        assert output[0] == 72 and type(registers.ap) is cairohints.RelocatableValue and all(rest)
        result = pool.submit(cairohints.run, good, layout="small").result()
        assert result.output == output, result
        for path, kind in (bad, None), (refusing, "sendable"), (refusing, "unsendable"):
            try:
                pool.submit(task, path, kind).result()
                raise SystemExit("it did not fail")
            except cairohints.HintFailed as error:
                assert error.pc == cairohints.RelocatableValue(0, error.pc.offset), error.pc
                assert error.hint.filename == "test.cairo" and error.python_traceback
                print(error.exception_class.split(".")[-1], repr(error.exception))
        try:
            pool.submit(cairohints.run, good).result()
        except cairohints.InvalidProgram as error:
            print(error.reason, error.code, "hint:" in str(error))
"""

REFUSING = "func main() {\n    %{ refuse() %}\n    ret;\n}\n"


def test_a_process_pool_brings_results_and_errors(tmp_path):
    script = tmp_path / "pool.py"
    script.write_text(POOL)
    paths = []
    for number, source in enumerate((STATEFUL, FAILING, REFUSING)):
        path = tmp_path / f"{number}.json"
        path.write_bytes(compiled(source))
        paths.append(str(path))
    run = subprocess.run(
        [sys.executable, str(script), *paths], capture_output=True, text=True, timeout=120
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        "LookupError None",
        "LookupError LookupError('no', 5)",
        "Unsendable None",
        "PROGRAM_UNFIT INVALID_ARGUMENT True",
    ]


ADDRESS = RelocatableValue(2, 3)


@pytest.mark.parametrize(
    "value",
    [
        ADDRESS,
        cairohints.Registers(ADDRESS, ADDRESS + 1, ADDRESS),
        cairohints.Result(
            (1, None, ADDRESS), 4, None, (ADDRESS,), {cairohints.Artifact.TRACE: b"x"}
        ),
        cairohints.Segment(ADDRESS, None, "output"),
        results.PlacedHint(
            cairohints.HintReference(1, 0, "a.cairo", 7), ADDRESS, "pass", "native", "why"
        ),
        cairohints.Event("state", cairohints.VmState.PAUSED, 5),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_are_equal_to_their_copies(value):
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        again = pickle.loads(pickle.dumps(value, protocol))
        assert again == value and type(again) is type(value)
    assert copy.deepcopy(value) == value


@pytest.mark.parametrize(
    "error",
    [
        cairohints.HintTimeout("late", reason="HINT_TIMEOUT", pc=ADDRESS, exit_code=3),
        cairohints.WrongState(
            "no", reason="VM_ENDED", code="FAILED_PRECONDITION", metadata={"vm": "x"}
        ),
        cairohints.UnknownMemory("empty"),
        cairohints.CairoHintsError("any"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_keep_what_they_know(error):
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error)
    assert again.__dict__ == error.__dict__
