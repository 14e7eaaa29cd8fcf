"""Owns the stand-in for cairo-lang's `CairoFunctionRunner`: Cairo runs on the server, hints here.

For code that was written against that class, such as StarkNet's execution of Cairo 0 contracts, and
tests of Cairo libraries: `cairo_function_runner.CairoFunctionRunner = FunctionRunner` in cairo-lang's
own module. Needs cairo-lang; nothing else in this package does.
"""

from __future__ import annotations

import itertools
import weakref
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Set, Tuple

try:
    from starkware.cairo.common.cairo_function_runner import CairoFunctionRunner
    from starkware.cairo.lang.vm.vm_core import RunContext
    from starkware.cairo.lang.vm.vm_exceptions import SecurityError
except ValueError as error:
    # cairo-lang's mutable defaults, which Python 3.11 and later refuse.
    raise ImportError(
        f"cairo-lang cannot be imported on this Python: {error}\n"
        "hint: use Python 3.9 or 3.10, which cairo-lang is made for"
    ) from error

from .attached.here import Here
from .client import Client
from .engine.relocatable import RelocatableValue
from .errors import NotSupported, VmFailed
from .results import Resources
from .runner_builtins import SUFFIX, hand_over, own_builtins, take_back
from .runner_errors import as_reference
from .runner_memory import LeftCells, PreparedCells, Progress, RunnerMemory, RunnerSegments
from .runner_programs import KNOWN, program_text
from .runner_vm import FunctionVm, LeftTrace, RunnerVm
from .values import PRIME
from .vm_memory import MOST_CELLS

#: Has every builtin, as the class that this one stands in for.
_LAYOUT = "all_cairo"
#: Program and execution, which come before the builtins.
_FIRST_SEGMENTS = 2


class _Ending(NamedTuple):
    """What is asked of the end of a run."""

    verify_secure: bool = False
    program_segment_size: Optional[int] = None
    keep_temporary_segments: bool = False


