//! Owns the Python half of the engine, which is embedded in the binary: its sources, and how they are
//! imported. Must not know what is in them.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

/// `(module name, source)`. The Python client is their home, because it serves hints from its own
/// interpreter with the same code.
const MODULES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/engine_modules.rs"));

/// The same compiled, behind the magic number of the Python that did it.
const BYTECODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/engine_modules.bin"));

/// The package that the embedded modules form here. Not the client's name: the user's environment may
/// hold the client, and importing that would load its gRPC library into every worker.
const PACKAGE: &str = "_cairo_hint_engine";

/// A module of the Python half.
///
/// # Errors
/// [`PyErr`] when it does not load.
pub(super) fn module<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyModule>> {
    install(py)?;
    py.import(format!("{PACKAGE}.{name}"))
}

/// Makes the Python half importable, once for the process and its forks.
fn install(py: Python<'_>) -> PyResult<()> {
    if py
        .import("sys")?
        .getattr("modules")?
        .cast::<PyDict>()?
        .contains(PACKAGE)?
    {
        return Ok(());
    }
    let sources = PyDict::new(py);
    for (name, source) in MODULES {
        sources.set_item(name, source)?;
    }
    let globals = PyDict::new(py);
    globals.set_item("SOURCES", sources)?;
    globals.set_item("BYTECODE", PyBytes::new(py, BYTECODE))?;
    globals.set_item("PACKAGE", PACKAGE)?;
    py.run(LOADER, Some(&globals), None)
}

/// Makes the embedded sources importable.
const LOADER: &std::ffi::CStr = c"
import importlib.abc, importlib.util, marshal, sys

magic = importlib.util.MAGIC_NUMBER
CODES = marshal.loads(BYTECODE[len(magic):]) if BYTECODE.startswith(magic) else {}

class EmbeddedFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def find_spec(self, fullname, path=None, target=None):
        if fullname not in SOURCES:
            return None
        return importlib.util.spec_from_loader(
            fullname, self, origin='<' + fullname + '>', is_package=fullname == PACKAGE)
    def get_source(self, fullname):
        return SOURCES[fullname]
    def is_package(self, fullname):
        return fullname == PACKAGE
    def exec_module(self, module):
        name = module.__spec__.name
        code = CODES.pop(name, None) or compile(SOURCES[name], '<' + name + '>', 'exec')
        exec(code, module.__dict__)

sys.meta_path.insert(0, EmbeddedFinder())
";
