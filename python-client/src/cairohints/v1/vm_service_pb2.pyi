from cairohints.v1 import hint_session_pb2 as _hint_session_pb2
from cairohints.v1 import log_pb2 as _log_pb2
from cairohints.v1 import value_pb2 as _value_pb2
from cairohints.v1 import wasm_pb2 as _wasm_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class HintPlacement(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HINT_PLACEMENT_UNSPECIFIED: _ClassVar[HintPlacement]
    HINT_PLACEMENT_AUTO: _ClassVar[HintPlacement]
    HINT_PLACEMENT_PYTHON: _ClassVar[HintPlacement]
    HINT_PLACEMENT_NATIVE: _ClassVar[HintPlacement]
    HINT_PLACEMENT_APART: _ClassVar[HintPlacement]

class HintEngine(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HINT_ENGINE_UNSPECIFIED: _ClassVar[HintEngine]
    HINT_ENGINE_WORKER: _ClassVar[HintEngine]
    HINT_ENGINE_ATTACHED: _ClassVar[HintEngine]

class VmState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VM_STATE_UNSPECIFIED: _ClassVar[VmState]
    VM_STATE_CREATED: _ClassVar[VmState]
    VM_STATE_RUNNING: _ClassVar[VmState]
    VM_STATE_PAUSED: _ClassVar[VmState]
    VM_STATE_SUCCEEDED: _ClassVar[VmState]
    VM_STATE_FAILED: _ClassVar[VmState]

class StopReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STOP_REASON_UNSPECIFIED: _ClassVar[StopReason]
    STOP_REASON_ENDED: _ClassVar[StopReason]
    STOP_REASON_FAILED: _ClassVar[StopReason]
    STOP_REASON_REACHED: _ClassVar[StopReason]
    STOP_REASON_PAUSED: _ClassVar[StopReason]

class OutputStream(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTPUT_STREAM_UNSPECIFIED: _ClassVar[OutputStream]
    OUTPUT_STREAM_STDOUT: _ClassVar[OutputStream]
    OUTPUT_STREAM_STDERR: _ClassVar[OutputStream]

class LogLevel(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOG_LEVEL_UNSPECIFIED: _ClassVar[LogLevel]
    LOG_LEVEL_INFO: _ClassVar[LogLevel]
    LOG_LEVEL_WARNING: _ClassVar[LogLevel]
    LOG_LEVEL_ERROR: _ClassVar[LogLevel]

class Artifact(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ARTIFACT_UNSPECIFIED: _ClassVar[Artifact]
    ARTIFACT_TRACE: _ClassVar[Artifact]
    ARTIFACT_MEMORY: _ClassVar[Artifact]
    ARTIFACT_CAIRO_PIE: _ClassVar[Artifact]
    ARTIFACT_AIR_PUBLIC_INPUT: _ClassVar[Artifact]
    ARTIFACT_AIR_PRIVATE_INPUT: _ClassVar[Artifact]
    ARTIFACT_REPORT: _ClassVar[Artifact]
HINT_PLACEMENT_UNSPECIFIED: HintPlacement
HINT_PLACEMENT_AUTO: HintPlacement
HINT_PLACEMENT_PYTHON: HintPlacement
HINT_PLACEMENT_NATIVE: HintPlacement
HINT_PLACEMENT_APART: HintPlacement
HINT_ENGINE_UNSPECIFIED: HintEngine
HINT_ENGINE_WORKER: HintEngine
HINT_ENGINE_ATTACHED: HintEngine
VM_STATE_UNSPECIFIED: VmState
VM_STATE_CREATED: VmState
VM_STATE_RUNNING: VmState
VM_STATE_PAUSED: VmState
VM_STATE_SUCCEEDED: VmState
VM_STATE_FAILED: VmState
STOP_REASON_UNSPECIFIED: StopReason
STOP_REASON_ENDED: StopReason
STOP_REASON_FAILED: StopReason
STOP_REASON_REACHED: StopReason
STOP_REASON_PAUSED: StopReason
OUTPUT_STREAM_UNSPECIFIED: OutputStream
OUTPUT_STREAM_STDOUT: OutputStream
OUTPUT_STREAM_STDERR: OutputStream
LOG_LEVEL_UNSPECIFIED: LogLevel
LOG_LEVEL_INFO: LogLevel
LOG_LEVEL_WARNING: LogLevel
LOG_LEVEL_ERROR: LogLevel
ARTIFACT_UNSPECIFIED: Artifact
ARTIFACT_TRACE: Artifact
ARTIFACT_MEMORY: Artifact
ARTIFACT_CAIRO_PIE: Artifact
ARTIFACT_AIR_PUBLIC_INPUT: Artifact
ARTIFACT_AIR_PRIVATE_INPUT: Artifact
ARTIFACT_REPORT: Artifact

class UploadProgramRequest(_message.Message):
    __slots__ = ("declaration", "chunk")
    DECLARATION_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    declaration: ProgramDeclaration
    chunk: bytes
    def __init__(self, declaration: _Optional[_Union[ProgramDeclaration, _Mapping]] = ..., chunk: _Optional[bytes] = ...) -> None: ...

class ProgramDeclaration(_message.Message):
    __slots__ = ("size_bytes",)
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    size_bytes: int
    def __init__(self, size_bytes: _Optional[int] = ...) -> None: ...

class UploadProgramResponse(_message.Message):
    __slots__ = ("program_hash", "summary")
    PROGRAM_HASH_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    program_hash: str
    summary: ProgramSummary
    def __init__(self, program_hash: _Optional[str] = ..., summary: _Optional[_Union[ProgramSummary, _Mapping]] = ...) -> None: ...

class Program(_message.Message):
    __slots__ = ("name", "program_hash", "summary", "size_bytes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_HASH_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    program_hash: str
    summary: ProgramSummary
    size_bytes: int
    def __init__(self, name: _Optional[str] = ..., program_hash: _Optional[str] = ..., summary: _Optional[_Union[ProgramSummary, _Mapping]] = ..., size_bytes: _Optional[int] = ...) -> None: ...

class GetProgramRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetProgramResponse(_message.Message):
    __slots__ = ("program",)
    PROGRAM_FIELD_NUMBER: _ClassVar[int]
    program: Program
    def __init__(self, program: _Optional[_Union[Program, _Mapping]] = ...) -> None: ...

class ListProgramsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListProgramsResponse(_message.Message):
    __slots__ = ("programs", "next_page_token")
    PROGRAMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    programs: _containers.RepeatedCompositeFieldContainer[Program]
    next_page_token: str
    def __init__(self, programs: _Optional[_Iterable[_Union[Program, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteProgramRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DeleteProgramResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ProgramSummary(_message.Message):
    __slots__ = ("builtins", "data_cells", "hints", "compiler_version")
    BUILTINS_FIELD_NUMBER: _ClassVar[int]
    DATA_CELLS_FIELD_NUMBER: _ClassVar[int]
    HINTS_FIELD_NUMBER: _ClassVar[int]
    COMPILER_VERSION_FIELD_NUMBER: _ClassVar[int]
    builtins: _containers.RepeatedScalarFieldContainer[str]
    data_cells: int
    hints: int
    compiler_version: str
    def __init__(self, builtins: _Optional[_Iterable[str]] = ..., data_cells: _Optional[int] = ..., hints: _Optional[int] = ..., compiler_version: _Optional[str] = ...) -> None: ...

class CreateVmRequest(_message.Message):
    __slots__ = ("program_hash", "vm_id", "request_id", "layout", "dynamic_layout_params_json", "proof_mode", "allow_missing_builtins", "trace", "entry_point", "hint_placement", "program_input_json", "hint_locals_json", "static_locals_json", "syscall_handler", "hint_engine", "limits", "verify_secure", "program_segment_size", "import_paths", "hint_locals_callable", "wasm", "report")
    PROGRAM_HASH_FIELD_NUMBER: _ClassVar[int]
    VM_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LAYOUT_FIELD_NUMBER: _ClassVar[int]
    DYNAMIC_LAYOUT_PARAMS_JSON_FIELD_NUMBER: _ClassVar[int]
    PROOF_MODE_FIELD_NUMBER: _ClassVar[int]
    ALLOW_MISSING_BUILTINS_FIELD_NUMBER: _ClassVar[int]
    TRACE_FIELD_NUMBER: _ClassVar[int]
    ENTRY_POINT_FIELD_NUMBER: _ClassVar[int]
    HINT_PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_INPUT_JSON_FIELD_NUMBER: _ClassVar[int]
    HINT_LOCALS_JSON_FIELD_NUMBER: _ClassVar[int]
    STATIC_LOCALS_JSON_FIELD_NUMBER: _ClassVar[int]
    SYSCALL_HANDLER_FIELD_NUMBER: _ClassVar[int]
    HINT_ENGINE_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    VERIFY_SECURE_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_SEGMENT_SIZE_FIELD_NUMBER: _ClassVar[int]
    IMPORT_PATHS_FIELD_NUMBER: _ClassVar[int]
    HINT_LOCALS_CALLABLE_FIELD_NUMBER: _ClassVar[int]
    WASM_FIELD_NUMBER: _ClassVar[int]
    REPORT_FIELD_NUMBER: _ClassVar[int]
    program_hash: str
    vm_id: str
    request_id: str
    layout: str
    dynamic_layout_params_json: str
    proof_mode: bool
    allow_missing_builtins: bool
    trace: bool
    entry_point: EntryPoint
    hint_placement: HintPlacement
    program_input_json: str
    hint_locals_json: str
    static_locals_json: str
    syscall_handler: str
    hint_engine: HintEngine
    limits: VmLimits
    verify_secure: bool
    program_segment_size: int
    import_paths: _containers.RepeatedScalarFieldContainer[str]
    hint_locals_callable: str
    wasm: _wasm_pb2.WasmInputs
    report: bool
    def __init__(self, program_hash: _Optional[str] = ..., vm_id: _Optional[str] = ..., request_id: _Optional[str] = ..., layout: _Optional[str] = ..., dynamic_layout_params_json: _Optional[str] = ..., proof_mode: bool = ..., allow_missing_builtins: bool = ..., trace: bool = ..., entry_point: _Optional[_Union[EntryPoint, _Mapping]] = ..., hint_placement: _Optional[_Union[HintPlacement, str]] = ..., program_input_json: _Optional[str] = ..., hint_locals_json: _Optional[str] = ..., static_locals_json: _Optional[str] = ..., syscall_handler: _Optional[str] = ..., hint_engine: _Optional[_Union[HintEngine, str]] = ..., limits: _Optional[_Union[VmLimits, _Mapping]] = ..., verify_secure: bool = ..., program_segment_size: _Optional[int] = ..., import_paths: _Optional[_Iterable[str]] = ..., hint_locals_callable: _Optional[str] = ..., wasm: _Optional[_Union[_wasm_pb2.WasmInputs, _Mapping]] = ..., report: bool = ...) -> None: ...

class EntryPoint(_message.Message):
    __slots__ = ("name", "pc", "arguments", "builtins", "segments", "temporary_segments", "keep_temporary_segments")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PC_FIELD_NUMBER: _ClassVar[int]
    ARGUMENTS_FIELD_NUMBER: _ClassVar[int]
    BUILTINS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    TEMPORARY_SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    KEEP_TEMPORARY_SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    pc: int
    arguments: _containers.RepeatedCompositeFieldContainer[Argument]
    builtins: _containers.RepeatedScalarFieldContainer[str]
    segments: int
    temporary_segments: int
    keep_temporary_segments: bool
    def __init__(self, name: _Optional[str] = ..., pc: _Optional[int] = ..., arguments: _Optional[_Iterable[_Union[Argument, _Mapping]]] = ..., builtins: _Optional[_Iterable[str]] = ..., segments: _Optional[int] = ..., temporary_segments: _Optional[int] = ..., keep_temporary_segments: bool = ...) -> None: ...

class Argument(_message.Message):
    __slots__ = ("felt", "address", "list")
    FELT_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    felt: str
    address: _value_pb2.Relocatable
    list: ArgumentList
    def __init__(self, felt: _Optional[str] = ..., address: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., list: _Optional[_Union[ArgumentList, _Mapping]] = ...) -> None: ...

class ArgumentList(_message.Message):
    __slots__ = ("elements",)
    ELEMENTS_FIELD_NUMBER: _ClassVar[int]
    elements: _containers.RepeatedCompositeFieldContainer[Argument]
    def __init__(self, elements: _Optional[_Iterable[_Union[Argument, _Mapping]]] = ...) -> None: ...

class VmLimits(_message.Message):
    __slots__ = ("max_steps", "hint_timeout", "time_to_live", "max_memory_bytes", "max_segments", "max_memory_gap", "max_hint_cells", "max_error_text_bytes", "run_time", "cpu_time", "max_output_bytes")
    MAX_STEPS_FIELD_NUMBER: _ClassVar[int]
    HINT_TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    TIME_TO_LIVE_FIELD_NUMBER: _ClassVar[int]
    MAX_MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    MAX_SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    MAX_MEMORY_GAP_FIELD_NUMBER: _ClassVar[int]
    MAX_HINT_CELLS_FIELD_NUMBER: _ClassVar[int]
    MAX_ERROR_TEXT_BYTES_FIELD_NUMBER: _ClassVar[int]
    RUN_TIME_FIELD_NUMBER: _ClassVar[int]
    CPU_TIME_FIELD_NUMBER: _ClassVar[int]
    MAX_OUTPUT_BYTES_FIELD_NUMBER: _ClassVar[int]
    max_steps: int
    hint_timeout: _duration_pb2.Duration
    time_to_live: _duration_pb2.Duration
    max_memory_bytes: int
    max_segments: int
    max_memory_gap: int
    max_hint_cells: int
    max_error_text_bytes: int
    run_time: _duration_pb2.Duration
    cpu_time: _duration_pb2.Duration
    max_output_bytes: int
    def __init__(self, max_steps: _Optional[int] = ..., hint_timeout: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., time_to_live: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., max_memory_bytes: _Optional[int] = ..., max_segments: _Optional[int] = ..., max_memory_gap: _Optional[int] = ..., max_hint_cells: _Optional[int] = ..., max_error_text_bytes: _Optional[int] = ..., run_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., cpu_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., max_output_bytes: _Optional[int] = ...) -> None: ...

class CreateVmResponse(_message.Message):
    __slots__ = ("vm",)
    VM_FIELD_NUMBER: _ClassVar[int]
    vm: Vm
    def __init__(self, vm: _Optional[_Union[Vm, _Mapping]] = ...) -> None: ...

class Vm(_message.Message):
    __slots__ = ("name", "state", "pc", "ap", "fp", "current_step", "hints_executed", "failure", "output", "create_time", "program_hash", "layout", "execution_resources", "worker_process_id", "hint_engine", "hint_placement", "limits", "entry_point", "attached", "expire_time", "stop_reason", "tenant", "usage")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PC_FIELD_NUMBER: _ClassVar[int]
    AP_FIELD_NUMBER: _ClassVar[int]
    FP_FIELD_NUMBER: _ClassVar[int]
    CURRENT_STEP_FIELD_NUMBER: _ClassVar[int]
    HINTS_EXECUTED_FIELD_NUMBER: _ClassVar[int]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    PROGRAM_HASH_FIELD_NUMBER: _ClassVar[int]
    LAYOUT_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_RESOURCES_FIELD_NUMBER: _ClassVar[int]
    WORKER_PROCESS_ID_FIELD_NUMBER: _ClassVar[int]
    HINT_ENGINE_FIELD_NUMBER: _ClassVar[int]
    HINT_PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    ENTRY_POINT_FIELD_NUMBER: _ClassVar[int]
    ATTACHED_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    STOP_REASON_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    name: str
    state: VmState
    pc: _value_pb2.Relocatable
    ap: _value_pb2.Relocatable
    fp: _value_pb2.Relocatable
    current_step: int
    hints_executed: int
    failure: Failure
    output: _containers.RepeatedScalarFieldContainer[str]
    create_time: _timestamp_pb2.Timestamp
    program_hash: str
    layout: str
    execution_resources: ExecutionResources
    worker_process_id: int
    hint_engine: HintEngine
    hint_placement: HintPlacement
    limits: VmLimits
    entry_point: EntryPoint
    attached: bool
    expire_time: _timestamp_pb2.Timestamp
    stop_reason: StopReason
    tenant: str
    usage: VmUsage
    def __init__(self, name: _Optional[str] = ..., state: _Optional[_Union[VmState, str]] = ..., pc: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., ap: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., fp: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., current_step: _Optional[int] = ..., hints_executed: _Optional[int] = ..., failure: _Optional[_Union[Failure, _Mapping]] = ..., output: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., program_hash: _Optional[str] = ..., layout: _Optional[str] = ..., execution_resources: _Optional[_Union[ExecutionResources, _Mapping]] = ..., worker_process_id: _Optional[int] = ..., hint_engine: _Optional[_Union[HintEngine, str]] = ..., hint_placement: _Optional[_Union[HintPlacement, str]] = ..., limits: _Optional[_Union[VmLimits, _Mapping]] = ..., entry_point: _Optional[_Union[EntryPoint, _Mapping]] = ..., attached: bool = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., stop_reason: _Optional[_Union[StopReason, str]] = ..., tenant: _Optional[str] = ..., usage: _Optional[_Union[VmUsage, _Mapping]] = ...) -> None: ...

class VmUsage(_message.Message):
    __slots__ = ("worker_cpu_time", "worker_memory_bytes", "memory_bytes")
    WORKER_CPU_TIME_FIELD_NUMBER: _ClassVar[int]
    WORKER_MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    MEMORY_BYTES_FIELD_NUMBER: _ClassVar[int]
    worker_cpu_time: _duration_pb2.Duration
    worker_memory_bytes: int
    memory_bytes: int
    def __init__(self, worker_cpu_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., worker_memory_bytes: _Optional[int] = ..., memory_bytes: _Optional[int] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("reason", "message", "pc", "hint", "cairo_traceback", "python_traceback", "exception_class", "exception_message", "exit_code")
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    PC_FIELD_NUMBER: _ClassVar[int]
    HINT_FIELD_NUMBER: _ClassVar[int]
    CAIRO_TRACEBACK_FIELD_NUMBER: _ClassVar[int]
    PYTHON_TRACEBACK_FIELD_NUMBER: _ClassVar[int]
    EXCEPTION_CLASS_FIELD_NUMBER: _ClassVar[int]
    EXCEPTION_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    reason: str
    message: str
    pc: _value_pb2.Relocatable
    hint: HintReference
    cairo_traceback: str
    python_traceback: str
    exception_class: str
    exception_message: str
    exit_code: int
    def __init__(self, reason: _Optional[str] = ..., message: _Optional[str] = ..., pc: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., hint: _Optional[_Union[HintReference, _Mapping]] = ..., cairo_traceback: _Optional[str] = ..., python_traceback: _Optional[str] = ..., exception_class: _Optional[str] = ..., exception_message: _Optional[str] = ..., exit_code: _Optional[int] = ...) -> None: ...

class HintReference(_message.Message):
    __slots__ = ("hint_id", "index", "filename", "line")
    HINT_ID_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    FILENAME_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    hint_id: int
    index: int
    filename: str
    line: int
    def __init__(self, hint_id: _Optional[int] = ..., index: _Optional[int] = ..., filename: _Optional[str] = ..., line: _Optional[int] = ...) -> None: ...

class ExecutionResources(_message.Message):
    __slots__ = ("steps", "memory_holes", "builtin_instances")
    class BuiltinInstancesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    STEPS_FIELD_NUMBER: _ClassVar[int]
    MEMORY_HOLES_FIELD_NUMBER: _ClassVar[int]
    BUILTIN_INSTANCES_FIELD_NUMBER: _ClassVar[int]
    steps: int
    memory_holes: int
    builtin_instances: _containers.ScalarMap[str, int]
    def __init__(self, steps: _Optional[int] = ..., memory_holes: _Optional[int] = ..., builtin_instances: _Optional[_Mapping[str, int]] = ...) -> None: ...

class GetVmRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class GetVmResponse(_message.Message):
    __slots__ = ("vm",)
    VM_FIELD_NUMBER: _ClassVar[int]
    vm: Vm
    def __init__(self, vm: _Optional[_Union[Vm, _Mapping]] = ...) -> None: ...

class ListVmsRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "usage")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    USAGE_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    usage: bool
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., usage: bool = ...) -> None: ...

class ListVmsResponse(_message.Message):
    __slots__ = ("vms", "next_page_token")
    VMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    vms: _containers.RepeatedCompositeFieldContainer[Vm]
    next_page_token: str
    def __init__(self, vms: _Optional[_Iterable[_Union[Vm, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteVmRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class DeleteVmResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RunVmRequest(_message.Message):
    __slots__ = ("name", "steps", "pc", "label", "address", "total_steps", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    PC_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_STEPS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    steps: int
    pc: int
    label: str
    address: _value_pb2.Relocatable
    total_steps: int
    request_id: str
    def __init__(self, name: _Optional[str] = ..., steps: _Optional[int] = ..., pc: _Optional[int] = ..., label: _Optional[str] = ..., address: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., total_steps: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class RunVmResponse(_message.Message):
    __slots__ = ("vm", "stop_reason")
    VM_FIELD_NUMBER: _ClassVar[int]
    STOP_REASON_FIELD_NUMBER: _ClassVar[int]
    vm: Vm
    stop_reason: StopReason
    def __init__(self, vm: _Optional[_Union[Vm, _Mapping]] = ..., stop_reason: _Optional[_Union[StopReason, str]] = ...) -> None: ...

class PauseVmRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class PauseVmResponse(_message.Message):
    __slots__ = ("vm",)
    VM_FIELD_NUMBER: _ClassVar[int]
    vm: Vm
    def __init__(self, vm: _Optional[_Union[Vm, _Mapping]] = ...) -> None: ...

class WatchVmRequest(_message.Message):
    __slots__ = ("name", "records")
    NAME_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    records: _log_pb2.RecordLevel
    def __init__(self, name: _Optional[str] = ..., records: _Optional[_Union[_log_pb2.RecordLevel, str]] = ...) -> None: ...

class WatchVmResponse(_message.Message):
    __slots__ = ("time", "state", "progress", "hint_output", "dropped", "log", "records")
    TIME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    HINT_OUTPUT_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    state: Vm
    progress: Progress
    hint_output: HintOutput
    dropped: DroppedEvents
    log: LogRecord
    records: _log_pb2.HintRecords
    def __init__(self, time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., state: _Optional[_Union[Vm, _Mapping]] = ..., progress: _Optional[_Union[Progress, _Mapping]] = ..., hint_output: _Optional[_Union[HintOutput, _Mapping]] = ..., dropped: _Optional[_Union[DroppedEvents, _Mapping]] = ..., log: _Optional[_Union[LogRecord, _Mapping]] = ..., records: _Optional[_Union[_log_pb2.HintRecords, _Mapping]] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("current_step", "hints_executed")
    CURRENT_STEP_FIELD_NUMBER: _ClassVar[int]
    HINTS_EXECUTED_FIELD_NUMBER: _ClassVar[int]
    current_step: int
    hints_executed: int
    def __init__(self, current_step: _Optional[int] = ..., hints_executed: _Optional[int] = ...) -> None: ...

class HintOutput(_message.Message):
    __slots__ = ("stream", "data")
    STREAM_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    stream: OutputStream
    data: bytes
    def __init__(self, stream: _Optional[_Union[OutputStream, str]] = ..., data: _Optional[bytes] = ...) -> None: ...

class DroppedEvents(_message.Message):
    __slots__ = ("count", "hint_output_bytes", "records")
    COUNT_FIELD_NUMBER: _ClassVar[int]
    HINT_OUTPUT_BYTES_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    count: int
    hint_output_bytes: int
    records: int
    def __init__(self, count: _Optional[int] = ..., hint_output_bytes: _Optional[int] = ..., records: _Optional[int] = ...) -> None: ...

class LogRecord(_message.Message):
    __slots__ = ("level", "message")
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    level: LogLevel
    message: str
    def __init__(self, level: _Optional[_Union[LogLevel, str]] = ..., message: _Optional[str] = ...) -> None: ...

class ReadMemoryRequest(_message.Message):
    __slots__ = ("name", "address", "count", "accesses")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    ACCESSES_FIELD_NUMBER: _ClassVar[int]
    name: str
    address: _value_pb2.Relocatable
    count: int
    accesses: bool
    def __init__(self, name: _Optional[str] = ..., address: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., count: _Optional[int] = ..., accesses: bool = ...) -> None: ...

class ReadMemoryResponse(_message.Message):
    __slots__ = ("cells", "accessed")
    CELLS_FIELD_NUMBER: _ClassVar[int]
    ACCESSED_FIELD_NUMBER: _ClassVar[int]
    cells: _value_pb2.CellRun
    accessed: _containers.RepeatedScalarFieldContainer[bool]
    def __init__(self, cells: _Optional[_Union[_value_pb2.CellRun, _Mapping]] = ..., accessed: _Optional[_Iterable[bool]] = ...) -> None: ...

class WriteMemoryRequest(_message.Message):
    __slots__ = ("name", "cells")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    name: str
    cells: _value_pb2.CellRun
    def __init__(self, name: _Optional[str] = ..., cells: _Optional[_Union[_value_pb2.CellRun, _Mapping]] = ...) -> None: ...

class WriteMemoryResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AddSegmentRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class AddSegmentResponse(_message.Message):
    __slots__ = ("base",)
    BASE_FIELD_NUMBER: _ClassVar[int]
    base: _value_pb2.Relocatable
    def __init__(self, base: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ...) -> None: ...

class ListSegmentsRequest(_message.Message):
    __slots__ = ("name", "page_size", "page_token")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    page_size: int
    page_token: str
    def __init__(self, name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListSegmentsResponse(_message.Message):
    __slots__ = ("segments", "next_page_token")
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    segments: _containers.RepeatedCompositeFieldContainer[Segment]
    next_page_token: str
    def __init__(self, segments: _Optional[_Iterable[_Union[Segment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Segment(_message.Message):
    __slots__ = ("base", "length", "role")
    BASE_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    base: _value_pb2.Relocatable
    length: int
    role: str
    def __init__(self, base: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., length: _Optional[int] = ..., role: _Optional[str] = ...) -> None: ...

class ReadReturnValuesRequest(_message.Message):
    __slots__ = ("name", "count")
    NAME_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    name: str
    count: int
    def __init__(self, name: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class ReadReturnValuesResponse(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _value_pb2.CellRun
    def __init__(self, values: _Optional[_Union[_value_pb2.CellRun, _Mapping]] = ...) -> None: ...

class ReadHintScopesRequest(_message.Message):
    __slots__ = ("name", "max_text_bytes")
    NAME_FIELD_NUMBER: _ClassVar[int]
    MAX_TEXT_BYTES_FIELD_NUMBER: _ClassVar[int]
    name: str
    max_text_bytes: int
    def __init__(self, name: _Optional[str] = ..., max_text_bytes: _Optional[int] = ...) -> None: ...

class ReadHintScopesResponse(_message.Message):
    __slots__ = ("scopes",)
    SCOPES_FIELD_NUMBER: _ClassVar[int]
    scopes: _containers.RepeatedCompositeFieldContainer[_hint_session_pb2.Scope]
    def __init__(self, scopes: _Optional[_Iterable[_Union[_hint_session_pb2.Scope, _Mapping]]] = ...) -> None: ...

class ListHintsRequest(_message.Message):
    __slots__ = ("name", "page_size", "page_token")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    page_size: int
    page_token: str
    def __init__(self, name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListHintsResponse(_message.Message):
    __slots__ = ("hints", "next_page_token")
    HINTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    hints: _containers.RepeatedCompositeFieldContainer[PlacedHint]
    next_page_token: str
    def __init__(self, hints: _Optional[_Iterable[_Union[PlacedHint, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PlacedHint(_message.Message):
    __slots__ = ("hint", "pc", "first_line", "placement", "reason", "language")
    HINT_FIELD_NUMBER: _ClassVar[int]
    PC_FIELD_NUMBER: _ClassVar[int]
    FIRST_LINE_FIELD_NUMBER: _ClassVar[int]
    PLACEMENT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    hint: HintReference
    pc: _value_pb2.Relocatable
    first_line: str
    placement: HintPlacement
    reason: str
    language: str
    def __init__(self, hint: _Optional[_Union[HintReference, _Mapping]] = ..., pc: _Optional[_Union[_value_pb2.Relocatable, _Mapping]] = ..., first_line: _Optional[str] = ..., placement: _Optional[_Union[HintPlacement, str]] = ..., reason: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class ReadArtifactRequest(_message.Message):
    __slots__ = ("name", "artifact", "trace_path", "memory_path")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    TRACE_PATH_FIELD_NUMBER: _ClassVar[int]
    MEMORY_PATH_FIELD_NUMBER: _ClassVar[int]
    name: str
    artifact: Artifact
    trace_path: str
    memory_path: str
    def __init__(self, name: _Optional[str] = ..., artifact: _Optional[_Union[Artifact, str]] = ..., trace_path: _Optional[str] = ..., memory_path: _Optional[str] = ...) -> None: ...

class ReadArtifactResponse(_message.Message):
    __slots__ = ("chunk", "size_bytes")
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    SIZE_BYTES_FIELD_NUMBER: _ClassVar[int]
    chunk: bytes
    size_bytes: int
    def __init__(self, chunk: _Optional[bytes] = ..., size_bytes: _Optional[int] = ...) -> None: ...

class AttachHintsRequest(_message.Message):
    __slots__ = ("name", "response")
    NAME_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    name: str
    response: _hint_session_pb2.SessionResponse
    def __init__(self, name: _Optional[str] = ..., response: _Optional[_Union[_hint_session_pb2.SessionResponse, _Mapping]] = ...) -> None: ...

class AttachHintsResponse(_message.Message):
    __slots__ = ("request",)
    REQUEST_FIELD_NUMBER: _ClassVar[int]
    request: _hint_session_pb2.SessionRequest
    def __init__(self, request: _Optional[_Union[_hint_session_pb2.SessionRequest, _Mapping]] = ...) -> None: ...
