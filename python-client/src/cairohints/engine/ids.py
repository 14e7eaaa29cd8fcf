"""Owns `ids`: the Cairo names that a hint can reach.

The host resolves each name once for each hint (a definition tuple); here it becomes a property of
that hint's own subclass of `VmConsts`. Knows nothing of how names are resolved.
"""

from __future__ import annotations

from threading import get_ident
from typing import Any, Callable, Dict, Optional, Tuple

from .context import scoped_name
from .errors import raised, without_context
from .expressions import (
    DeadCells,
    Frame,
    evaluate_lazily,
    register_offset,
)
from .identity import StandIn, StandInType
from .memory import OFFSET_BOUND, Memory
from .memory_dict import ValidatedMemoryDict
from .relocatable import RelocatableValue
from .structs import Structs, refuse_private

_MODULE = "starkware.cairo.lang.vm.vm_consts"
_NONE_TEXT = "Setting a value to None is not allowed."

#: What a name stands for: `(scope, name, kind, *rest)` with one of
#: `"constant", value` - `"scope", full name, instruction offset or None` - `"struct", full name` -
#: `"raised", class path, message` - `"reference", get, set`, where get is `("value", expression)`,
#: `("struct", expression, full name)` or `("raised", class path, message)`, and set is
#: `("address", expression)` or `("raised", class path, message)`.
Definition = Tuple[Any, ...]
Getter = Callable[[Any], Any]
Setter = Callable[[Any, Any], None]


class VmConsts(StandIn):
    """A scope of Cairo names: `ids` itself, or a namespace, function or label in it."""

    # Python's own form of names keeps them apart from Cairo's: no Cairo name is looked up that
    # starts with two underscores.
    __module__ = _MODULE
    __slots__ = ("__frame__", "__parent__", "__scope__", "__path__", "instruction_offset_")
    __reference__ = (_MODULE, "VmConsts")
    __names__: "HintIds"

    @property
    def _context(self) -> Any:
        frame = self.__frame__
        if frame.context is None:
            names = self.__names__
            # It keeps this object, and with it the registers, from the hint's next execution.
            frame.context = names.surroundings.make_context(names.hint_id, frame, self)
        return frame.context

    @property
    def _accessible_scopes(self) -> Any:
        return self._context.accessible_scopes(self.__scope__)

    @property
    def _path(self) -> Any:
        return scoped_name(self.__path__)

    def get_or_set_value(self, name: str, set_value: Any) -> Any:
        """The value of a name, or its new value."""
        getter, setter = self.__names__.access(self.__scope__, name)
        if set_value is None:
            return getter(self)
        return setter(self, set_value)

    def __getattr__(self, name: str) -> Any:
        refuse_private(self, name)
        return self.get_or_set_value(name, None)

    def __setattr__(self, name: str, value: Any) -> None:
        if value is None:
            raise AssertionError(_NONE_TEXT)
        self.get_or_set_value(name, value)


_set_frame = VmConsts.__frame__.__set__  # type: ignore[attr-defined]
_set_parent = VmConsts.__parent__.__set__  # type: ignore[attr-defined]
_set_scope = VmConsts.__scope__.__set__  # type: ignore[attr-defined]
_set_path = VmConsts.__path__.__set__  # type: ignore[attr-defined]
_set_instruction_offset = VmConsts.instruction_offset_.__set__  # type: ignore[attr-defined]
_dead_cells = DeadCells()


class Surroundings:
    """What the names of all hints of a session share."""

    __slots__ = ("memory", "view", "structs", "prime", "resolve_name", "make_context")

    def __init__(
        self,
        memory: Memory,
        view: ValidatedMemoryDict,
        structs: Structs,
        resolve_name: Callable[[int, str, str], Definition],
        make_context: Callable[[int, Frame, VmConsts], Any],
    ) -> None:
        self.memory = memory
        self.view = view
        self.structs = structs
        self.prime = memory.prime
        self.resolve_name = resolve_name
        #: Of a hint, the registers and the object that it belongs to.
        self.make_context = make_context


