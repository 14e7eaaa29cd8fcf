"""Owns one VM's hints: compiles them, runs them one at a time, and keeps what lives between them.

The transport calls a `Session` and implements its `host`. Nothing here knows how requests travel.
"""

from __future__ import annotations

import dis
import importlib
import io
import json
import sys
from types import CodeType
from typing import Any, Dict, Iterable, List, Optional, Tuple

from . import classes, debugger, handover
from . import failure as failures
from .arithmetic import field_functions
from .builtins import BuiltinRunner, OutputBuiltinRunner, RangeCheckBuiltinRunner, make_builtin
from .context import ProgramSource, VmConstsContext
from .effects import Effects
from .errors import raised
from .failure import HintFailure, failure_of
from .host import Host
from .ids import Definition, HintIds, Surroundings
from .memory import Memory
from .memory_dict import ValidatedMemoryDict
from .programs import load_program
from .relocatable import RelocatableValue
from .rules import Rules, make_rule_vm
from .scopes import Scopes, make_cleanup
from .segments import MemorySegmentManager
from .structs import Structs

_getrefcount = sys.getrefcount

#: `(id, code, Cairo file or None, line of the bracket, empty lines after it)`.
HintTuple = Tuple[int, str, Optional[str], int, int]

_NOWHERE = RelocatableValue(0, -1)


