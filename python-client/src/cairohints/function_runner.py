"""Owns the stand-in for cairo-lang's `CairoFunctionRunner`: Cairo runs on the server, hints here.

For code that was written against that class, such as StarkNet's execution of Cairo 0 contracts. Needs
cairo-lang; nothing else in this package does.
"""

from __future__ import annotations

import itertools
import json
from collections import OrderedDict
from types import SimpleNamespace
from typing import Any, Dict, Final, List, Optional, Set, Tuple

from .attached import here
from .client import Client
from .engine.relocatable import RelocatableValue
from .errors import (
    CairoError,
    EndOfRunFailed,
    HintFailed,
    NotSupported,
    StepLimit,
    VmFailed,
)
from .results import Resources
from .runner_memory import FirstSegments, RunnerSegments
from .vm import Vm

#: Has every builtin, as the class that this one stands in for.
_LAYOUT: Final = "all_cairo"
#: Compiled programs that are kept as text.
_KEPT_PROGRAMS = 64
#: Cells whose use is asked for at the end of a run, a question each. More count as holes.
_MOST_ASKED = 4096

_texts: "OrderedDict[int, Tuple[Any, bytes]]" = OrderedDict()


def program_text(program: Any) -> bytes:
    """The compiled JSON of one of cairo-lang's `Program` objects."""
    known = _texts.get(id(program))
    if known is not None and known[0] is program:
        return known[1]
    text = json.dumps(type(program).Schema().dump(program)).encode()
    _texts[id(program)] = (program, text)
    while len(_texts) > _KEPT_PROGRAMS:
        _texts.popitem(last=False)
    return text


