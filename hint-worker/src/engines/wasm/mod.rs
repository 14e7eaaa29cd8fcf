//! Owns the engine for hints that call WebAssembly modules. Must not know the loop that calls it, nor what
//! other engines there are.
//!
//! A hint in the language `wasm` is a list of calls, one a line ([`source`]). Modules come with the session
//! and are compiled when it opens ([`modules`]); each has one instance, made by the first call and alive as
//! long as the VM ([`guest`]). What it may use up is bounded for each hint ([`limits`]), what it may do is
//! WASI's output, monotonic clock and random numbers ([`wasi`]) and the cells and names of the VM
//! ([`cairo`], documented in `wit/` and `include/` beside this file).

mod arguments;
mod artifacts;
mod cairo;
mod calls;
mod clock;
#[cfg(test)]
mod damaged;
mod engine;
mod error;
mod failure;
mod guest;
mod limits;
mod linking;
mod modules;
mod output;
mod runtime;
mod source;
mod strings;
mod wasi;

pub use engine::WasmEngine;
pub use error::WasmError;
pub use limits::Limits;
pub use runtime::WasmRuntime;
