"""Owns how a call becomes part of the trace of its program, where that uses OpenTelemetry."""

import importlib
import sys
from typing import Dict, Tuple

#: What servers are told; baggage is the program's own.
HEADERS = ("traceparent", "tracestate")


def trace_metadata() -> Tuple[Tuple[str, str], ...]:
    """What goes along with a call, so that the server's spans belong to the current one."""
    # Whoever has not imported it has no span.
    if "opentelemetry.trace" not in sys.modules:
        return ()
    try:
        propagate = importlib.import_module("opentelemetry.propagate")
        carrier: Dict[str, str] = {}
        propagate.inject(carrier)
    except Exception:
        # A propagator that fails must not fail the call.
        return ()
    return tuple((name, str(carrier[name])) for name in HEADERS if name in carrier)


__all__ = ["HEADERS", "trace_metadata"]
