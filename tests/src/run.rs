//! Runs one case with `vm-host run` in a directory of its own and collects what it left behind.
//! Knows the command line of `vm-host`; compares nothing.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::binaries;
use crate::process::{self, Finished};
use crate::record::{Run, programs_directory};

/// No case of the corpus needs more; the reference VM needs at most this for the longest ones.
const DEADLINE: Duration = Duration::from_secs(300);

/// A run that ended, with its files.
#[derive(Debug)]
pub struct Observed {
    /// The process.
    pub process: Finished,
    /// The trace file.
    pub trace: PathBuf,
    /// The memory file.
    pub memory: PathBuf,
    /// The Cairo PIE.
    pub cairo_pie: PathBuf,
    /// The public input of the AIR.
    pub air_public: PathBuf,
    /// The private input of the AIR.
    pub air_private: PathBuf,
    // The files live as long as this value.
    _directory: TempDir,
}

/// Runs the case.
///
/// # Errors
/// If the case cannot be run at all; the text says why.
pub fn observe(run: &Run) -> Result<Observed, String> {
    observe_placed(run, &binaries::placement())
}

/// Runs the case with this `--hints`.
///
/// # Errors
/// If the case cannot be run at all; the text says why.
pub fn observe_placed(run: &Run, placement: &str) -> Result<Observed, String> {
    let directory = TempDir::new().map_err(|error| format!("no temporary directory: {error}"))?;
    let file = |name: &str| directory.path().join(name);
    let mut command = vm_host_placed(&run.program, placement);
    if run.needs_cairo_lang {
        binaries::cairo_lang_env()?;
    }
    command.args(["--layout", &run.layout, "--print_output"]);
    command.arg("--trace_file").arg(file("trace.bin"));
    command.arg("--memory_file").arg(file("memory.bin"));
    if let Some(input) = &run.program_input {
        fs::write(file("input.json"), input.to_string()).map_err(|error| error.to_string())?;
        command.arg("--program_input").arg(file("input.json"));
    }
    if run.artefacts.iter().any(|name| name == "cairo_pie") {
        command.arg("--cairo_pie_output").arg(file("pie.zip"));
    }
    if run.artefacts.iter().any(|name| name == "air_inputs") {
        command.arg("--air_public_input").arg(file("public.json"));
        command.arg("--air_private_input").arg(file("private.json"));
    }
    command.args(&run.options).envs(&run.environment);
    let process = process::run(&mut command, DEADLINE).map_err(|error| error.to_string())?;
    Ok(Observed {
        process,
        trace: file("trace.bin"),
        memory: file("memory.bin"),
        cairo_pie: file("pie.zip"),
        air_public: file("public.json"),
        air_private: file("private.json"),
        _directory: directory,
    })
}

/// `vm-host run PROGRAM` in the directory of the programs, with placement and environment set.
pub fn vm_host_run(program: impl AsRef<std::ffi::OsStr>) -> Command {
    vm_host_placed(program, &binaries::placement())
}

/// The same with this `--hints`.
pub fn vm_host_placed(program: impl AsRef<std::ffi::OsStr>, placement: &str) -> Command {
    let mut command = vm_host("run");
    command.arg(program.as_ref()).args(["--hints", placement]);
    if let Some(environment) = binaries::python_env() {
        command.arg("--python-env").arg(environment);
    }
    command
}

/// `vm-host SUBCOMMAND` in the directory of the programs.
pub fn vm_host(subcommand: &str) -> Command {
    let mut command = Command::new(binaries::vm_host());
    command.current_dir(programs_directory()).arg(subcommand);
    // A user's own settings must not change what the tests see.
    for variable in [
        "PYTHONPATH",
        "PYTHONSTARTUP",
        "VIRTUAL_ENV",
        "RUST_LOG",
        "OTEL_EXPORTER_OTLP_ENDPOINT",
    ] {
        command.env_remove(variable);
    }
    command
}

/// Runs a prepared command.
///
/// # Errors
/// If it cannot be started.
pub fn finish(command: &mut Command, deadline: Duration) -> io::Result<Finished> {
    process::run(command, deadline)
}
