"""Everything that users can name is described, so that `build-reference` leaves nothing empty."""

import enum
import inspect
import sys
from pathlib import Path

import pytest

import cairohints
from cairohints import async_memory, results, vm_memory

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "reference"))
from reference_imports import importable  # noqa: E402

with importable():
    from cairohints import function_runner

#: Classes that users meet without naming them.
MET = [
    async_memory.AsyncVmMemory,
    async_memory.AsyncVmSegments,
    vm_memory.VmMemory,
    vm_memory.VmSegments,
    results.HintTable,
    results.PlacedHint,
    results.Variable,
    function_runner.FunctionRunner,
]
NAMED = [getattr(cairohints, name) for name in cairohints.__all__]
CLASSES = [value for value in NAMED if inspect.isclass(value)] + MET


def test_all_names_are_exported():
    imported = {
        name
        for name, value in vars(cairohints).items()
        if not name.startswith("_") and not inspect.ismodule(value)
    }
    assert imported | {"__version__"} == set(cairohints.__all__)


@pytest.mark.parametrize(
    "value", [*CLASSES, cairohints.run, cairohints.here], ids=lambda it: it.__name__
)
def test_it_is_described(value):
    # Not by what a class inherits, nor by what `dataclass` makes of its fields.
    described = vars(value).get("__doc__") if inspect.isclass(value) else value.__doc__
    assert described and not described.startswith(f"{value.__name__}("), value
    for name, member in vars(value).items() if inspect.isclass(value) else ():
        public = not name.startswith("_") and (
            inspect.isfunction(member) or isinstance(member, property)
        )
        if public and not isinstance(value, enum.EnumMeta):
            said = member.fget.__doc__ if isinstance(member, property) else member.__doc__
            assert said and said.strip(), f"{value.__name__}.{name}"