class HintIds:
    """The names of one hint, and its current `ids` object."""

    __slots__ = (
        "hint_id",
        "surroundings",
        "ids",
        "frame",
        "_definitions",
        "_access",
        "_class",
        "_scope_class",
    )

    def __init__(self, hint_id: int, surroundings: Surroundings) -> None:
        self.hint_id = hint_id
        self.surroundings = surroundings
        #: The object that the hint's next execution gets.
        self.ids: Any = None
        #: The registers that `ids` works with.
        self.frame: Any = None
        self._definitions: Dict[Tuple[str, str], Definition] = {}
        self._access: Dict[Tuple[str, str], Tuple[Getter, Setter]] = {}
        self._class: Optional[type] = None
        self._scope_class: Optional[type] = None

    def define(self, definition: Definition) -> None:
        """Takes over what a name stands for: `(scope, name, kind, ...)`."""
        key = (definition[0], definition[1])
        self._access[key] = make_access(definition, self.surroundings)
        self._definitions[key] = definition
        self._class = None
        self.ids = None

    def renew(self) -> None:
        """Makes a new `ids` for the next execution; a kept old one keeps its registers."""
        if self.frame is not None:
            self.frame.ap_cells = self.frame.fp_cells = _dead_cells
        if self._class is None:
            self._class = self._make_class()
        ids = self._class()
        frame = Frame(self.surroundings.memory)
        _set_frame(ids, frame)
        _set_scope(ids, "")
        _set_path(ids, "")
        self.ids = ids
        self.frame = frame

    def scope_class(self) -> type:
        """The class of the scopes inside of `ids`."""
        if self._scope_class is None:
            attributes = {"__slots__": (), "__module__": _MODULE, "__names__": self}
            self._scope_class = StandInType("VmConsts", (VmConsts,), attributes)
        return self._scope_class

    def access(self, scope: str, name: str) -> Tuple[Getter, Setter]:
        """How a name is read and written; the host is asked at most once."""
        key = (scope, name)
        access = self._access.get(key)
        if access is None:
            definition = self._definitions.get(key)
            if definition is None:
                self.surroundings.memory.check_turn()
                definition = self.surroundings.resolve_name(self.hint_id, scope, name)
                self._definitions[key] = definition
                # The next execution gets a class that has it as a property.
                self._class = None
                self.ids = None
            access = self._access[key] = make_access(definition, self.surroundings)
        return access

    def _make_class(self) -> type:
        attributes: Dict[str, Any] = {
            "__slots__": (),
            "__module__": _MODULE,
            "__names__": self,
        }
        fp_offsets: Dict[str, int] = {}
        ap_offsets: Dict[str, int] = {}
        for (scope, name), definition in list(self._definitions.items()):
            if scope or name.startswith("__") or hasattr(VmConsts, name):
                continue
            attributes[name] = property(self.access("", name)[0])
            cell = _settable_cell(definition)
            if cell is not None:
                (fp_offsets if cell[0] == "fp" else ap_offsets)[name] = cell[1]
        attributes["__setattr__"] = _fast_setattr(fp_offsets, ap_offsets, self.surroundings.prime)
        return StandInType("VmConsts", (VmConsts,), attributes)


def _settable_cell(definition: Definition) -> Optional[Tuple[str, int]]:
    """The register and offset of a reference's cell, if it is as simple as that."""
    if definition[2] == "reference" and definition[4][0] == "address":
        return register_offset(definition[4][1])
    return None


def _fast_setattr(
    fp_offsets: Dict[str, int], ap_offsets: Dict[str, int], prime: int
) -> Callable[[Any, str, Any], None]:
    """A `__setattr__` that writes a number into an empty, unguarded cell without further calls."""
    set_slowly = VmConsts.__setattr__

    def __setattr__(self: Any, name: str, value: Any) -> None:
        offset = fp_offsets.get(name)
        if offset is not None:
            frame = self.__frame__
            segment = frame.fp_segment
            cells = frame.fp_cells
            offset += frame.fp_offset
        else:
            offset = ap_offsets.get(name)
            if offset is None:
                return set_slowly(self, name, value)
            frame = self.__frame__
            segment = frame.ap_segment
            cells = frame.ap_cells
            offset += frame.ap_offset
        memory = frame.memory
        # What `Memory.write` asks for, too; `tests/engine/test_write_paths.py` holds them equal.
        if (
            value.__class__ is int
            and 0 <= value < prime
            and offset not in cells
            and 0 <= offset < OFFSET_BOUND
            and memory.writer == get_ident()
            and segment not in memory.guarded
            and (
                (segment, offset) in memory.empty or offset >= memory.lengths.get(segment, OFFSET_BOUND)
            )
        ):
            cells[offset] = value
            memory.effects.writes.append((segment, offset, value))
            return None
        return set_slowly(self, name, value)

    return __setattr__


# Access to one name. A getter takes the `VmConsts` object, a setter also the value.


def make_access(definition: Definition, surroundings: Surroundings) -> Tuple[Getter, Setter]:
    """The getter and the setter of a definition."""
    kind = definition[2]
    if kind == "constant":
        value = definition[3]
        return (lambda self: value), _refusing("Cannot change the value of a constant.")
    if kind == "scope":
        return _scope_getter(definition), _refusing("Cannot change the value of a scope definition.")
    if kind == "struct":
        structs = surroundings.structs
        full_name = definition[3]

        def get_struct(self: Any) -> Any:
            struct = structs.get(full_name)
            if struct is None:
                raise LookupError(f"the host did not define the struct `{full_name}`")
            return struct.definition()

        return get_struct, _refusing("Cannot change the value of a struct definition.")
    if kind == "raised":
        class_path, message = definition[3:]
        if definition[0]:
            return _raising_with_path(definition)
        return _raising_getter(class_path, message), _raising_setter(class_path, message)
    if kind == "reference":
        return (
            _reference_getter(definition[3], surroundings),
            _reference_setter(definition[4], surroundings),
        )
    raise ValueError(f"the definition of `{definition[1]}` has an unknown kind: `{kind}`")


