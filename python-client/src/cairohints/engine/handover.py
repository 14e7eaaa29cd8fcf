"""Owns the variables that come from the other side: what hints that ran in the host's language did to
the scopes, told before a hint that needs Python.

Knows no transport.
"""

from __future__ import annotations

import builtins
from collections import defaultdict
from importlib import import_module
from types import CodeType, FunctionType
from typing import Any, Callable, Dict, List

from .memory import Memory
from .relocatable import RelocatableValue


def take_over(
    stack: List[Dict[str, Any]],
    memory: Memory,
    handed: Dict[str, Any],
    code_of: Callable[[int], CodeType],
) -> None:
    """Has segments moved, deletes variables from scopes, then sets others; what is not mentioned stays.

    `handed` is what `PythonHandover.variables_json` says: `{"relocations": [[segment, address]],
    "deleted": [[depth, name]], "scopes": [{name: value}], "lists": [[value]], "dicts": [[[key, value]]],
    "functions": [[hint, name, line, depth, [default], {name: annotation}]],
    "dict_managers": [[tracker]]}`, all of which may be left out; a value has one key that says what it
    is, a tracker is `[segment, data, current_ptr]`. `code_of` gives the code of a hint by its number.
    """
    for segment, place in handed.get("relocations", ()):
        memory.relocation_rules[segment] = RelocatableValue(*place)
    for depth, name in handed.get("deleted", ()):
        stack[depth].pop(name, None)
    objects = _Objects()
    for trackers in handed.get("dict_managers", ()):
        objects.managers.append(_dict_manager(trackers))
    for hint, name, line, depth, defaults, annotated in handed.get("functions", ()):
        code = _code_of_function(code_of(hint), name, line)
        # As there is where a hint ran.
        stack[depth].setdefault("__builtins__", vars(builtins))
        given = tuple([_value(default, objects) for default in defaults])
        function = FunctionType(code, stack[depth], name, given or None)
        function.__annotations__ = {of: _value(each, objects) for of, each in annotated.items()}
        objects.functions.append(function)
    lists = handed.get("lists", ())
    # All of them first: one may hold any other, or itself.
    objects.lists = [[] for _ in lists]
    dicts = handed.get("dicts", ())
    objects.dicts = [{} for _ in dicts]
    for made, items in zip(objects.lists, lists):
        made.extend([_value(item, objects) for item in items])
    for entries, pairs in zip(objects.dicts, dicts):
        for key, value in pairs:
            entries[_value(key, objects)] = _value(value, objects)
    for scope, variables in zip(stack, handed.get("scopes", ())):
        for name, value in variables.items():
            scope[name] = _value(value, objects)


class _Objects:
    """What values mention by its position."""

    __slots__ = ("dicts", "functions", "lists", "managers")

    def __init__(self) -> None:
        self.lists: List[List[Any]] = []
        self.dicts: List[Dict[Any, Any]] = []
        self.managers: List[Any] = []
        self.functions: List[FunctionType] = []


def _value(described: Any, objects: _Objects) -> Any:
    ((kind, value),) = described.items()
    if kind == "none":
        return None
    if kind == "int":
        return int(value, 0)
    if kind == "address":
        return RelocatableValue(*value)
    if kind in ("bool", "text"):
        return value
    if kind == "float":
        return float(value)
    if kind == "bytes":
        return bytes.fromhex(value)
    if kind == "same":
        return objects.lists[value]
    if kind == "list":
        return [_value(item, objects) for item in value]
    if kind == "tuple":
        return tuple([_value(item, objects) for item in value])
    if kind == "import":
        module, name = value
        imported = import_module(module)
        return getattr(imported, name) if name else imported
    if kind == "same_dict":
        return objects.dicts[value]
    if kind == "function":
        return objects.functions[value]
    if kind == "dict_manager":
        return objects.managers[value]
    if kind == "dict":
        found: Dict[Any, Any] = {}
    elif kind == "dict_of_lists":
        found = defaultdict(list)
    elif kind == "default_dict":
        value, default = value
        found = defaultdict(_always(_value(default, objects)))
    else:
        raise ValueError(f"the host hands over a variable of unknown kind `{kind}`")
    for key, item in value:
        found[_value(key, objects)] = _value(item, objects)
    return found


def _code_of_function(code: CodeType, name: str, line: int) -> CodeType:
    """The code of a function that the code of a hint defines, by what is one's alone."""
    inner = [part for part in code.co_consts if isinstance(part, CodeType)]
    (found,) = [part for part in inner if (part.co_name, part.co_firstlineno) == (name, line)]
    return found


def _always(value: Any) -> Callable[[], Any]:
    return lambda: value


def _dict_manager(trackers: List[Any]) -> Any:
    from starkware.cairo.common.dict import DictManager, DictTracker

    manager = DictManager()
    for segment, data, current_ptr in trackers:
        manager.trackers[segment] = DictTracker(
            data=_value(data, _Objects()), current_ptr=RelocatableValue(*current_ptr)
        )
    return manager
