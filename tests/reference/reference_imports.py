"""Lets cairo-lang's VM be imported on Python 3.11 and later.

It uses mutable data classes as defaults, which these Pythons refuse unless they can be hashed.
"""

import contextlib
import dataclasses
import warnings

_dataclass = dataclasses.dataclass


def _hashable(cls=None, **options):
    if cls is None:
        return lambda decorated: _hashable(decorated, **options)
    if not options.get("frozen") and options.get("eq", True) and "__hash__" not in vars(cls):
        options.setdefault("unsafe_hash", True)
    return _dataclass(cls, **options)


@contextlib.contextmanager
def importable():
    """Imports inside of the block succeed."""
    dataclasses.dataclass = _hashable
    try:
        with warnings.catch_warnings():
            # Its dependencies warn of each other.
            warnings.simplefilter("ignore")
            yield
    finally:
        dataclasses.dataclass = _dataclass