def _refusing(text: str) -> Setter:
    def refuse(self: Any, value: Any) -> None:
        raise AssertionError(text)

    return refuse


def _raising_getter(class_path: str, message: str) -> Getter:
    def get(self: Any) -> Any:
        error = raised(class_path, message)
        if without_context(error):
            raise error from None
        raise error

    return get


def _raising_setter(class_path: str, message: str) -> Setter:
    def set_value(self: Any, value: Any) -> None:
        error = raised(class_path, message)
        if without_context(error):
            raise error from None
        raise error

    return set_value


def _raising_with_path(definition: Definition) -> Tuple[Getter, Setter]:
    """For a name in a scope: its text has the path by which the hint came there."""
    scope, name, _, class_path, message = definition
    full_name = f"'{scope}.{name}'"

    def get(self: Any) -> Any:
        error = raised(class_path, message.replace(full_name, f"'{self.__path__}.{name}'"))
        if without_context(error):
            raise error from None
        raise error

    return get, lambda self, value: get(self)


def _scope_getter(definition: Definition) -> Getter:
    name = definition[1]
    full_name, instruction_offset = definition[3:]

    def get(self: Any) -> Any:
        inner = self.__names__.scope_class()()
        _set_frame(inner, self.__frame__)
        # Keeps `ids` alive, so that its registers stay with it.
        _set_parent(inner, self)
        _set_scope(inner, full_name)
        _set_path(inner, f"{self.__path__}.{name}" if self.__path__ else name)
        if instruction_offset is not None:
            _set_instruction_offset(inner, instruction_offset)
        return inner

    return get


def _reference_getter(get: Tuple[Any, ...], surroundings: Surroundings) -> Getter:
    kind = get[0]
    if kind == "raised":
        return _raising_getter(get[1], get[2])
    expression = get[1]
    if kind == "struct":
        structs = surroundings.structs
        full_name = get[2]
        evaluate = _address_evaluator(expression, surroundings.prime)
        return lambda self: structs.pointer(full_name, evaluate(self.__frame__))
    if kind != "value":
        raise ValueError(f"the definition of a reference has an unknown way of reading: `{kind}`")
    if expression[0] == "deref":
        cell = register_offset(expression[1])
        if cell is not None:
            return _cell_getter(*cell, evaluate_lazily(expression, surroundings.prime))
    evaluate = evaluate_lazily(expression, surroundings.prime)
    return lambda self: evaluate(self.__frame__)


def _cell_getter(register: str, offset: int, evaluate: Callable[[Frame], Any]) -> Getter:
    """Reads the cell `[register + offset]`; the full evaluation has the rare cases."""

    def get_fp(self: Any) -> Any:
        frame = self.__frame__
        try:
            value = frame.fp_cells[frame.fp_offset + offset]
        except KeyError:
            pass
        else:
            if value.__class__ is int or value.segment_index >= 0:
                return value
        return evaluate(frame)

    def get_ap(self: Any) -> Any:
        frame = self.__frame__
        try:
            value = frame.ap_cells[frame.ap_offset + offset]
        except KeyError:
            pass
        else:
            if value.__class__ is int or value.segment_index >= 0:
                return value
        return evaluate(frame)

    return get_fp if register == "fp" else get_ap


def _address_evaluator(expression: Tuple[Any, ...], prime: int) -> Callable[[Frame], Any]:
    """Evaluates an address; the form `register + offset` without compiling anything."""
    cell = register_offset(expression)
    if cell is None:
        return evaluate_lazily(expression, prime)
    register, offset = cell
    if register == "fp":
        return lambda frame: RelocatableValue(frame.fp_segment, (frame.fp_offset + offset) % prime)
    return lambda frame: RelocatableValue(frame.ap_segment, (frame.ap_offset + offset) % prime)


def _reference_setter(set_: Tuple[Any, ...], surroundings: Surroundings) -> Setter:
    if set_[0] == "raised":
        return _raising_setter(set_[1], set_[2])
    if set_[0] != "address":
        raise ValueError(f"the definition of a reference has an unknown way of writing: `{set_[0]}`")
    evaluate = _address_evaluator(set_[1], surroundings.prime)
    view = surroundings.view

    def set_value(self: Any, value: Any) -> None:
        address = evaluate(self.__frame__)
        view[address] = value

    return set_value
