"""Owns the stack of hint scopes: dictionaries that are the globals of the hints in them.

Knows which names come and go with each hint, but not what they stand for.
"""

from __future__ import annotations

import functools
from typing import Any, Callable, Dict, Iterable, List, Optional, Tuple

#: Names that a hint finds and that stay, stale, until the next one.
LASTING_NAMES = ("ap", "fp", "pc", "current_step")

Scope = Dict[str, Any]
Cleanup = Callable[[Scope], None]


class Scopes:
    """The scopes of one session, outermost first."""

    __slots__ = ("stack",)

    def __init__(self, hint_locals: Scope) -> None:
        self.stack: List[Scope] = [hint_locals]

    def enter(self, new_scope_locals: Optional[Scope] = None) -> None:
        """Starts a scope; the running hint stays in its own."""
        self.stack.append({} if new_scope_locals is None else new_scope_locals.copy())

    def leave(self) -> None:
        """Ends the innermost scope; the running hint stays in it."""
        if not len(self.stack) > 1:
            raise AssertionError("Cannot exit main scope.")
        self.stack.pop()

    def describe(self, injected: Iterable[str], max_text_bytes: int) -> List[List[Tuple[str, str, str]]]:
        """`(name, type name, text)` of the variables of each scope, without the injected ones."""
        hidden = {"__builtins__", *LASTING_NAMES, *injected}
        return [
            [
                (str(name), type(value).__name__, _text(value, max_text_bytes))
                for name, value in list(scope.items())
                if name not in hidden
            ]
            for scope in self.stack
        ]


@functools.lru_cache(maxsize=None)
def make_cleanup(*names: str) -> Cleanup:
    """A function that deletes names from a scope, in this order; a missing one is a `KeyError`."""
    lines = "".join(f"    del scope[{name!r}]\n" for name in names) or "    pass\n"
    namespace: Dict[str, Any] = {"__name__": __name__}
    code = compile(
        "def cleanup(scope):\n" + lines, "<cairohints.engine.scopes>", "exec", dont_inherit=True
    )
    exec(code, namespace)
    cleanup: Cleanup = namespace["cleanup"]
    return cleanup


def _text(value: Any, max_text_bytes: int) -> str:
    try:
        text = repr(value)
        if not isinstance(text, str):
            text = str(text)
    except BaseException as error:  # A variable's own code; nothing of it may end the run.
        try:
            text = f"<repr failed: {type(error).__name__}: {error}>"
        except BaseException:
            text = f"<repr failed: {type(error).__name__}>"
    cut = text[: max(max_text_bytes, 0)]
    data = cut.encode("utf-8", "backslashreplace")
    return data[: max(max_text_bytes, 0)].decode("utf-8", "ignore")
