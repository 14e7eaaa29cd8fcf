"""Owns the source lines in the text of a failure: of files that are here, which no server reads.

Knows how the server writes a failure, and where the debug information of a program has its places.
"""

from __future__ import annotations

import json
import os
import re
import stat
from typing import Any, Dict, Iterator, List, Optional, Tuple

from .errors import InvalidProgram
from .programs import ProgramLike, program_bytes, program_hash
from .v1 import vm_service_pb2 as pb

#: Larger files are no sources.
_MOST_BYTES = 32 << 20
#: Columns past this are not shown.
_MOST_COLUMNS = 1 << 16
_ENTRY = re.compile(r"^.*:\d+:\d+: \(pc=0:(\d+)\)$")
_FRAME = re.compile(r'^ +File "(.*\.cairo)", line (\d+), in ')


def with_sources(failure: pb.Failure, program: ProgramLike, expected_hash: str) -> pb.Failure:
    """The failure with source lines, as `vm-host run` prints them, if the program's files are here."""
    instructions = _instructions(program, expected_hash)
    if not instructions:
        return failure
    shown = _Shown(instructions)
    result = pb.Failure()
    result.CopyFrom(failure)
    try:
        result.cairo_traceback = shown.cairo(failure.cairo_traceback)
        result.python_traceback = shown.python(failure.python_traceback)
        result.message = shown.message(failure)
    except (KeyError, TypeError, AttributeError):
        # Places that are none. What the server said is enough.
        return failure
    return result


def _instructions(program: ProgramLike, expected_hash: str) -> Dict[str, Any]:
    """The places of a program's instructions, if it is the one that ran and knows them."""
    try:
        data = program_bytes(program)
        if program_hash(data) != expected_hash:
            return {}
        found = json.loads(data)["debug_info"]["instruction_locations"]
        return found if isinstance(found, dict) else {}
    except (InvalidProgram, ValueError, KeyError, TypeError, RecursionError):
        return {}


class _Shown:
    """The texts of one failure."""

    def __init__(self, instructions: Dict[str, Any]) -> None:
        self._instructions = instructions
        self._files: Dict[str, List[str]] = {}

    def message(self, failure: pb.Failure) -> str:
        """The whole text: where, what, the Cairo traceback, the Python traceback."""
        text = failure.message
        ends = [text.find(part) for part in self._parts(failure)]
        end = min((end for end in ends if end >= 0), default=len(text))
        lines = text[:end].split("\n")
        for place, message in _chain(self._place(failure)):
            start = f"{_name(place)}: {message or 'Error at pc='}"
            number = next((i for i, line in enumerate(lines) if line.startswith(start)), None)
            if number is None:
                continue
            # The text of the error may have many lines; all others have one.
            after = number + 1 if message else len("\n".join(lines).rstrip("\n").split("\n"))
            lines[after:after] = self._unseen(place, lines[after : after + 1])
        return "\n".join(lines) + self.python(self.cairo(text[end:]))

    @staticmethod
    def _parts(failure: pb.Failure) -> Iterator[str]:
        for part in (failure.cairo_traceback, failure.python_traceback):
            if part.strip():
                yield part.rstrip()

    def _place(self, failure: pb.Failure) -> Any:
        if not failure.HasField("pc") or failure.pc.segment != 0:
            return None
        found: Any = self._instructions.get(str(failure.pc.offset))
        try:
            hint = found["hints"][failure.hint.index] if failure.HasField("hint") else None
            return hint["location"] if hint else found["inst"]
        except (KeyError, IndexError, TypeError):
            return None

    def cairo(self, text: str) -> str:
        """A Cairo traceback."""
        lines = text.split("\n")
        result = []
        for number, line in enumerate(lines):
            result.append(line)
            entry = _ENTRY.match(line)
            place = (self._instructions.get(entry.group(1)) or {}).get("inst") if entry else None
            if place and line.startswith(_name(place) + ": "):
                result += self._unseen(place, lines[number + 1 : number + 2])
        return "\n".join(result)

    def python(self, text: str) -> str:
        """A Python traceback, whose hints are lines of Cairo files."""
        lines = text.split("\n")
        result = []
        for number, line in enumerate(lines):
            result.append(line)
            frame = _FRAME.match(line)
            if frame is None or any(line.startswith("    ") for line in lines[number + 1 : number + 2]):
                continue
            source = self._line(frame.group(1), int(frame.group(2))) or ""
            if source.strip():
                result.append(f"    {source.strip()}")
        return "\n".join(result)

    def _unseen(self, place: Any, following: List[str]) -> List[str]:
        """The source line and the marks under it, unless they follow already."""
        marks = self._marks(place)
        return [] if marks[:1] == following else marks

    def _marks(self, place: Any) -> List[str]:
        line = self._line(place["input_file"].get("filename") or "", place["start_line"])
        if line is None:
            return []
        line = line[:_MOST_COLUMNS]
        start, end = place["start_col"], place["end_col"]
        if place["start_line"] != place["end_line"]:
            end = len(line) + 1
        marks = " " * (start - 1) + "^"
        if end > start + 1:
            marks += "*" * (end - start - 2) + "^"
        return [line, marks]

    def _line(self, filename: str, number: int) -> Optional[str]:
        if filename not in self._files:
            self._files[filename] = _read(filename)
        lines = self._files[filename]
        return lines[number - 1] if 0 < number <= len(lines) else None


def _chain(place: Any) -> Iterator[Tuple[Any, str]]:
    """A place, of which the error is said, then those where it was used and what is said of them."""
    message = ""
    while place:
        yield place, message
        place, message = place.get("parent_location") or (None, "")


def _name(place: Any) -> str:
    name = place["input_file"].get("filename") or ""
    return f"{name}:{place['start_line']}:{place['start_col']}"


def _read(filename: str) -> List[str]:
    """The lines of a regular file; none of any other."""
    try:
        status = os.stat(filename)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            return []
        with open(filename, encoding="utf-8") as file:
            return file.read().splitlines()
    except (OSError, ValueError):
        return []
