"""Owns what the host relies on of this Python, because it stands in for it when it runs hints itself:
whether each object is what its module's file makes of it, and still does that.

What cannot be told counts as changed. Knows no sessions, and not what the objects do.
"""

from __future__ import annotations

import builtins
import dis
import hashlib
import sys

# As they were when this was imported: hints may put others into their place.
from builtins import all, any, dict, getattr, id, isinstance, len, list, map, type, vars, zip
from types import BuiltinFunctionType, CodeType, FunctionType, ModuleType
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple

from . import relocatable

_BUILTINS = "builtins"

#: Set in the flags of classes that a `class` statement made, whose names anybody may choose.
_HEAP_TYPE = 1 << 9

_OBJECTS_OF_MODULES = (FunctionType, BuiltinFunctionType, ModuleType, type)

#: Functions that the code of their module does not name: what these names were before all hints.
_UNNAMED = {("hashlib", "sha256"): hashlib.sha256}

_MISSING = object()


class Found(NamedTuple):
    """An object that is what its module's file makes of it, with what can be changed in a function."""

    module: str
    name: str
    value: Any
    code: Any
    defaults: Any
    keyword_defaults: Any

    def is_whole(self) -> bool:
        """Whether the object still does what it did."""
        return self.code is None or (
            self.value.__code__ is self.code
            and self.value.__defaults__ is self.defaults
            and self.value.__kwdefaults__ == self.keyword_defaults
        )


class _Module:
    """What is relied on of one module, with the value that an integer must have."""

    __slots__ = ("name", "wanted", "found")

    def __init__(self, name: str) -> None:
        self.name = name
        self.wanted: Dict[str, Optional[int]] = {}
        self.found: Dict[str, Found] = {}


