//! The profile of a run for `--profile_output`, made of its steps by call stack and of what its hints took.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use super::recorder::Recorder;
use crate::run::Run;
use crate::vm::profile::{HintTime, ProfileInput, write_profile};

/// Writes the profile of the run so far; readers call the program `name`.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn write(
    writer: &mut dyn Write,
    run: &Run,
    name: &str,
    duration: Duration,
) -> io::Result<()> {
    let Some(steps) = run.stacks() else {
        return Ok(());
    };
    let program = run.program();
    write_profile(
        writer,
        &ProfileInput {
            program_name: name,
            steps,
            functions: &program.map_or_else(Vec::new, |program| program.functions()),
            program_size: program.map_or(0, |program| program.data().len()),
            lines: &program.map_or_else(Vec::new, |program| program.lines()),
            hints: &hints(run, None),
            duration,
        },
    )
}

/// What each hint took that ran, in either language. The time of those in Rust is known if somebody followed the run.
pub(super) fn hints(run: &Run, recorder: Option<&Recorder>) -> Vec<HintTime> {
    let costs = run.hint_costs();
    costs
        .filter(|(_, _, cost)| cost.count > 0)
        .map(|(loaded, hint, cost)| {
            let location = hint.to_wire().location;
            let (file, line) =
                location.map_or_else(Default::default, |place| (place.filename, place.start_line));
            let name = Path::new(&file)
                .file_name()
                .map(|name| name.to_string_lossy());
            let id = loaded.first_hint.saturating_add(hint.id);
            let nanos = match recorder {
                Some(recorder) => recorder.times(id).total(),
                None => u64::try_from(cost.time.as_nanos()).unwrap_or(u64::MAX),
            };
            HintTime {
                label: match name {
                    Some(name) => format!("hint {name}:{line}"),
                    None => format!("hint at pc {}", hint.pc),
                },
                file,
                line,
                pc: (loaded.first_hint == 0).then_some(hint.pc),
                nanos,
                count: cost.count,
            }
        })
        .collect()
}
