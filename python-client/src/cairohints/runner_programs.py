"""Owns the texts of cairo-lang's `Program` objects: each is made once, however often its like is loaded.

A server wants a text, a test has objects, often a new one of the same program for each test. Knows
nothing of runs.
"""

from __future__ import annotations

import hashlib
import json
import pickle
import weakref
from collections import OrderedDict
from typing import Any, Dict, List, Optional, Tuple

#: Texts that are kept after their objects are gone.
_KEPT_TEXTS = 64
#: What of a program decides how it runs. The rest, its debug information, is for texts of errors;
#: those are made here, from the object.
_RUNNING_PARTS = (
    "prime",
    "data",
    "builtins",
    "hints",
    "compiler_version",
    "main_scope",
    "identifiers",
    "reference_manager",
    "attributes",
)

#: The builtins that the server has.
KNOWN = frozenset(
    (
        "output",
        "pedersen",
        "range_check",
        "ecdsa",
        "bitwise",
        "ec_op",
        "keccak",
        "poseidon",
        "range_check96",
        "add_mod",
        "mul_mod",
    )
)

_HintPlaces = Dict[int, List[Optional[Tuple[str, int, int]]]]

#: By identity: the object, what may change in it, and its text.
_by_object: Dict[int, Tuple[Any, Any, bytes]] = {}
#: By content.
_by_content: "OrderedDict[bytes, bytes]" = OrderedDict()


def program_text(program: Any) -> bytes:
    """The compiled JSON of one of cairo-lang's `Program` objects, with the places of its hints only.

    An object that was seen before costs nothing, unless its hints, builtins or code were replaced since.
    """
    known = _by_object.get(id(program))
    now = _replaceable(program)
    if known is not None and known[0]() is program and _same(known[1], now):
        return known[2]
    text = _text_of_content(program)
    identity = id(program)
    reference = weakref.ref(program, lambda _: _by_object.pop(identity, None))
    _by_object[identity] = (reference, now, text)
    return text


def _replaceable(program: Any) -> Tuple[Any, ...]:
    """The parts that callers replace, and how much is in them."""
    parts = [getattr(program, name, None) for name in ("hints", "builtins", "data", "identifiers")]
    return (*parts, *(len(part) for part in parts[:3] if part is not None))


def _same(before: Tuple[Any, ...], now: Tuple[Any, ...]) -> bool:
    return len(before) == len(now) and all(
        old is new or (isinstance(old, int) and old == new) for old, new in zip(before, now)
    )


def _text_of_content(program: Any) -> bytes:
    places = _hint_places(program)
    key = _content(program, places)
    text = None if key is None else _by_content.get(key)
    if text is None:
        text = _compiled_json(program, places)
    if key is not None:
        _by_content[key] = text
        _by_content.move_to_end(key)
        while len(_by_content) > _KEPT_TEXTS:
            _by_content.popitem(last=False)
    return text


def _content(program: Any, places: _HintPlaces) -> Optional[bytes]:
    """A hash that only programs of the same content have, if it can be made.

    Pickling is many times faster than making the text.
    """
    parts = [getattr(program, name, None) for name in _RUNNING_PARTS]
    try:
        pickled = pickle.dumps((parts, places), protocol=5)
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError):
        return None
    return hashlib.sha256(pickled).digest()


def _hint_places(program: Any) -> _HintPlaces:
    """Where the hints stand: by pc, for each a file, a line and empty lines."""
    debug_info = getattr(program, "debug_info", None)
    if debug_info is None:
        return {}
    found: _HintPlaces = {}
    for pc in program.hints:
        location = debug_info.instruction_locations.get(pc)
        if location is not None:
            found[pc] = [
                None
                if hint is None
                else (
                    hint.location.input_file.filename,
                    hint.location.start_line,
                    hint.n_prefix_newlines,
                )
                for hint in location.hints
            ]
    return found


def _compiled_json(program: Any, places: _HintPlaces) -> bytes:
    if not hasattr(program, "identifiers"):
        # A stripped program.
        stripped = {
            "prime": hex(program.prime),
            "data": [hex(cell) for cell in program.data],
            "builtins": _known(program.builtins),
            "hints": {},
            "main_scope": "__main__",
            "identifiers": {},
            "reference_manager": {"references": []},
            "attributes": [],
        }
        return json.dumps(stripped).encode()
    compiled = type(program).Schema(exclude=("debug_info",)).dump(program)
    instructions = {
        str(pc): {
            "accessible_scopes": [],
            "flow_tracking_data": None,
            "hints": [None if place is None else _hint_location(*place) for place in hints],
            "inst": _location("", 1),
        }
        for pc, hints in places.items()
    }
    # The server is told of the others as segments.
    compiled["builtins"] = _known(compiled["builtins"])
    compiled["debug_info"] = {"file_contents": {}, "instruction_locations": instructions}
    return json.dumps(compiled).encode()


def _known(builtins: List[str]) -> List[str]:
    return [name for name in builtins if name in KNOWN]


def _hint_location(filename: str, line: int, prefix_newlines: int) -> Dict[str, Any]:
    return {"location": _location(filename, line), "n_prefix_newlines": prefix_newlines}


def _location(filename: str, line: int) -> Dict[str, Any]:
    return {
        "input_file": {"filename": filename},
        "start_line": line,
        "start_col": 1,
        "end_line": line,
        "end_col": 1,
    }


__all__ = ["KNOWN", "program_text"]
