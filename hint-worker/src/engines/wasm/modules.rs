//! Owns compiling: how modules become code, within bounds of size and time. Must not know what they do.

use std::sync::mpsc;

use hint_proto::v1::WasmModule;
use wasmtime::{Config, Engine, Module, OptLevel, WasmBacktraceDetails};

use super::artifacts;
use super::error::WasmError;
use super::limits::{COMPILATION, Limits, MODULE_BYTES, MODULES};

/// Address space kept free behind each memory, so that it seldom moves when it grows. Not memory.
const RESERVED: u64 = 64 << 20;
/// Compilers are not recursive, readers of hostile modules might be.
const COMPILER_STACK: usize = 16 << 20;

/// What compiles modules and runs them. Its code does the same on every machine, and looks at the bounds of
/// memories itself: the process has other users of signals, Python's above all.
///
/// # Errors
/// [`WasmError::Module`] when this machine is none that code can be made for.
pub(super) fn engine(limits: &Limits) -> Result<Engine, WasmError> {
    let mut config = Config::new();
    config
        .signals_based_traps(false)
        .consume_fuel(true)
        .epoch_interruption(true)
        .max_wasm_stack(limits.stack)
        .memory_reservation(RESERVED)
        .memory_reservation_for_growth(RESERVED)
        .memory_guard_size(0)
        .cranelift_nan_canonicalization(true)
        .cranelift_opt_level(OptLevel::Speed)
        .relaxed_simd_deterministic(true)
        .wasm_backtrace_details(WasmBacktraceDetails::Disable);
    Engine::new(&config).map_err(|error| refused("", format!("{error:#}")))
}

/// Compiles a module, or finds what was compiled of it before.
///
/// # Errors
/// [`WasmError::Module`] when it is none, too large, or takes too long.
pub(super) fn compile(engine: &Engine, module: WasmModule) -> Result<Module, WasmError> {
    let WasmModule { name, code } = module;
    if code.len() > MODULE_BYTES {
        let reason = format!(
            "it has `{}` bytes, more than the limit of `{MODULE_BYTES}`",
            code.len()
        );
        return Err(refused(&name, reason));
    }
    if !code.starts_with(b"\0asm") {
        return Err(refused(
            &name,
            "it is no WebAssembly: it does not begin with `\\0asm`",
        ));
    }
    // In a thread that can be left behind: nothing stops a compiler.
    let (results, result) = mpsc::sync_channel(1);
    let engine = engine.clone();
    let compiling = std::thread::Builder::new()
        .name("wasm-compiler".to_owned())
        .stack_size(COMPILER_STACK)
        .spawn(move || {
            // Fails only when nobody waits any more.
            let _ = results.send(artifacts::load_or_compile(&engine, &code));
        });
    if let Err(error) = compiling {
        return Err(refused(&name, format!("no thread can compile it: {error}")));
    }
    match result.recv_timeout(COMPILATION) {
        Ok(Ok(module)) => Ok(module),
        Ok(Err(error)) => Err(refused(&name, format!("{error:#}"))),
        Err(mpsc::RecvTimeoutError::Timeout) => {
            let seconds = COMPILATION.as_secs();
            Err(refused(
                &name,
                format!("compiling it takes longer than the limit of `{seconds}` seconds"),
            ))
        }
        Err(mpsc::RecvTimeoutError::Disconnected) => Err(refused(&name, "the compiler failed")),
    }
}

/// Checks the names of a session's modules.
///
/// # Errors
/// [`WasmError::Module`] when one cannot be called, or is given twice.
pub(super) fn check_names(modules: &[WasmModule]) -> Result<(), WasmError> {
    if modules.len() > MODULES {
        let reason = format!("a VM has at most `{MODULES}` modules");
        return Err(refused(&modules[MODULES].name, reason));
    }
    for (place, WasmModule { name, .. }) in modules.iter().enumerate() {
        let letters = |part: char| part.is_ascii_alphanumeric() || part == '_';
        let is_name = name.chars().all(letters)
            && !name.is_empty()
            && !name.starts_with(|first: char| first.is_ascii_digit());
        if !is_name || name == "ids" {
            let reason = "hints cannot call it by that name: letters, digits and `_`, no digit first, not `ids`";
            return Err(refused(name, reason));
        }
        if modules[..place].iter().any(|other| other.name == *name) {
            return Err(refused(name, "its name is given twice"));
        }
    }
    Ok(())
}

fn refused(module: &str, reason: impl Into<String>) -> WasmError {
    WasmError::Module {
        module: module.to_owned(),
        reason: reason.into(),
    }
}
