"""Plays the same calls on both runners, cairo-lang's and ours, and compares everything that can be seen."""

from reference_imports import importable

with importable():
    from cairohints.function_runner import FunctionRunner
    from starkware.cairo.common.cairo_function_runner import CairoFunctionRunner
    from starkware.cairo.lang.instances import all_cairo_instance

LAYOUT = all_cairo_instance


def played(client, make_program, act, layout=LAYOUT, **options):
    """What ours left or failed with, which is what the original did."""
    found = []
    for cls, more in ((CairoFunctionRunner, {}), (FunctionRunner, {"client": client})):
        runner = cls(make_program(), layout=layout, **options, **more)
        try:
            result = act(runner)
        except Exception as error:
            found.append(failed(runner, error))
        else:
            found.append(left(runner, result))
    expected, ours = found
    for name, value in expected.items():
        assert ours.get(name) == value, (name, ours.get("error"))
    assert ours.keys() == expected.keys()
    return ours


def left(runner, result):
    """What can be seen of a run that has ended."""
    resources = runner.get_execution_resources()
    runners = runner.builtin_runners
    context = runner.vm.run_context
    return {
        "result": result,
        "registers": (context.pc, context.ap, context.fp),
        "initial": (runner.initial_pc, runner.initial_ap, runner.initial_fp, runner.final_pc),
        "step": runner.vm.current_step,
        "trace": runner.vm.trace,
        "memory": dict(runner.vm_memory.items()),
        "cells": (len(runner.memory), sorted(runner.memory.keys())),
        "sizes": [
            runner.segments.get_segment_size(index) for index in range(runner.segments.n_segments)
        ],
        "public": {k: v for k, v in runner.segments.public_memory_offsets.items() if v},
        "temporary": runner.segments.n_temp_segments,
        "holes": runner.get_memory_holes(),
        "resources": (
            resources.n_steps,
            resources.n_memory_holes,
            resources.builtin_instance_counter,
        ),
        # The server has marked those of builtins, too.
        "accessed": runner.accessed_addresses.union(
            *(one.get_memory_accesses(runner) for one in runners.values())
        ),
        "builtins": {name: (one.base, one.get_additional_data()) for name, one in runners.items()},
        "scopes": [sorted(set(scope) - {"__builtins__"}) for scope in runner.vm.exec_scopes],
    }


def failed(runner, error):
    """What can be seen of a run that failed."""
    inner = getattr(error, "inner_exc", None)
    return {
        "error": (type(error), str(error)),
        "inner": (type(inner), str(inner)),
        "innermost": (
            type(getattr(inner, "inner_exc", None)),
            str(getattr(inner, "inner_exc", None)),
        ),
        "pc": getattr(error, "pc", None),
    }
