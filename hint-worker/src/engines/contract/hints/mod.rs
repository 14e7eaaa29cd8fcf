//! Owns hints that call contracts (`# lang: contract`). One a line:
//!
//! ```text
//! # lang: contract
//! use "token.scen.json"                      the world, as a scenario leaves it; once for a VM
//! caller "address:alice"                     who calls from now on
//! ids.ok = token.transfer(ids.to, ids.value) a call of the contract `sc:token`
//! ids.status = try token.transfer(ids.to, 5) its status instead of an error
//! ids.status, ids.text, ids.length = try …   and its message, as a segment of characters and their number
//! pair.swap(0, "address:alice") paying 7     with EGLD
//! trace                                      logs storage accesses like calls and events from now on
//! ```
//!
//! A felt or a `Uint256` becomes what the parameter is: a number (negative from half of the prime on, if it has a
//! sign), an address of 32 bytes, a text of its bytes. Values in quotes are in the notation of scenarios. A result
//! becomes a felt, or fills a `Uint256`. What a hint changed in the world stays when it fails later on.
//!
//! Must not know how contracts are executed.

mod chain;
mod engine;
mod numbers;
mod runtime;
mod source;
mod telling;

/// Whether this is a hint, for tests of the reader alone.
#[cfg(test)]
pub(super) fn is_hint_for_tests(code: &str) -> bool {
    source::parse(code).is_ok()
}

pub use chain::{Chain, ChainError, Given, SharedChain};
pub use engine::ContractEngine;
pub use runtime::ContractRuntime;
