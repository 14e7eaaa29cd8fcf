//! What explaining an error needs of the VM.

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};

/// Reads the memory of the VM.
pub trait MemoryView {
    /// The value of a cell, if it has one.
    fn get(&self, address: Relocatable) -> Option<MaybeRelocatable>;
}
