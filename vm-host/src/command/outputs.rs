//! Everything that is printed and written of a run after its last step, in the order of `cairo-run`.

use std::io::{self, Write};
use std::path::Path;

use super::options::RunOptions;
use super::output_files::{Output, OutputError, OutputFiles};
use super::prints::{print_builtin_usage, print_info, print_memory, print_output, print_segments};
use super::{CommandError, ExitCode};
use crate::run::{PROGRAM_BASE, Run};
use crate::vm::RunFailure;
use crate::vm::outputs::{
    self, Relocation, write_air_private_input, write_air_public_input, write_debug_info,
    write_memory, write_trace,
};
use crate::vm::slices::{Slices, at_once};

impl From<OutputError> for CommandError {
    fn from(error: OutputError) -> Self {
        Self::of(error.exit_code(), &error)
    }
}

/// Prints and writes what was asked for of a run that has ended. `files` get their names only with
/// [`OutputFiles::publish`].
pub(super) fn write_outputs(
    run: &Run,
    options: &RunOptions,
    files: &mut OutputFiles,
    writer: &mut dyn Write,
) -> Result<(), CommandError> {
    if files.wants(Output::CairoPie) {
        let made = at_once(run.cairo_pie())?;
        let merge = options.outputs.merge_extra_segments;
        files.write::<CommandError>(Output::CairoPie, |file| {
            at_once(made.write(file, merge, Slices::held())).map(Ok)
        })?;
    }
    let relocation = at_once(run.relocation())?;
    print(run, options, &relocation, true, writer)?;
    write_files(run, options, &relocation, true, files)
}

/// Produces what a failed run left, for `--debug_error`: prints, trace and memory. The caller has printed
/// `Got an error:` and the text of the failure on stdout, and exits with 1. (The reference VM means to do
/// this too, but then fails to read the return values.)
pub(super) fn write_partial_outputs(
    run: &mut Run,
    options: &RunOptions,
    files: &mut OutputFiles,
    writer: &mut dyn Write,
) -> Result<(), CommandError> {
    let relocation = run.relocation_of_failed()?;
    print(run, options, &relocation, false, writer)?;
    write_files(run, options, &relocation, false, files)
}

fn print(
    run: &Run,
    options: &RunOptions,
    relocation: &Relocation,
    complete: bool,
    writer: &mut dyn Write,
) -> Result<(), CommandError> {
    let printed = print_all(run, options, relocation, complete, writer);
    let printed = printed.map_err(|error| {
        let text = format!("cannot write to stdout: {error}");
        CommandError::new(ExitCode::CannotWrite, text)
    })?;
    Ok(printed?)
}

fn print_all(
    run: &Run,
    options: &RunOptions,
    relocation: &Relocation,
    complete: bool,
    writer: &mut dyn Write,
) -> io::Result<Result<(), RunFailure>> {
    let vm = run.vm();
    let prints = options.prints;
    let relocated = prints.relocated.then_some(relocation);
    if prints.memory
        && let Err(failure) = print_memory(writer, vm, relocated)?
    {
        return Ok(Err(failure));
    }
    if prints.output {
        print_output(writer, vm)?;
    }
    if prints.info {
        let original_steps = run.ended().original_steps;
        if let Err(failure) = print_info(writer, run.prepared(), original_steps, relocated)? {
            return Ok(Err(failure));
        }
        if complete
            && options.proof_mode
            && !options.no_end
            && let Err(failure) = print_builtin_usage(writer, vm, run.shape())?
        {
            return Ok(Err(failure));
        }
    }
    if prints.segments {
        print_segments(writer, relocation)?;
    }
    writer.flush()?;
    Ok(Ok(()))
}

fn write_files(
    run: &Run,
    options: &RunOptions,
    relocation: &Relocation,
    complete: bool,
    files: &mut OutputFiles,
) -> Result<(), CommandError> {
    let (runner, shape) = (run.runner(), run.shape());
    let failed = |result: Result<(), RunFailure>| result.map_err(CommandError::from);
    files.write(Output::Trace, |file| {
        let trace = runner.get_relocatable_trace().unwrap_or_default();
        write_trace(file, trace, relocation).map(failed)
    })?;
    files.write(Output::Memory, |file| {
        write_memory(file, &runner.vm, relocation).map(failed)
    })?;
    if !complete {
        return Ok(());
    }
    files.write(Output::AirPublicInput, |file| {
        let held = Slices::held();
        at_once(write_air_public_input(
            file, runner, shape, relocation, held,
        ))
        .map(failed)
    })?;
    let path = |path: &Option<_>| Path::new(path.as_deref().unwrap_or(Path::new(""))).to_path_buf();
    files.write(Output::AirPrivateInput, |file| {
        let trace = path(&options.outputs.trace);
        let memory = path(&options.outputs.memory);
        let path = |path: &Path| {
            let path = outputs::absolute(path)?;
            Ok::<_, io::Error>(path.to_string_lossy().into_owned())
        };
        let (trace, memory) = (path(&trace)?, path(&memory)?);
        let (vm, held) = (&runner.vm, Slices::held());
        let written = write_air_private_input(file, vm, shape, relocation, &trace, &memory, held);
        at_once(written).map(failed)
    })?;
    files.write(Output::DebugInfo, |file| {
        write_debug_info(file, run.program_json(), PROGRAM_BASE, relocation).map(failed)
    })
}
