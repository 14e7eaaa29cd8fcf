"""Runs records of the corpus with their hints in an interpreter of their own; prints the outcomes.

`attached_run.py ADDRESS`: reads the path of a record from each line of stdin, and answers with a line of JSON.
Every record has a fresh process, forked from this one, which has imported what all of them need.
"""

import hashlib
import io
import json
import os
import sys
import traceback
from pathlib import Path

import cairohints

PROGRAMS = Path(__file__).resolve().parent.parent / "programs"
HALF = cairohints.PRIME // 2


def options_of(run):
    """The keywords of `Vm` for the options of `cairo-run`; None when the service has no such option."""
    given = list(run.get("options", []))
    found = {"layout": run["layout"], "trace": True, "program_input": run.get("program_input")}
    while given:
        option = given.pop(0)
        if option == "--proof_mode":
            found["proof_mode"] = True
        elif option == "--cairo_layout_params_file":
            found["dynamic_layout_params"] = json.loads((PROGRAMS / given.pop(0)).read_text())
        else:
            return None
    return found


def printed_output(values):
    lines = ["Program output:"]
    for value in values:
        shown = "<missing>" if value is None else value
        if isinstance(value, int):
            shown = (value + HALF) % cairohints.PRIME - HALF
        lines.append(f"  {shown}")
    return "\n".join([*lines, "", ""])


def run_record(address, run):
    """Runs a program; what `cairo-run` would have left."""
    outcome = {"exit_code": 0, "stderr": ""}
    options = options_of(run)
    try:
        client = cairohints.Client(address)
        vm = cairohints.Vm(run["program"], client=client, hints=cairohints.here(), **options)
        vm.run()
        builtins = json.loads(Path(run["program"]).read_text())["builtins"]
        if "output" in builtins or options.get("proof_mode"):
            print(printed_output(vm.output), end="")
        outcome["trace"] = hashlib.sha256(vm.artifact(cairohints.Artifact.TRACE)).hexdigest()
        outcome["memory"] = hashlib.sha256(vm.memory_bytes()).hexdigest()
    except cairohints.CairoHintsError as error:
        outcome.update(exit_code=1, stderr=str(error))
    except SystemExit as exit_:
        outcome["exit_code"] = (
            exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
        )
    except BaseException:
        outcome.update(exit_code=1, stderr=traceback.format_exc())
    return outcome


def in_child(address, path, answers):
    """The life of the process of one record."""
    run = json.loads(Path(path).read_text())["run"]
    os.chdir(PROGRAMS)
    environment = run.get("environment", {})
    os.environ.update(environment)
    folders = environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:0] = [str(PROGRAMS), *(os.path.abspath(folder) for folder in folders if folder)]
    sys.stdin = open(os.devnull)
    printed = io.BytesIO()
    sys.stdout = io.TextIOWrapper(printed, encoding="utf-8", newline="", write_through=True)
    outcome = run_record(address, run)
    sys.stdout.flush()
    outcome["stdout"] = printed.getvalue().decode("utf-8", "replace")
    answers.write(json.dumps(outcome) + "\n")
    answers.flush()


def main(address):
    # Slow to import, and many modules of cairo-lang need it.
    import sympy  # noqa: F401

    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            in_child(address, line.strip(), os.fdopen(os.dup(1), "w"))
            # Threads of gRPC are none of an interpreter that ends.
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        if status != 0:
            print(json.dumps({"died": status}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
