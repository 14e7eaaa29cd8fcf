"""Owns one VM's hints: compiles them, runs them one at a time, and keeps what lives between them.

The transport calls a `Session` and implements its `host`. Nothing here knows how requests travel.
"""

from __future__ import annotations

import io
import json
import sys
from types import CodeType
from typing import Any, Dict, Iterable, List, Optional, Tuple

from . import classes, debugger, given, handover, mentions, running
from . import failure as failures
from .arithmetic import field_functions
from .builtins import (
    BuiltinRunner,
    CheckedBuiltinRunner,
    OutputBuiltinRunner,
    RangeCheckBuiltinRunner,
    make_builtin,
)
from .context import ProgramSource, VmConstsContext
from .effects import Effects
from .errors import raised
from .expressions import Frame
from .failure import HintFailure, failure_of
from .host import Host
from .ids import Definition, HintIds, Surroundings, VmConsts
from .machine import RunContext, VirtualMachine
from .memory import Memory
from .memory_dict import ValidatedMemoryDict
from .programs import load_program
from .relocatable import RelocatableValue
from .reports import Asked, Report, Reporter
from .rules import Rules
from .scopes import Cleanup, Scopes, make_cleanup
from .segments import MemorySegmentManager
from .structs import Structs
from .syscalls import Contracts, SyscallHandler

_getrefcount = sys.getrefcount

#: `(id, code, Cairo file or None, line of the bracket, empty lines after it)`.
HintTuple = Tuple[int, str, Optional[str], int, int]

_NOWHERE = RelocatableValue(0, -1)


class Hint:
    """One compiled hint."""

    __slots__ = (
        "code",
        "text",
        "names",
        "location",
        "pc",
        "calls",
        "source",
        "index",
        "given",
        "cleanup",
    )

    def __init__(
        self,
        code: CodeType,
        text: str,
        names: HintIds,
        location: Any,
        source: ProgramSource,
        index: int,
        calls: bool,
    ) -> None:
        self.code = code
        self.text = text
        #: What `ids` is made of.
        self.names = names
        self.location: Optional[Tuple[str, int, int]] = location
        #: Where it ran last.
        self.pc = _NOWHERE
        #: Whether it calls anything, and so may have printed.
        self.calls = calls
        #: The program it belongs to, and its position there.
        self.source = source
        self.index = index
        #: The names that it is given when it could not see the others, and what takes them away again.
        self.given: Optional[List[str]] = None
        self.cleanup: Optional[Cleanup] = None


