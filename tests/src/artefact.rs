//! Trace and memory files in the form in which records keep them: digests, and the entries of short
//! ones. Knows the two file formats.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::record::{Memory, Trace};

/// A file of at most this many entries is kept entry by entry, as the recorder does.
const MAX_LISTED: usize = 200;
const TRACE_ENTRY_BYTES: usize = 24;
const MEMORY_CELL_BYTES: usize = 40;

/// Reads a trace file.
///
/// # Errors
/// If it cannot be read or is no trace.
pub fn read_trace(path: &Path) -> Result<Trace, String> {
    let data = read(path)?;
    if data.len() % TRACE_ENTRY_BYTES != 0 {
        return Err(format!(
            "the trace has {} bytes, which is no number of entries",
            data.len()
        ));
    }
    let steps = data.len() / TRACE_ENTRY_BYTES;
    let entries = (steps <= MAX_LISTED).then(|| {
        data.chunks_exact(TRACE_ENTRY_BYTES)
            .map(|entry| {
                format!(
                    "{} {} {}",
                    number(&entry[16..]),
                    number(entry),
                    number(&entry[8..])
                )
            })
            .collect()
    });
    Ok(Trace {
        steps,
        sha256: sha256(&data),
        entries,
    })
}

/// Reads a memory file and sorts it by address.
///
/// # Errors
/// If it cannot be read or is no memory.
pub fn read_memory(path: &Path) -> Result<Memory, String> {
    let data = read(path)?;
    if data.len() % MEMORY_CELL_BYTES != 0 {
        return Err(format!(
            "the memory has {} bytes, which is no number of cells",
            data.len()
        ));
    }
    let mut cells: Vec<&[u8]> = data.chunks_exact(MEMORY_CELL_BYTES).collect();
    cells.sort_by_key(|cell| number(cell));
    let values = (cells.len() <= MAX_LISTED).then(|| {
        cells
            .iter()
            .map(|cell| format!("{} {}", number(cell), hex_felt(&cell[8..])))
            .collect()
    });
    Ok(Memory {
        cells: cells.len(),
        sha256: sha256(&cells.concat()),
        values,
    })
}

/// The digest of bytes in hexadecimal.
pub fn sha256(data: &[u8]) -> String {
    Sha256::digest(data)
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a String takes everything");
            text
        })
}

/// The first eight bytes as a little-endian number.
pub(crate) fn number(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word.copy_from_slice(&bytes[..8]);
    u64::from_le_bytes(word)
}

/// A little-endian field element as hexadecimal number.
fn hex_felt(bytes: &[u8]) -> String {
    let text: String = bytes
        .iter()
        .rev()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let digits = text.trim_start_matches('0');
    format!("0x{}", if digits.is_empty() { "0" } else { digits })
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))
}
