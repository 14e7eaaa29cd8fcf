"""Owns the variables that come from the other side: hints that ran in the host's language until one
of them needed Python.

They are the variables of the standard library's hints, as Python makes them. Knows no transport.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Callable, Dict, List

from .relocatable import RelocatableValue


def take_over(stack: List[Dict[str, Any]], handed: Dict[str, Any]) -> None:
    """Sets variables in scopes, outermost first.

    `handed` is `{"scopes": [{name: value}], "dict_managers": [[tracker]]}`; a value has one key that
    says what it is, a tracker is `[segment, data, current_ptr]`.
    """
    managers = [_dict_manager(trackers) for trackers in handed["dict_managers"]]
    for scope, variables in zip(stack, handed["scopes"]):
        for name, value in variables.items():
            scope[name] = _value(value, managers)


def _value(described: Any, managers: List[Any]) -> Any:
    ((kind, value),) = described.items()
    if kind == "none":
        return None
    if kind == "int":
        return int(value)
    if kind == "address":
        return RelocatableValue(*value)
    if kind == "list":
        return [_value(item, managers) for item in value]
    if kind == "dict_manager":
        return managers[value]
    if kind == "dict":
        found: Dict[Any, Any] = {}
    elif kind == "dict_of_lists":
        found = defaultdict(list)
    elif kind == "default_dict":
        value, default = value
        found = defaultdict(_always(_value(default, managers)))
    else:
        raise ValueError(f"the host hands over a variable of unknown kind `{kind}`")
    for key, item in value:
        found[_value(key, managers)] = _value(item, managers)
    return found


def _always(value: Any) -> Callable[[], Any]:
    return lambda: value


def _dict_manager(trackers: List[Any]) -> Any:
    from starkware.cairo.common.dict import DictManager, DictTracker

    manager = DictManager()
    for segment, data, current_ptr in trackers:
        manager.trackers[segment] = DictTracker(
            data=_value(data, []), current_ptr=RelocatableValue(*current_ptr)
        )
    return manager
