"""Owns what the host is told of the variables that a hint left: those that a few bytes say whole and
that nothing can change. Of all others it is told that they are here.

Runs no code of the hints, whatever their objects are. Knows no transport.
"""

from __future__ import annotations

import json.encoder

# As they were when this was imported: hints may put others into their place.
from builtins import bool, bytes, dict, float, int, len, range, str, tuple, type, zip
from typing import Any, Callable, Iterable, List, NamedTuple, Optional, Tuple

from .effects import Effects
from .reliance import Reliance
from .relocatable import RelocatableValue

#: Larger ones stay here.
_MAX_BITS = 4096
_MAX_CHARACTERS = 4096
#: Values in a tuple, those in the tuples in it included, and how deep they are.
_MAX_VALUES = 64
_MAX_DEPTH = 4
#: Of a whole report.
_MAX_BYTES = 4 << 20
#: What the host takes for an address.
_MAX_SEGMENT = 1 << 30
_MAX_OFFSET = 1 << 62

_ABSENT = '{"absent":true}'
_ELSEWHERE = '{"elsewhere":true}'

_MISSING = object()

_quoted = json.encoder.encode_basestring_ascii

#: The module and name of an object that the host knows by them.
ImportOf = Callable[[Any], Optional[Tuple[str, str]]]

#: What `Effects.variables_json` and `Effects.tampered` say.
Report = Tuple[str, str]

_NOTHING: Report = ("", "")


class Asked(NamedTuple):
    """Which variables the host wants to know when the hint has ended."""

    names: List[str]
    all_scopes: bool
    tampering: bool


class Reporter:
    """What one session was asked about its next hint, and what there is to tell of the last."""

    __slots__ = ("asked", "_reliance", "_report")

    def __init__(self, relied_on: Iterable[str]) -> None:
        self.asked: Optional[Asked] = None
        self._reliance = Reliance(relied_on)
        self._report = _NOTHING

    def make(self, stack: List[Any], effects: Effects) -> None:
        """Answers what was asked after a hint with these effects, which ended normally."""
        if self.asked is None:
            return
        names, all_scopes, tampering = self.asked
        first = len(stack) - effects.scopes_entered
        if all_scopes:
            first = 0
        elif not effects.scopes_left:
            # The hint's own.
            first -= 1
        tampered = self._reliance.tampered(stack) if tampering else ""
        try:
            variables = describe(stack, first, names, self._reliance.import_of)
        except Exception:
            # Keys with code of their own, or a stack that a hint took apart: nothing is known.
            variables = ""
        self._report = (variables, tampered)

    def take(self) -> Report:
        """The report of the hint that ended; an empty one if it failed, or when nothing was asked."""
        report, self._report, self.asked = self._report, _NOTHING, None
        return report


def describe(stack: List[Any], first: int, names: List[str], import_of: ImportOf) -> str:
    """The variables of these names in the scopes from depth `first` on, JSON; empty when too long."""
    keys = [_quoted(name) for name in names]
    scopes: List[str] = []
    room = _MAX_BYTES
    for depth in range(first, len(stack)):
        scope = stack[depth]
        # What a dictionary of another class gives to a hint, its own code says.
        if type(scope) is dict:
            values = [_described(scope.get(name, _MISSING), import_of) for name in names]
        else:
            values = [_ELSEWHERE] * len(names)
        variables = ",".join([f"{key}:{value}" for key, value in zip(keys, values)])
        scopes.append(f"[{depth},{{{variables}}}]")
        room -= len(scopes[-1]) + 1
        if room < 1:
            return ""
    return "[" + ",".join(scopes) + "]"


def _described(value: Any, import_of: ImportOf) -> str:
    if value is _MISSING:
        return _ABSENT
    return _simple(value, import_of, 0, [_MAX_VALUES]) or _ELSEWHERE


def _simple(value: Any, import_of: ImportOf, depth: int, room: List[int]) -> Optional[str]:
    """A value that is no more than what it says, else `None`. `room` is for the values of tuples."""
    kind = type(value)
    if kind is int:
        return f'{{"int":"{value:#x}"}}' if value.bit_length() <= _MAX_BITS else None
    if kind is RelocatableValue:
        return _address(value)
    if value is None:
        return '{"none":true}'
    if kind is bool:
        return '{"bool":true}' if value else '{"bool":false}'
    if kind is str:
        return _text(value)
    if kind is float:
        # Not what is no number, or beyond all.
        return f'{{"float":"{value!r}"}}' if value - value == 0 else None
    if kind is bytes:
        return f'{{"bytes":"{value.hex()}"}}' if len(value) <= _MAX_CHARACTERS else None
    if kind is tuple:
        room[0] -= len(value)
        if depth >= _MAX_DEPTH or room[0] < 0:
            return None
        values = []
        for item in value:
            described = _simple(item, import_of, depth + 1, room)
            if described is None:
                return None
            values.append(described)
        return '{"tuple":[' + ",".join(values) + "]}"
    found = import_of(value)
    return found and f'{{"import":[{_quoted(found[0])},{_quoted(found[1])}]}}'


def _address(value: RelocatableValue) -> Optional[str]:
    segment, offset = value.segment_index, value.offset
    if type(segment) is not int or type(offset) is not int:
        return None
    if not (-_MAX_SEGMENT < segment < _MAX_SEGMENT and 0 <= offset < _MAX_OFFSET):
        return None
    return f'{{"address":[{segment},{offset}]}}'


def _text(value: str) -> Optional[str]:
    if len(value) > _MAX_CHARACTERS:
        return None
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            # Half a surrogate pair, which no message can carry.
            return None
    return f'{{"text":{_quoted(value)}}}'
