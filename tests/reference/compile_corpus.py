"""Compiles the programs of the corpus with the reference compiler.

The compiled JSON must not depend on the machine: paths in the debug information are rewritten. Knows
nothing of runs.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cases import PROGRAMS, compile_flags

COMPILER = Path(sys.executable).parent / "cairo-compile"


class CompilationError(Exception):
    """The compiler refused a program of the corpus."""


def compile_program(source: Path) -> str:
    """The canonical JSON text of a program (`source` is relative to `tests/programs`)."""
    command = [str(COMPILER), str(source), *compile_flags(source)]
    result = subprocess.run(command, cwd=PROGRAMS, capture_output=True, text=True)
    if result.returncode != 0:
        raise CompilationError(f"{source} does not compile\n{result.stderr}")
    program = json.loads(result.stdout)
    rewrite_file_names(program)
    return json.dumps(program, separators=(",", ":")) + "\n"


def rewrite_file_names(node: Any) -> None:
    """Makes every `filename` of the debug information independent of this machine.

    Modules of the corpus become relative to `tests/programs`; modules of the standard library
    become `starkware/cairo/common/...`, a path that exists nowhere, so that errors inside them are
    printed without their source line on every machine.
    """
    stack = [node]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            name = value.get("filename")
            if isinstance(name, str):
                value["filename"] = stable_file_name(name)
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)


def stable_file_name(name: str) -> str:
    """The rewritten form of one path."""
    prefix = str(PROGRAMS) + "/"
    if name.startswith(prefix):
        return name[len(prefix) :]
    marker = "/site-packages/"
    if marker in name:
        return name.split(marker, 1)[1]
    return name
