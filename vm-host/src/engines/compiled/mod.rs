//! The engine of the hints whose Python text is compiled here: parsed when the program is loaded, lowered to
//! a small tree over slots, and run over the VM's memory. It does what Python does or nothing at all.
//!
//! Owns the subset of Python. Must not know sessions or workers.

mod execute;
mod ids;
mod json;
mod library;
mod lower;
mod parse;
mod scopes;
mod shared;
#[cfg(test)]
mod tests;
mod tree;
mod value;

pub(crate) use execute::{Engine, HandedOver};
pub(crate) use json::loads;
pub(crate) use library::{Export, builtin, builtins, exports, find, modules_that_fit};
pub(crate) use lower::{LASTING, lower, variable_of_globals};
pub(crate) use parse::{Parsed, Refusal, parse};
pub(crate) use scopes::{Names, Sharing, State};
pub(crate) use shared::Shared;
pub(crate) use tree::{Lowered, Slot};
pub(crate) use value::{Dict, Fuel, Integer, List, Value};
