//! The trace file: for every step three little-endian 64-bit numbers, `ap`, `fp` and `pc`, relocated.

use super::Relocation;
use crate::vm::RunFailure;
use cairo_vm::vm::trace::trace_entry::TraceEntry;
use std::io::{self, Write};

/// Steps that are given to the writer at once.
const PART: usize = 1 << 10;

/// Writes the trace.
pub(crate) fn write_trace(
    writer: &mut dyn Write,
    trace: &[TraceEntry],
    relocation: &Relocation,
) -> io::Result<Result<(), RunFailure>> {
    // Registers ap and fp always point into the execution segment.
    let execution_base = relocation.base(1).unwrap_or(1) as u64;
    let mut part = Vec::with_capacity(24 * PART);
    for entries in trace.chunks(PART) {
        part.clear();
        for entry in entries {
            let pc = match relocation.address(entry.pc) {
                Ok(pc) => pc,
                Err(failure) => {
                    writer.write_all(&part)?;
                    return Ok(Err(failure));
                }
            };
            let mut bytes = [0; 24];
            bytes[..8].copy_from_slice(&(execution_base + entry.ap as u64).to_le_bytes());
            bytes[8..16].copy_from_slice(&(execution_base + entry.fp as u64).to_le_bytes());
            bytes[16..].copy_from_slice(&pc.to_le_bytes());
            part.extend_from_slice(&bytes);
        }
        writer.write_all(&part)?;
    }
    Ok(Ok(()))
}
