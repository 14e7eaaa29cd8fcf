"""Owns finding the session whose hint or rule runs, on the stack, so that nothing need be kept."""

from __future__ import annotations

import sys
from types import CodeType, FrameType
from typing import Any, Dict, Optional, Set

_codes: Set[CodeType] = set()


def watch(execute_code: CodeType) -> None:
    """Takes what runs below this function, a session's method, for a hint or rule of the session."""
    _codes.add(execute_code)


def call() -> Optional[Dict[str, Any]]:
    """The variables of the call that runs a hint or rule here, with `self`; `None` outside of hints."""
    frame: Optional[FrameType] = sys._getframe()
    while frame is not None:
        if frame.f_code in _codes:
            return frame.f_locals
        frame = frame.f_back
    return None
