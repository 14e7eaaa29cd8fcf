//! The memory file: for every cell its relocated address (8 bytes) and value (32 bytes), little-endian.
//! Cells are in the order of their addresses; the reference VM writes the same cells in the order in which
//! the run filled them, which readers of the file do not depend on.

use super::{Relocation, cells, segments};
use crate::vm::finish::RunFailure;
use cairo_vm::vm::vm_core::VirtualMachine;
use std::io::{self, Write};

/// Writes the memory.
pub(crate) fn write_memory(
    writer: &mut dyn Write,
    vm: &VirtualMachine,
    relocation: &Relocation,
) -> io::Result<Result<(), RunFailure>> {
    for segment in segments(vm) {
        for (address, value) in cells(vm, segment) {
            let relocated = relocation
                .address(address)
                .and_then(|address| Ok((address, relocation.value(&value)?)));
            match relocated {
                Ok((address, value)) => {
                    writer.write_all(&address.to_le_bytes())?;
                    writer.write_all(&value.to_bytes_le())?;
                }
                Err(failure) => return Ok(Err(failure)),
            }
        }
    }
    Ok(Ok(()))
}
