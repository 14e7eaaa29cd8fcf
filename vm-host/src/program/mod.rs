//! The compiled program: code, hints, identifiers, references, debug information.
//!
//! Owns everything the host knows about a Cairo 0 program before it runs: the JSON, what every name
//! behind `ids` stands for, where instructions come from, and the text of an error at a pc. Must not
//! know workers, sessions or the step loop; of `cairo-vm` it uses the number and address types and
//! builds one `Program` without hints for it.

mod error;
mod raised;

mod compiled;
mod hint;
mod json;
mod load;
mod number;
mod vm_program;

mod definition;
mod identifier;

mod debug_info;
mod expression;
mod location;
mod source;

mod error_message;
mod exception;
mod traceback;
mod value;

mod resolve;

pub use compiled::{Attribute, CompiledProgram};
pub use debug_info::{DebugInfo, HintLocation, InstructionLocation};
pub use error::ProgramError;
pub use exception::{ExceptionContext, VmExceptionText};
pub use hint::{ApTracking, FlowTracking, Hint};
pub use identifier::ScopedName;
pub use load::MAX_PROGRAM_BYTES;
pub use location::{InputFile, Location, ParentLocation};
pub use resolve::{Resolution, StructNames};
pub use source::SourceFiles;
pub use value::{MemoryView, cells_of, evaluate};

#[cfg(test)]
mod tests;
