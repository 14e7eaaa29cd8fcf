"""Compiles small programs of these tests, once each, with cairo-lang in this process."""

import functools
import json
import sys

from starkware.cairo.lang.cairo_constants import DEFAULT_PRIME
from starkware.cairo.lang.compiler.cairo_compile import compile_cairo


@functools.lru_cache(maxsize=None)
def compiled(source, file_name="test.cairo"):
    """The compiled JSON of a program's source."""
    # Long programs of one line each make deep trees.
    sys.setrecursionlimit(max(10_000, sys.getrecursionlimit()))
    program = compile_cairo([(source, file_name)], prime=DEFAULT_PRIME, debug_info=True)
    return json.dumps(program.Schema().dump(program)).encode()
