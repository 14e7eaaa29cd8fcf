"""`Logger`: one list of programs, run as hints, where it is written in Rust, and as plain Python."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from compiling import compiled

HERE = Path(__file__).resolve().parent
FOLDER = HERE.parent / "log"
SOURCES = HERE.parents[1] / "python-client" / "src"
VM_HOST = os.environ["CAIROHINTS_VM_HOST"]
CLOSED = "logger: flushed and closed\n"
SECONDS = 120


def environment(**more):
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "VIRTUAL_ENV")
    }
    return {**kept, **more}


def run(command, **more):
    return subprocess.run(
        command,
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def run_plain(code, tmp_path):
    return run([sys.executable, "-c", code], PYTHONPATH=str(SOURCES))


def as_hint(code, tmp_path):
    program = json.loads(compiled("func main() {\n    %{ pass %}\n    return ();\n}\n"))
    ((hint,),) = program["hints"].values()
    hint["code"] = code
    path = tmp_path / "program.json"
    path.write_text(json.dumps(program))
    return [VM_HOST, "run", str(path)]


def run_in_worker(code, tmp_path):
    """Where hints find no `cairohints` but the worker's."""
    return run(as_hint(code, tmp_path))


def run_beside_package(code, tmp_path):
    """Where hints find the package, too."""
    return run([*as_hint(code, tmp_path), "--python-env", sys.prefix])


RUNS = [run_plain, run_in_worker, run_beside_package]


@pytest.fixture(params=RUNS, ids=lambda way: way.__name__)
def result(request, tmp_path):
    def of(code):
        return request.param("from cairohints import Logger\n" + code, tmp_path)

    return of


def test_the_example(tmp_path):
    script = run([sys.executable, str(FOLDER / "gone_wrong.py")], PYTHONPATH=str(SOURCES))
    hint = run([VM_HOST, "run", str(FOLDER / "gone_wrong.json")])
    for done in (script, hint):
        assert done.returncode == 1
        # What the callback prints comes first: the texts wait until the logger is dropped.
        assert done.stdout == (
            "Failure logged\nFailure logged\nhello\nworld\n[ERROR] gone wrong\n[ERROR] gone wrong\n"
        )
        assert "Exception: Failed too many times\n" in done.stderr
        assert done.stderr.count(CLOSED) == 1
    assert script.stderr.endswith("Exception: Failed too many times\n" + CLOSED)


def test_texts_wait_until_the_logger_is_dropped(result):
    done = result(
        "logger = Logger(print)\n"
        "logger.log('one ')\nlogger.log('two\\n')\n"
        "print('before', flush=True)\n"
        "del logger\n"
        "print('after')\n"
    )
    assert (done.returncode, done.stdout) == (0, "before\none two\nafter\n"), done.stderr
    assert done.stderr == CLOSED


def test_a_logger_that_is_never_dropped_is_written_in_the_end(result):
    done = result("import builtins\nbuiltins.kept = Logger(print)\nbuiltins.kept.log('kept\\n')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "kept\n", CLOSED)


def test_a_logger_in_a_cycle_with_its_callback_is_dropped(result):
    done = result(
        "import gc\n"
        "class Holder:\n"
        "    def notice(self):\n"
        "        pass\n"
        "holder = Holder()\n"
        "holder.logger = Logger(holder.notice)\n"
        "holder.logger.log('cycle\\n')\n"
        "del holder\n"
        "gc.collect()\n"
        "print('collected')\n"
    )
    assert (done.returncode, done.stdout) == (0, "cycle\ncollected\n"), done.stderr
    assert done.stderr == CLOSED


def test_only_errors_call_back(result):
    done = result(
        "calls = []\n"
        "logger = Logger(lambda: calls.append(1))\n"
        "for text in ('', 'error', 'ERR OR', 'ERROR', 'an ERROR\\n', 'ERRORS'):\n"
        "    logger.log(text)\n"
        "assert len(calls) == 3, calls\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "errorERR ORERRORan ERROR\nERRORS"


def test_an_exception_of_the_callback_reaches_the_caller(result):
    done = result(
        "def callback():\n"
        "    raise KeyError('mine')\n"
        "logger = Logger(callback)\n"
        "try:\n"
        "    logger.log('ERROR')\n"
        "except KeyError as error:\n"
        "    assert error.args == ('mine',)\n"
        "    logger.log(' goes on\\n')\n"
        "else:\n"
        "    raise AssertionError('nothing was raised')\n"
    )
    assert (done.returncode, done.stdout) == (0, "ERROR goes on\n"), done.stderr


def test_a_callback_may_log(result):
    done = result(
        "logger = Logger(lambda: logger.log('again\\n'))\nlogger.log('ERROR\\n')\ndel logger\n"
    )
    assert (done.returncode, done.stdout) == (0, "ERROR\nagain\n"), done.stderr


@pytest.mark.parametrize("value", ["7", "b'bytes'", "None", "['a']"])
def test_only_texts_are_logged(result, value):
    done = result(
        f"try:\n    Logger(print).log({value})\nexcept TypeError as error:\n    print(error)\n"
    )
    kind = type(eval(value)).__name__
    assert done.stdout == f"the text of a log must be a str, not `{kind}`\n", done.stderr


@pytest.mark.parametrize("value", ["7", "None", "'text'"])
def test_a_callback_that_is_none_is_refused(result, value):
    done = result(f"try:\n    Logger({value})\nexcept TypeError as error:\n    print(error)\n")
    kind = type(eval(value)).__name__
    assert done.stdout == (
        f"the callback of a logger must be callable, not `{kind}`\n"
        "hint: give a function without arguments\n"
    ), done.stderr
    # There was no logger to flush.
    assert done.stderr == ""


def test_a_callback_is_needed(result):
    done = result("try:\n    Logger()\nexcept TypeError as error:\n    print('refused')\n")
    assert done.stdout == "refused\n", done.stderr


def test_half_a_character_is_refused(result):
    done = result(
        "logger = Logger(print)\n"
        "try:\n    logger.log('\\ud800')\nexcept UnicodeEncodeError:\n    print('refused')\n"
    )
    assert (done.returncode, done.stdout) == (0, "refused\n"), done.stderr


def test_what_waits_is_bounded(result):
    done = result(
        "logger = Logger(print)\n"
        "for _ in range(3):\n"
        "    logger.log('x' * 5000)\n"
        "print('|', end='', flush=True)\n"
        "logger.log('y' * 9000)\n"
        "print('|', end='', flush=True)\n"
        "del logger\n"
    )
    assert done.stdout == "x" * 10000 + "|" + "x" * 5000 + "y" * 9000 + "|", done.stderr
