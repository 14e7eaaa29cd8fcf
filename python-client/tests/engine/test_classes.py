"""The classes of hints are those of the reference VM's modules, whatever is imported first."""

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parent.parent / "src"

PRELUDE = f"""
import sys
sys.path[:0] = [{str(SOURCES)!r}, {str(HERE)!r}]
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


def test_without_the_reference_vm():
    check(
        "class Blocked:",
        "    def find_spec(self, name, path=None, target=None):",
        "        if name.partition('.')[0] in ('starkware', 'google', 'grpc', 'sympy', 'numpy'):",
        "            raise ImportError(name)",
        "sys.meta_path.insert(0, Blocked())",
        SESSION,
        "host.cells = {(1, 4): 3}",
        """
session.load_hints([(0, "ids.x = ids.y + fsqrt(4) + fdiv(6, 3) + safe_div(4, 2)", None, 0, 0)])
session.define_name(0, cell("y", "fp", -1))
session.define_name(0, cell("x", "ap", 0))
run(session, "", hint_id=0)
assert session.effects.writes == [(1, 10, 9)]
failure = run(session, "memory[ap + 5]", fail=True)
assert failure.class_path == "starkware.cairo.lang.vm.memory_dict.UnknownMemoryError"
assert failure.traceback.endswith(
    "starkware.cairo.lang.vm.memory_dict.UnknownMemoryError: "
    "Unknown value for memory cell at address 1:15.\\n"
), failure.traceback
failure = run(session, "import starkware", fail=True)
assert failure.class_path == "builtins.ImportError"
import copy, dataclasses
R = type(session.segments.add) and session.validated_memory
""",
    )


def test_only_the_standard_library_is_imported():
    check(
        "before = set(sys.modules)",
        SESSION,
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}",
        "own = {'cairohints', 'scripted'}",
        "standard = getattr(sys, 'stdlib_module_names', None)",
        "assert not {name for name in new if 'site-packages' in str(getattr(sys.modules.get(name), '__file__', ''))}",
        "assert standard is None or new - own <= set(standard), new",
    )


def test_embedded_sources():
    """The modules work when they are loaded from strings, in the order of `MODULES`."""
    check(
        "sys.path.remove(sys.path[0])",
        f"folder = {str(SOURCES / 'cairohints' / 'engine')!r}",
        """
import types
def load(name, source, is_package=False):
    module = types.ModuleType(name)
    module.__file__ = "<embedded " + name + ">"
    module.__package__ = name if is_package else name.rpartition(".")[0]
    if is_package:
        module.__path__ = []
    sys.modules[name] = module
    exec(compile(source, module.__file__, "exec", dont_inherit=True), module.__dict__)
    return module
load("cairohints", "", True)
package = load("cairohints.engine", open(folder + "/__init__.py").read(), True)
for name in package.MODULES:
    load("cairohints.engine." + name, open(folder + "/" + name + ".py").read())
import os
on_disk = {name[:-3] for name in os.listdir(folder) if name.endswith(".py")} - {"__init__"}
assert on_disk == set(package.MODULES), on_disk ^ set(package.MODULES)
""",
        SESSION,
        "failure = run(session, 'memory[ap]', fail=True, location=('a.cairo', 3, 1))",
        "assert 'embedded' not in failure.traceback and 'a.cairo\", line 4' in failure.traceback",
        USE,
    )


@pytest.mark.parametrize(
    "module", ["vm.vm_consts", "vm.memory_segments", "vm.validated_memory_dict"]
)
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
