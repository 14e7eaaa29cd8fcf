//! What a run leaves behind: files and what is printed on stdout. Everything here reads a VM that has
//! ended and never changes it.
//!
//! `files` decides where and when bytes reach the disk; the other modules only know formats.

mod air_private;
mod air_public;
mod cells;
mod files;
mod memory;
mod pie;
mod pie_read;
mod printer;
mod prints;
mod python_json;
mod relocation;
mod stats;
mod trace;

pub(crate) use air_private::{absolute, write_air_private_input};
pub(crate) use air_public::write_air_public_input;
pub(crate) use cells::{cells, segments};
pub use files::{Output, OutputError, OutputFiles};
pub(crate) use memory::{count_cells, memory_part, write_memory};
pub use pie::{
    AdditionalData, ExecutionResources, OutputData, Pie, PieMemory, PieMetadata, PieSegments,
    SegmentInfo,
};
pub(crate) use pie::{builtin_segments, memory_holes};
pub use pie_read::{PieError, read_pie};
pub use printer::Printer;
pub(crate) use prints::{
    print_builtin_usage, print_info, print_memory, print_output, print_segments,
};
pub(crate) use relocation::Relocation;
pub use stats::{Stats, peak_memory_bytes};
pub(crate) use trace::write_trace;
