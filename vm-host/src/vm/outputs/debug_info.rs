//! The file of `--debug_info_file`: the debug information of the program, by the addresses that its
//! instructions have in the relocated memory.

use std::collections::BTreeMap;
use std::io::{self, Write};

use cairo_vm::types::relocatable::Relocatable;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Relocation;
use crate::vm::RunFailure;

#[derive(Deserialize)]
struct Program {
    debug_info: Option<DebugInfo<String>>,
}

#[derive(Deserialize, Serialize)]
struct DebugInfo<Pc: Ord> {
    instruction_locations: BTreeMap<Pc, Value>,
    #[serde(default)]
    file_contents: BTreeMap<String, Value>,
}

/// Writes the debug information of the program with this compiled JSON, whose code starts at `base`. A program
/// without any gives an empty file of the same form, and so does a run of no program.
///
/// # Errors
/// [`RunFailure`] when the code was not relocated; else when the file cannot be written.
pub(crate) fn write_debug_info(
    writer: &mut dyn Write,
    program_json: Option<&[u8]>,
    base: Relocatable,
    relocation: &Relocation,
) -> io::Result<Result<(), RunFailure>> {
    let start = match relocation.address(base) {
        Ok(start) => start,
        Err(failure) => return Ok(Err(failure)),
    };
    // It was read as a program before, which is stricter.
    let program = program_json.and_then(|json| serde_json::from_slice(json).ok());
    let found = program.and_then(|program: Program| program.debug_info);
    let (locations, file_contents) = found.map_or_else(Default::default, |found| {
        (found.instruction_locations, found.file_contents)
    });
    let relocated = DebugInfo {
        instruction_locations: locations
            .into_iter()
            .filter_map(|(pc, location)| Some((start + pc.parse::<u64>().ok()?, location)))
            .collect(),
        file_contents,
    };
    serde_json::to_writer(writer, &relocated)?;
    Ok(Ok(()))
}
