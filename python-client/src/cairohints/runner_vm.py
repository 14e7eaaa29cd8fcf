"""Owns `runner.vm` of a `FunctionRunner`: what callers look at of cairo-lang's VM, without that VM.

Its steps run on the server. Its texts of errors are cairo-lang's own.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, Callable, Dict, List, Optional, Tuple

from starkware.cairo.lang.vm.trace_entry import TraceEntry
from starkware.cairo.lang.vm.validated_memory_dict import ValidatedMemoryDict
from starkware.cairo.lang.vm.virtual_machine_base import ERROR_MESSAGE_ATTRIBUTE, VmAttributeScope
from starkware.cairo.lang.vm.vm_core import RunContext, VirtualMachine

from .engine.relocatable import RelocatableValue
from .errors import NotSupported
from .v1 import vm_service_pb2 as pb
from .values import address_message
from .vm import Vm

#: Kind, segment, rule and further arguments.
Rule = Tuple[str, int, Callable[..., Any], Tuple[Any, ...]]
VALIDATION = "validation"
AUTO_DEDUCTION = "auto_deduction"
#: The segment that `ap` and `fp` are in.
_EXECUTION = 1


class FunctionVm(Vm):
    """A VM that calls a function with what its caller has prepared."""

    def __init__(
        self,
        program: bytes,
        *,
        builtins: List[str],
        segments: int,
        later_segments: int,
        temporary_segments: int,
        keep_temporary_segments: bool,
        **options: Any,
    ) -> None:
        self._surroundings = pb.EntryPoint(
            builtins=builtins,
            segments=segments,
            temporary_segments=temporary_segments,
            keep_temporary_segments=keep_temporary_segments,
        )
        self._later_segments = later_segments
        super().__init__(program, **options)

    def _create(self, options: Any, program: str) -> Any:
        request = options.request(program)
        request.entry_point.MergeFrom(self._surroundings)
        created = self._client.call(self.stub.CreateVm, request).vm
        for _ in range(self._later_segments):
            self._client.call(self.stub.AddSegment, pb.AddSegmentRequest(name=created.name))
        return created

    def forget_failure(self) -> None:
        """Lets go of the exception of a hint that failed."""
        if self._attached is not None:
            self._attached.forget_failure()

    def accesses(self, address: Any, count: int) -> List[bool]:
        """For each of consecutive cells whether an instruction used it."""
        request = pb.ReadMemoryRequest(
            name=self.name, address=address_message(address), count=count, accesses=True
        )
        return list(self.call(self.stub.ReadMemory, request).accessed)


class LeftTrace:
    """The trace of a run that has succeeded, still with the server."""

    def __init__(self, vm: FunctionVm, sizes: Dict[int, int], initial_pc: Any) -> None:
        self._vm = vm
        #: How much room each segment has, by its number.
        self._sizes = sizes
        self._initial_pc = initial_pc

    def entries(self) -> List[Any]:
        """cairo-lang's entries, whose registers are addresses."""
        relocated = self._vm.trace()
        segments = sorted(segment for segment in self._sizes if segment >= 0)
        # Where the program lies says the first step; temporary segments that were kept are before it.
        starts = [relocated[0].pc - self._initial_pc.offset if relocated else 0]
        for segment in segments[:-1]:
            starts.append(starts[-1] + self._sizes[segment])
        execution = starts[_EXECUTION]
        found = []
        for entry in relocated:
            # Of segments that start at the same place, no pc is in any but the last.
            index = bisect_right(starts, entry.pc) - 1
            found.append(
                TraceEntry(
                    pc=RelocatableValue(segments[index], entry.pc - starts[index]),
                    ap=RelocatableValue(_EXECUTION, entry.ap - execution),
                    fp=RelocatableValue(_EXECUTION, entry.fp - execution),
                )
            )
        return found


class RunnerVm(VirtualMachine):  # type: ignore[misc]
    """`runner.vm`: registers, memory, rules and errors of a run that is elsewhere."""

    def __init__(
        self,
        program: Any,
        run_context: RunContext,
        hint_locals: Dict[str, Any],
        static_locals: Optional[Dict[str, Any]] = None,
        builtin_runners: Optional[Dict[str, Any]] = None,
        program_base: Any = None,
        enable_instruction_trace: bool = True,
    ) -> None:
        # Not the base's own: it compiles the hints and loads the debug information, for its steps.
        self.program = program
        self.prime = program.prime
        self.run_context = run_context
        self.program_base = run_context.pc if program_base is None else program_base
        self.builtin_runners = {} if builtin_runners is None else builtin_runners
        self.exec_scopes = [dict(hint_locals)]
        self.static_locals = dict(static_locals or {})
        self.validated_memory = ValidatedMemoryDict(memory=run_context.memory, prime=self.prime)
        self.hints: Dict[Any, Any] = {}
        self.hint_pc_and_index: Dict[Any, Any] = {}
        self.auto_deduction: Dict[int, Any] = {}
        self.rules: List[Rule] = []
        self.error_message_attributes = [
            VmAttributeScope.from_attribute_scope(attr=attribute, program_base=self.program_base)
            for attribute in getattr(program, "attributes", ())
            if attribute.name == ERROR_MESSAGE_ATTRIBUTE
        ]
        self.current_step = 0
        self.skip_instruction_execution = False
        self.enable_instruction_trace = enable_instruction_trace
        self.accessed_addresses: Any = set()
        self._trace: Optional[List[Any]] = [] if enable_instruction_trace else None
        #: What the server kept of the run, until somebody asks for it.
        self.left_trace: Optional[LeftTrace] = None

    def __getattr__(self, name: str) -> Any:
        # What only errors need, and is large, is loaded when there is one.
        if name not in ("instruction_debug_info", "debug_file_contents"):
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")
        self.instruction_debug_info: Dict[Any, Any] = {}
        self.debug_file_contents: Dict[str, str] = {}
        self.load_debug_info(getattr(self.program, "debug_info", None), self.program_base)
        return self.__dict__[name]

    def add_validation_rule(self, segment_index: int, rule: Any, *args: Any) -> None:
        """Has the run call `rule(memory, address, *args)` for what is written into the segment."""
        self.rules.append((VALIDATION, segment_index, rule, args))
        super().add_validation_rule(segment_index, rule, *args)

    def add_auto_deduction_rule(self, segment_index: int, rule: Any, *args: Any) -> None:
        """Has the run call `rule(vm, address, *args)` for missing cells of the segment."""
        self.rules.append((AUTO_DEDUCTION, segment_index, rule, args))
        super().add_auto_deduction_rule(segment_index, rule, *args)

    @property
    def trace(self) -> Any:
        """The registers before each step; after a run that succeeded, empty before it."""
        assert self._trace is not None, "Trace is disabled."
        if self.left_trace is not None:
            self._trace, self.left_trace = self.left_trace.entries(), None
        elif not self._trace and self.current_step > 0:
            raise NotSupported(
                "the server gives the trace of a run that has succeeded only\n"
                "hint: run the function with cairo-lang's own `CairoFunctionRunner` to trace a failure"
            )
        return self._trace

    def step(self) -> None:
        """Not available: steps run on the server."""
        raise NotSupported(
            "a function runner runs its function as a whole\nhint: use `cairohints.Vm` for single steps"
        )


__all__ = ["AUTO_DEDUCTION", "VALIDATION", "FunctionVm", "LeftTrace", "RunnerVm"]
