//! Whole-system tests: the real `vm-host` with real `hint-worker`s on the programs of the corpus.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bad_input;
mod command_line;
mod contract;
mod contract_hints;
mod dependencies;
mod deviations;
mod documents;
mod faults;
mod generated;
mod harness;
mod hint_locals;
mod hint_program;
mod install;
mod interrupts;
mod languages;
mod leftovers;
mod limits;
mod log;
mod parity;
mod pie;
mod placement;
mod report;
mod rooms;
mod sandbox;
mod serving;
mod shared_variables;
mod spellings;
mod wasm;
mod without_cairo_lang;