class Hint:
    """One compiled hint."""

    __slots__ = ("code", "names", "location", "pc", "calls", "source", "index")

    def __init__(self, code: CodeType, names: HintIds, location: Any) -> None:
        self.code = code
        #: What `ids` is made of.
        self.names = names
        self.location: Optional[Tuple[str, int, int]] = location
        #: Where it ran last.
        self.pc = _NOWHERE
        #: Whether it calls anything, and so may have printed.
        self.calls = _calls(code)
        #: The program it belongs to, and its position there.
        self.source: Optional[ProgramSource] = None
        self.index = 0


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
        import_paths: Iterable[str] = (),
        segment_count: int = 0,
        hint_locals: Optional[Dict[str, Any]] = None,
        static_locals: Optional[Dict[str, Any]] = None,
        own_stdout: bool = True,
    ) -> None:
        classes.install()
        debugger.watch(Session.execute_at.__code__)
        debugger.watch(Session.call_rule.__code__)
        self.host = host
        self.prime = prime
        self.effects = Effects()
        self.memory = Memory(host, prime, self.effects)
        self.rules = Rules(self.memory)
        self.validated_memory = ValidatedMemoryDict(self.memory, self.rules.add_validation_rule)
        self.segments = MemorySegmentManager(self.memory)
        self.segments.n_segments = segment_count
        self.ecdsa_additional_data: Dict[Any, Any] = {}
        self.builtin_runners = self._make_builtins(builtins)
        self.rules.vm = make_rule_vm(self)
        self.structs = Structs(self.memory, self.validated_memory, self.find_context)
        self.hints: Dict[int, Hint] = {}
        self._surroundings = Surroundings(
            self.memory,
            self.validated_memory,
            self.structs,
            self._resolve_name,
            self.find_context,
        )
        self._program = ProgramSource(host.read_program)
        self._hint: Optional[Hint] = None
        self._debugging = False
        self._handed_over = ""
        for path in import_paths:
            if path not in sys.path:
                sys.path.append(path)
        self._flush = _prepare_stdout(own_stdout)

        scope = _json_object("program_input", program_input_json)
        main_scope = {"program_input": scope}
        main_scope.update(_json_object("hint_locals", hint_locals_json))
        main_scope.update(hint_locals or {})
        if syscall_handler:
            main_scope["syscall_handler"] = _call_path(syscall_handler)
        self.scopes = Scopes(main_scope)

        constants = {"segments": self.segments}
        constants.update(_json_object("static_locals", static_locals_json))
        constants.update(static_locals or {})
        if constants["segments"] is not self.segments:
            raise ValueError("a static local cannot be named `segments`")
        constants.update(field_functions(prime))
        self._names = self._make_names(constants)
        self._cleanup = make_cleanup(
            [*self.builtin_runners, "builtin_runners", *constants]
            + ["vm_exit_scope", "vm_enter_scope", "vm_load_program", "ids", "memory"]
            + ["is_accessed", "vm_add_auto_deduction_rule", "vm_add_validation_rule"]
            + ["vm_ecdsa_additional_data"]
        )
        self._ids_references = -1
        self._calibrate()

    # Setting up.

    def _make_builtins(self, descriptions: List[Dict[str, Any]]) -> Dict[str, BuiltinRunner]:
        runners: Dict[str, BuiltinRunner] = {}
        self._output: Optional[OutputBuiltinRunner] = None
        for description in descriptions:
            runner = make_builtin(description, self.effects)
            runners[description["name"] + "_builtin"] = runner
            cls = type(runner)
            if cls is OutputBuiltinRunner:
                self._output = runner  # type: ignore[assignment]
            elif cls is RangeCheckBuiltinRunner:
                self.rules.add_builtin_rule(description["segment"], runner.check)  # type: ignore
            elif description["name"] == "ecdsa":
                self.memory.host_checked.add(description["segment"])
                self.memory.guarded.add(description["segment"])
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
            "vm_load_program": self._load_program,
            "vm_enter_scope": self.enter_scope,
            "vm_exit_scope": self.exit_scope,
            **constants,
            "builtin_runners": self.builtin_runners,
            **self.builtin_runners,
            "is_accessed": self.is_accessed,
            "vm_add_auto_deduction_rule": self.rules.add_auto_deduction_rule,
            "vm_add_validation_rule": self.rules.add_validation_rule,
            "vm_ecdsa_additional_data": self.ecdsa_additional_data,
        }

    def _calibrate(self) -> None:
        """Runs an empty hint to learn how many references to `ids` an execution itself has."""
        scopes = self.scopes
        self.scopes = Scopes({})
        segment_count = self.segments.n_segments
        self.add_hints([(-1, "pass", None, 0, 0)], ProgramSource(str))
        for _ in range(2):
            self._ids_references = -1
            failure = self.execute(-1, 0, 0, 0, 0, 0, 0, 0, segment_count, 0)
            if failure is not None:
                raise failure
        del self.hints[-1]
        self.memory.known.clear()
        self._hint = None
        self.scopes = scopes

    def load_hints(self, hints: List[HintTuple]) -> List[Tuple[int, List[str]]]:
        """Compiles hints of the main program; returns the names that the code of each mentions."""
        return self.add_hints(hints, self._program)

    def add_hints(
        self, hints: List[HintTuple], source: ProgramSource
    ) -> List[Tuple[int, List[str]]]:
        """Compiles the hints of a program, given in the program's order."""
        names = []
        for hint_id, code, filename, start_line, prefix_newlines in hints:
            location = None if filename is None else (filename, start_line, prefix_newlines)
            compiled = self._compile(hint_id, code, location)
            hint = Hint(compiled, HintIds(hint_id, self._surroundings), location)
            hint.source = source
            hint.index = source.hint_count
            source.hint_count += 1
            self.hints[hint_id] = hint
            names.append((hint_id, _mentioned_names(compiled)))
        return names

    def _compile(self, hint_id: int, code: str, location: Any) -> CodeType:
        try:
            return compile(code, f"<hint{hint_id}>", mode="exec", dont_inherit=True)
        except SyntaxError as error:
            text = failures.traceback_text(error, lambda _: location)
            shown = failures.shown_error(error, lambda _: location)
            raise HintFailure(failures.COMPILE, hint_id, text, shown) from None
        except Exception as error:
            # A null byte, or nesting too deep for the compiler.
            text = failures.traceback_text(error, lambda _: location)
            raise HintFailure(failures.RAW, hint_id, text, error) from None

    def use_builtin(self, name: str, runner: Any) -> None:
        """Has hints see this object as the builtin; whoever made it registers its rules."""
        self.builtin_runners[name] = self._names[name] = runner

    def define_struct(
        self, full_name: str, size: int, members: List[Tuple[str, int, str, str]]
    ) -> None:
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

    def take_over(self, variables_json: str) -> None:
        """Takes the variables of hints that ran elsewhere so far, for the next hint."""
        self._handed_over = variables_json

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

    def execute_at(
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
                handover.take_over(self.scopes.stack, json.loads(handed))
            scope.update(names)
            exec(hint.code, scope)
            output = self._output
            if output is not None and output.touched:
                output.report()
        except BaseException as error:
            memory.end()
            self._flush()
            return failure_of(error, hint_id, self.locate)
        try:
            self._cleanup(scope)
        except KeyError as error:
            memory.end()
            text = failures.traceback_text(error, self.locate)
            return HintFailure(failures.RAW, hint_id, text, error)
        memory.end()
        references = _getrefcount(ids)
        if references != self._ids_references:
            self._ids_escaped(hint_names, references)
        if hint.calls:
            self._flush()
        return None

    def _ids_escaped(self, names: HintIds, references: int) -> None:
        """Leaves an `ids` object that somebody kept alone with its registers."""
        if self._ids_references < 0:
            self._ids_references = references
        else:
            names.renew()

    def call_rule(self, rule_id: int, segment: int, offset: int) -> Any:
        """Calls a rule that a hint registered."""
        self.memory.begin()
        self.memory.segment_count = self.segments.n_segments
        self.memory.temporary_segment_count = self.segments.n_temp_segments
        names = self._names
        vars(self.rules.vm.run_context).update(pc=names["pc"], ap=names["ap"], fp=names["fp"])
        try:
            return self.rules.call(rule_id, RelocatableValue(segment, offset))
        except BaseException as error:
            return failure_of(error, None, self.locate)
        finally:
            self.memory.end()
            self._flush()

    def clear_effects(self) -> None:
        """Forgets what the last hint did."""
        self.effects.clear()

    def end_run(self) -> int:
        """The number of hint scopes; 1 when every scope that was entered was left."""
        if self._output is not None:
            self._output.report()
        self._flush()
        return len(self.scopes.stack)

    def read_scopes(self, max_text_bytes: int) -> List[List[Tuple[str, str, str]]]:
        """The variables of the hint scopes, outermost first."""
        return self.scopes.describe(self._names, max_text_bytes)

    def raised(self, class_path: str, message: str) -> BaseException:
        """An exception of this class, for the transport to raise in a hint."""
        return raised(class_path, message)

    # What hints call.

    def enter_scope(self, new_scope_locals: Optional[Dict[str, Any]] = None) -> None:
        """`vm_enter_scope`: starts a scope that the next hint runs in."""
        self.scopes.enter(new_scope_locals)
        self.effects.scope_entered()

    def exit_scope(self) -> None:
        """`vm_exit_scope`: ends the innermost scope."""
        self.scopes.leave()
        self.effects.scope_left()

    def is_accessed(self, addr: Any) -> bool:
        """Whether Cairo code used a cell."""
        self.memory.check_turn()
        if not isinstance(addr, RelocatableValue) or addr.offset < 0:
            hash(addr)
            return False
        return self.host.is_accessed(addr.segment_index, addr.offset)

    def _load_program(self, program: Any, program_base: Any) -> None:
        load_program(self, program, program_base)

    # What parts of the engine call.

    def locate(self, hint_id: int) -> Optional[Tuple[str, int, int]]:
        """Where a hint stands in its Cairo file."""
        hint = self.hints.get(hint_id)
        return None if hint is None else hint.location

    def find_context(self) -> VmConstsContext:
        """`ids._context` of the running hint."""
        hint = self._hint
        if hint is None or hint.source is None:
            raise RuntimeError("no hint of this vm has run yet")
        names = self._names
        return VmConstsContext(
            hint.source, hint.index, self.validated_memory, hint.pc, names["ap"], names["fp"]
        )

    def debugger_starts(self) -> None:
        """Tells the host, once for each hint, that the hint's deadline has to wait."""
        if self._debugging is not self._names["ids"]:
            self._debugging = self._names["ids"]
            self.host.debugger()

    def _resolve_name(self, hint_id: int, scope: str, name: str) -> Definition:
        return self.host.resolve_name(hint_id, scope, name)


def _calls(code: CodeType) -> bool:
    """Whether the code of a hint calls anything."""
    return any(instruction.opname.startswith("CALL") for instruction in dis.get_instructions(code))


def _mentioned_names(code: CodeType) -> List[str]:
    """Every global, attribute and method name in the code, nested functions included."""
    names: Dict[str, None] = {}
    todo = [code]
    while todo:
        part = todo.pop()
        names.update(dict.fromkeys(part.co_names))
        todo += [constant for constant in part.co_consts if isinstance(constant, CodeType)]
    return list(names)


def _json_object(name: str, text: str) -> Dict[str, Any]:
    value = json.loads(text) if text else {}
    if name != "program_input" and not isinstance(value, dict):
        raise ValueError(f"the JSON text of `{name}` must be an object")
    return value


def _call_path(path: str) -> Any:
    module_name, separator, names = path.partition(":")
    if not separator or not module_name or not names:
        raise ValueError(f"a syscall handler is written `module:callable`, not `{path}`")
    found = importlib.import_module(module_name)
    for name in names.split("."):
        found = getattr(found, name)
    return found()


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
