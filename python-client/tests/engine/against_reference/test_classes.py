"""The classes of hints are those of the reference VM's modules, whatever is imported first."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parent.parent.parent / "src"

PRELUDE = f"""
import sys
sys.path[:0] = [{str(SOURCES)!r}, {str(HERE.parent)!r}]
"""
SESSION = """
from scripted import make_session, run, cell
session, host = make_session()
"""
USE = """
run(session, '''
from starkware.cairo.lang.vm.relocatable import RelocatableValue, relocate_value
from starkware.cairo.lang.vm.memory_dict import MemoryDict, UnknownMemoryError
import starkware.cairo.lang.vm.memory_segments as memory_segments
assert type(ap) is RelocatableValue and memory_segments.RelocatableValue is RelocatableValue
assert relocate_value(ap, {1: 100}, PRIME) == 110
own = MemoryDict({RelocatableValue(1, 2): ap})
assert own[fp - 3] == ap
try:
    memory[ap]
except UnknownMemoryError as error:
    assert type(error) is UnknownMemoryError and isinstance(error, KeyError)
else:
    assert False
''')
"""


def check(*parts):
    """Runs a script in an interpreter of its own."""
    subprocess.run([sys.executable, "-c", "\n".join((PRELUDE, *parts))], check=True)


def test_engine_first():
    check(SESSION, USE)


def test_reference_vm_first():
    check(
        "from starkware.cairo.lang.vm.relocatable import RelocatableValue as Earlier",
        "from starkware.cairo.lang.vm import memory_dict",
        "address = Earlier(1, 5)",
        SESSION,
        "session.scopes.stack[0]['address'] = address",
        USE,
        "run(session, 'assert address == fp and memory.get(address) is None and {address: 1}[fp]')",
    )


def test_reference_vm_between():
    check(
        "import cairohints.engine.relocatable",
        SESSION,
        "import starkware.cairo.lang.vm.memory_dict",
        USE,
    )


def test_exception_raised_before_its_module_is_imported():
    check(
        SESSION,
        "host.names['', 'nope'] = ('', 'nope', 'raised', "
        "'starkware.cairo.lang.compiler.identifier_manager.MissingIdentifierError', 'text')",
        """
run(session, '''
import sys
assert not any(name.startswith("starkware") for name in sys.modules)
try:
    ids.nope
except Exception as error:
    caught = error
from starkware.cairo.lang.compiler.identifier_manager import IdentifierError, MissingIdentifierError
assert isinstance(caught, IdentifierError) and isinstance(caught, MissingIdentifierError)
assert str(caught) == "text"
try:
    raise caught
except MissingIdentifierError:
    pass
''')
""",
    )


def test_modules_look_untouched():
    check(
        SESSION,
        "import inspect, starkware.cairo.lang.vm.relocatable as module",
        "assert module.__spec__.loader is module.__loader__",
        "assert type(module.__loader__).__name__ == 'SourceFileLoader'",
        "assert 'def relocate_value' in inspect.getsource(module)",
    )


@pytest.mark.parametrize("module", ["vm.vm_consts", "vm.memory_segments", "vm.validated_memory_dict"])
def test_instances_pass_for_the_reference_classes(module):
    names = {
        "vm.vm_consts": "assert isinstance(ids, m.VmConsts) and isinstance(ids, m.VmConstsBase)",
        "vm.memory_segments": "assert isinstance(segments, m.MemorySegmentManager)",
        "vm.validated_memory_dict": "assert isinstance(memory, m.ValidatedMemoryDict)",
    }
    check(
        SESSION,
        "run(session, 'assert type(ids).__module__ == \"starkware.cairo.lang.vm.vm_consts\"')",
        f"run(session, 'import starkware.cairo.lang.{module} as m\\n{names[module]}')",
    )
