"""Owns the identifiers of a program as the compiler's own `IdentifierManager`, filled when looked at.

A large program has a hundred thousand of them, and hints look up a few. Manager and scopes are objects
of the compiler's classes; only their dictionaries are ours.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Tuple

#: Reads a part of the program, JSON: `(kind, name)`.
ReadPart = Callable[[str, Any], str]

_MISSING = object()


def make_manager(read_part: ReadPart) -> Any:
    """The identifiers of the program whose parts these are."""
    from starkware.cairo.lang.compiler.identifier_definition import IdentifierDefinitionSchema
    from starkware.cairo.lang.compiler.identifier_manager import IdentifierManager, IdentifierScope
    from starkware.cairo.lang.compiler.scoped_name import ScopedName

    tree = _Tree(read_part, IdentifierDefinitionSchema().load)

    def make_scope(full_name: Any) -> Any:
        scope = IdentifierScope(manager, full_name)
        text = str(full_name)
        scope.identifiers = _FilledDict(
            lambda name: tree.definition(text, name), lambda: tree.definitions(text)
        )
        scope.subscopes = _FilledDict(
            lambda name: make_scope(full_name + name) if name in tree.scope(text)[1] else _MISSING,
            lambda: ((name, make_scope(full_name + name)) for name in tree.scope(text)[1]),
        )
        return scope

    def find(name: Any) -> Any:
        # Parts with dots are no names that a program can have.
        if not isinstance(name, ScopedName) or not name.path or any("." in part for part in name.path):
            return _MISSING
        return tree.definition(str(name[:-1]), name.path[-1])

    manager = IdentifierManager()
    manager.root = make_scope(ScopedName())
    manager.dict = _FilledDict(
        find, lambda: ((ScopedName.from_string(name), found) for name, found in tree.all())
    )
    return manager


class _Tree:
    """The definitions of a program. Each is one object, wherever it is found."""

    def __init__(self, read_part: ReadPart, load: Callable[[Any], Any]) -> None:
        self._read_part = read_part
        self._load = load
        #: By the full names of the scopes: the JSON of what stands in them, and the scopes inside.
        self._scopes: Dict[str, Tuple[Dict[str, Any], List[str]]] = {}
        self._definitions: Dict[str, Any] = {}

    def scope(self, full_name: str) -> Tuple[Dict[str, Any], List[str]]:
        """What stands in a scope."""
        if full_name not in self._scopes:
            found = json.loads(self._read_part("scope", full_name))
            self._scopes[full_name] = (found["identifiers"], found["scopes"])
        return self._scopes[full_name]

    def definition(self, scope: str, name: str) -> Any:
        """The definition of this name in a scope."""
        found = self.scope(scope)[0].get(name, _MISSING)
        return found if found is _MISSING else self._loaded(f"{scope}.{name}" if scope else name, found)

    def definitions(self, scope: str) -> List[Tuple[str, Any]]:
        """All definitions in a scope, by their last names."""
        return [(name, self.definition(scope, name)) for name in self.scope(scope)[0]]

    def all(self) -> List[Tuple[str, Any]]:
        """All definitions, by their full names."""
        every = json.loads(self._read_part("member", "identifiers"))
        return [(name, self._loaded(name, found)) for name, found in every.items()]

    def _loaded(self, full_name: str, definition: Any) -> Any:
        if full_name not in self._definitions:
            self._definitions[full_name] = self._load(definition)
        return self._definitions[full_name]


class _FilledDict(Dict[Any, Any]):
    """A dictionary that is filled when somebody wants more of it than the value of a key."""

    __slots__ = ("_fill", "_find", "_found")

    def __init__(self, find: Callable[[Any], Any], fill: Callable[[], Any]) -> None:
        super().__init__()
        self._find = find
        self._fill: Any = fill
        #: What was found so far.
        self._found: Dict[Any, Any] = {}

    def _filled(self) -> None:
        if self._fill is not None:
            fill, self._fill = self._fill, None
            try:
                items = list(fill())
            except BaseException:
                self._fill = fill
                raise
            for key, value in items:
                dict.__setitem__(self, key, self._found.get(key, value))

    def _look_up(self, key: Any) -> Any:
        if self._fill is None:
            return dict.get(self, key, _MISSING)
        if key not in self._found:
            found = self._find(key)
            if found is _MISSING:
                return _MISSING
            self._found[key] = found
        return self._found[key]

    def __getitem__(self, key: Any) -> Any:
        found = self._look_up(key)
        if found is _MISSING:
            raise KeyError(key)
        return found

    def get(self, key: Any, default: Any = None) -> Any:
        """As of any dictionary."""
        found = self._look_up(key)
        return default if found is _MISSING else found

    def __contains__(self, key: Any) -> bool:
        return self._look_up(key) is not _MISSING

    def __reduce_ex__(self, protocol: Any) -> Any:
        return dict, (dict(self),)


def _filled_first(name: str) -> Callable[..., Any]:
    method = getattr(dict, name)

    def call(self: _FilledDict, *args: Any, **kwargs: Any) -> Any:
        self._filled()
        return method(self, *args, **kwargs)

    call.__name__ = name
    return call


for _name in (
    *(
        "__iter__",
        "__len__",
        "__reversed__",
        "__eq__",
        "__ne__",
        "__repr__",
        "__setitem__",
        "__delitem__",
    ),
    *("keys", "values", "items", "copy", "pop", "popitem", "setdefault", "update", "clear"),
    # From Python 3.9 on.
    *("__or__", "__ror__", "__ior__"),
):
    setattr(_FilledDict, _name, _filled_first(_name))
