//! The formats of what a run leaves behind. Everything here reads a VM that has ended and never changes it.

mod air_private;
mod air_public;
mod debug_info;
mod memory;
mod relocation;
mod trace;

pub(crate) use air_private::{absolute, write_air_private_input};
pub(crate) use air_public::write_air_public_input;
pub(crate) use debug_info::write_debug_info;
pub(crate) use memory::{count_cells, memory_part, write_memory};
pub(crate) use relocation::Relocation;
pub(crate) use trace::write_trace;
