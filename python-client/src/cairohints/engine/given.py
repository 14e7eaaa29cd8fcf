"""Owns the objects that a session is given as `module:callable`: hint locals and the syscall handler.

Knows how they are found and called, not what hints do with them.
"""

from __future__ import annotations

import importlib
import inspect
import traceback
from typing import Any, Callable, Dict

#: What a user can do when the path itself is wrong.
_ADVICE = "hint: write `module:callable`, with a module that hints could import"


def syscall_handler(path: str) -> Any:
    """What the callable of this path returns."""
    return _find("the syscall handler", "is", path)()


def hint_locals(path: str, program_input: Any) -> Dict[str, Any]:
    """The variables that the callable of this path returns, which may take the program's input."""
    make = _find("the hint locals", "are", path)
    arguments = (program_input,) if _takes_one(make, path) else ()
    try:
        made = make(*arguments)
    except Exception as error:
        # From the callable's own frame on.
        shown = error.with_traceback(error.__traceback__.tb_next if error.__traceback__ else None)
        text = "".join(traceback.format_exception(type(shown), shown, shown.__traceback__))
        raise RuntimeError(f"the hint locals `{path}` were not made\n{text.rstrip()}") from None
    if not isinstance(made, dict):
        raise TypeError(
            f"the hint locals `{path}` are no dict but a `{type(made).__name__}`\n"
            "hint: return a dict of the variables by their names"
        )
    for name in made:
        if not isinstance(name, str):
            raise TypeError(
                f"the hint locals `{path}` have the name `{name!r}`, which is no str\n"
                "hint: return a dict of the variables by their names"
            )
    return made


def _find(what: str, verb: str, path: str) -> Callable[..., Any]:
    module_name, separator, names = path.partition(":")
    if not separator or not module_name or not names:
        raise ValueError(f"{what} {verb} written `module:callable`, not `{path}`")
    try:
        found: Any = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{module_name}.".startswith(f"{error.name}."):
            # It is there, and misses something itself.
            raise
        raise ModuleNotFoundError(
            f"no module `{error.name}` for {what} `{path}`", name=error.name, path=error.path
        ) from None
    for name in names.split("."):
        try:
            found = getattr(found, name)
        except AttributeError as error:
            raise AttributeError(f"{error}: {what} `{path}`\n{_ADVICE}") from None
    if not callable(found):
        raise TypeError(f"{what} `{path}` {verb} no callable but a `{type(found).__name__}`\n{_ADVICE}")
    called: Callable[..., Any] = found
    return called


def _takes_one(make: Callable[..., Any], path: str) -> bool:
    """Whether a callable takes a positional argument."""
    try:
        parameters = inspect.signature(make).parameters.values()
    except (TypeError, ValueError):
        # Written in C, without a signature.
        return False
    positional = [
        parameter
        for parameter in parameters
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
    ]
    required = [parameter for parameter in positional if parameter.default is parameter.empty]
    required += [
        parameter
        for parameter in parameters
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.default is parameter.empty
    ]
    if len(required) > 1 or (required and required[0].kind is inspect.Parameter.KEYWORD_ONLY):
        names = ", ".join(f"`{parameter.name}`" for parameter in required)
        raise TypeError(
            f"the hint locals `{path}` take the arguments {names}\n"
            "hint: take none, or `program_input` alone"
        )
    return bool(positional)
