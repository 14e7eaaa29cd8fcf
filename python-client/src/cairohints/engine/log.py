"""Owns what hints find to log with: the name `log`, Python's `logging`, what they print, and `Logger`.

Knows what a record is made of, but not where it goes: an embedding process, or the client, says.
"""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import io
import json
import sys
from types import ModuleType
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple, Union

from . import classes
from .streams import replaced

#: Gets a level, a number of Python's `logging`; a text; fields with values in JSON; the logger's name.
Tell = Callable[[int, str, List[Tuple[str, str]], str], None]

#: The package from which hints import `Logger`.
CLIENT = "cairohints"
#: The level of what hints print.
OUTPUT = 5


class HintLog:
    """The `log` of hints: `log("text")`, `log.warning("text", account=7)`."""

    __slots__ = ("_tell",)

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def __call__(self, text: str, /, **fields: Any) -> None:
        """Logs what happened."""
        self._log(20, text, fields)

    def debug(self, text: str, /, **fields: Any) -> None:
        """Logs what helps to look for a fault."""
        self._log(10, text, fields)

    def info(self, text: str, /, **fields: Any) -> None:
        """Logs what happened."""
        self._log(20, text, fields)

    def warning(self, text: str, /, **fields: Any) -> None:
        """Logs something that one may want to change."""
        self._log(30, text, fields)

    def error(self, text: str, /, **fields: Any) -> None:
        """Logs a failure."""
        self._log(40, text, fields)

    def critical(self, text: str, /, **fields: Any) -> None:
        """Logs a failure that ends everything."""
        self._log(50, text, fields)

    def _log(self, level: int, text: str, fields: Dict[str, Any]) -> None:
        if not isinstance(text, str):
            raise TypeError(not_a_text(text))
        self._tell(level, text, [(name, field_json(value)) for name, value in fields.items()], "")

    def __repr__(self) -> str:
        return "<log of the hints>"


def not_a_text(value: Any) -> str:
    """What is said of a text that is none."""
    return f"the text of a log must be a str, not `{type(value).__name__}`"


def not_callable(value: Any) -> str:
    """What is said of a callback that is none."""
    return (
        f"the callback of a logger must be callable, not `{type(value).__name__}`\n"
        "hint: give a function without arguments"
    )


def field_json(value: Any) -> str:
    """The value of a field as JSON; as a text when it is nothing that JSON has."""
    try:
        return json.dumps(value, allow_nan=False, default=str)
    except Exception:
        return json.dumps(_text(value))


def _text(value: Any) -> str:
    try:
        return str(value)
    except Exception as error:
        return f"<{type(value).__name__}: str() raised {type(error).__name__}>"


# Where hints find it.


def give(log: Any) -> None:
    """Has code find `log` where it finds `print`: its own variables come first, and nothing shows it."""
    if not hasattr(builtins, "log"):
        builtins.log = log  # type: ignore[attr-defined]


def offer_logger(logger: type) -> None:
    """Has `from cairohints import Logger` give this class, whether or not the package is installed."""

    def put(module: Any) -> None:
        module.Logger = logger

    classes.hook.on_import(CLIENT, put)
    sys.meta_path.append(_StandIn(logger))


class _StandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Makes a module with nothing but `Logger`, where no other finder knows the package."""

    def __init__(self, logger: type) -> None:
        self._logger = logger

    def find_spec(
        self, fullname: str, path: Optional[Sequence[Union[bytes, str]]], target: Any = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        """The spec of the stand-in."""
        if fullname != CLIENT:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin="the hint worker")

    def exec_module(self, module: ModuleType) -> None:
        """Fills it."""
        module.__doc__ = "What hints find of `cairohints` where it is not installed."
        module.Logger = self._logger  # type: ignore[attr-defined]


# What hints log by other ways.


def follow_logging(tell: Tell) -> None:
    """Tells what passes Python's `logging`, once hints import it, beside its own handlers."""

    def tap(module: Any) -> None:
        usual = frozenset(vars(module.LogRecord("", 0, "", 0, "", (), None)))
        usual |= {"message", "asctime", "taskName", "exc_text"}
        call_handlers = module.Logger.callHandlers

        def call_handlers_and_tell(self: Any, record: Any) -> None:
            try:
                tell(record.levelno, _message(record), _fields(record, usual), record.name)
            except Exception:
                # A record that cannot be shown is the business of its own handlers.
                pass
            call_handlers(self, record)

        # No handler: with one, `logging.basicConfig` would do nothing.
        module.Logger.callHandlers = call_handlers_and_tell

    classes.hook.on_import("logging", tap)


def _message(record: Any) -> str:
    try:
        return str(record.getMessage())
    except Exception:
        return _text(record.msg)


def _fields(record: Any, usual: "frozenset[str]") -> List[Tuple[str, str]]:
    fields = [(name, field_json(value)) for name, value in vars(record).items() if name not in usual]
    if record.exc_info and record.exc_info[0] is not None:
        shown = f"{record.exc_info[0].__name__}: {_text(record.exc_info[1])}"
        fields.append(("exception", field_json(shown)))
    return fields


def follow_prints(tell: Callable[[str], None]) -> None:
    """Tells what goes to standard output; it goes there all the same."""

    class Followed(io.FileIO):
        """Standard output that tells what it writes."""

        def write(self, data: Any) -> Any:
            """As of any file."""
            written = super().write(data)
            if written:
                tell(bytes(memoryview(data)[:written]).decode("utf-8", "replace"))
            return written

    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        replacement = replaced(stream, "<stdout>", Followed)
        sys.stdout = sys.__stdout__ = replacement  # type: ignore[misc]