class FunctionRunner:
    """Runs functions of a program; `segments`, `memory` and `builtin_runners` as in the reference VM.

    The layout is not asked for: every builtin is there, as in the original.
    """

    def __init__(
        self,
        program: Any,
        layout: Any = None,
        *,
        additional_builtin_factories: Any = None,
        client: Optional[Client] = None,
        **_: Any,
    ) -> None:
        if additional_builtin_factories:
            names = ", ".join(f"`{name}`" for name in additional_builtin_factories)
            raise NotSupported(
                f"this vm has no builtin {names}\n"
                "hint: run Cairo 1 classes with cairo-lang's own `CairoFunctionRunner`"
            )
        from starkware.cairo.common.cairo_function_runner import CairoFunctionRunner

        self.program = program
        self._text = program_text(program)
        self._client = client
        self._vm: Optional[Vm] = None
        self._resources: Optional[Resources] = None
        builtins = list(program.builtins)
        # Program, execution, the builtins, and where the function returns to.
        self._first_segments = FirstSegments(len(builtins))
        self.program_base = RelocatableValue(0, 0)
        self.execution_base = RelocatableValue(1, 0)
        self.segments: Any = RunnerSegments(program.prime, self._first_segments.count)
        self.memory: Any = self.segments.memory
        # What builtins put on the stack and check there is cairo-lang's own.
        runners = CairoFunctionRunner(
            program=program, layout="plain", allow_missing_builtins=True
        ).builtin_runners
        self.builtin_runners: Dict[str, Any] = {}
        for builtin, base in zip(builtins, self._first_segments.builtin_bases):
            runner = runners[f"{builtin}_builtin"]
            _place(runner, base)
            self.builtin_runners[f"{builtin}_builtin"] = runner
        #: What users of the original look at, or delete to break cycles.
        self.vm: Any = SimpleNamespace(
            run_context=SimpleNamespace(pc=None, ap=None, fp=None, memory=self.memory),
            builtin_runners=self.builtin_runners,
            program=program,
            validated_memory=self.memory,
            hints={},
            exec_scopes=[],
            error_message_attributes=[],
            accessed_addresses=set(),
            hint_pc_and_index={},
            current_step=0,
            _trace=[],
        )
        self.initial_fp: Any = None
        self._arguments: List[Tuple[RelocatableValue, int]] = []
        self._unused: Set[RelocatableValue] = set()

    @property
    def vm_memory(self) -> Any:
        """Another name of `memory`."""
        return self.memory

    # Running.

    def run_from_entrypoint(
        self,
        entrypoint: Any,
        *args: Any,
        typed_args: bool = False,
        hint_locals: Optional[Dict[str, Any]] = None,
        static_locals: Optional[Dict[str, Any]] = None,
        run_resources: Any = None,
        verify_secure: Optional[bool] = None,
        program_segment_size: Optional[int] = None,
        apply_modulo_to_args: Optional[bool] = None,
        **_: Any,
    ) -> None:
        """Calls a function, by pc or name, and runs to its end. Raises what the reference VM raises."""
        modulo = apply_modulo_to_args is not False
        if typed_args:
            stack = self.segments.gen_typed_args(args=args[0])
        else:
            stack = [self.segments.gen_arg(arg, modulo) for arg in args]
        steps = None if run_resources is None else run_resources.n_steps
        vm = Vm(
            self._text,
            client=self._client,
            layout=_LAYOUT,
            entry_point=entrypoint,
            args=stack,
            hints=here(hint_locals, static_locals),
            # 0 would be the server's own limit.
            max_steps=0 if steps is None else max(steps, 1),
            verify_secure=verify_secure is not False,
            program_segment_size=program_segment_size or 0,
        )
        self._vm = vm
        self._check_builtins(vm)
        self.initial_fp = vm.registers.fp
        self.segments.move_to(vm)
        self._arguments = [(self.execution_base, len(stack))]
        vm.at_end_of_run(self._ask_for_accesses)
        try:
            vm.run()
        except VmFailed as error:
            self._look(vm)
            raise self._as_reference(error) from error.exception
        finally:
            # The VM is freed with this object, not with the next collection of cycles.
            vm.at_end_of_run(None)
            if run_resources is not None and run_resources.n_steps is not None:
                run_resources.n_steps -= vm.current_step
        self._look(vm)
        self._resources = vm.resources
        self.segments.finish()

    def run(self, func_name: str, *args: Any, **options: Any) -> Tuple[Tuple[Any, ...], Tuple[Any, ...]]:
        """Calls a function by name; its implicit and explicit return values."""
        from starkware.cairo.common.structs import CairoStructFactory
        from starkware.cairo.lang.compiler.scoped_name import ScopedName

        use_full_name = options.pop("use_full_name", False)
        names = (
            "hint_locals",
            "static_locals",
            "apply_modulo_to_args",
            "run_resources",
            "verify_secure",
        )
        chosen = {name: options.pop(name) for name in names if name in options}
        for ignored in ("trace_on_failure", "verify_implicit_args_segment", "allow_tmp_segments"):
            options.pop(ignored, None)
        entrypoint = self.program.get_label(func_name, full_name_lookup=use_full_name)
        structs = CairoStructFactory.from_program(program=self.program)
        func = ScopedName.from_string(scope=func_name)
        given = structs.build_func_args(func=func)(*args, **options)
        self.run_from_entrypoint(entrypoint, given, typed_args=True, **chosen)
        implicit = structs.get_implicit_args_length(func=func)
        explicit = structs.get_explicit_return_values_length(func=func)
        values = self.get_return_values(implicit + explicit)
        return tuple(values[:implicit]), tuple(values[implicit:])

    def get_return_values(self, n_ret: int) -> List[Any]:
        """The last cells before ap."""
        values: List[Any] = self.memory.get_range(self.vm.run_context.ap - n_ret, n_ret)
        return values

    # What is asked before and after.

    def load_data(self, ptr: Any, data: Any) -> Any:
        """Writes consecutive cells."""
        return self.segments.load_data(ptr, data)

    def gen_arg(self, arg: Any, apply_modulo_to_args: bool = True) -> Any:
        """An argument of one cell; an iterable becomes a pointer to a new segment."""
        return self.segments.gen_arg(arg, apply_modulo_to_args)

    def mark_as_accessed(self, address: Any, size: int) -> None:
        """Notes that cells are used by somebody else."""
        self.vm.accessed_addresses.update(address + i for i in range(size))

    def get_execution_resources(self) -> Any:
        """What the run used, as cairo-lang's `ExecutionResourcesStone`."""
        from starkware.cairo.lang.vm.cairo_pie import ExecutionResourcesStone

        used = self._resources
        if used is None:
            raise ValueError("nothing has run yet\nhint: call `run` or `run_from_entrypoint` first")
        return ExecutionResourcesStone(
            n_steps=used.steps,
            n_memory_holes=used.memory_holes - len(self._unused & self.vm.accessed_addresses),
            builtin_instance_counter={
                f"{name}_builtin": count for name, count in used.builtin_instances.items()
            },
        )

    def _check_builtins(self, vm: Vm) -> None:
        """The caller already has pointers to the builtins, from before there was a VM."""
        session = vm.hint_session
        for name, runner in self.builtin_runners.items() if session is not None else ():
            base = session.builtin_runners[name].base
            if base != runner.initial_stack()[0]:
                raise RuntimeError(
                    f"the server numbers builtins otherwise: `{name}` is at `{base}`\n"
                    "hint: use a client and a server of the same version"
                )

    def _look(self, vm: Vm) -> None:
        self.vm.current_step = vm.current_step
        context = self.vm.run_context
        context.pc, context.ap, context.fp = vm.registers

    def _as_reference(self, error: VmFailed) -> BaseException:
        """The exception that the reference VM would raise, with its text made by cairo-lang itself."""
        from starkware.cairo.lang.vm.vm_core import RunContext, VirtualMachine
        from starkware.cairo.lang.vm.vm_exceptions import (
            HintException,
            SecurityError,
            VmExceptionBase,
        )

        inner: Any
        notes: List[str] = []
        if isinstance(error, HintFailed) and error.exception is not None:
            # Its own constructor reads the reference VM's stack.
            inner = HintException.__new__(HintException)
            Exception.__init__(inner, "Got an exception while executing a hint.")
            inner.exception_str = error.python_traceback
            inner.inner_exc = error.exception
            notes = [error.python_traceback]
        elif isinstance(error, StepLimit):
            inner = _resources_error()
        elif isinstance(error, CairoError):
            inner = VmExceptionBase(_instruction_text(error))
        elif isinstance(error, EndOfRunFailed):
            # Most of what can be wrong then is for `verify_secure` to find.
            return SecurityError(error.message)  # type: ignore[no-any-return]
        else:
            return VmExceptionBase(str(error))  # type: ignore[no-any-return]
        at = self.vm.run_context
        context = RunContext(memory=self.memory, pc=at.pc, ap=at.ap, fp=at.fp, prime=self.program.prime)
        stopped = VirtualMachine(self.program, context, hint_locals={}, program_base=self.program_base)
        index = error.hint.index if error.hint is not None else None
        exception: BaseException = stopped.as_vm_exception(
            inner, notes=notes, hint_index=index, with_traceback=not isinstance(error, StepLimit)
        )
        return exception

    def _ask_for_accesses(self, session: Any) -> None:
        """Finds the cells written from here that no instruction used: they may be marked afterwards."""
        ranges = [*self._arguments, *self.segments.written]
        cells = (start + index for start, count in ranges for index in range(count))
        for cell in itertools.islice(cells, _MOST_ASKED):
            if not session.is_accessed(cell):
                self._unused.add(cell)

    def close(self) -> None:
        """Frees the VM; so does the garbage collector."""
        if self._vm is not None:
            self._vm.close()


def _place(runner: Any, base: RelocatableValue) -> None:
    """Gives a builtin of cairo-lang its segment."""
    if hasattr(runner, "initialize_segments"):
        runner.initialize_segments(SimpleNamespace(segments=SimpleNamespace(add=lambda *_: base)))


def _resources_error() -> Exception:
    from starkware.cairo.lang.vm.utils import ResourcesError

    # The reference VM raises it from a method, so that it is one of its own exceptions.
    return ResourcesError("Error: End of program was not reached")  # type: ignore[no-any-return]


def _instruction_text(error: VmFailed) -> str:
    """What went wrong, without where."""
    lines = iter(str(error.message).split("\n"))
    for line in lines:
        if line.endswith(f"Error at pc={error.pc}:"):
            return next(lines, "")
    return error.message


__all__ = ["FunctionRunner", "program_text"]
