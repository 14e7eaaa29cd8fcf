"""Owns the exception classes of the reference VM, without importing it.

As long as the module that defines a class is not imported, a stand-in of the same name is raised;
when it is, stand-ins become subclasses of the real class, so that `except` and `isinstance` agree
in both orders. Knows nothing of memory or hints.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from typing import Any, Dict, Tuple, Type

_VM = "starkware.cairo.lang.vm."
_COMPILER = "starkware.cairo.lang.compiler."

UNKNOWN_MEMORY = _VM + "memory_dict.UnknownMemoryError"
INCONSISTENT_MEMORY = _VM + "memory_dict.InconsistentMemoryError"
SECURITY = _VM + "vm_exceptions.SecurityError"
EXPRESSION_EVALUATOR = _COMPILER + "expression_evaluator.ExpressionEvaluatorError"
SIMPLIFIER = _COMPILER + "expression_simplifier.SimplifierError"
IDENTIFIER = _COMPILER + "identifier_manager.IdentifierError"
MISSING_IDENTIFIER = _COMPILER + "identifier_manager.MissingIdentifierError"
VM_EXCEPTION = _VM + "vm_exceptions.VmException"

_LOCATION = _COMPILER + "error_handling.LocationError"
_FLOW_TRACKING = _COMPILER + "references.FlowTrackingError"
_VM_EXCEPTION_BASE = _VM + "vm_exceptions.VmExceptionBase"

#: The base of a class that is not simply an `Exception`.
_BASES = {
    EXPRESSION_EVALUATOR: _LOCATION,
    SIMPLIFIER: _LOCATION,
    _COMPILER + "type_casts.CairoTypeError": _LOCATION,
    _COMPILER + "preprocessor.preprocessor_error.PreprocessorError": _LOCATION,
    MISSING_IDENTIFIER: IDENTIFIER,
    _COMPILER + "identifier_manager.NotAScopeError": IDENTIFIER,
    _COMPILER + "identifier_manager.NotAnIdentifierError": IDENTIFIER,
    _COMPILER + "references.ApDeductionError": _FLOW_TRACKING,
    _COMPILER + "preprocessor.flow.LostReferenceError": _FLOW_TRACKING,
    _COMPILER + "preprocessor.flow.MissingReferenceError": _FLOW_TRACKING,
    _VM + "vm_exceptions.PureValueError": _VM_EXCEPTION_BASE,
    _VM + "vm_exceptions.InconsistentAutoDeductionError": _VM_EXCEPTION_BASE,
    VM_EXCEPTION: _LOCATION,
}

#: Where a text says that its place is.
_PLACE = re.compile(r":(\d+):(\d+): $")
#: An error's text at its place in an expression: the place, its own text, the expression with a mark.
_PLACED = re.compile(r"(:\d+:\d+: )(.*)(\n[^\n]*\n *\^(?:\**\^)?)", re.DOTALL)

_stand_ins: Dict[str, Type[BaseException]] = {}


# A class can change its base only for one of equal layout, and a built-in base never has it. So
# stand-ins stand on these.
class _Error(Exception):
    pass


class _KeyError(KeyError):
    __str__ = Exception.__str__


class _LocationError(_Error):
    def __str__(self) -> str:
        message, location = vars(self)["message"], vars(self)["location"]
        text: str = message if location is None else location.to_string_with_content(message)
        return text.rstrip()


class Source:
    """The text of an expression, in the place of the file that it would be from."""

    filename = None

    def __init__(self, content: str) -> None:
        self.content = content

    def get_content(self) -> str:
        """The text."""
        return self.content


class Position:
    """A place in Cairo source as the host describes it: the text around an error's own."""

    parent_location = None

    def __init__(self, prefix: str, suffix: str) -> None:
        self._prefix = prefix
        self._suffix = suffix
        place = _PLACE.search(prefix)
        lines = suffix.split("\n")
        if place is not None and len(lines) == 3:
            self.start_line = self.end_line = int(place[1])
            self.start_col = int(place[2])
            self.end_col = self.start_col + len(lines[2].strip())
            self.input_file = Source(lines[1])

    def __repr__(self) -> str:
        return self.to_string()

    def to_string(self, message: str = "") -> str:
        """The place's file, line and column with the message behind them."""
        place = self._prefix.rpartition("\n")[2]
        return place + message if message else place.rpartition(": ")[0]

    def to_string_with_content(self, message: str = "") -> str:
        """The message at its place."""
        return self._prefix + message + self._suffix


