//! The command `vm-host hints`: where each hint of a program runs, and why.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{CommandError, ExitCode, inputs};
use crate::placement::{EngineKind, place};
use crate::program::CompiledProgram;
use crate::run::{NotPlaced, RunConfig};
use crate::worker::PythonEnvironment;

/// Which program, and how to print.
#[derive(Args, Clone, Debug)]
pub(super) struct HintsArgs {
    /// The compiled program, JSON
    #[arg(value_name = "PROGRAM.json")]
    pub program: PathBuf,

    /// Virtual environment that hints import from (default: the active one)
    #[arg(long = "python-env", value_name = "DIR")]
    pub python_env: Option<PathBuf>,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Prints the table.
///
/// # Errors
/// [`CommandError`] when the program cannot be used.
pub(super) fn hints(arguments: &HintsArgs) -> Result<(), CommandError> {
    let bytes = inputs::program(&arguments.program)?;
    let program = CompiledProgram::from_json(&bytes).map_err(|error| {
        let name = arguments.program.display();
        CommandError::new(
            ExitCode::BadInput,
            format!("cannot use the program `{name}`: {error}"),
        )
    })?;
    let active = std::env::var_os("VIRTUAL_ENV");
    let environment = PythonEnvironment::of(arguments.python_env.clone(), active);
    let mut config = RunConfig::default();
    config.hints.python_env = environment.folder().map(Path::to_owned);
    let surroundings = config.surroundings();
    let mut rows = Vec::new();
    for (hint, placement) in program.hints().iter().zip(place(&program, &surroundings)) {
        let location = hint.location.as_ref().map_or_else(String::new, |hint| {
            let file = hint.location.input_file.filename.as_deref().unwrap_or("");
            format!("{file}:{}", hint.location.start_line)
        });
        let line = hint.code.lines().next().unwrap_or("").to_owned();
        let side = match placement.engine {
            EngineKind::Compiled => "compiled",
            EngineKind::Twin => "twin",
            EngineKind::Python => "python",
            EngineKind::Apart => hint.language(),
        };
        rows.push((hint.pc, location, line, side, placement.reason));
    }
    let mut text = String::new();
    if arguments.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(pc, location, line, side, reason)| {
                serde_json::json!({ "pc": pc, "location": location, "first_line": line,
                    "placement": side, "reason": reason })
            })
            .collect();
        text = serde_json::Value::from(rows).to_string() + "\n";
    } else {
        for (pc, location, line, side, reason) in &rows {
            text +=
                &format!("{pc:>6}  {side:<8}  {location}  {line}\n                  {reason}\n");
        }
    }
    // A reader that has seen enough is no error.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}

/// Most hints that the error names.
const NAMED: usize = 5;

/// The error of `--hints native` for a program with hints that cannot run in Rust.
pub(super) fn not_native(program: &CompiledProgram, error: &NotPlaced) -> CommandError {
    let named: Vec<String> = error
        .0
        .iter()
        .take(NAMED)
        .filter_map(|(id, placement)| {
            let hint = program.hints().get(*id)?;
            let place = hint.location.as_ref().map_or_else(String::new, |hint| {
                let file = hint.location.input_file.filename.as_deref().unwrap_or("");
                format!(" ({file}:{})", hint.location.start_line)
            });
            Some(format!("  pc {}{place}: {}", hint.pc, placement.reason))
        })
        .collect();
    CommandError::new(
        ExitCode::BadInput,
        format!(
            "{error}:\n{}\nhint: use --hints auto, which runs them in Python",
            named.join("\n")
        ),
    )
}
