from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Register(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REGISTER_UNSPECIFIED: _ClassVar[Register]
    REGISTER_AP: _ClassVar[Register]
    REGISTER_FP: _ClassVar[Register]

class Operator(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OPERATOR_UNSPECIFIED: _ClassVar[Operator]
    OPERATOR_ADD: _ClassVar[Operator]
    OPERATOR_SUB: _ClassVar[Operator]
    OPERATOR_MUL: _ClassVar[Operator]
    OPERATOR_DIV: _ClassVar[Operator]

class MemberKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MEMBER_KIND_UNSPECIFIED: _ClassVar[MemberKind]
    MEMBER_KIND_VALUE: _ClassVar[MemberKind]
    MEMBER_KIND_STRUCT: _ClassVar[MemberKind]
    MEMBER_KIND_STRUCT_POINTER: _ClassVar[MemberKind]
    MEMBER_KIND_OTHER: _ClassVar[MemberKind]
REGISTER_UNSPECIFIED: Register
REGISTER_AP: Register
REGISTER_FP: Register
OPERATOR_UNSPECIFIED: Operator
OPERATOR_ADD: Operator
OPERATOR_SUB: Operator
OPERATOR_MUL: Operator
OPERATOR_DIV: Operator
MEMBER_KIND_UNSPECIFIED: MemberKind
MEMBER_KIND_VALUE: MemberKind
MEMBER_KIND_STRUCT: MemberKind
MEMBER_KIND_STRUCT_POINTER: MemberKind
MEMBER_KIND_OTHER: MemberKind

class Definition(_message.Message):
    __slots__ = ("scope", "name", "constant", "scope_access", "struct_name", "reference", "raised")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONSTANT_FIELD_NUMBER: _ClassVar[int]
    SCOPE_ACCESS_FIELD_NUMBER: _ClassVar[int]
    STRUCT_NAME_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    RAISED_FIELD_NUMBER: _ClassVar[int]
    scope: str
    name: str
    constant: str
    scope_access: ScopeAccess
    struct_name: str
    reference: ReferenceAccess
    raised: Raised
    def __init__(self, scope: _Optional[str] = ..., name: _Optional[str] = ..., constant: _Optional[str] = ..., scope_access: _Optional[_Union[ScopeAccess, _Mapping]] = ..., struct_name: _Optional[str] = ..., reference: _Optional[_Union[ReferenceAccess, _Mapping]] = ..., raised: _Optional[_Union[Raised, _Mapping]] = ...) -> None: ...

class ScopeAccess(_message.Message):
    __slots__ = ("full_name", "instruction_offset")
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    INSTRUCTION_OFFSET_FIELD_NUMBER: _ClassVar[int]
    full_name: str
    instruction_offset: int
    def __init__(self, full_name: _Optional[str] = ..., instruction_offset: _Optional[int] = ...) -> None: ...

class ReferenceAccess(_message.Message):
    __slots__ = ("value", "struct_reference", "get_raised", "address", "set_raised")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    STRUCT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    GET_RAISED_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    SET_RAISED_FIELD_NUMBER: _ClassVar[int]
    value: Expression
    struct_reference: StructReference
    get_raised: Raised
    address: Expression
    set_raised: Raised
    def __init__(self, value: _Optional[_Union[Expression, _Mapping]] = ..., struct_reference: _Optional[_Union[StructReference, _Mapping]] = ..., get_raised: _Optional[_Union[Raised, _Mapping]] = ..., address: _Optional[_Union[Expression, _Mapping]] = ..., set_raised: _Optional[_Union[Raised, _Mapping]] = ...) -> None: ...

class StructReference(_message.Message):
    __slots__ = ("address", "struct_name")
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    STRUCT_NAME_FIELD_NUMBER: _ClassVar[int]
    address: Expression
    struct_name: str
    def __init__(self, address: _Optional[_Union[Expression, _Mapping]] = ..., struct_name: _Optional[str] = ...) -> None: ...

class Raised(_message.Message):
    __slots__ = ("class_path", "message")
    CLASS_PATH_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    class_path: str
    message: str
    def __init__(self, class_path: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class Expression(_message.Message):
    __slots__ = ("constant", "register", "dereference", "operation", "raised")
    CONSTANT_FIELD_NUMBER: _ClassVar[int]
    REGISTER_FIELD_NUMBER: _ClassVar[int]
    DEREFERENCE_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    RAISED_FIELD_NUMBER: _ClassVar[int]
    constant: str
    register: Register
    dereference: Dereference
    operation: Operation
    raised: Raised
    def __init__(self, constant: _Optional[str] = ..., register: _Optional[_Union[Register, str]] = ..., dereference: _Optional[_Union[Dereference, _Mapping]] = ..., operation: _Optional[_Union[Operation, _Mapping]] = ..., raised: _Optional[_Union[Raised, _Mapping]] = ...) -> None: ...

class Dereference(_message.Message):
    __slots__ = ("address", "error_prefix", "error_suffix")
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    ERROR_PREFIX_FIELD_NUMBER: _ClassVar[int]
    ERROR_SUFFIX_FIELD_NUMBER: _ClassVar[int]
    address: Expression
    error_prefix: str
    error_suffix: str
    def __init__(self, address: _Optional[_Union[Expression, _Mapping]] = ..., error_prefix: _Optional[str] = ..., error_suffix: _Optional[str] = ...) -> None: ...

class Operation(_message.Message):
    __slots__ = ("operator", "left", "right")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    LEFT_FIELD_NUMBER: _ClassVar[int]
    RIGHT_FIELD_NUMBER: _ClassVar[int]
    operator: Operator
    left: Expression
    right: Expression
    def __init__(self, operator: _Optional[_Union[Operator, str]] = ..., left: _Optional[_Union[Expression, _Mapping]] = ..., right: _Optional[_Union[Expression, _Mapping]] = ...) -> None: ...

class StructDefinition(_message.Message):
    __slots__ = ("full_name", "size", "members")
    FULL_NAME_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    full_name: str
    size: int
    members: _containers.RepeatedCompositeFieldContainer[StructMember]
    def __init__(self, full_name: _Optional[str] = ..., size: _Optional[int] = ..., members: _Optional[_Iterable[_Union[StructMember, _Mapping]]] = ...) -> None: ...

class StructMember(_message.Message):
    __slots__ = ("name", "offset", "kind", "struct_name")
    NAME_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STRUCT_NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    offset: int
    kind: MemberKind
    struct_name: str
    def __init__(self, name: _Optional[str] = ..., offset: _Optional[int] = ..., kind: _Optional[_Union[MemberKind, str]] = ..., struct_name: _Optional[str] = ...) -> None: ...
