"""Owns `HintFailure` and the traceback texts of hints, which are the reference VM's to the letter.

Frames of hints are shown as lines of the Cairo file; frames of the engine itself are left out.
"""

from __future__ import annotations

import re
import traceback
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Set, Tuple

from . import confined

#: How an exception leaves the VM.
EXCEPTION = "exception"
COMPILE = "compile"
EXIT = "exit"
INTERRUPT = "interrupt"
RAW = "raw"

_PACKAGE = __name__.rpartition(".")[0] + "."
_HINT_FILENAME = re.compile("^<hint([0-9]+)>$")

#: Finds `(filename, line of the bracket, empty lines after it)` of a hint.
Locate = Callable[[int], Optional[Tuple[str, int, int]]]

#: `(place in the bytes of a traceback, filename, line)` of a source line that could not be read here.
MissingLine = Tuple[int, str, int]


class _Frames(traceback.StackSummary):
    """Frames that are announced even when none is left to show."""

    def __bool__(self) -> bool:
        return True


class HintFailure(Exception):
    """A hint, its compilation or a rule raised."""

    def __init__(
        self,
        kind: str,
        hint_id: Optional[int],
        traceback_text: str,
        exception: BaseException,
        exit_code: int = 0,
        missing_lines: Sequence[MissingLine] = (),
    ) -> None:
        self.kind = kind
        self.hint_id = hint_id
        self.traceback = traceback_text
        self.missing_lines = list(missing_lines)
        self.class_path = class_path(type(exception))
        self.message = safe_str(exception)
        self.exit_code = exit_code
        #: The object that was raised.
        self.exception = exception
        super().__init__(f"{self.class_path}: {self.message}")


def failure_of(error: BaseException, hint_id: Optional[int], locate: Locate) -> HintFailure:
    """How the reference VM lets this exception of a hint or rule out."""
    text, missing = described_text(error, locate)
    error = shown_error(error, locate)
    if isinstance(error, Exception):
        text += confined.advice(error)
        return HintFailure(EXCEPTION, hint_id, text, error, missing_lines=missing)
    if isinstance(error, KeyboardInterrupt):
        return HintFailure(INTERRUPT, hint_id, text, error, missing_lines=missing)
    if isinstance(error, SystemExit):
        failure = HintFailure(EXIT, hint_id, text, error, missing_lines=missing)
        code = error.code
        if code is None:
            failure.exit_code = 0
            failure.message = ""
        elif isinstance(code, int):
            # What the operating system keeps of it.
            failure.exit_code = int(code) & 0xFF if not -(2**31) <= code < 2**31 else int(code)
            failure.message = ""
        else:
            failure.exit_code = 1
            failure.message = safe_str(code)
        return failure
    return HintFailure(RAW, hint_id, text, error, missing_lines=missing)


def class_path(cls: type) -> str:
    """The dotted path of a class."""
    return f"{cls.__module__}.{cls.__qualname__}"


def safe_str(value: Any) -> str:
    """`str(value)`, or a text that says that it failed."""
    try:
        return str(value)
    except Exception:
        return f"<{type(value).__name__} str() failed>"


def shown_error(error: BaseException, locate: Locate) -> BaseException:
    """The exception, or what the reference VM makes of a syntax error of a hint's own code."""
    if isinstance(error, SyntaxError):
        fixed = _located(error.filename, error.lineno, locate)
        if fixed is not None:
            return IndentationError(error.msg, (*fixed, error.offset, error.text))
    return error


def traceback_text(error: BaseException, locate: Locate) -> str:
    """The traceback and the exception as the reference VM prints them below a hint's error."""
    return described_text(error, locate)[0]


def described_text(error: BaseException, locate: Locate) -> Tuple[str, List[MissingLine]]:
    """The same, with the places of the lines that it lacks."""
    shown = shown_error(error, locate)
    described = traceback.TracebackException(type(error), shown, error.__traceback__)
    hidden = _engine_filenames(error)
    for part in _parts(described):
        if part.stack:
            part.stack = _Frames(
                _without_source(frame) for frame in part.stack if frame.filename not in hidden
            )
    missing: Dict[str, Tuple[str, int]] = {}
    described.stack = traceback.StackSummary.from_list(
        [_show(frame, locate, missing) for frame in described.stack]
    )
    return _without_marks("".join(described.format()), missing)


def _without_marks(text: str, missing: Dict[str, Tuple[str, int]]) -> Tuple[str, List[MissingLine]]:
    """The text without the lines that stand for others, and where those belong."""
    if not missing:
        return text, []
    places: List[MissingLine] = []
    kept: List[str] = []
    length = 0
    for line in text.split("\n"):
        place = missing.pop(line.strip(), None)
        if place is None:
            kept.append(line)
            length += len(line.encode("utf-8", "replace")) + 1
        else:
            places.append((length, *place))
    return "\n".join(kept), places


def _without_source(frame: traceback.FrameSummary) -> traceback.FrameSummary:
    """A hint's own frame without its line, which only debuggers are given."""
    if _HINT_FILENAME.match(frame.filename) is None:
        return frame
    return traceback.FrameSummary(frame.filename, frame.lineno, frame.name, line="")


def _show(
    frame: traceback.FrameSummary, locate: Locate, missing: Dict[str, Tuple[str, int]]
) -> traceback.FrameSummary:
    fixed = _located(frame.filename, frame.lineno, locate)
    if fixed is None:
        return frame
    filename, line = fixed
    shown = traceback.FrameSummary(filename=filename, lineno=line, name=frame.name)
    if shown.line:
        return shown
    # No line of a file is this.
    mark = f"\0{len(missing)}\0"
    missing[mark] = fixed
    return traceback.FrameSummary(filename=filename, lineno=line, name=frame.name, line=mark)


def _located(filename: Any, line: Optional[int], locate: Locate) -> Optional[Tuple[str, int]]:
    match = _HINT_FILENAME.match(str(filename))
    if match is None or line is None:
        return None
    location = locate(int(match.group(1)))
    if location is None:
        return None
    cairo_filename, start_line, prefix_newlines = location
    return cairo_filename, line + start_line + prefix_newlines - 1


def _parts(described: Any) -> Iterator[Any]:
    """A described exception and all those that it is chained to."""
    todo: List[Any] = [described]
    seen: Set[int] = set()
    while todo:
        part = todo.pop()
        if part is None or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        todo += [part.__cause__, part.__context__, *(getattr(part, "exceptions", None) or ())]


def _engine_filenames(error: BaseException) -> Set[str]:
    """The names of the engine's own sources, as far as these tracebacks show them."""
    names: Set[str] = set()
    todo: List[Any] = [error]
    seen: Set[int] = set()
    while todo:
        exception = todo.pop()
        if exception is None or id(exception) in seen:
            continue
        seen.add(id(exception))
        todo += [exception.__cause__, exception.__context__]
        members = getattr(exception, "exceptions", None)
        if isinstance(members, tuple):
            todo += [member for member in members if isinstance(member, BaseException)]
        for frame, _ in traceback.walk_tb(exception.__traceback__):
            module = frame.f_globals.get("__name__")
            if isinstance(module, str) and module.startswith(_PACKAGE):
                names.add(frame.f_code.co_filename)
    return names
