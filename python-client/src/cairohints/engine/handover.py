"""Owns the variables that come from the other side: what hints that ran in the host's language did to
the scopes, told before a hint that needs Python.

Knows no transport.
"""

from __future__ import annotations

from collections import defaultdict
from importlib import import_module
from typing import Any, Callable, Dict, List

from .memory import Memory
from .relocatable import RelocatableValue


def take_over(stack: List[Dict[str, Any]], memory: Memory, handed: Dict[str, Any]) -> None:
    """Has segments moved, deletes variables from scopes, then sets others; what is not mentioned stays.

    `handed` is what `PythonHandover.variables_json` says: `{"relocations": [[segment, address]],
    "deleted": [[depth, name]], "scopes": [{name: value}], "lists": [[value]], "dict_managers":
    [[tracker]]}`, all of which may be left out; a value has one key that says what it is, a tracker is
    `[segment, data, current_ptr]`.
    """
    for segment, place in handed.get("relocations", ()):
        memory.relocation_rules[segment] = RelocatableValue(*place)
    for depth, name in handed.get("deleted", ()):
        stack[depth].pop(name, None)
    objects = _Objects()
    for trackers in handed.get("dict_managers", ()):
        objects.managers.append(_dict_manager(trackers))
    lists = handed.get("lists", ())
    # All of them first: one may hold any other, or itself.
    objects.lists = [[] for _ in lists]
    for made, items in zip(objects.lists, lists):
        made.extend([_value(item, objects) for item in items])
    for scope, variables in zip(stack, handed.get("scopes", ())):
        for name, value in variables.items():
            scope[name] = _value(value, objects)


class _Objects:
    """What values mention by its position."""

    __slots__ = ("lists", "managers")

    def __init__(self) -> None:
        self.lists: List[List[Any]] = []
        self.managers: List[Any] = []


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
    if kind == "same":
        return objects.lists[value]
    if kind == "list":
        return [_value(item, objects) for item in value]
    if kind == "tuple":
        return tuple([_value(item, objects) for item in value])
    if kind == "import":
        module, name = value
        return getattr(import_module(module), name)
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
