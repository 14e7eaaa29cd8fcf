//! Owns which imports of a module are served, and the instance that comes of it. Must not know what the
//! functions do.

use wasmtime::{Engine, InstancePre, Linker, Module};

use super::guest::Guest;
use super::{cairo, wasi};

/// Serves the imports of the `index`-th module.
///
/// # Errors
/// Why it cannot be served: the imports that nobody has.
pub(super) fn link(
    engine: &Engine,
    module: &Module,
    index: usize,
) -> Result<InstancePre<Guest>, String> {
    let mut linker = Linker::new(engine);
    let defined = wasi::define(&mut linker, index).and_then(|()| cairo::define(&mut linker, index));
    defined.map_err(|error| error.to_string())?;
    let foreign: Vec<String> = module
        .imports()
        .filter(|import| ![wasi::MODULE, cairo::MODULE].contains(&import.module()))
        .map(|import| format!("`{}.{}`", import.module(), import.name()))
        .take(5)
        .collect();
    if !foreign.is_empty() {
        return Err(format!(
            "it imports {}, which nobody has\nhint: only `{}` and `{}` can be imported",
            foreign.join(", "),
            wasi::MODULE,
            cairo::MODULE
        ));
    }
    for import in module.imports() {
        if import.module() == wasi::MODULE
            && wasi::is_absent(import.name())
            && let Some(kind) = import.ty().func()
        {
            wasi::define_absent(&mut linker, import.name(), kind.clone())
                .map_err(|error| error.to_string())?;
        }
    }
    linker
        .instantiate_pre(module)
        .map_err(|error| format!("its imports do not fit: {error:#}"))
}
