//! Places in the source: where instructions and hints stand, and how a place is shown.
//!
//! Must not know the program that they are from.

mod debug_info;
mod location;
mod source_files;

pub(crate) use debug_info::{DebugInfo, HintLocation, InstructionLocation};
pub(crate) use location::{InputFile, Location, ParentLocation};
pub(super) use location::{cut, line_of};
pub use source_files::SourceFiles;
