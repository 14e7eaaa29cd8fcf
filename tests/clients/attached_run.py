"""Runs one record of the corpus with its hints in this interpreter; prints the outcome as JSON last."""

import contextlib
import hashlib
import io
import json
import os
import sys
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
        shown = "<missing>" if value is None else (value + HALF) % cairohints.PRIME - HALF
        lines.append(f"  {shown}")
    return "\n".join([*lines, "", ""])


def main(address, record_path):
    run = json.loads(Path(record_path).read_text())["run"]
    os.chdir(PROGRAMS)
    sys.path.insert(0, str(PROGRAMS))
    outcome = {"exit_code": 0}
    captured = io.StringIO()
    with cairohints.Client(address) as client, contextlib.redirect_stdout(captured):
        try:
            vm = cairohints.Vm(
                run["program"], client=client, hints=cairohints.here(), **options_of(run)
            )
            vm.run()
            if "output" in json.loads(Path(run["program"]).read_text())["builtins"]:
                print(printed_output(vm.output), end="")
            outcome["trace"] = hashlib.sha256(vm.artifact(cairohints.Artifact.TRACE)).hexdigest()
            outcome["memory"] = hashlib.sha256(vm.memory_bytes()).hexdigest()
        except cairohints.CairoHintsError as error:
            outcome.update(exit_code=1, stderr=str(error))
        except SystemExit as exit_:
            outcome["exit_code"] = (
                exit_.code if isinstance(exit_.code, int) else int(exit_.code is not None)
            )
    outcome["stdout"] = captured.getvalue()
    print(json.dumps(outcome))


if __name__ == "__main__":
    main(*sys.argv[1:])
