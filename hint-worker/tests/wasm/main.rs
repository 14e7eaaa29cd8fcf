//! The engine for hints in WebAssembly, driven as the worker's loop drives it, against a host that is a table.
//! Modules are written in the text format where they stand.

#![cfg(feature = "wasm")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod host;
mod session;

mod cairo;
mod calls;
mod hostile;
mod limits;
mod wasi;
