"""Owns what the code of a hint tells about it before it runs: the names that it mentions, and whether
anything in it could look at names that it does not mention.

Knows nothing of sessions. Whatever is in doubt counts as a look.
"""

from __future__ import annotations

import dis
from types import CodeType
from typing import Iterator, List, NamedTuple

#: Code of these runs at once and is gone.
_PASSING = ("<listcomp>", "<setcomp>", "<dictcomp>")

#: Who mentions one of these may make functions, or watch code, without a trace in the code itself.
_WATCHING = frozenset(
    "__builtins__ __globals__ _getframe compile currentframe dir eval exec f_back f_globals f_locals"
    " function FunctionType gc globals inspect locals setprofile settrace stack vars".split()
)


class Mentions(NamedTuple):
    """What the code of one hint tells."""

    #: Every global, attribute and method name in the code, once each, nested functions included.
    names: List[str]
    #: Whether the code calls anything.
    calls: bool
    #: Whether running the code may run other code, which could look at all names in the scope.
    looks_around: bool
    #: Whether the code may leave something behind that runs in a hint which calls nothing: a generator,
    #: an object with methods of its own, or a trace function.
    leaves_observers: bool


def of(code: CodeType) -> Mentions:
    """Reads the code of a hint."""
    operations = {instruction.opname for instruction in dis.get_instructions(code)}
    inner = [part for part in _parts(code) if part is not code]
    names = dict.fromkeys(name for part in (code, *inner) for name in part.co_names)
    calls = any(operation.startswith("CALL") for operation in operations)
    imports = any(operation.startswith("IMPORT_") for operation in operations)
    stays = any(part.co_name not in _PASSING for part in inner)
    return Mentions(
        list(names),
        calls,
        looks_around=calls or imports or bool(inner),
        leaves_observers=stays or not _WATCHING.isdisjoint(names),
    )


def _parts(code: CodeType) -> Iterator[CodeType]:
    """The code and all code inside of it."""
    todo = [code]
    while todo:
        part = todo.pop()
        yield part
        todo += [constant for constant in part.co_consts if isinstance(constant, CodeType)]
