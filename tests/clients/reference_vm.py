"""Runs a program step by step on the VM of cairo-lang, in this process."""

import json

from reference_imports import importable

with importable():
    from starkware.cairo.lang.compiler.program import Program
    from starkware.cairo.lang.vm.cairo_runner import CairoRunner
    from starkware.cairo.lang.vm.memory_dict import MemoryDict


def registers_by_step(program, layout="plain", program_input=None):
    """`(pc, ap, fp)` before each step and after the last, as pairs of segment and offset."""
    loaded = Program.Schema().load(json.loads(program))
    runner = CairoRunner(program=loaded, layout=layout, memory=MemoryDict(), proof_mode=False)
    runner.initialize_segments()
    end = runner.initialize_main_entrypoint()
    runner.initialize_vm(hint_locals={"program_input": program_input or {}})
    found = [_registers(runner)]
    while runner.vm.run_context.pc != end:
        runner.vm_step()
        found.append(_registers(runner))
    return found


def _registers(runner):
    context = runner.vm.run_context
    return tuple(
        (register.segment_index, register.offset)
        for register in (context.pc, context.ap, context.fp)
    )
