//! The compiled program: code, hints, identifiers, references, debug information.
//!
//! Owns everything the host knows about a Cairo 0 program before it runs: the JSON, what every name
//! behind `ids` stands for, where instructions come from, and the text of an error at a pc. Must not
//! know workers, sessions or the step loop; of `cairo-vm` it uses the number and address types and
//! builds one `Program` without hints for it.

mod cell_path;
mod compiled;
mod error;
mod explain;
mod expression;
mod file_kind;
#[cfg(test)]
#[path = "../../../proto/fuzzing.rs"]
pub(crate) mod fuzzing;
mod hint;
mod load;
mod names;
mod number;
mod parts;
mod places;
mod raised;
mod resolve;
mod structs;
mod vm_program;

pub(crate) use cell_path::{CellPath, Frame};
pub use compiled::CompiledProgram;
pub use error::ProgramError;
pub(crate) use explain::{ExceptionContext, MemoryView};
pub(crate) use file_kind::file_kind;
pub(crate) use hint::Hint;
pub(crate) use load::{Entries, MAX_PROGRAM_BYTES, Text};
pub(crate) use parts::ProgramParts;
pub use places::SourceFiles;

#[cfg(test)]
mod tests;
