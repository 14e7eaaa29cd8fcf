//! The harness of the whole-system tests: runs `vm-host` on a program of the corpus and compares
//! everything it leaves behind with what the reference VM left behind. It knows the binaries and
//! the record files, and nothing of how either side works inside.

pub mod record;

pub mod binaries;
pub mod compiler;
pub mod process;
pub mod process_table;
pub mod run;
pub mod rust_source;

pub mod archive;
pub mod artefact;
pub mod error_text;

pub mod compare;
pub mod difference;
