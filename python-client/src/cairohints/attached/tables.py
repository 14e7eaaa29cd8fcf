"""Definitions, structs, expressions and hints of the session as the tuples that the engine takes."""

from __future__ import annotations

from typing import Any, Tuple

from ..v1 import hint_session_pb2 as session_pb
from ..v1 import ids_pb2 as pb

#: `(id, code, Cairo file or None, line of the bracket, empty lines after it)`.
HintTuple = Tuple[int, str, Any, int, int]

_MEMBER_KINDS = {
    pb.MEMBER_KIND_VALUE: "value",
    pb.MEMBER_KIND_STRUCT: "struct",
    pb.MEMBER_KIND_STRUCT_POINTER: "pointer",
    pb.MEMBER_KIND_OTHER: "other",
}
_OPERATORS = {
    pb.OPERATOR_ADD: "+",
    pb.OPERATOR_SUB: "-",
    pb.OPERATOR_MUL: "*",
    pb.OPERATOR_DIV: "/",
}


def _malformed(what: str) -> ValueError:
    return ValueError(f"the server sent a malformed {what}")


def definition(message: pb.Definition) -> Tuple[Any, ...]:
    """A definition: `(scope, name, kind, ...)`."""
    scope, name = message.scope, message.name
    kind = message.WhichOneof("access")
    if kind == "constant":
        return scope, name, "constant", int(message.constant)
    if kind == "scope_access":
        access = message.scope_access
        offset = access.instruction_offset if access.HasField("instruction_offset") else None
        return scope, name, "scope", access.full_name, offset
    if kind == "struct_name":
        return scope, name, "struct", message.struct_name
    if kind == "raised":
        return (scope, name, *raised(message.raised))
    if kind == "reference":
        return (scope, name, "reference", *_reference(message.reference))
    raise _malformed("definition")


def raised(message: pb.Raised) -> Tuple[str, str, str]:
    """An exception to raise."""
    return "raised", message.class_path, message.message


def _reference(message: pb.ReferenceAccess) -> Tuple[Any, Any]:
    kind = message.WhichOneof("get")
    if kind == "value":
        get: Tuple[Any, ...] = ("value", expression(message.value))
    elif kind == "struct_reference":
        pointer = message.struct_reference
        get = ("struct", expression(pointer.address), pointer.struct_name)
    elif kind == "get_raised":
        get = raised(message.get_raised)
    else:
        raise _malformed("reference")
    kind = message.WhichOneof("set")
    if kind == "address":
        return get, ("address", expression(message.address))
    if kind == "set_raised":
        return get, raised(message.set_raised)
    raise _malformed("reference")


def expression(message: pb.Expression) -> Tuple[Any, ...]:
    """An expression as a tree of tuples. Protobuf itself refuses trees that are too deep."""
    kind = message.WhichOneof("node")
    if kind == "constant":
        return "const", int(message.constant)
    if kind == "register":
        if message.register == pb.REGISTER_AP:
            return ("ap",)
        if message.register == pb.REGISTER_FP:
            return ("fp",)
        raise _malformed("register")
    if kind == "dereference":
        cell = message.dereference
        return "deref", expression(cell.address), cell.error_prefix, cell.error_suffix
    if kind == "operation":
        operator = _OPERATORS.get(message.operation.operator)
        if operator is None:
            raise _malformed("operator")
        return operator, expression(message.operation.left), expression(message.operation.right)
    if kind == "raised":
        return raised(message.raised)
    raise _malformed("expression")


def define_struct(session: Any, message: pb.StructDefinition) -> None:
    """Gives a struct to the engine."""
    members = []
    for member in message.members:
        kind = _MEMBER_KINDS.get(member.kind)
        if kind is None:
            raise _malformed("struct")
        members.append((member.name, member.offset, kind, member.struct_name))
    session.define_struct(message.full_name, message.size, members)


def hint(message: session_pb.Hint) -> HintTuple:
    """A hint."""
    if not message.HasField("location"):
        return message.id, message.code, None, 0, 0
    place = message.location
    empty_lines = max(0, place.code_line - place.start_line)
    return message.id, message.code, place.filename, place.start_line, empty_lines
