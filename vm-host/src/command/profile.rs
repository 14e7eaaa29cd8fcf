//! What the profile of a run is made from: its trace, its functions, and what its hints cost.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::program::CompiledProgram;
use crate::run::Run;
use crate::vm::profile::{HintTime, ProfileInput, write_profile};

/// Writes the profile of the run so far; readers call the program `name`.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write(
    writer: &mut dyn Write,
    run: &Run,
    name: &str,
    duration: Duration,
) -> io::Result<()> {
    let program = run.program();
    let functions = program
        .map(|program| program.functions())
        .unwrap_or_default();
    let lines = program.map_or_else(Vec::new, |program| lines(program));
    write_profile(
        writer,
        &ProfileInput {
            program_name: name,
            trace: run.runner().get_relocatable_trace().unwrap_or_default(),
            functions: &functions,
            program_size: program.map_or(0, |program| program.data().len()),
            lines: &lines,
            hints: &hints(run),
            duration,
        },
    )
}

/// The file and line of each instruction.
fn lines(program: &CompiledProgram) -> Vec<Option<(Arc<str>, u32)>> {
    let mut lines = vec![None; program.data().len()];
    let debug_info = program.debug_info();
    for (pc, location) in debug_info
        .iter()
        .flat_map(|info| &info.instruction_locations)
    {
        let inst = &location.inst;
        if let (Some(line), Some(file)) = (lines.get_mut(*pc), &inst.input_file.filename) {
            *line = Some((Arc::clone(file), inst.start_line));
        }
    }
    lines
}

/// What each hint cost that ran, in either language. The time of those in Rust is not measured.
fn hints(run: &Run) -> Vec<HintTime> {
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
            HintTime {
                label: match name {
                    Some(name) => format!("hint {name}:{line}"),
                    None => format!("hint at pc {}", hint.pc),
                },
                file,
                line,
                pc: (loaded.first_hint == 0).then_some(hint.pc),
                nanos: u64::try_from(cost.time.as_nanos()).unwrap_or(u64::MAX),
                count: cost.count,
            }
        })
        .collect()
}
