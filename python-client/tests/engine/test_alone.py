"""The engine alone: nothing installed but Python, or its sources embedded in a program."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parent.parent / "src"

# The package around the engine is the client, which needs gRPC; the worker embeds the engine without it.
PRELUDE = f"""
import sys, types
sys.path[:0] = [{str(SOURCES)!r}, {str(HERE)!r}]
sys.modules['cairohints'] = types.ModuleType('cairohints')
sys.modules['cairohints'].__path__ = [{str(SOURCES / "cairohints")!r}]
"""
SESSION = """
from scripted import make_session, run, cell
session, host = make_session()
"""


def check(*parts):
    """Runs a script in an interpreter of its own."""
    subprocess.run([sys.executable, "-c", "\n".join((PRELUDE, *parts))], check=True)


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
""",
    )


def test_only_the_standard_library_is_imported():
    check(
        "before = set(sys.modules)",
        SESSION,
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}",
        "own = {'cairohints', 'scripted'}",
        "standard = getattr(sys, 'stdlib_module_names', None)",
        "files = [str(getattr(sys.modules.get(name), '__file__', '')) for name in new]",
        "assert not [file for file in files if 'site-packages' in file], files",
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
    )
