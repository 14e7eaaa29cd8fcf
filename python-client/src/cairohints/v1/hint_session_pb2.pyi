from cairohints.v1 import ids_pb2 as _ids_pb2
from cairohints.v1 import log_pb2 as _log_pb2
from cairohints.v1 import value_pb2 as _value_pb2
from cairohints.v1 import wasm_pb2 as _wasm_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class RuleKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RULE_KIND_UNSPECIFIED: _ClassVar[RuleKind]
    RULE_KIND_VALIDATION: _ClassVar[RuleKind]
    RULE_KIND_AUTO_DEDUCTION: _ClassVar[RuleKind]

class FailureKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FAILURE_KIND_UNSPECIFIED: _ClassVar[FailureKind]
    FAILURE_KIND_EXCEPTION: _ClassVar[FailureKind]
    FAILURE_KIND_COMPILE: _ClassVar[FailureKind]
    FAILURE_KIND_EXIT: _ClassVar[FailureKind]
    FAILURE_KIND_INTERRUPT: _ClassVar[FailureKind]
    FAILURE_KIND_RAW: _ClassVar[FailureKind]
RULE_KIND_UNSPECIFIED: RuleKind
RULE_KIND_VALIDATION: RuleKind
RULE_KIND_AUTO_DEDUCTION: RuleKind
FAILURE_KIND_UNSPECIFIED: FailureKind
FAILURE_KIND_EXCEPTION: FailureKind
FAILURE_KIND_COMPILE: FailureKind
FAILURE_KIND_EXIT: FailureKind
FAILURE_KIND_INTERRUPT: FailureKind
FAILURE_KIND_RAW: FailureKind

class SessionRequest(_message.Message):
    __slots__ = ("start", "load_hints", "execute_hint", "answer", "call_rule", "end_run", "read_scopes")
    START_FIELD_NUMBER: _ClassVar[int]
    LOAD_HINTS_FIELD_NUMBER: _ClassVar[int]
    EXECUTE_HINT_FIELD_NUMBER: _ClassVar[int]
    ANSWER_FIELD_NUMBER: _ClassVar[int]
    CALL_RULE_FIELD_NUMBER: _ClassVar[int]
    END_RUN_FIELD_NUMBER: _ClassVar[int]
    READ_SCOPES_FIELD_NUMBER: _ClassVar[int]
    start: Start
    load_hints: LoadHints
    execute_hint: ExecuteHint
    answer: Answer
    call_rule: CallRule
    end_run: EndRun
    read_scopes: ReadScopes
    def __init__(self, start: _Optional[_Union[Start, _Mapping]] = ..., load_hints: _Optional[_Union[LoadHints, _Mapping]] = ..., execute_hint: _Optional[_Union[ExecuteHint, _Mapping]] = ..., answer: _Optional[_Union[Answer, _Mapping]] = ..., call_rule: _Optional[_Union[CallRule, _Mapping]] = ..., end_run: _Optional[_Union[EndRun, _Mapping]] = ..., read_scopes: _Optional[_Union[ReadScopes, _Mapping]] = ...) -> None: ...

class SessionResponse(_message.Message):
    __slots__ = ("started", "hints_loaded", "done", "failed", "ask", "rule_result", "run_ended", "scopes", "declined", "logged")
    STARTED_FIELD_NUMBER: _ClassVar[int]
    HINTS_LOADED_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    ASK_FIELD_NUMBER: _ClassVar[int]
    RULE_RESULT_FIELD_NUMBER: _ClassVar[int]
    RUN_ENDED_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    DECLINED_FIELD_NUMBER: _ClassVar[int]
    LOGGED_FIELD_NUMBER: _ClassVar[int]
    started: Started
    hints_loaded: HintsLoaded
    done: HintDone
    failed: Failed
    ask: Ask
    rule_result: RuleResult
    run_ended: RunEnded
    scopes: Scopes
    declined: Declined
    logged: _log_pb2.HintRecords
    def __init__(self, started: _Optional[_Union[Started, _Mapping]] = ..., hints_loaded: _Optional[_Union[HintsLoaded, _Mapping]] = ..., done: _Optional[_Union[HintDone, _Mapping]] = ..., failed: _Optional[_Union[Failed, _Mapping]] = ..., ask: _Optional[_Union[Ask, _Mapping]] = ..., rule_result: _Optional[_Union[RuleResult, _Mapping]] = ..., run_ended: _Optional[_Union[RunEnded, _Mapping]] = ..., scopes: _Optional[_Union[Scopes, _Mapping]] = ..., declined: _Optional[_Union[Declined, _Mapping]] = ..., logged: _Optional[_Union[_log_pb2.HintRecords, _Mapping]] = ...) -> None: ...

