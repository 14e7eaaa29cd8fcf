//! The text of an error at a pc, as the reference VM prints it: places, messages of attributes, the Cairo
//! traceback.
//!
//! Must not know what went wrong, nor the VM beyond a view of its memory.

mod error_message;
mod evaluate;
mod exception;
mod memory_view;
mod missing_lines;
mod traceback;

#[cfg(test)]
pub(super) use evaluate::evaluate;
pub(crate) use exception::ExceptionContext;
pub(crate) use memory_view::MemoryView;
