from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class WasmInputs(_message.Message):
    __slots__ = ("modules", "limits")
    MODULES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    modules: _containers.RepeatedCompositeFieldContainer[WasmModule]
    limits: WasmLimits
    def __init__(self, modules: _Optional[_Iterable[_Union[WasmModule, _Mapping]]] = ..., limits: _Optional[_Union[WasmLimits, _Mapping]] = ...) -> None: ...

class WasmModule(_message.Message):
    __slots__ = ("name", "code")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    name: str
    code: bytes
    def __init__(self, name: _Optional[str] = ..., code: _Optional[bytes] = ...) -> None: ...

class WasmLimits(_message.Message):
    __slots__ = ("fuel", "memory_bytes", "table_elements", "stack_bytes", "time_millis")
    FUEL_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    TABLE_ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    STACK_BYTES_FIELD_NUMBER: _ClassVar[int]
    TIME_MILLIS_FIELD_NUMBER: _ClassVar[int]
    fuel: int
    memory_bytes: int
    table_elements: int
    stack_bytes: int
    time_millis: int
    def __init__(self, fuel: _Optional[int] = ..., memory_bytes: _Optional[int] = ..., table_elements: _Optional[int] = ..., stack_bytes: _Optional[int] = ..., time_millis: _Optional[int] = ...) -> None: ...
