"""Owns what the code of a hint tells about it before it runs: the names that it mentions, and whether
anything in it could look at names that it does not mention.

Knows nothing of sessions. Whatever is in doubt counts as a look.
"""

from __future__ import annotations

import dis
from types import CodeType
from typing import Collection, Dict, Iterator, List

#: Code of these runs at once and is gone.
_PASSING = ("<listcomp>", "<setcomp>", "<dictcomp>")

#: Who mentions one of these may make functions, or watch code, without a trace in the code itself.
_WATCHING = frozenset(
    "__builtins__ __globals__ _getframe compile currentframe dir eval exec f_back f_globals f_locals"
    " function FunctionType gc globals inspect locals setprofile settrace stack vars".split()
)


def names(code: CodeType) -> List[str]:
    """Every global, attribute and method name in the code, nested functions included."""
    found: Dict[str, None] = {}
    for part in _parts(code):
        found.update(dict.fromkeys(part.co_names))
    return list(found)


def calls(code: CodeType) -> bool:
    """Whether the code calls anything."""
    return _has(code, "CALL")


def looks_around(code: CodeType) -> bool:
    """Whether running the code may run other code, which could look at all names in the scope."""
    return calls(code) or _has(code, "IMPORT_") or any(part is not code for part in _parts(code))


def leaves_observers(code: CodeType, mentioned: Collection[str]) -> bool:
    """Whether the code may leave something behind that runs in a hint which calls nothing.

    Such as a generator, an object with methods of its own, or a trace function.
    """
    return not _WATCHING.isdisjoint(mentioned) or any(
        part is not code and part.co_name not in _PASSING for part in _parts(code)
    )


def _has(code: CodeType, operation: str) -> bool:
    return any(instruction.opname.startswith(operation) for instruction in dis.get_instructions(code))


def _parts(code: CodeType) -> Iterator[CodeType]:
    """The code and all code inside of it."""
    todo = [code]
    while todo:
        part = todo.pop()
        yield part
        todo += [constant for constant in part.co_consts if isinstance(constant, CodeType)]
