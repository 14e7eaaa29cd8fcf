"""Owns the struct objects that hints get from `ids`: a typed pointer and a struct's definition.

Each struct has its own subclass with one property for each member. Everything else about `ids` is
elsewhere.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Tuple, Type, TypeVar, cast

from .errors import IDENTIFIER, raised
from .identity import StandIn, StandInType
from .memory import Memory
from .memory_dict import ValidatedMemoryDict
from .relocatable import RelocatableValue

_Base = TypeVar("_Base", bound=StandIn)

_MODULE = "starkware.cairo.lang.vm.vm_consts"
NOT_A_STRUCT_POINTER = "Type must be of the form T*."


def refuse_private(instance: Any, name: str) -> None:
    """Names with two underscores are Python's own, never Cairo's."""
    if name.startswith("__"):
        raise AttributeError(f"'{type(instance).__name__}' object has no attribute '{name}'")


class StructMember:
    """A member: where it is and how it is read."""

    __slots__ = ("offset", "kind", "struct_name")

    def __init__(self, offset: int, kind: str, struct_name: str) -> None:
        self.offset = offset
        #: "value", "struct", "pointer" or "other".
        self.kind = kind
        self.struct_name = struct_name

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, StructMember):
            return NotImplemented
        return (self.offset, self.kind, self.struct_name) == (
            other.offset,
            other.kind,
            other.struct_name,
        )

    __hash__ = None  # type: ignore[assignment]


class StructDefinition:
    """A struct: its full name, its size and its members in order of offset."""

    __slots__ = ("full_name", "size", "members", "reference", "definition")

    def __init__(self, full_name: str, size: int, members: Dict[str, StructMember]) -> None:
        self.full_name = full_name
        self.size = size
        self.members = members
        #: The class of typed pointers to it.
        self.reference: Type[VmConstsReference] = VmConstsReference
        #: The class of its definition.
        self.definition: Type[VmConstsStruct] = VmConstsStruct

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, StructDefinition):
            return NotImplemented
        return (self.full_name, self.size, self.members) == (
            other.full_name,
            other.size,
            other.members,
        )

    __hash__ = None  # type: ignore[assignment]


class VmConstsReference(StandIn):
    """A typed pointer: its attributes are the cells of the struct that it points to."""

    __module__ = _MODULE
    __slots__ = ("address_",)
    __reference__ = (_MODULE, "VmConstsReference")
    __struct__: StructDefinition
    __view__: ValidatedMemoryDict
    __structs__: "Structs"
    __find_context__: Callable[[], Any]

    @property
    def _context(self) -> Any:
        return type(self).__find_context__()

    @property
    def _struct_definition(self) -> Any:
        return self._context.struct_definition(self.__struct__.full_name)

    @property
    def _reference_value(self) -> Any:
        return self.address_

    @property
    def type_(self) -> "VmConstsStruct":
        """The definition of the struct."""
        return self.__struct__.definition()

    def get_or_set_value(self, name: str, set_value: Any) -> Any:
        """The member of this name, or its new value."""
        member = self.__struct__.members.get(name)
        if member is None:
            raise not_a_member(name, self.__struct__) from None
        address = self.address_ + member.offset
        if set_value is not None:
            self.__view__[address] = set_value
            return None
        if member.kind == "value":
            return self.__view__[address]
        if member.kind not in ("struct", "pointer"):
            raise AssertionError(NOT_A_STRUCT_POINTER)
        struct = self.__structs__.get(member.struct_name)
        if struct is None:
            raise unknown_struct(member.struct_name)
        return pointer(struct, address if member.kind == "struct" else self.__view__[address])

    def __getattr__(self, name: str) -> Any:
        refuse_private(self, name)
        return self.get_or_set_value(name, None)

    def __setattr__(self, name: str, value: Any) -> None:
        if value is None:
            raise AssertionError("Setting a value to None is not allowed.")
        self.get_or_set_value(name, value)

    def __getitem__(self, idx: Any) -> "VmConstsReference":
        struct = self.__struct__
        return pointer(struct, self.address_ + idx * struct.size)


_set_address = VmConstsReference.address_.__set__  # type: ignore[attr-defined]


def pointer(struct: StructDefinition, address: Any) -> VmConstsReference:
    """A typed pointer to a struct at this address."""
    instance = struct.reference()
    _set_address(instance, address)
    return instance


class VmConstsStruct(StandIn):
    """A struct's definition: its attributes are the offsets of its members, and its size."""

    __module__ = _MODULE
    __slots__ = ()
    __reference__ = (_MODULE, "VmConstsStruct")
    __struct__: StructDefinition
    __find_context__: Callable[[], Any]

    @property
    def _context(self) -> Any:
        return type(self).__find_context__()

    @property
    def _struct_definition(self) -> Any:
        return self._context.struct_definition(self.__struct__.full_name)

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, VmConstsStruct):
            return False
        # An object of the reference VM's own class has none.
        return self.__struct__ == getattr(other, "__struct__", None)

    __hash__ = None  # type: ignore[assignment]

    def get_or_set_value(self, name: str, set_value: Any) -> Any:
        """The offset of a member, or `SIZE`."""
        if set_value is not None:
            raise AssertionError("Cannot change the value of a constant.")
        struct = self.__struct__
        if name == "SIZE":
            return struct.size
        member = struct.members.get(name)
        if member is None:
            raise not_a_member(name, struct) from None
        return member.offset

    def __getattr__(self, name: str) -> Any:
        refuse_private(self, name)
        return self.get_or_set_value(name, None)

    def __setattr__(self, name: str, value: Any) -> None:
        if value is None:
            raise AssertionError("Setting a value to None is not allowed.")
        self.get_or_set_value(name, value)