class Reliance:
    """What the host relies on in one session; made before the first hint."""

    def __init__(self, relied_on: Iterable[str]) -> None:
        self._modules: Dict[str, _Module] = {}
        #: By its `id`, everything that was found; holds the objects, so that no other gets the number.
        self._imports: Dict[int, Found] = {}
        self._codes: Dict[str, CodeType] = {}
        for entry in relied_on:
            module, _, name = entry.partition(":")
            name, _, value = name.partition("=")
            wanted = self._modules.setdefault(module, _Module(module)).wanted
            wanted[name] = int(value, 0) if value else None
        self._import = builtins.__import__
        self._own = vars(builtins)
        self._finders = _finders()
        if _BUILTINS in self._modules:
            self._look(self._modules[_BUILTINS])

    def tampered(self, scopes: Iterable[Any]) -> str:
        """The first thing that is not as it was, `module:name`; empty for none."""
        for scope in scopes:
            own = dict.get(scope, "__builtins__", self._own) if isinstance(scope, dict) else None
            if own is not self._own and own is not builtins:
                return f"{_BUILTINS}:__builtins__"
        if builtins.__import__ is not self._import:
            return f"{_BUILTINS}:__import__"
        all_imported = True
        for relied in self._modules.values():
            changed = self._look(relied)
            if changed is None:
                all_imported = False
            elif changed:
                return f"{relied.name}:{changed}"
        # Where the others will be found: what was added behind finds only what nothing else does.
        if not all_imported:
            for name, now, before in zip(("meta_path", "path_hooks", "path"), _finders(), self._finders):
                if now[: len(before)] != before:
                    return f"sys:{name}"
        return ""

    def import_of(self, value: Any) -> Optional[Tuple[str, str]]:
        """The module and name that the object is relied on by."""
        if type(value) not in _OBJECTS_OF_MODULES:
            return None
        found = self._imports.get(id(value))
        if found is None:
            # Its module may be new.
            for relied in self._modules.values():
                if len(relied.found) < len(relied.wanted):
                    self._look(relied)
            found = self._imports.get(id(value))
        if found is None or not found.is_whole():
            return None
        return found.module, found.name

    def _look(self, relied: _Module) -> Optional[str]:
        """The first name of a module that is not as it was, or empty; `None` when it is not imported."""
        # Names that are found without an import come from the module that there was before all hints.
        module = builtins if relied.name == _BUILTINS else sys.modules.get(relied.name)
        if module is None:
            return None
        names = getattr(module, "__dict__", {})
        changed = ""
        for name, wanted in relied.wanted.items():
            value = names.get(name, _MISSING)
            if wanted is not None:
                as_it_was = type(value) is int and value == wanted
            else:
                found = relied.found.get(name)
                if found is None or found.value is not value:
                    found = self._find(relied.name, name, value)
                    if found is not None:
                        relied.found[name] = found
                        self._imports.setdefault(id(value), found)
                as_it_was = found is not None and found.is_whole()
            if not as_it_was and not changed:
                changed = name
        return changed

    def _find(self, module: str, name: str, value: Any) -> Optional[Found]:
        try:
            if not self._is_genuine(module, name, value):
                return None
        except Exception:
            # Whatever stands there instead may raise whatever it likes.
            return None
        if type(value) is not FunctionType:
            return Found(module, name, value, None, None, None)
        keyword_defaults = value.__kwdefaults__ and dict(value.__kwdefaults__)
        return Found(module, name, value, value.__code__, value.__defaults__, keyword_defaults)

    def _is_genuine(self, module: str, name: str, value: Any) -> bool:
        """Whether nobody but the module's file, or Python itself, can have made and named the object."""
        kind = type(value)
        if (module, name) in _UNNAMED:
            return value is _UNNAMED[module, name]
        if kind is ModuleType:
            return sys.modules.get(f"{module}.{name}") is value
        if value is relocatable.RelocatableValue:
            return name == value.__name__
        home = value.__self__.__name__ if kind is BuiltinFunctionType else value.__module__
        if (home, value.__qualname__) != (module, name):
            # Only the file says which of another module's objects has this name here.
            source = _imports_of(self._code_of(module)).get(name)
            return source is not None and self._is_genuine(*source, value)
        if kind is BuiltinFunctionType:
            return sys.modules.get(home) is value.__self__
        if kind is FunctionType:
            return self._is_of_file(value, home)
        return kind is type and not value.__flags__ & _HEAP_TYPE

    def _is_of_file(self, function: FunctionType, home: str) -> bool:
        names = vars(sys.modules[home])
        codes = [code for code in self._code_of(home).co_consts if isinstance(code, CodeType)]
        return (
            function.__globals__ is names
            and names.get(function.__name__) is function
            and function.__closure__ is None
            and any(_are_same(function.__code__, code) for code in codes)
        )

    def _code_of(self, module: str) -> CodeType:
        """The code of the module's file."""
        code = self._codes.get(module)
        if code is None:
            spec: Any = sys.modules[module].__spec__
            code = self._codes[module] = spec.loader.get_code(spec.name)
        return code


def _imports_of(code: CodeType) -> Dict[str, Tuple[str, str]]:
    """The names that a module's code imports from other modules: the module and the name there."""
    imports = {}
    module = name = ""
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            module = instruction.argval
        elif instruction.opname == "IMPORT_FROM":
            name = instruction.argval
        elif instruction.opname == "STORE_NAME" and name:
            imports[instruction.argval] = (module, name)
            name = ""
    return imports


def _finders() -> Tuple[List[Any], List[Any], List[Any]]:
    return list(sys.meta_path), list(sys.path_hooks), list(sys.path)


def _are_same(one: Any, other: Any) -> bool:
    """Whether two codes, or constants of codes, do the same. For Python, one that ran may be another."""
    if type(one) is not type(other):
        return False
    if isinstance(one, CodeType):
        return (
            one.co_code == other.co_code
            and one.co_names == other.co_names
            and one.co_varnames == other.co_varnames
            and one.co_flags == other.co_flags
            and one.co_argcount == other.co_argcount
            and one.co_kwonlyargcount == other.co_kwonlyargcount
            and _are_same(one.co_consts, other.co_consts)
        )
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(_are_same, one, other))
    return bool(one == other)
