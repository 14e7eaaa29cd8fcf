"""Owns the exceptions of a `FunctionRunner`: those of cairo-lang's own VM, with its texts."""

from __future__ import annotations

import re
from typing import Any, List, Optional, Tuple

from starkware.cairo.lang.vm.utils import ResourcesError
from starkware.cairo.lang.vm.vm_exceptions import HintException, VmExceptionBase

from .engine.errors import error_class
from .errors import CairoError, EndOfRunFailed, HintFailed, StepLimit, VmFailed

_VM = "starkware.cairo.lang.vm."
#: The line before what went wrong in an instruction.
_PLACE = re.compile(r"Error at pc=([-\d:]+):$")
#: The classes of what fails in an instruction, by the beginnings of their texts.
_INSTRUCTION_ERRORS = (
    ("Unknown value for memory cell", _VM + "memory_dict.UnknownMemoryError"),
    ("Inconsistent memory assignment", _VM + "memory_dict.InconsistentMemoryError"),
    ("Could not complete computation", _VM + "vm_exceptions.PureValueError"),
    ("Value ", "AssertionError"),
    ("Range-check builtin: ", "AssertionError"),
    ("ECDSA builtin: ", "AssertionError"),
    ("Signature ", "AssertionError"),
    ("Cannot deduce operand", "AssertionError"),
)


def as_reference(error: VmFailed, vm: Any) -> BaseException:
    """What cairo-lang would have raised for this failure; `vm` is where it stopped."""
    if isinstance(error, HintFailed) and error.exception is not None:
        if error.hint is None:
            # A rule.
            return vm.as_vm_exception(error.exception)  # type: ignore[no-any-return]
        notes: List[str] = [error.python_traceback]
        # Its own constructor reads the stack of cairo-lang's VM.
        inner = HintException.__new__(HintException)
        doing = "compiling" if isinstance(error.exception, SyntaxError) else "executing"
        Exception.__init__(inner, f"Got an exception while {doing} a hint.")
        inner.exception_str = error.python_traceback
        inner.inner_exc = error.exception
        return vm.as_vm_exception(  # type: ignore[no-any-return]
            inner, notes=notes, hint_index=error.hint.index
        )
    if isinstance(error, StepLimit):
        inner = ResourcesError("Error: End of program was not reached")
        return vm.as_vm_exception(inner, with_traceback=False)  # type: ignore[no-any-return]
    if isinstance(error, CairoError):
        text, pc = _instruction_text(error)
        if pc is not None:
            vm.run_context.pc = pc
        path = next((path for start, path in _INSTRUCTION_ERRORS if text.startswith(start)), "Exception")
        return vm.as_vm_exception(_made(path, text))  # type: ignore[no-any-return]
    if isinstance(error, EndOfRunFailed):
        return _end_error(error)
    return VmExceptionBase(str(error))  # type: ignore[no-any-return]


def _end_error(error: EndOfRunFailed) -> BaseException:
    """The message is the last line that `cairo-run` prints: the class and the text."""
    message = error.message.split("\nhint: ")[0]
    path, _, text = message.partition(": ")
    if path == "KeyError":
        return KeyError(int(text))
    if path == "Error":
        return AssertionError(text)
    if path.startswith(_VM):
        return _made(path, text)
    return VmExceptionBase(message)  # type: ignore[no-any-return]


def _made(class_path: str, text: str) -> BaseException:
    """An exception with this text; the classes' own constructors make theirs from parts."""
    cls: Any = error_class(class_path)
    made: BaseException = cls.__new__(cls)
    Exception.__init__(made, text)
    return made


def _instruction_text(error: VmFailed) -> Tuple[str, Optional[int]]:
    """What went wrong, without where; and the pc, if it is a number, which no register here can be."""
    lines = iter(str(error.message).split("\n"))
    for line in lines:
        found = _PLACE.search(line)
        if found is not None:
            pc = found.group(1)
            return next(lines, ""), None if ":" in pc else int(pc)
    return error.message, None


__all__ = ["as_reference"]
