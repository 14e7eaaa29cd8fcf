"""Owns what hints log as Python objects. The names are those of `logging`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Dict, Mapping, Optional, Tuple, Union

from .v1 import log_pb2 as pb

#: The levels by their names; what hints print counts as `output`.
LEVELS: Mapping[str, pb.RecordLevel] = {
    "output": pb.RECORD_LEVEL_OUTPUT,
    "debug": pb.RECORD_LEVEL_DEBUG,
    "info": pb.RECORD_LEVEL_INFO,
    "warning": pb.RECORD_LEVEL_WARNING,
    "error": pb.RECORD_LEVEL_ERROR,
    "critical": pb.RECORD_LEVEL_CRITICAL,
}
_NAMES = {number: name for name, number in LEVELS.items()}


@dataclass(frozen=True)
class HintRecord:
    """What a hint logged."""

    #: The level as in `logging`; 5 for what was printed.
    levelno: int
    #: `output`, `debug`, `info`, `warning`, `error` or `critical`.
    levelname: str
    #: The text.
    message: str
    #: What was logged with it: `log("paid", account=7)`.
    fields: Dict[str, Any] = field(default_factory=dict)
    #: The hint that logged it, and where it stands: segment and offset. Nothing outside of hints.
    hint_id: Optional[int] = None
    pc: Optional[Tuple[int, int]] = None
    #: The language of the hint.
    language: str = "python"
    #: The name of the logger, a module; empty for the hint itself.
    name: str = ""
    #: When, in seconds since 1970.
    created: float = 0.0
    #: Whether it was too long to be sent whole.
    cut: bool = False


def level_number(level: Union[int, str]) -> pb.RecordLevel:
    """The lowest level of records, of a name or of a number of `logging`."""
    if isinstance(level, str):
        number = LEVELS.get(level.lower())
        if number is None:
            names = ", ".join(f"`{name}`" for name in LEVELS)
            raise ValueError(f"there is no level `{level}`\nhint: use one of {names}")
        return number
    # Others lie between them.
    return next((number for number in LEVELS.values() if number >= level), pb.RECORD_LEVEL_CRITICAL)


def record(message: pb.HintRecord) -> HintRecord:
    """A record as it was sent."""
    is_of_hint = message.HasField("hint_id")
    return HintRecord(
        message.level,
        _NAMES.get(message.level, "info"),
        message.text,
        {each.name: _value(each.json) for each in message.fields},
        message.hint_id if is_of_hint else None,
        (message.pc.segment, message.pc.offset) if is_of_hint else None,
        message.language or "python",
        message.logger,
        message.time_nanos / 1e9,
        message.cut,
    )


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