class Start(_message.Message):
    __slots__ = ("protocol_version", "min_protocol_version", "prime", "builtins", "program_input_json", "segment_count", "python", "wasm")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    MIN_PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    PRIME_FIELD_NUMBER: _ClassVar[int]
    BUILTINS_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_INPUT_JSON_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    PYTHON_FIELD_NUMBER: _ClassVar[int]
    WASM_FIELD_NUMBER: _ClassVar[int]
    protocol_version: int
    min_protocol_version: int
    prime: bytes
    builtins: _containers.RepeatedCompositeFieldContainer[Builtin]
    program_input_json: str
    segment_count: int
    python: PythonInputs
    wasm: _wasm_pb2.WasmInputs
    def __init__(self, protocol_version: _Optional[int] = ..., min_protocol_version: _Optional[int] = ..., prime: _Optional[bytes] = ..., builtins: _Optional[_Iterable[_Union[Builtin, _Mapping]]] = ..., program_input_json: _Optional[str] = ..., segment_count: _Optional[int] = ..., python: _Optional[_Union[PythonInputs, _Mapping]] = ..., wasm: _Optional[_Union[_wasm_pb2.WasmInputs, _Mapping]] = ...) -> None: ...

class PythonInputs(_message.Message):
    __slots__ = ("hint_locals_json", "static_locals_json", "syscall_handler", "import_paths", "hint_locals_callable", "relied_on")
    HINT_LOCALS_JSON_FIELD_NUMBER: _ClassVar[int]
    STATIC_LOCALS_JSON_FIELD_NUMBER: _ClassVar[int]
    SYSCALL_HANDLER_FIELD_NUMBER: _ClassVar[int]
    IMPORT_PATHS_FIELD_NUMBER: _ClassVar[int]
    HINT_LOCALS_CALLABLE_FIELD_NUMBER: _ClassVar[int]
    RELIED_ON_FIELD_NUMBER: _ClassVar[int]
    hint_locals_json: str
    static_locals_json: str
    syscall_handler: str
    import_paths: _containers.RepeatedScalarFieldContainer[str]
    hint_locals_callable: str
    relied_on: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, hint_locals_json: _Optional[str] = ..., static_locals_json: _Optional[str] = ..., syscall_handler: _Optional[str] = ..., import_paths: _Optional[_Iterable[str]] = ..., hint_locals_callable: _Optional[str] = ..., relied_on: _Optional[_Iterable[str]] = ...) -> None: ...

class Builtin(_message.Message):
    __slots__ = ("name", "segment", "included", "ratio", "ratio_denominator", "range_check_parts", "batch_size", "word_bit_length")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    INCLUDED_FIELD_NUMBER: _ClassVar[int]
    RATIO_FIELD_NUMBER: _ClassVar[int]
    RATIO_DENOMINATOR_FIELD_NUMBER: _ClassVar[int]
    RANGE_CHECK_PARTS_FIELD_NUMBER: _ClassVar[int]
    BATCH_SIZE_FIELD_NUMBER: _ClassVar[int]
    WORD_BIT_LENGTH_FIELD_NUMBER: _ClassVar[int]
    name: str
    segment: int
    included: bool
    ratio: int
    ratio_denominator: int
    range_check_parts: int
    batch_size: int
    word_bit_length: int
    def __init__(self, name: _Optional[str] = ..., segment: _Optional[int] = ..., included: bool = ..., ratio: _Optional[int] = ..., ratio_denominator: _Optional[int] = ..., range_check_parts: _Optional[int] = ..., batch_size: _Optional[int] = ..., word_bit_length: _Optional[int] = ...) -> None: ...

