"""Runs a program twice, with the reference VM and with the engine, and compares what came out."""

import contextlib
import io
import re
from functools import lru_cache

from starkware.cairo.lang.cairo_constants import DEFAULT_PRIME
from starkware.cairo.lang.compiler.cairo_compile import compile_cairo
from starkware.cairo.lang.compiler.program import Program
from starkware.cairo.lang.vm.cairo_runner import CairoRunner
from starkware.cairo.lang.vm.vm_core import VirtualMachine

from .engine_vm import EngineVm

_FRAME = re.compile(
    r'  File "[^"]*/(?:starkware/cairo/lang|starkware/python/math_utils'
    r'|cairohints/engine)[^"]*", line .*\n'
    r"(?:    .*\n)*(?:  \[Previous line repeated .*\n)?"
)
#: How deep a recursion gets depends on the frames below the hint.
_DEPTH = re.compile(r"repeated [0-9]+ more times")
_MARKERS = re.compile(r"^ +[~^]+$\n", re.MULTILINE)


class Outcome:
    """What a run left behind."""

    def __init__(self):
        self.error = None
        self.error_type = None
        self.memory = None
        self.trace = None
        self.output = ""
        self.builtins = None
        self.registers = None
        self.segment_sizes = None

    def __eq__(self, other):
        return vars(self) == vars(other)


@lru_cache(maxsize=None)
def compile_program(code, debug_info=True):
    """The program as it is after a round trip through its JSON."""
    program = compile_cairo([(code, "test.cairo")], DEFAULT_PRIME, debug_info=debug_info)
    return Program.Schema().dumps(program)


def run(code, vm_class, layout="dynamic", program_input=None, debug_info=True, **options):
    """Runs a program's `main`."""
    outcome = Outcome()
    hint_locals = {"program_input": program_input or {}, **options.get("hint_locals", {})}
    stdout = io.StringIO()
    runner = None
    with contextlib.redirect_stdout(stdout):
        try:
            program = Program.Schema().loads(compile_program(code, debug_info))
            runner = CairoRunner(program, layout=layout)
            runner.initialize_segments()
            end = runner.initialize_main_entrypoint()
            runner.initialize_zero_segment()
            runner.initialize_vm(
                hint_locals=hint_locals,
                static_locals=options.get("static_locals"),
                vm_class=vm_class,
            )
            runner.run_until_pc(end)
            runner.end_run()
            runner.read_return_values()
        except BaseException as error:
            outcome.error = clean(str(error))
            outcome.error_type = type(error).__name__
            inner = getattr(getattr(error, "inner_exc", None), "inner_exc", None)
            if inner is not None:
                outcome.error_type += "/" + type(inner).__module__ + "." + type(inner).__name__
    outcome.output = stdout.getvalue()
    if runner is not None and hasattr(runner, "vm"):
        memory = runner.vm_memory
        outcome.memory = sorted(
            # The reference VM keeps a `True` that a hint stored raw; it is the number 1.
            (str(addr), str(+value if isinstance(value, int) else value), isinstance(value, int))
            for addr, value in memory.data.items()
        )
        outcome.trace = [(str(e.pc), str(e.ap), str(e.fp)) for e in runner.vm.trace]
        outcome.builtins = {
            name: str(builtin.get_additional_data())
            for name, builtin in runner.builtin_runners.items()
            if name in ("output_builtin", "ecdsa_builtin")
        }
        context = runner.vm.run_context
        outcome.registers = str((context.pc, context.ap, context.fp))
        outcome.segment_sizes = (
            dict(runner.segments._segment_sizes),
            runner.segments.n_segments,
            runner.segments.n_temp_segments,
        )
    return outcome


def clean(text):
    """An error text without the frames that show the insides of a VM."""
    return _DEPTH.sub("repeated", _MARKERS.sub("", _FRAME.sub("", text)))


def compare(code, **options):
    """Runs both, checks that all is equal, and returns what the engine's run left."""
    expected = run(code, VirtualMachine, **options)
    for eager in (False, True):
        vm_class = type("EngineVm", (EngineVm,), {"eager": eager})
        found = run(code, vm_class, **options)
        assert found.error == expected.error
        assert found.error_type == expected.error_type
        assert found.output == expected.output
        assert found.registers == expected.registers
        assert found.memory == expected.memory
        assert found.trace == expected.trace
        assert found.builtins == expected.builtins
        assert found.segment_sizes == expected.segment_sizes
    return found
