"""Runs one case with the reference VM and turns what it left behind into a record.

Knows `cairo-run` and nothing of `vm-host`.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict

from artefacts import air_part, memory_part, pie_part, trace_part
from cases import PROGRAMS, Case
from normalising import normalise, without_padding_warnings

# `cairo-run`, which by itself cannot be imported on Python 3.11.
RUNNER = [sys.executable, str(Path(__file__).with_name("cairo_run.py"))]
TIMEOUT_SECONDS = 900
MAX_STORED_OUTPUT = 20_000


def stdout_part(text: str) -> Dict[str, Any]:
    """What was printed, or its size and digest when it is long."""
    if len(text) <= MAX_STORED_OUTPUT:
        return {"stdout": text}
    data = text.encode()
    return {"stdout_bytes": len(data), "stdout_sha256": hashlib.sha256(data).hexdigest()}


class NoReferenceError(Exception):
    """The reference VM does not even start."""


def require_reference() -> None:
    """Raises NoReferenceError unless the reference VM starts.

    Otherwise its failure to start would look like the failure of every case.
    """
    result = subprocess.run([*RUNNER, "--version"], capture_output=True, text=True)
    if result.returncode != 0:
        raise NoReferenceError(
            f"the reference VM does not start under `{sys.executable}`\n{result.stderr}"
            "hint: use the Python of an environment that has cairo-lang (tests/requirements.txt)"
        )


def record(case: Case) -> Dict[str, Any]:
    """Runs the case and returns its record."""
    with tempfile.TemporaryDirectory() as directory:
        return record_in(case, Path(directory))


def record_in(case: Case, directory: Path) -> Dict[str, Any]:
    """Same as `record()`, with the output files in `directory`."""
    trace, memory = directory / "trace.bin", directory / "memory.bin"
    pie = directory / "pie.zip"
    public, private = directory / "public.json", directory / "private.json"
    command = [*RUNNER, "--program", case.program, "--layout", case.layout]
    command += ["--print_output", "--trace_file", str(trace), "--memory_file", str(memory)]
    if case.program_input is not None:
        input_file = directory / "input.json"
        input_file.write_text(json.dumps(case.program_input))
        command += ["--program_input", str(input_file)]
    if "cairo_pie" in case.artefacts:
        command += ["--cairo_pie_output", str(pie)]
    if "air_inputs" in case.artefacts:
        command += ["--air_public_input", str(public), "--air_private_input", str(private)]
    command += case.options
    result = subprocess.run(
        command,
        cwd=PROGRAMS,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PYTHONHASHSEED": "0", **case.environment},
        timeout=TIMEOUT_SECONDS,
    )
    error = normalise(result.stderr.decode())
    outcome: Dict[str, Any] = {"exit_code": result.returncode}
    outcome.update(stdout_part(without_padding_warnings(result.stdout.decode())))
    outcome["stderr"] = error.text
    if error.uncaught is not None:
        outcome["uncaught"] = error.uncaught
    # A hint may end the whole process with exit code 0; then there are no files.
    if result.returncode == 0 and trace.stat().st_size > 0:
        outcome["trace"] = trace_part(trace)
        outcome["memory"] = memory_part(memory)
        if "cairo_pie" in case.artefacts:
            outcome["cairo_pie"] = pie_part(pie)
        if "air_inputs" in case.artefacts:
            outcome["air_inputs"] = air_part(public, private)
    return {"run": case.run_part(), "outcome": outcome}
