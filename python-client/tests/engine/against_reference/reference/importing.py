"""Imports the reference VM, also on Python 3.11 and later.

Its data classes use mutable data classes as defaults, which later Pythons refuse unless they can be
hashed; while it is imported, they can.
"""

import dataclasses
import warnings

_original = dataclasses.dataclass


def _hashable(cls=None, **options):
    if cls is None:
        return lambda decorated: _hashable(decorated, **options)
    if not options.get("frozen") and options.get("eq", True) and "__hash__" not in vars(cls):
        options.setdefault("unsafe_hash", True)
    return _original(cls, **options)


dataclasses.dataclass = _hashable
try:
    with warnings.catch_warnings():
        # Its dependencies warn of each other.
        warnings.simplefilter("ignore")
        import starkware.cairo.lang.vm.cairo_runner  # noqa: F401
finally:
    dataclasses.dataclass = _original