class Started(_message.Message):
    __slots__ = ("protocol_version", "min_protocol_version", "process_id", "languages", "python", "posture")
    PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    MIN_PROTOCOL_VERSION_FIELD_NUMBER: _ClassVar[int]
    PROCESS_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    PYTHON_FIELD_NUMBER: _ClassVar[int]
    POSTURE_FIELD_NUMBER: _ClassVar[int]
    protocol_version: int
    min_protocol_version: int
    process_id: int
    languages: _containers.RepeatedScalarFieldContainer[str]
    python: PythonEngine
    posture: Posture
    def __init__(self, protocol_version: _Optional[int] = ..., min_protocol_version: _Optional[int] = ..., process_id: _Optional[int] = ..., languages: _Optional[_Iterable[str]] = ..., python: _Optional[_Union[PythonEngine, _Mapping]] = ..., posture: _Optional[_Union[Posture, _Mapping]] = ...) -> None: ...

class Posture(_message.Message):
    __slots__ = ("layers", "missing")
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    MISSING_FIELD_NUMBER: _ClassVar[int]
    layers: _containers.RepeatedScalarFieldContainer[str]
    missing: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, layers: _Optional[_Iterable[str]] = ..., missing: _Optional[_Iterable[str]] = ...) -> None: ...

class PythonEngine(_message.Message):
    __slots__ = ("version", "executable")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    EXECUTABLE_FIELD_NUMBER: _ClassVar[int]
    version: str
    executable: str
    def __init__(self, version: _Optional[str] = ..., executable: _Optional[str] = ...) -> None: ...

class LoadHints(_message.Message):
    __slots__ = ("hints", "first_id", "more")
    HINTS_FIELD_NUMBER: _ClassVar[int]
    FIRST_ID_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    hints: _containers.RepeatedCompositeFieldContainer[Hint]
    first_id: int
    more: bool
    def __init__(self, hints: _Optional[_Iterable[_Union[Hint, _Mapping]]] = ..., first_id: _Optional[int] = ..., more: bool = ...) -> None: ...

class Hint(_message.Message):
    __slots__ = ("id", "language", "code", "location")
    ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    id: int
    language: str
    code: str
    location: HintLocation
    def __init__(self, id: _Optional[int] = ..., language: _Optional[str] = ..., code: _Optional[str] = ..., location: _Optional[_Union[HintLocation, _Mapping]] = ...) -> None: ...

class HintLocation(_message.Message):
    __slots__ = ("filename", "start_line", "code_line")
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    START_LINE_FIELD_NUMBER: _ClassVar[int]
    CODE_LINE_FIELD_NUMBER: _ClassVar[int]
    filename: str
    start_line: int
    code_line: int
    def __init__(self, filename: _Optional[str] = ..., start_line: _Optional[int] = ..., code_line: _Optional[int] = ...) -> None: ...

class HintsLoaded(_message.Message):
    __slots__ = ("hints", "effects", "declined")
    HINTS_FIELD_NUMBER: _ClassVar[int]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    DECLINED_FIELD_NUMBER: _ClassVar[int]
    hints: _containers.RepeatedCompositeFieldContainer[HintNames]
    effects: Effects
    declined: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, hints: _Optional[_Iterable[_Union[HintNames, _Mapping]]] = ..., effects: _Optional[_Union[Effects, _Mapping]] = ..., declined: _Optional[_Iterable[int]] = ...) -> None: ...

class HintNames(_message.Message):
    __slots__ = ("hint_id", "names")
    HINT_ID_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    hint_id: int
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, hint_id: _Optional[int] = ..., names: _Optional[_Iterable[str]] = ...) -> None: ...