class Structs(Dict[str, StructDefinition]):
    """The structs of a session by full name."""

    def __init__(
        self, memory: Memory, view: ValidatedMemoryDict, find_context: Callable[[], Any]
    ) -> None:
        super().__init__()
        self._memory = memory
        self._view = view
        self._find_context = find_context

    def define(self, full_name: str, size: int, members: List[Tuple[str, int, str, str]]) -> None:
        """Adds a struct; its members are `(name, offset, kind, struct_name)`."""
        struct = StructDefinition(
            full_name,
            size,
            {name: StructMember(offset, kind, target) for name, offset, kind, target in members},
        )
        shared = {
            "__slots__": (),
            "__module__": _MODULE,
            "__struct__": struct,
            "__find_context__": staticmethod(self._find_context),
        }
        attributes: Dict[str, Any] = {
            name: property(self._getter(member))
            for name, member in struct.members.items()
            if member.kind in ("value", "struct", "pointer") and not hasattr(VmConstsReference, name)
        }
        attributes.update(shared, __view__=self._view, __structs__=self)
        struct.reference = _subclass(VmConstsReference, attributes)
        struct.definition = _subclass(VmConstsStruct, shared)
        self[full_name] = struct

    def pointer(self, full_name: str, address: Any) -> VmConstsReference:
        """A typed pointer to the struct of this name."""
        struct = self.get(full_name)
        if struct is None:
            raise unknown_struct(full_name)
        return pointer(struct, address)

    def _getter(self, member: StructMember) -> Callable[[Any], Any]:
        offset = member.offset
        if member.kind == "value":
            return self._value_getter(offset)
        struct_name = member.struct_name

        def get_struct(self: VmConstsReference) -> Any:
            address = self.address_ + offset
            struct = self.__structs__.get(struct_name)
            if struct is None:
                raise unknown_struct(struct_name)
            return pointer(struct, address)

        if member.kind == "struct":
            return get_struct
        get_value = self._value_getter(offset)

        def get_pointer(self: VmConstsReference) -> Any:
            struct = self.__structs__.get(struct_name)
            if struct is None:
                raise unknown_struct(struct_name)
            return pointer(struct, get_value(self))

        return get_pointer

    def _value_getter(self, offset: int) -> Callable[[Any], Any]:
        memory = self._memory
        view = self._view

        def get(self: VmConstsReference) -> Any:
            address = self.address_
            if address.__class__ is RelocatableValue:
                try:
                    value = memory.cells[address.segment_index][address.offset + offset]
                except KeyError:
                    pass
                else:
                    if value.__class__ is int or value.segment_index >= 0:
                        return value
            return view[address + offset]

        return get


def _subclass(base: Type[_Base], attributes: Dict[str, Any]) -> Type[_Base]:
    """A class of the same name for one struct."""
    return cast(Type[_Base], StandInType(base.__name__, (base,), attributes))


def not_a_member(name: str, struct: StructDefinition) -> BaseException:
    """The error of a member that a struct does not have."""
    # Structs of programs loaded at run time carry the program's number in front.
    full_name = struct.full_name.rpartition("#")[2]
    return raised(IDENTIFIER, f"'{name}' is not a member of '{full_name}'.")


def unknown_struct(full_name: str) -> BaseException:
    """The error of a struct that the host did not define."""
    return LookupError(f"the host did not define the struct `{full_name}`")
