"""Removes from the reference's error text what no other implementation can print.

The rules here are the rules of the comparison; `tests/src/error_text.rs` applies the same ones to the
text of `vm-host`. Knows nothing of cases or files.

1. Frames of the VM itself (files below `starkware/cairo/lang/`) are dropped from Python tracebacks.
2. Paths up to `site-packages/` and the standard library's directory become `<python>/`; paths below
   `tests/programs` become relative to it.
3. Lines of carets that Python 3.11 adds below the source line of a frame are dropped.
4. An exception that leaves the VM as a Python exception (not a VmException, not an AssertionError)
   prints a traceback of the VM's own frames. Only the exception's name and text are kept, apart from
   the rest, because its frames are nobody's interface.
5. In proof mode the reference prints to stdout each time it makes the trace longer. Those warnings are
   dropped: stdout is the program's.
6. An exception that the VM caught itself on the way to the one it raised ("During handling of ...") is
   dropped when all its frames were frames of the VM.
"""

import dataclasses
import re
from typing import List, Optional, Tuple

from cases import PROGRAMS

HEADER = "Traceback (most recent call last):"
FRAME = re.compile(r'^(?P<indent>\s*)File "(?P<file>[^"]+)", line \d+, in ')


@dataclasses.dataclass(frozen=True)
class ErrorText:
    """What a run printed to stderr."""

    text: str
    # The last line(s) of an exception that nobody caught, without its module: "KeyError: 'memory'".
    uncaught: Optional[str] = None


def normalise(stderr: str) -> ErrorText:
    """Applies the rules of this module."""
    before, uncaught = split_uncaught(stderr)
    lines = drop_frames(before.split("\n"))
    text = "\n".join(stable_path(line) for line in lines)
    return ErrorText(drop_inner_contexts(text), uncaught)


def without_padding_warnings(stdout: str) -> str:
    """Rule 5."""
    return re.sub(r"^Warning: .* Increasing number of steps\.\n", "", stdout, flags=re.MULTILINE)


def split_uncaught(stderr: str) -> Tuple[str, Optional[str]]:
    """Cuts off the traceback of an exception that went through `cairo-run`'s main function."""
    parts = stderr.split(HEADER + "\n")
    for part in parts[1:]:
        if re.match(r'\s+File "[^"]*/reference/cairo_run\.py", line', part):
            last = parts[-1].split("\n")
            kept = [line for line in last if line and not line.startswith("  ")]
            text = "\n".join(kept)
            name, separator, rest = text.partition(":")
            return parts[0], name.split(".")[-1] + separator + rest
    return stderr, None


def drop_frames(lines: List[str]) -> List[str]:
    """Rules 1 and 3."""
    result: List[str] = []
    dropping = False
    in_frame = False
    for line in lines:
        match = FRAME.match(line)
        if match is not None:
            dropping = "/starkware/cairo/lang/" in match.group("file")
            in_frame = True
        elif in_frame and line.startswith("    "):
            if set(line.strip()) <= set("^~"):
                continue
        else:
            in_frame = dropping = False
        if not dropping:
            result.append(line)
    return result


def drop_inner_contexts(text: str) -> str:
    """Rule 6."""
    pattern = re.escape(HEADER) + r"\n(?! )(?:(?!Traceback ).*\n)*?\n(?:During|The above)[^\n]*\n\n"
    return re.sub(pattern, "", text)


def stable_path(line: str) -> str:
    """Rule 2."""
    if FRAME.match(line) is None:
        return line
    line = line.replace(f'File "{PROGRAMS}/', 'File "')
    line = re.sub(r'File "[^"]*/site-packages/', 'File "<python>/', line)
    return re.sub(r'File "[^"]*/lib/python3\.\d+/', 'File "<python>/', line)