class ExecuteHint(_message.Message):
    __slots__ = ("hint_id", "pc", "ap", "fp", "current_step", "segment_count", "temporary_segment_count", "cells", "lengths", "definitions", "structs", "scopes", "language", "removed_cells", "python")
    HINT_ID_FIELD_NUMBER: _ClassVar[int]
    PC_FIELD_NUMBER: _ClassVar[int]
    AP_FIELD_NUMBER: _ClassVar[int]
    FP_FIELD_NUMBER: _ClassVar[int]
    CURRENT_STEP_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    TEMPORARY_SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    LENGTHS_FIELD_NUMBER: _ClassVar[int]
    DEFINITIONS_FIELD_NUMBER: _ClassVar[int]
    STRUCTS_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    REMOVED_CELLS_FIELD_NUMBER: _ClassVar[int]
    PYTHON_FIELD_NUMBER: _ClassVar[int]
    hint_id: int
    pc: _value_pb2.Relocatable
    ap: _value_pb2.Relocatable
    fp: _value_pb2.Relocatable
    current_step: int
    segment_count: int
    temporary_segment_count: int
    cells: _containers.RepeatedCompositeFieldContainer[_value_pb2.CellRun]
    lengths: _containers.RepeatedCompositeFieldContainer[_value_pb2.SegmentLength]
    definitions: _containers.RepeatedCompositeFieldContainer[_ids_pb2.Definition]
    structs: _containers.RepeatedCompositeFieldContainer[_ids_pb2.StructDefinition]
    scopes: ScopeChange
    language: str
    removed_cells: _containers.RepeatedCompositeFieldContainer[_value_pb2.Relocatable]
    python: PythonHandover
    def __init__(self, hint_id: _Optional[int] = ..., pc: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., ap: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., fp: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., current_step: _Optional[int] = ..., segment_count: _Optional[int] = ..., temporary_segment_count: _Optional[int] = ..., cells: _Optional[_Iterable[_Union[_value_pb2.CellRun, _Mapping]]] = ..., lengths: _Optional[_Iterable[_Union[_value_pb2.SegmentLength, _Mapping]]] = ..., definitions: _Optional[_Iterable[_Union[_ids_pb2.Definition, _Mapping]]] = ..., structs: _Optional[_Iterable[_Union[_ids_pb2.StructDefinition, _Mapping]]] = ..., scopes: _Optional[_Union[ScopeChange, _Mapping]] = ..., language: _Optional[str] = ..., removed_cells: _Optional[_Iterable[_Union[_value_pb2.Relocatable, _Mapping]]] = ..., python: _Optional[_Union[PythonHandover, _Mapping]] = ...) -> None: ...

class PythonHandover(_message.Message):
    __slots__ = ("variables_json", "report")
    VARIABLES_JSON_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    variables_json: str
    report: VariableReport
    def __init__(self, variables_json: _Optional[str] = ..., report: _Optional[_Union[VariableReport, _Mapping]] = ...) -> None: ...

class VariableReport(_message.Message):
    __slots__ = ("names", "all_scopes", "tampering")
    NAMES_FIELD_NUMBER: _ClassVar[int]
    ALL_SCOPES_FIELD_NUMBER: _ClassVar[int]
    TAMPERING_FIELD_NUMBER: _ClassVar[int]
    names: _containers.RepeatedScalarFieldContainer[str]
    all_scopes: bool
    tampering: bool
    def __init__(self, names: _Optional[_Iterable[str]] = ..., all_scopes: bool = ..., tampering: bool = ...) -> None: ...

class ScopeChange(_message.Message):
    __slots__ = ("left", "entered")
    LEFT_FIELD_NUMBER: _ClassVar[int]
    ENTERED_FIELD_NUMBER: _ClassVar[int]
    left: int
    entered: int
    def __init__(self, left: _Optional[int] = ..., entered: _Optional[int] = ...) -> None: ...