class FunctionRunner(CairoFunctionRunner):  # type: ignore[misc]
    """Runs functions of a program, as the class that it derives from, with the steps on the server.

    What is inherited works as documented there: `from_file`, `run`, `assert_eq`, the `*_builtin`
    properties, `segments`, `memory`, resources. Without a `layout`, any builtins of the program are
    accepted. Making the first segments again (`initialize_segments`) leaves them where they are. The
    trace (`vm.trace`) is there once the run has succeeded. For a program of another field, which the
    server has no VM for, a runner of the original class is made.
    """

    memory: Any
    segments: Any
    vm: Any
    _run_ended: bool
    _accessed: Optional[Set[Any]] = None

    def __new__(
        cls,
        program: Any,
        layout: Any = "plain",
        *args: Any,
        client: Optional[Client] = None,
        **options: Any,
    ) -> Any:
        """A runner, for programs of the server's field one of this class."""
        if program.prime != PRIME:
            return CairoFunctionRunner(program, layout, *args, **options)
        return super().__new__(cls)

    def __init__(
        self,
        program: Any,
        layout: Any = None,
        *args: Any,
        client: Optional[Client] = None,
        **options: Any,
    ) -> None:
        self._client = client
        self._progress = Progress()
        self._ending = _Ending()
        #: What the run failed with, until it is raised.
        self._failure: Optional[BaseException] = None
        self._resources: Optional[Resources] = None
        #: The builtins that the server runs, in the order of their segments.
        self._standard: Dict[str, Any] = {}
        self._marked: List[Tuple[Any, int]] = []
        if layout is None:
            layout, options["allow_missing_builtins"] = "plain", True
        super().__init__(program, layout, *args, **options)
        if self.proof_mode:
            raise NotSupported(
                "a function is not run in proof mode\nhint: use `cairohints.Vm(..., proof_mode=True)`"
            )

    # Preparing.

    def initialize_segments(self, program_base: Any = None) -> None:
        """Makes the segments of program, stack and builtins; called again, those of new builtins."""
        if program_base is not None and program_base != RelocatableValue(0, 0):
            raise NotSupported("this vm has programs at `0:0` only\nhint: leave `program_base` out")
        if self._standard:
            for runner in own_builtins(self.builtin_runners, self._standard).values():
                if getattr(runner, "_base", None) is None:
                    runner.initialize_segments(self)
            return
        self.memory = RunnerMemory.adopt(self.memory, self._progress)
        self.segments = RunnerSegments(self.memory, self.program.prime, self._progress)
        super().initialize_segments()
        # The server numbers the segments of its builtins one after the other: those behind one of the
        # caller's factories are played here, too.
        self._standard = dict(
            itertools.takewhile(
                lambda item: item[0][: -len(SUFFIX)] in KNOWN, self.builtin_runners.items()
            )
        )

    def initialize_state(self, entrypoint: Any, stack: Sequence[Any]) -> None:
        """Notes where the run starts, and with which stack."""
        self.initial_pc = self.program_base + self._to_pc(entrypoint)
        cells = self.memory.data.segments.setdefault(self.program_base.segment_index, {})
        if cells:
            self.load_data(self.program_base, self.program.data)
        else:
            cells.update(enumerate(self.program.data))
        self.load_data(self.execution_base, stack)
        self._stack = list(stack)

    def initialize_vm(
        self,
        hint_locals: Optional[Dict[str, Any]],
        static_locals: Optional[Dict[str, Any]] = None,
        vm_class: Any = None,
    ) -> None:
        """Makes `vm`, and checks what was written into segments of builtins."""
        context = RunContext(
            memory=self.memory,
            pc=self.initial_pc,
            ap=self.initial_ap,
            fp=self.initial_fp,
            prime=self.program.prime,
        )
        self.vm = RunnerVm(
            self.program,
            context,
            hint_locals=hint_locals or {},
            static_locals=static_locals,
            builtin_runners=self.builtin_runners,
            program_base=self.program_base,
            enable_instruction_trace=self.enable_instruction_trace,
        )
        for runner in self.builtin_runners.values():
            runner.add_validation_rules(self)
            runner.add_auto_deduction_rules(self)
        bases = {runner.base.segment_index for runner in self._standard.values()}
        self.vm.rules = [rule for rule in self.vm.rules if rule[1] not in bases]
        for segment in {runner.base.segment_index for runner in self.builtin_runners.values()}:
            for offset, value in self.memory.data.segments.get(segment, {}).items():
                self.vm.validated_memory._validate_memory_cell(RelocatableValue(segment, offset), value)

    # Running.

    def run_from_entrypoint(
        self,
        entrypoint: Any,
        *args: Any,
        verify_secure: Optional[bool] = None,
        program_segment_size: Optional[int] = None,
        allow_tmp_segments: bool = False,
        **options: Any,
    ) -> None:
        """Calls a function, by pc or name, and runs to its end. Raises what the reference VM raises."""
        self._ending = _Ending(verify_secure is not False, program_segment_size, allow_tmp_segments)
        if allow_tmp_segments:
            options["allow_tmp_segments"] = True
        # The server verifies what cairo-lang would walk through the whole memory for.
        super().run_from_entrypoint(entrypoint, *args, verify_secure=False, **options)
        if self._ending.verify_secure:
            self._check_own_builtins()

    def run_until_pc(self, addr: Any, run_resources: Any = None) -> None:
        """Runs the function; `addr` is where it returns to."""
        if addr != self.final_pc:
            raise NotSupported(
                f"a function runner runs its function to the end, not to `{addr}`\n"
                "hint: use `cairohints.Vm(...).run_until(...)`"
            )
        if self._progress.vm is not None:
            raise NotSupported("this runner has run already\nhint: make a new runner for each call")
        steps = None if run_resources is None else run_resources.n_steps
        vm = self._make_vm(steps)
        try:
            vm.run()
        except VmFailed as error:
            self._look(vm)
            if error.pc is not None:
                # Rules fail when the server has made the step already.
                self.vm.run_context.pc = error.pc
            self._failure = as_reference(error, self.vm)
            vm.forget_failure()
            if not self._has_returned(vm):
                self._raise_failure(error.exception)
        else:
            self._look(vm)
            if self.enable_instruction_trace:
                self.vm.left_trace = LeftTrace(vm, self.segments.sizes(), self.initial_pc)
        finally:
            if run_resources is not None and run_resources.n_steps is not None:
                run_resources.n_steps -= vm.current_step

    def _raise_failure(self, cause: Optional[BaseException]) -> None:
        failure, self._failure = self._failure, None
        assert failure is not None
        try:
            raise failure from cause
        finally:
            # With its traceback it would hold itself, this runner and the VM.
            del failure, cause

    def _has_returned(self, vm: FunctionVm) -> bool:
        return bool(vm.registers.pc == self.final_pc)

    def _make_vm(self, steps: Optional[int]) -> FunctionVm:
        if self._stack[-2:] != [0, self.final_pc]:
            raise NotSupported("a function returns to frame `0` here\nhint: leave `return_fp` out")
        standard = self._standard
        first = _FIRST_SEGMENTS + len(standard)
        # Of the segments that were added since, the one to return to is not counted.
        after = self.segments.n_segments - self.final_pc.segment_index - 1
        static_locals = {
            name: runner for name, runner in self.builtin_runners.items() if name not in standard
        }
        static_locals.update(self.vm.static_locals)
        reference = weakref.ref(self)

        def prepare(session: Any) -> None:
            runner = reference()
            if runner is not None:
                runner._hand_over(session)

        vm = FunctionVm(
            program_text(self.program),
            client=self._client,
            layout=_LAYOUT,
            entry_point=self.initial_pc.offset,
            args=self._stack[:-2],
            hints=Here(self.vm.exec_scopes[0], static_locals, prepare=prepare),
            # 0 would be the server's own limit.
            trace=self.enable_instruction_trace,
            max_steps=0 if steps is None else max(steps, 1),
            verify_secure=self._ending.verify_secure,
            program_segment_size=self._ending.program_segment_size or 0,
            builtins=[name[: -len(SUFFIX)] for name in standard],
            segments=self.final_pc.segment_index - first,
            later_segments=after,
            temporary_segments=self.segments.n_temp_segments,
            keep_temporary_segments=self._ending.keep_temporary_segments,
        )
        self._progress.vm = vm
        return vm

    def _hand_over(self, session: Any) -> None:
        cells = PreparedCells()
        # The server writes the program and the stack itself.
        known = {0: len(self.program.data), 1: len(self._stack)}
        for segment, values in self.memory.data.segments.items():
            size = known.get(segment, 0)
            cells.segments[segment] = (
                {offset: value for offset, value in values.items() if offset >= size} if size else values
            )
        cells.pure = self.memory.data.pure
        hand_over(
            session,
            runners=self.builtin_runners,
            standard=self._standard,
            segments=self.segments,
            cells=cells,
            rules=self.vm.rules,
        )
        if "program_input" not in self.vm.exec_scopes[0]:
            # Hints of a whole program have it, those of a function do not.
            del session.scopes.stack[0]["program_input"]

    def _look(self, vm: FunctionVm) -> None:
        """Takes over what the run left."""
        self._progress.is_over = True
        self._resources = vm.resources
        cells = LeftCells(vm)
        session = vm.hint_session
        self.memory.data = cells
        self.memory.relocation_rules = {}
        context = self.vm.run_context
        context.pc, context.ap, context.fp = vm.registers
        if context.pc == self.final_pc:
            # The frame to return to is a number, which the server's register cannot hold.
            context.fp = self._stack[-2]
        self.vm.current_step = vm.current_step
        if session is not None:
            is_secure = self._ending.verify_secure
            take_back(session, self.builtin_runners, self._standard, cells, is_secure)
            self.vm.exec_scopes = session.scopes.stack
        self.segments.take_over(cells, session, self._ending.keep_temporary_segments)

    def end_run(
        self,
        disable_trace_padding: bool = True,
        disable_finalize_all: bool = False,
        allow_tmp_segments: bool = False,
    ) -> None:
        """Raises what is wrong with what the run left; nothing changes any more."""
        assert not self._run_ended, "end_run called twice."
        if self._failure is not None:
            self._raise_failure(None)
        if disable_finalize_all:
            return
        self.memory.freeze()
        self._run_ended = True

    def _check_own_builtins(self) -> None:
        try:
            for runner in own_builtins(self.builtin_runners, self._standard).values():
                runner.run_security_checks(self)
        except Exception as error:
            raise SecurityError(str(error)) from error

    # What is asked after the run.

    @property
    def accessed_addresses(self) -> Optional[Set[Any]]:
        """The cells that instructions used, and those that were marked, once the run has ended."""
        if self._accessed is None and self._run_ended:
            lengths = self.memory.data.lengths
            whole = ((RelocatableValue(segment, 0), lengths[segment] or 0) for segment in lengths)
            found = {cell for start, count in whole for cell in self._accessed_among(start, count)}
            for start, count in self._marked:
                found.update(start + index for index in range(count))
            self._accessed = found
        return self._accessed

    @accessed_addresses.setter
    def accessed_addresses(self, addresses: Optional[Set[Any]]) -> None:
        self._accessed = addresses

    def _accessed_among(self, start: Any, count: int) -> Set[Any]:
        """Those of consecutive cells that instructions used."""
        vm = self._progress.vm
        found: Set[Any] = set()
        if vm is None:
            return found
        for done in range(0, count, MOST_CELLS):
            first = start + done
            accesses = vm.accesses(first, min(count - done, MOST_CELLS))
            found.update(first + index for index, accessed in enumerate(accesses) if accessed)
        return found

    def mark_as_accessed(self, address: Any, size: int) -> None:
        """Notes that cells are used by somebody else."""
        assert self._run_ended
        self._marked.append((address, size))
        if self._accessed is not None:
            super().mark_as_accessed(address, size)

    def get_memory_holes(self) -> int:
        """Cells that neither instructions nor builtins nor anybody else used."""
        if self._accessed is not None or self._resources is None:
            return int(super().get_memory_holes())
        marked = {start + index for start, size in self._marked for index in range(size)}
        for runner in self.builtin_runners.values() if marked else ():
            # The server has counted these as used already.
            marked.difference_update(runner.get_memory_accesses(self))
        for start, size in self._marked:
            marked -= self._accessed_among(start, size)
        # Of temporary segments that were not moved the server counts nothing.
        kept = {s: size for s, size in self.segments._segment_used_sizes.items() if s < 0}
        left = sum(
            size - len(self._accessed_among(RelocatableValue(segment, 0), size))
            for segment, size in kept.items()
        )
        return int(self._resources.memory_holes + left - len(marked))

    def close(self) -> None:
        """Frees the VM; so does the garbage collector."""
        if self._progress.vm is not None:
            self._progress.vm.close()


__all__ = ["FunctionRunner", "program_text"]