class Session:
    """All hints of one VM."""

    def __init__(
        self,
        host: Host,
        *,
        prime: int,
        builtins: List[Dict[str, Any]],
        program_input_json: str = "",
        hint_locals_json: str = "",
        static_locals_json: str = "",
        syscall_handler: str = "",
        hint_locals_callable: str = "",
        import_paths: Iterable[str] = (),
        segment_count: int = 0,
        hint_locals: Optional[Dict[str, Any]] = None,
        static_locals: Optional[Dict[str, Any]] = None,
        relied_on: Iterable[str] = (),
        own_stdout: bool = True,
    ) -> None:
        classes.install()
        running.watch(Session.execute_at.__code__)
        running.watch(Session.call_rule.__code__)
        debugger.watch()
        self.host = host
        self.prime = prime
        #: Whether the process is there for hints alone.
        self.own_process = own_stdout
        self.effects = Effects()
        self.memory = Memory(host, prime, self.effects)
        self.segments = MemorySegmentManager(self.memory)
        self.segments.n_segments = segment_count
        self.rules = Rules(self.memory, self.segments.memory)
        self.validated_memory = ValidatedMemoryDict(self.memory, self.rules.add_validation_rule)
        self.ecdsa_additional_data: Dict[Any, Any] = {}
        self.builtin_runners = self._make_builtins(builtins)
        self.structs = Structs(self.memory, self.validated_memory, self.find_context)
        self.hints: Dict[int, Hint] = {}
        self._surroundings = Surroundings(
            self.memory,
            self.validated_memory,
            self.structs,
            self._resolve_name,
            self._make_context,
        )
        self._program = ProgramSource(host)
        #: The programs by the number of their first hint.
        self._programs: Dict[int, ProgramSource] = {}
        self._hint: Optional[Hint] = None
        self._handed_over = ""
        for path in import_paths:
            if path not in sys.path:
                sys.path.append(path)
        self._reporter = Reporter(relied_on)
        self._flush = _prepare_stdout(own_stdout)

        scope = _json_object("program_input", program_input_json)
        main_scope = {"program_input": scope}
        main_scope.update(_json_object("hint_locals", hint_locals_json))
        main_scope.update(hint_locals or {})
        if hint_locals_callable:
            main_scope.update(given.hint_locals(hint_locals_callable, scope))
        if syscall_handler:
            main_scope["syscall_handler"] = given.syscall_handler(syscall_handler)
        self.scopes = Scopes(main_scope)

        constants = {"segments": self.segments}
        constants.update(_json_object("static_locals", static_locals_json))
        constants.update(static_locals or {})
        if constants["segments"] is not self.segments:
            raise ValueError("a static local cannot be named `segments`")
        constants.update(field_functions(prime))
        self._names: Dict[str, Any] = {}
        self.rules.vm = self.vm = VirtualMachine(
            host,
            self.memory,
            run_context=RunContext(self.segments.memory, prime, self._names),
            validated_memory=self.validated_memory,
            builtin_runners=self.builtin_runners,
            static_locals=constants,
            ecdsa_additional_data=self.ecdsa_additional_data,
            scopes=self.scopes,
            rules=self.rules,
            source=self._program,
            load=self._load_program,
        )
        self._names.update(self._make_names(constants))
        self._cleaned = [
            *[*self.builtin_runners, "builtin_runners", *constants],
            *["vm_exit_scope", "vm_enter_scope", "vm_load_program", "ids", "memory"],
            *["is_accessed", "vm_add_auto_deduction_rule", "vm_add_validation_rule"],
            "vm_ecdsa_additional_data",
        ]
        self._cleanup = make_cleanup(*self._cleaned)
        #: Whether hints may have left something behind that looks at the names of later ones.
        self._all_see_all = False
        self._ids_references = -1
        self._calibrate()

    # Setting up.

    def _make_builtins(self, descriptions: List[Dict[str, Any]]) -> Dict[str, BuiltinRunner]:
        runners: Dict[str, BuiltinRunner] = {}
        for description in descriptions:
            runner = make_builtin(description, self.effects)
            runners[description["name"] + "_builtin"] = runner
            if isinstance(runner, CheckedBuiltinRunner):
                self.rules.add_builtin_rule(
                    description["segment"],
                    runner.check,
                    runner.cells_per_instance,
                    runner.bound if isinstance(runner, RangeCheckBuiltinRunner) else 0,
                )
        return runners

    def _make_names(self, constants: Dict[str, Any]) -> Dict[str, Any]:
        """Everything that is put into the scope for a hint, in the reference VM's order."""
        return {
            "memory": self.validated_memory,
            "ap": None,
            "fp": None,
            "pc": None,
            "current_step": None,
            "ids": None,
            "vm_load_program": self.vm.load_program,
            "vm_enter_scope": self.vm.enter_scope,
            "vm_exit_scope": self.vm.exit_scope,
            **constants,
            "builtin_runners": self.builtin_runners,
            **self.builtin_runners,
            "is_accessed": self.vm.is_accessed,
            "vm_add_auto_deduction_rule": self.vm.add_auto_deduction_rule,
            "vm_add_validation_rule": self.vm.add_validation_rule,
            "vm_ecdsa_additional_data": self.ecdsa_additional_data,
        }

    def _calibrate(self) -> None:
        """Runs an empty hint to learn how many references to `ids` an execution itself has."""
        scopes = self.scopes
        self.scopes = Scopes({})
        segment_count = self.segments.n_segments
        self.add_hints([(-1, "pass", None, 0, 0)], ProgramSource(self.host), -1)
        for _ in range(2):
            self._ids_references = -1
            failure = self.execute(-1, 0, 0, 0, 0, 0, 0, 0, segment_count, 0)
            if failure is not None:
                raise failure
        del self.hints[-1], self._programs[-1]
        self.memory.known.clear()
        self._hint = None
        self.scopes = scopes

    def load_hints(self, hints: List[HintTuple], first_id: int = 0) -> List[Tuple[int, List[str]]]:
        """Compiles hints of a program; returns the names that the code of each mentions.

        `first_id` says which: the main program's first hint has the number 0.
        """
        source = self._programs.get(first_id, self._program)
        return self.add_hints(hints, source, first_id)

    def add_hints(
        self, hints: List[HintTuple], source: ProgramSource, first_id: int
    ) -> List[Tuple[int, List[str]]]:
        """Compiles hints of a program whose first hint has the number `first_id`.

        Not all of its hints need be there: others are in other languages, or run elsewhere.
        """
        self._programs[first_id] = source
        names = []
        for hint_id, code, filename, start_line, prefix_newlines in hints:
            location = None if filename is None else (filename, start_line, prefix_newlines)
            compiled = self._compile(hint_id, code, location)
            ids = HintIds(hint_id, self._surroundings)
            told = mentions.of(compiled)
            hint = Hint(compiled, code, ids, location, source, hint_id - first_id, told.calls)
            self.hints[hint_id] = hint
            names.append((hint_id, told.names))
            self._all_see_all = self._all_see_all or told.leaves_observers
            if not told.looks_around:
                hint.given = [name for name in self._names if name in told.names]
                hint.cleanup = make_cleanup(*[name for name in self._cleaned if name in told.names])
        return names

    def _compile(self, hint_id: int, code: str, location: Any) -> CodeType:
        try:
            return compile(code, _filename(hint_id), mode="exec", dont_inherit=True)
        except SyntaxError as error:
            text = failures.traceback_text(error, lambda _: location)
            shown = failures.shown_error(error, lambda _: location)
            raise HintFailure(failures.COMPILE, hint_id, text, shown) from None
        except Exception as error:
            # A null byte, or nesting too deep for the compiler.
            text = failures.traceback_text(error, lambda _: location)
            raise HintFailure(failures.RAW, hint_id, text, error) from None

    def _code_of(self, hint_id: int) -> CodeType:
        return self.hints[hint_id].code

    def use_builtin(self, name: str, runner: Any) -> None:
        """Has hints see this object as the builtin; whoever made it registers its rules."""
        self.builtin_runners[name] = self._names[name] = runner

    def define_struct(self, full_name: str, size: int, members: List[Tuple[str, int, str, str]]) -> None:
        """Takes over a struct; members are `(name, offset, kind, struct name)`."""
        self.structs.define(full_name, size, members)

    def define_name(self, hint_id: int, definition: Definition) -> None:
        """Takes over what a name stands for in a hint."""
        self.hints[hint_id].names.define(definition)

    def follow_scopes(self, left: int, entered: int) -> None:
        """Leaves and enters scopes as hints did that ran elsewhere."""
        for _ in range(left):
            self.scopes.leave()
        for _ in range(entered):
            self.scopes.enter()

    def offer_syscall_handler(self, contracts: Contracts) -> None:
        """Gives hints the world of contracts, unless they were given a syscall handler."""
        self.scopes.stack[0].setdefault("syscall_handler", SyscallHandler(contracts))

    def take_over(self, variables_json: str) -> None:
        """Takes the variables of hints that ran elsewhere so far, for the next hint."""
        self._handed_over = variables_json

    def ask_for(self, names: List[str], all_scopes: bool, tampering: bool) -> None:
        """Has the next hint's variables of these names reported when it has ended."""
        self._reporter.asked = Asked(names, all_scopes, tampering)

    def take_report(self) -> Report:
        """The report of the hint that ended; an empty one if it failed, or when nothing was asked."""
        return self._reporter.take()

    # Running.

    def execute(
        self,
        hint_id: int,
        pc_segment: int,
        pc_offset: int,
        ap_segment: int,
        ap_offset: int,
        fp_segment: int,
        fp_offset: int,
        current_step: int,
        segment_count: int,
        temporary_segment_count: int,
    ) -> Optional[HintFailure]:
        """Runs a hint. Returns its failure, or nothing."""
        return self.execute_at(
            hint_id,
            RelocatableValue(pc_segment, pc_offset),
            RelocatableValue(ap_segment, ap_offset),
            RelocatableValue(fp_segment, fp_offset),
            current_step,
            segment_count,
            temporary_segment_count,
        )

    # Long on purpose: each call that this one would be cut into costs every hint its time.
    def execute_at(  # noqa: PLR0915
        self,
        hint_id: int,
        pc: RelocatableValue,
        ap: RelocatableValue,
        fp: RelocatableValue,
        current_step: int,
        segment_count: int,
        temporary_segment_count: int,
    ) -> Optional[HintFailure]:
        """The same, for a transport that makes the registers itself."""
        hint = self.hints[hint_id]
        hint.pc = pc
        memory = self.memory
        memory.begin()
        self._hint = hint
        segments = self.segments
        segments.n_segments = memory.segment_count = segment_count
        segments.n_temp_segments = memory.temporary_segment_count = temporary_segment_count

        hint_names = hint.names
        ids = hint_names.ids
        if ids is None:
            hint_names.renew()
            ids = hint_names.ids
        frame = hint_names.frame
        known = memory.known
        fp_segment = fp.segment_index
        ap_segment = ap.segment_index
        try:
            frame.fp_cells = known[fp_segment]
        except KeyError:
            frame.fp_cells = known[fp_segment] = {}
        if ap_segment == fp_segment:
            frame.ap_cells = frame.fp_cells
        else:
            frame.ap_cells = known.setdefault(ap_segment, {})
        frame.fp_segment = fp_segment
        frame.fp_offset = fp.offset
        frame.ap_segment = ap_segment
        frame.ap_offset = ap.offset

        names = self._names
        names["ap"] = ap
        names["fp"] = fp
        names["pc"] = pc
        names["current_step"] = current_step
        names["ids"] = ids
        scope = self.scopes.stack[-1]
        try:
            if self._handed_over:
                handed, self._handed_over = self._handed_over, ""
                handover.take_over(self.scopes.stack, memory, json.loads(handed), self._code_of)
            given = hint.given
            if given is None or self._all_see_all or "ap" not in scope:
                scope.update(names)
                cleanup = self._cleanup
            else:
                for name in given:
                    scope[name] = names[name]
                cleanup = hint.cleanup  # type: ignore[assignment]
            exec(hint.code, scope)
            if self.effects.pending:
                self.effects.settle()
        except BaseException as error:
            self._settle_failed()
            memory.end()
            self._flush()
            return failure_of(error, hint_id, self.locate)
        try:
            cleanup(scope)
        except KeyError as error:
            memory.end()
            text, missing = failures.described_text(error, self.locate)
            return HintFailure(failures.RAW, hint_id, text, error, missing_lines=missing)
        memory.end()
        references = _getrefcount(ids)
        if references != self._ids_references:
            self._ids_escaped(hint_names, references)
        if hint.calls:
            self._flush()
        if self._reporter.asked is not None:
            self._reporter.make(self.scopes.stack, self.effects)
        return None

    def _settle_failed(self) -> None:
        """Has all reported that a hint did before it raised; what cannot be is lost with the run."""
        while self.effects.pending:
            try:
                self.effects.settle()
            except Exception:
                continue

    def _ids_escaped(self, names: HintIds, references: int) -> None:
        """Leaves an `ids` object that somebody kept alone with its registers."""
        if self._ids_references < 0:
            self._ids_references = references
        else:
            names.renew()

    def call_rule(
        self,
        rule_id: int,
        segment: int,
        offset: int,
        segment_count: int = 0,
        temporary_segment_count: int = 0,
    ) -> Any:
        """Calls a rule that a hint registered.

        Hints in other languages may have added segments since the last hint here; none is ever removed.
        """
        memory, segments = self.memory, self.segments
        memory.begin()
        segments.n_segments = memory.segment_count = max(segments.n_segments, segment_count)
        temporary = max(segments.n_temp_segments, temporary_segment_count)
        segments.n_temp_segments = memory.temporary_segment_count = temporary
        try:
            answer = self.rules.call(rule_id, RelocatableValue(segment, offset))
            if self.effects.pending:
                self.effects.settle()
            return answer
        except BaseException as error:
            self._settle_failed()
            return failure_of(error, None, self.locate)
        finally:
            self.memory.end()
            self._flush()

    def clear_effects(self) -> None:
        """Forgets what the last hint did."""
        self.effects.clear()

    def end_run(self) -> int:
        """The number of hint scopes; 1 when every scope that was entered was left."""
        # A hint may have kept a part of the output's state and changed it since.
        for runner in self.builtin_runners.values():
            # One of the caller's own is told of nothing.
            if type(runner) is OutputBuiltinRunner:
                runner.report()
        self._flush()
        return len(self.scopes.stack)

    def read_scopes(self, max_text_bytes: int) -> List[List[Tuple[str, str, str]]]:
        """The variables of the hint scopes, outermost first."""
        return self.scopes.describe(self._names, max_text_bytes)

    def raised(self, class_path: str, message: str) -> BaseException:
        """An exception of this class, for the transport to raise in a hint."""
        return raised(class_path, message)

    def is_accessed(self, addr: Any) -> bool:
        """Whether Cairo code used a cell."""
        return self.vm.is_accessed(addr)

    # What parts of the engine call.

    def _load_program(self, program: Any, program_base: Any) -> None:
        load_program(self, program, program_base)

    def locate(self, hint_id: int) -> Optional[Tuple[str, int, int]]:
        """Where a hint stands in its Cairo file."""
        hint = self.hints.get(hint_id)
        return None if hint is None else hint.location

    def find_context(self) -> Any:
        """`ids._context` of the running hint."""
        return self._names["ids"]._context

    def _make_context(self, hint_id: int, frame: Frame, owner: VmConsts) -> VmConstsContext:
        hint = self.hints[hint_id]
        return VmConstsContext(
            hint.source,
            hint.index,
            self.validated_memory,
            hint.pc,
            RelocatableValue(frame.ap_segment, frame.ap_offset),
            RelocatableValue(frame.fp_segment, frame.fp_offset),
            owner,
        )

    def debugger_starts(self) -> None:
        """Tells the host that the hint's deadline has to wait, and debuggers what hints look like."""
        self.host.debugger()
        for hint_id, hint in self.hints.items():
            debugger.show_source(_filename(hint_id), hint.text)

    def _resolve_name(self, hint_id: int, scope: str, name: str) -> Definition:
        return self.host.resolve_name(hint_id, scope, name)


def _filename(hint_id: int) -> str:
    """What tracebacks call the file of a hint."""
    return f"<hint{hint_id}>"


def _json_object(name: str, text: str) -> Dict[str, Any]:
    value = json.loads(text) if text else {}
    if name != "program_input" and not isinstance(value, dict):
        raise ValueError(f"the JSON text of `{name}` must be an object")
    return value


def _prepare_stdout(own_stdout: bool) -> Any:
    """Makes what hints print go out line by line; returns what flushes the rest."""
    stdout = sys.stdout
    if own_stdout and isinstance(stdout, io.TextIOWrapper):
        stdout.reconfigure(line_buffering=True)

    def flush() -> None:
        try:
            sys.stdout.flush()
        except (AttributeError, ValueError, OSError):
            # A hint closed it or took it away; there is nothing left to flush.
            pass

    return flush