class Effects(_message.Message):
    __slots__ = ("writes", "added_segments", "added_temporary_segments", "relocation_rules", "finalized_segments", "signatures", "output_state", "rules", "pure_address", "hint_nanos", "scopes", "variables_json", "tampered")
    WRITES_FIELD_NUMBER: _ClassVar[int]
    ADDED_SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    ADDED_TEMPORARY_SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    RELOCATION_RULES_FIELD_NUMBER: _ClassVar[int]
    FINALIZED_SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    SIGNATURES_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_STATE_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    PURE_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    HINT_NANOS_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_JSON_FIELD_NUMBER: _ClassVar[int]
    TAMPERED_FIELD_NUMBER: _ClassVar[int]
    writes: _containers.RepeatedCompositeFieldContainer[_value_pb2.CellRun]
    added_segments: _containers.RepeatedCompositeFieldContainer[AddedSegment]
    added_temporary_segments: int
    relocation_rules: _containers.RepeatedCompositeFieldContainer[RelocationRule]
    finalized_segments: _containers.RepeatedCompositeFieldContainer[FinalizedSegment]
    signatures: _containers.RepeatedCompositeFieldContainer[Signature]
    output_state: OutputState
    rules: _containers.RepeatedCompositeFieldContainer[Rule]
    pure_address: str
    hint_nanos: int
    scopes: ScopeChange
    variables_json: str
    tampered: str
    def __init__(self, writes: _Optional[_Iterable[_Union[_value_pb2.CellRun, _Mapping]]] = ..., added_segments: _Optional[_Iterable[_Union[AddedSegment, _Mapping]]] = ..., added_temporary_segments: _Optional[int] = ..., relocation_rules: _Optional[_Iterable[_Union[RelocationRule, _Mapping]]] = ..., finalized_segments: _Optional[_Iterable[_Union[FinalizedSegment, _Mapping]]] = ..., signatures: _Optional[_Iterable[_Union[Signature, _Mapping]]] = ..., output_state: _Optional[_Union[OutputState, _Mapping]] = ..., rules: _Optional[_Iterable[_Union[Rule, _Mapping]]] = ..., pure_address: _Optional[str] = ..., hint_nanos: _Optional[int] = ..., scopes: _Optional[_Union[ScopeChange, _Mapping]] = ..., variables_json: _Optional[str] = ..., tampered: _Optional[str] = ...) -> None: ...

class AddedSegment(_message.Message):
    __slots__ = ("size",)
    SIZE_FIELD_NUMBER: _ClassVar[int]
    size: int
    def __init__(self, size: _Optional[int] = ...) -> None: ...

class RelocationRule(_message.Message):
    __slots__ = ("source_segment", "address", "felt")
    SOURCE_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    FELT_FIELD_NUMBER: _ClassVar[int]
    source_segment: int
    address: _value_pb2.Relocatable
    felt: bytes
    def __init__(self, source_segment: _Optional[int] = ..., address: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., felt: _Optional[bytes] = ...) -> None: ...

class FinalizedSegment(_message.Message):
    __slots__ = ("segment", "size", "public_cells")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    PUBLIC_CELLS_FIELD_NUMBER: _ClassVar[int]
    segment: int
    size: int
    public_cells: _containers.RepeatedCompositeFieldContainer[PublicCell]
    def __init__(self, segment: _Optional[int] = ..., size: _Optional[int] = ..., public_cells: _Optional[_Iterable[_Union[PublicCell, _Mapping]]] = ...) -> None: ...

class PublicCell(_message.Message):
    __slots__ = ("offset", "page")
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    PAGE_FIELD_NUMBER: _ClassVar[int]
    offset: int
    page: int
    def __init__(self, offset: _Optional[int] = ..., page: _Optional[int] = ...) -> None: ...

class Signature(_message.Message):
    __slots__ = ("address", "r", "s")
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    R_FIELD_NUMBER: _ClassVar[int]
    S_FIELD_NUMBER: _ClassVar[int]
    address: _value_pb2.Relocatable
    r: bytes
    s: bytes
    def __init__(self, address: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., r: _Optional[bytes] = ..., s: _Optional[bytes] = ...) -> None: ...

class OutputState(_message.Message):
    __slots__ = ("base", "pages", "attributes_json")
    BASE_FIELD_NUMBER: _ClassVar[int]
    PAGES_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_JSON_FIELD_NUMBER: _ClassVar[int]
    base: _value_pb2.Relocatable
    pages: _containers.RepeatedCompositeFieldContainer[OutputPage]
    attributes_json: str
    def __init__(self, base: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., pages: _Optional[_Iterable[_Union[OutputPage, _Mapping]]] = ..., attributes_json: _Optional[str] = ...) -> None: ...

class OutputPage(_message.Message):
    __slots__ = ("id", "start", "size")
    ID_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    id: int
    start: int
    size: int
    def __init__(self, id: _Optional[int] = ..., start: _Optional[int] = ..., size: _Optional[int] = ...) -> None: ...

class Rule(_message.Message):
    __slots__ = ("id", "kind", "segment")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    id: int
    kind: RuleKind
    segment: int
    def __init__(self, id: _Optional[int] = ..., kind: _Optional[_Union[RuleKind, str]] = ..., segment: _Optional[int] = ...) -> None: ...

