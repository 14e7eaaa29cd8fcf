//! What the profile of a run is made from: its trace, its functions, and what its hints cost.

use std::io::{self, Write};
use std::time::Duration;

use crate::run::Run;
use crate::vm::profile::{HintTime, ProfileInput, write_profile};

/// Writes the profile of the run so far.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write(writer: &mut dyn Write, run: &Run, duration: Duration) -> io::Result<()> {
    let program = run.program();
    let functions = program
        .map(|program| program.functions())
        .unwrap_or_default();
    let hints = run.session().map_or_else(Vec::new, |session| {
        session
            .costs()
            .filter(|(_, cost)| cost.count > 0)
            .map(|(id, cost)| {
                let hint = session.table().hint(id);
                let location = hint.and_then(|(_, hint)| hint.to_wire().location);
                HintTime {
                    label: format!("<hint{id}>"),
                    file: location
                        .as_ref()
                        .map_or_else(String::new, |place| place.filename.clone()),
                    line: location.map_or(0, |place| place.start_line),
                    pc: hint
                        .filter(|(loaded, _)| loaded.first_hint == 0)
                        .map(|(_, hint)| hint.pc),
                    nanos: u64::try_from(cost.time.as_nanos()).unwrap_or(u64::MAX),
                    count: cost.count,
                }
            })
            .collect()
    });
    write_profile(
        writer,
        &ProfileInput {
            trace: run.runner().get_relocatable_trace().unwrap_or_default(),
            functions: &functions,
            program_size: program.map_or(0, |program| program.data().len()),
            hints: &hints,
            duration,
        },
    )
}
