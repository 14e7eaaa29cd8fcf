//! The command `vm-host hints`: where each hint of programs runs, and why, or how many of their texts run where.

mod share;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use share::Share;

use super::{CommandError, ExitCode, inputs};
use crate::placement::{EngineKind, Placement, place};
use crate::program::{CompiledProgram, Hint};
use crate::run::{NotPlaced, RunConfig};
use crate::worker::PythonEnvironment;

/// Which programs, and how to print.
#[derive(Args, Clone, Debug)]
pub(super) struct HintsArgs {
    /// Compiled programs, JSON
    #[arg(value_name = "PROGRAM.json", required = true)]
    pub programs: Vec<PathBuf>,

    /// Virtual environment that hints import from (default: the active one)
    #[arg(long = "python-env", value_name = "DIR")]
    pub python_env: Option<PathBuf>,

    /// Print how many different texts run in Rust instead, and what keeps the others in Python
    #[arg(long)]
    pub share: bool,

    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Prints the table, or the share.
///
/// # Errors
/// [`CommandError`] when a program cannot be used.
pub(super) fn hints(arguments: &HintsArgs) -> Result<(), CommandError> {
    let active = std::env::var_os("VIRTUAL_ENV");
    let environment = PythonEnvironment::of(arguments.python_env.clone(), active);
    let mut config = RunConfig::default();
    config.hints.python_env = environment.folder().map(Path::to_owned);
    let surroundings = config.surroundings();
    let mut share = Share::default();
    let mut rows = Vec::new();
    let mut text = String::new();
    let several = arguments.programs.len() > 1;
    for path in &arguments.programs {
        let program = read(path)?;
        share.count_program();
        if several && !arguments.share {
            text += &format!("{}\n", path.display());
        }
        for (hint, placement) in program.hints().iter().zip(place(&program, &surroundings)) {
            match (arguments.share, arguments.json) {
                (true, _) => share.count(hint, &placement),
                (false, true) => rows.push(row(several.then_some(path), hint, &placement)),
                (false, false) => text += &line(hint, &placement),
            }
        }
    }
    match (arguments.share, arguments.json) {
        (true, true) => text = share.to_json().to_string() + "\n",
        (true, false) => text = share.to_text(),
        (false, true) => text = serde_json::Value::from(rows).to_string() + "\n",
        (false, false) => {}
    }
    // A reader that has seen enough is no error.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}

fn read(path: &Path) -> Result<CompiledProgram, CommandError> {
    let bytes = inputs::program(path)?;
    CompiledProgram::from_json(&bytes).map_err(|error| {
        let name = path.display();
        CommandError::new(
            ExitCode::BadInput,
            format!("cannot use the program `{name}`: {error}"),
        )
    })
}

/// The word for where a hint runs.
fn side<'a>(hint: &'a Hint, placement: &Placement) -> &'a str {
    match placement.engine {
        EngineKind::Compiled => "compiled",
        EngineKind::Twin => "twin",
        EngineKind::Python => "python",
        EngineKind::Apart => hint.language(),
    }
}

fn location(hint: &Hint) -> String {
    hint.location.as_ref().map_or_else(String::new, |hint| {
        let file = hint.location.input_file.filename.as_deref().unwrap_or("");
        format!("{file}:{}", hint.location.start_line)
    })
}

fn row(program: Option<&PathBuf>, hint: &Hint, placement: &Placement) -> serde_json::Value {
    let mut row = serde_json::json!({
        "pc": hint.pc, "location": location(hint),
        "first_line": hint.code.lines().next().unwrap_or(""),
        "placement": side(hint, placement), "reason": placement.reason,
    });
    if let Some(program) = program {
        row["program"] = program.display().to_string().into();
    }
    row
}

fn line(hint: &Hint, placement: &Placement) -> String {
    let (pc, side, location) = (hint.pc, side(hint, placement), location(hint));
    let first = hint.code.lines().next().unwrap_or("");
    let reason = &placement.reason;
    format!("{pc:>6}  {side:<8}  {location}  {first}\n                  {reason}\n")
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