class HintDone(_message.Message):
    __slots__ = ("effects",)
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    effects: Effects
    def __init__(self, effects: _Optional[_Union[Effects, _Mapping]] = ...) -> None: ...

class Declined(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class Failed(_message.Message):
    __slots__ = ("kind", "hint_id", "message", "effects", "python")
    KIND_FIELD_NUMBER: _ClassVar[int]
    HINT_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    PYTHON_FIELD_NUMBER: _ClassVar[int]
    kind: FailureKind
    hint_id: int
    message: str
    effects: Effects
    python: PythonException
    def __init__(self, kind: _Optional[_Union[FailureKind, str]] = ..., hint_id: _Optional[int] = ..., message: _Optional[str] = ..., effects: _Optional[_Union[Effects, _Mapping]] = ..., python: _Optional[_Union[PythonException, _Mapping]] = ...) -> None: ...

class PythonException(_message.Message):
    __slots__ = ("traceback", "class_path", "exit_code", "missing_lines")
    TRACEBACK_FIELD_NUMBER: _ClassVar[int]
    CLASS_PATH_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    MISSING_LINES_FIELD_NUMBER: _ClassVar[int]
    traceback: str
    class_path: str
    exit_code: int
    missing_lines: _containers.RepeatedCompositeFieldContainer[MissingLine]
    def __init__(self, traceback: _Optional[str] = ..., class_path: _Optional[str] = ..., exit_code: _Optional[int] = ..., missing_lines: _Optional[_Iterable[_Union[MissingLine, _Mapping]]] = ...) -> None: ...

class MissingLine(_message.Message):
    __slots__ = ("at", "filename", "line")
    AT_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    at: int
    filename: str
    line: int
    def __init__(self, at: _Optional[int] = ..., filename: _Optional[str] = ..., line: _Optional[int] = ...) -> None: ...

class Ask(_message.Message):
    __slots__ = ("read_memory", "write_memory", "resolve_name", "load_program", "is_accessed", "delete_cell", "read_all_memory", "read_program", "debugger")
    READ_MEMORY_FIELD_NUMBER: _ClassVar[int]
    WRITE_MEMORY_FIELD_NUMBER: _ClassVar[int]
    RESOLVE_NAME_FIELD_NUMBER: _ClassVar[int]
    LOAD_PROGRAM_FIELD_NUMBER: _ClassVar[int]
    IS_ACCESSED_FIELD_NUMBER: _ClassVar[int]
    DELETE_CELL_FIELD_NUMBER: _ClassVar[int]
    READ_ALL_MEMORY_FIELD_NUMBER: _ClassVar[int]
    READ_PROGRAM_FIELD_NUMBER: _ClassVar[int]
    DEBUGGER_FIELD_NUMBER: _ClassVar[int]
    read_memory: ReadMemory
    write_memory: WriteMemory
    resolve_name: ResolveName
    load_program: LoadProgram
    is_accessed: _value_pb2.Relocatable
    delete_cell: _value_pb2.Relocatable
    read_all_memory: ReadAllMemory
    read_program: ReadProgram
    debugger: Debugger
    def __init__(self, read_memory: _Optional[_Union[ReadMemory, _Mapping]] = ..., write_memory: _Optional[_Union[WriteMemory, _Mapping]] = ..., resolve_name: _Optional[_Union[ResolveName, _Mapping]] = ..., load_program: _Optional[_Union[LoadProgram, _Mapping]] = ..., is_accessed: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., delete_cell: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., read_all_memory: _Optional[_Union[ReadAllMemory, _Mapping]] = ..., read_program: _Optional[_Union[ReadProgram, _Mapping]] = ..., debugger: _Optional[_Union[Debugger, _Mapping]] = ...) -> None: ...

class WriteMemory(_message.Message):
    __slots__ = ("cell", "keep_refused")
    CELL_FIELD_NUMBER: _ClassVar[int]
    KEEP_REFUSED_FIELD_NUMBER: _ClassVar[int]
    cell: _value_pb2.CellRun
    keep_refused: bool
    def __init__(self, cell: _Optional[_Union[_value_pb2.CellRun, _Mapping]] = ..., keep_refused: bool = ...) -> None: ...

class ReadMemory(_message.Message):
    __slots__ = ("segment", "offset", "count")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    segment: int
    offset: int
    count: int
    def __init__(self, segment: _Optional[int] = ..., offset: _Optional[int] = ..., count: _Optional[int] = ...) -> None: ...

class ResolveName(_message.Message):
    __slots__ = ("hint_id", "scope", "name")
    HINT_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    hint_id: int
    scope: str
    name: str
    def __init__(self, hint_id: _Optional[int] = ..., scope: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class LoadProgram(_message.Message):
    __slots__ = ("program_json", "base")
    PROGRAM_JSON_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    program_json: str
    base: _value_pb2.Relocatable
    def __init__(self, program_json: _Optional[str] = ..., base: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ...) -> None: ...

class ReadAllMemory(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ReadProgram(_message.Message):
    __slots__ = ("scope", "hint", "member")
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    scope: str
    hint: int
    member: str
    def __init__(self, scope: _Optional[str] = ..., hint: _Optional[int] = ..., member: _Optional[str] = ...) -> None: ...

class Debugger(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Answer(_message.Message):
    __slots__ = ("ok", "raised", "memory", "resolved_name", "loaded_program", "flag", "program_json")
    OK_FIELD_NUMBER: _ClassVar[int]
    RAISED_FIELD_NUMBER: _ClassVar[int]
    MEMORY_FIELD_NUMBER: _ClassVar[int]
    RESOLVED_NAME_FIELD_NUMBER: _ClassVar[int]
    LOADED_PROGRAM_FIELD_NUMBER: _ClassVar[int]
    FLAG_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_JSON_FIELD_NUMBER: _ClassVar[int]
    ok: Ok
    raised: _ids_pb2.Raised
    memory: Memory
    resolved_name: ResolvedName
    loaded_program: LoadHints
    flag: bool
    program_json: ProgramJson
    def __init__(self, ok: _Optional[_Union[Ok, _Mapping]] = ..., raised: _Optional[_Union[_ids_pb2.Raised, _Mapping]] = ..., memory: _Optional[_Union[Memory, _Mapping]] = ..., resolved_name: _Optional[_Union[ResolvedName, _Mapping]] = ..., loaded_program: _Optional[_Union[LoadHints, _Mapping]] = ..., flag: bool = ..., program_json: _Optional[_Union[ProgramJson, _Mapping]] = ...) -> None: ...

class ProgramJson(_message.Message):
    __slots__ = ("part", "more")
    PART_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    part: bytes
    more: bool
    def __init__(self, part: _Optional[bytes] = ..., more: bool = ...) -> None: ...

class Ok(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Memory(_message.Message):
    __slots__ = ("cells", "lengths", "more")
    CELLS_FIELD_NUMBER: _ClassVar[int]
    LENGTHS_FIELD_NUMBER: _ClassVar[int]
    MORE_FIELD_NUMBER: _ClassVar[int]
    cells: _containers.RepeatedCompositeFieldContainer[_value_pb2.CellRun]
    lengths: _containers.RepeatedCompositeFieldContainer[_value_pb2.SegmentLength]
    more: bool
    def __init__(self, cells: _Optional[_Iterable[_Union[_value_pb2.CellRun, _Mapping]]] = ..., lengths: _Optional[_Iterable[_Union[_value_pb2.SegmentLength, _Mapping]]] = ..., more: bool = ...) -> None: ...

class ResolvedName(_message.Message):
    __slots__ = ("definition", "structs")
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    STRUCTS_FIELD_NUMBER: _ClassVar[int]
    definition: _ids_pb2.Definition
    structs: _containers.RepeatedCompositeFieldContainer[_ids_pb2.StructDefinition]
    def __init__(self, definition: _Optional[_Union[_ids_pb2.Definition, _Mapping]] = ..., structs: _Optional[_Iterable[_Union[_ids_pb2.StructDefinition, _Mapping]]] = ...) -> None: ...

class CallRule(_message.Message):
    __slots__ = ("rule_id", "address", "cells", "language", "removed_cells", "segment_count", "temporary_segment_count")
    RULE_ID_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    REMOVED_CELLS_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    TEMPORARY_SEGMENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    rule_id: int
    address: _value_pb2.Relocatable
    cells: _containers.RepeatedCompositeFieldContainer[_value_pb2.CellRun]
    language: str
    removed_cells: _containers.RepeatedCompositeFieldContainer[_value_pb2.Relocatable]
    segment_count: int
    temporary_segment_count: int
    def __init__(self, rule_id: _Optional[int] = ..., address: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., cells: _Optional[_Iterable[_Union[_value_pb2.CellRun, _Mapping]]] = ..., language: _Optional[str] = ..., removed_cells: _Optional[_Iterable[_Union[_value_pb2.Relocatable, _Mapping]]] = ..., segment_count: _Optional[int] = ..., temporary_segment_count: _Optional[int] = ...) -> None: ...

class RuleResult(_message.Message):
    __slots__ = ("value", "validated", "effects")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    VALIDATED_FIELD_NUMBER: _ClassVar[int]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    value: bytes
    validated: _containers.RepeatedCompositeFieldContainer[_value_pb2.Relocatable]
    effects: Effects
    def __init__(self, value: _Optional[bytes] = ..., validated: _Optional[_Iterable[_Union[_value_pb2.Relocatable, _Mapping]]] = ..., effects: _Optional[_Union[Effects, _Mapping]] = ...) -> None: ...

class EndRun(_message.Message):
    __slots__ = ("language", "scopes")
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    language: str
    scopes: ScopeChange
    def __init__(self, language: _Optional[str] = ..., scopes: _Optional[_Union[ScopeChange, _Mapping]] = ...) -> None: ...

class RunEnded(_message.Message):
    __slots__ = ("scope_depth", "contracts")
    SCOPE_DEPTH_FIELD_NUMBER: _ClassVar[int]
    CONTRACTS_FIELD_NUMBER: _ClassVar[int]
    scope_depth: int
    contracts: _containers.RepeatedCompositeFieldContainer[ContractUse]
    def __init__(self, scope_depth: _Optional[int] = ..., contracts: _Optional[_Iterable[_Union[ContractUse, _Mapping]]] = ...) -> None: ...

class ContractUse(_message.Message):
    __slots__ = ("contract", "endpoint", "calls", "failed_calls", "storage_reads", "storage_writes", "events")
    CONTRACT_FIELD_NUMBER: _ClassVar[int]
    ENDPOINT_FIELD_NUMBER: _ClassVar[int]
    CALLS_FIELD_NUMBER: _ClassVar[int]
    FAILED_CALLS_FIELD_NUMBER: _ClassVar[int]
    STORAGE_READS_FIELD_NUMBER: _ClassVar[int]
    STORAGE_WRITES_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    contract: str
    endpoint: str
    calls: int
    failed_calls: int
    storage_reads: int
    storage_writes: int
    events: int
    def __init__(self, contract: _Optional[str] = ..., endpoint: _Optional[str] = ..., calls: _Optional[int] = ..., failed_calls: _Optional[int] = ..., storage_reads: _Optional[int] = ..., storage_writes: _Optional[int] = ..., events: _Optional[int] = ...) -> None: ...

class ReadScopes(_message.Message):
    __slots__ = ("max_text_bytes", "scopes", "language")
    MAX_TEXT_BYTES_FIELD_NUMBER: _ClassVar[int]
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    max_text_bytes: int
    scopes: ScopeChange
    language: str
    def __init__(self, max_text_bytes: _Optional[int] = ..., scopes: _Optional[_Union[ScopeChange, _Mapping]] = ..., language: _Optional[str] = ...) -> None: ...

class Scopes(_message.Message):
    __slots__ = ("scopes",)
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    scopes: _containers.RepeatedCompositeFieldContainer[Scope]
    def __init__(self, scopes: _Optional[_Iterable[_Union[Scope, _Mapping]]] = ...) -> None: ...

class Scope(_message.Message):
    __slots__ = ("variables",)
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    variables: _containers.RepeatedCompositeFieldContainer[Variable]
    def __init__(self, variables: _Optional[_Iterable[_Union[Variable, _Mapping]]] = ...) -> None: ...

class Variable(_message.Message):
    __slots__ = ("name", "type_name", "text", "language")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_NAME_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    name: str
    type_name: str
    text: str
    language: str
    def __init__(self, name: _Optional[str] = ..., type_name: _Optional[str] = ..., text: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...
