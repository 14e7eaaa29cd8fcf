"""Owns the trick by which an object of the engine passes for one of a class of the reference VM.

`isinstance` and `type(x) ==` say yes as soon as that class is imported, without it being touched.
"""

from __future__ import annotations

import sys
from typing import Any, Optional, Tuple


class StandInType(type):
    """The type of classes that stand in for one of the reference VM's."""

    #: Module and name of that class.
    __reference__: Tuple[str, str]

    def reference_class(cls) -> Optional[type]:
        """That class, if it is imported."""
        module, name = cls.__reference__
        return getattr(sys.modules.get(module), name, None)

    def __instancecheck__(cls, instance: Any) -> bool:
        return type.__instancecheck__(cls, instance) or issubclass(type(instance), cls)

    def __subclasscheck__(cls, subclass: type) -> bool:
        # Each hint and each struct has a class of its own here, all of them one in the reference VM.
        return type.__subclasscheck__(cls, subclass) or any(cls == base for base in subclass.__mro__)

    def __eq__(cls, other: Any) -> bool:
        if type(other) is StandInType:
            return cls.__reference__ == other.__reference__
        return other is not None and other is cls.reference_class()

    def __ne__(cls, other: Any) -> bool:
        return not cls == other

    def __hash__(cls) -> int:
        return hash(cls.__reference__)


class StandIn(metaclass=StandInType):
    """The base of what passes for an object of the reference VM."""

    __slots__ = ()
    __reference__ = ("", "")

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return type(self).reference_class() or type(self)