def _location(prefix: str, suffix: str) -> Any:
    """The place that these texts describe, as the compiler's class if that is imported."""
    position = Position(prefix, suffix)
    handling = sys.modules.get(_LOCATION.rpartition(".")[0])
    if prefix != f":1:{getattr(position, 'start_col', 0)}: " or not hasattr(handling, "Location"):
        return position
    return handling.Location(  # type: ignore[union-attr]
        start_line=position.start_line,
        start_col=position.start_col,
        end_line=position.end_line,
        end_col=position.end_col,
        input_file=handling.InputFile(  # type: ignore[union-attr]
            filename=None, content=position.input_file.content
        ),
    )


def error_class(class_path: str) -> Type[BaseException]:
    """The exception class of this dotted path: the real one if its module is imported."""
    module_name, _, name = class_path.rpartition(".")
    if module_name in ("builtins", ""):
        found = getattr(builtins, name, None)
    else:
        found = getattr(sys.modules.get(module_name), name, None)
    if isinstance(found, type) and issubclass(found, BaseException):
        return found
    stand_in = _stand_ins.get(class_path)
    if stand_in is None:
        if class_path == UNKNOWN_MEMORY:
            base: Type[BaseException] = _KeyError
        elif class_path == _LOCATION:
            base = _LocationError
        elif class_path in _BASES:
            base = error_class(_BASES[class_path])
        else:
            base = _Error
        stand_in = type(name, (base,), {"__module__": module_name or "builtins"})
        _stand_ins[class_path] = stand_in
    return stand_in


def adopt(module: Any) -> None:
    """Makes the stand-ins of this module, which was just imported, subclasses of its classes."""
    prefix = module.__name__ + "."
    for class_path, stand_in in _stand_ins.items():
        if class_path.rpartition(".")[0] + "." != prefix:
            continue
        real = getattr(module, stand_in.__name__, None)
        if isinstance(real, type) and issubclass(real, BaseException):
            stand_in.__bases__ = (real,)


def stand_in_modules() -> Tuple[str, ...]:
    """The modules whose classes may be stood in for."""
    paths = {UNKNOWN_MEMORY, INCONSISTENT_MEMORY, SECURITY, *_BASES, *_BASES.values()}
    return tuple(sorted({path.rpartition(".")[0] for path in paths}))


def raised(class_path: str, message: str) -> BaseException:
    """An exception of this class that prints this message."""
    cls = error_class(class_path)
    if cls is KeyError and message[:1] in "'\"":
        # The text of a `KeyError` is the representation of its key.
        try:
            message = ast.literal_eval(message)
        except (SyntaxError, ValueError):
            pass
    # The constructors build their texts from parts that only the host knows.
    error = cls.__new__(cls, message)
    if cls.__module__ == "builtins":
        error.__init__(message)  # type: ignore[misc]
        return error
    error.args = (message,)
    if issubclass(cls, error_class(_LOCATION)):
        placed = _PLACED.fullmatch(message)
        location = None if placed is None else _location(placed[1], placed[3])
        message = message if placed is None else placed[2]
        error.args = (message, location)
        vars(error).update(message=message, location=location, error_attr_value=None)
        vars(error).update(traceback=None, notes=[])
    elif issubclass(cls, error_class(_FLOW_TRACKING)):
        vars(error)["notes"] = []
    elif issubclass(cls, error_class(MISSING_IDENTIFIER)):
        vars(error)["fullname"] = _quoted_name(message)
    return error


def _quoted_name(message: str) -> Any:
    """The name in an error's text, as the compiler's class if that is imported."""
    name = message.partition("'")[2].rpartition("'")[0]
    scoped_name = getattr(sys.modules.get(_COMPILER + "scoped_name"), "ScopedName", None)
    return name if scoped_name is None else scoped_name.from_string(name)


def without_context(error: BaseException) -> bool:
    """Whether the reference VM raises such an error of `ids` without the exception before it."""
    return isinstance(error, (error_class(IDENTIFIER), error_class(_FLOW_TRACKING)))


def raised_at(class_path: str, message: str, prefix: str, suffix: str) -> BaseException:
    """An exception of a class that knows its place in Cairo source."""
    error = raised(class_path, "")
    location = _location(prefix, suffix)
    error.args = (message, location)
    vars(error).update(message=message, location=location)
    return error


def unknown_memory(address: Any) -> BaseException:
    """The error of reading an empty cell."""
    error = raised(UNKNOWN_MEMORY, f"Unknown value for memory cell at address {address}.")
    error.addr = address  # type: ignore[attr-defined]
    return error


def inconsistent_memory(address: Any, old_value: Any, new_value: Any) -> BaseException:
    """The error of writing another value into a cell."""
    error = raised(
        INCONSISTENT_MEMORY,
        f"Inconsistent memory assignment at address {address}. {old_value} != {new_value}.",
    )
    vars(error).update(addr=address, old_value=old_value, new_value=new_value)
    return error
