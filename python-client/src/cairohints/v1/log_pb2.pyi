from cairohints.v1 import value_pb2 as _value_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RecordLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RECORD_LEVEL_UNSPECIFIED: _ClassVar[RecordLevel]
    RECORD_LEVEL_OUTPUT: _ClassVar[RecordLevel]
    RECORD_LEVEL_DEBUG: _ClassVar[RecordLevel]
    RECORD_LEVEL_INFO: _ClassVar[RecordLevel]
    RECORD_LEVEL_WARNING: _ClassVar[RecordLevel]
    RECORD_LEVEL_ERROR: _ClassVar[RecordLevel]
    RECORD_LEVEL_CRITICAL: _ClassVar[RecordLevel]
RECORD_LEVEL_UNSPECIFIED: RecordLevel
RECORD_LEVEL_OUTPUT: RecordLevel
RECORD_LEVEL_DEBUG: RecordLevel
RECORD_LEVEL_INFO: RecordLevel
RECORD_LEVEL_WARNING: RecordLevel
RECORD_LEVEL_ERROR: RecordLevel
RECORD_LEVEL_CRITICAL: RecordLevel

class HintRecords(_message.Message):
    __slots__ = ("records",)
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[HintRecord]
    def __init__(self, records: _Optional[_Iterable[_Union[HintRecord, _Mapping]]] = ...) -> None: ...

class HintRecord(_message.Message):
    __slots__ = ("level", "text", "fields", "hint_id", "pc", "language", "logger", "time_nanos", "cut")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    HINT_ID_FIELD_NUMBER: _ClassVar[int]
    PC_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    LOGGER_FIELD_NUMBER: _ClassVar[int]
    TIME_NANOS_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    level: RecordLevel
    text: str
    fields: _containers.RepeatedCompositeFieldContainer[RecordField]
    hint_id: int
    pc: _value_pb2.Relocatable
    language: str
    logger: str
    time_nanos: int
    cut: bool
    def __init__(self, level: _Optional[_Union[RecordLevel, str]] = ..., text: _Optional[str] = ..., fields: _Optional[_Iterable[_Union[RecordField, _Mapping]]] = ..., hint_id: _Optional[int] = ..., pc: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., language: _Optional[str] = ..., logger: _Optional[str] = ..., time_nanos: _Optional[int] = ..., cut: bool = ...) -> None: ...

class RecordField(_message.Message):
    __slots__ = ("name", "json")
    NAME_FIELD_NUMBER: _ClassVar[int]
    JSON_FIELD_NUMBER: _ClassVar[int]
    name: str
    json: str
    def __init__(self, name: _Optional[str] = ..., json: _Optional[str] = ...) -> None: ...
