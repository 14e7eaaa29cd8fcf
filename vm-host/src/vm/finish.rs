//! The two ends of a run: building it before the first step, and everything after the last one, in the
//! order of `cairo-run` and with its texts. The steps themselves are elsewhere.

mod end;
mod failure;
mod initialize;
mod layout;
mod layout_params;
mod padding;
mod pie;
mod range_checks;
mod return_values;
mod secure;
mod secure_mod;
mod shape;

use crate::{
    cli::{ExitCode, RunOptions},
    vm::{
        error_text::StepFailure,
        outputs::{
            self, Output, OutputError, OutputFiles, Pie, Relocation, write_air_private_input,
            write_air_public_input, write_memory, write_trace,
        },
    },
};
use cairo_vm::vm::vm_core::VirtualMachine;
pub use end::end_run;
pub use failure::{Exception, RunFailure};
pub use initialize::{PreparedRun, initialize, prepare};
pub use layout::{DilutedPool, Layout};
pub use layout_params::{LayoutParamsError, read_layout_params};
pub use pie::initialize_pie;
pub(crate) use range_checks::range_check_limits;
pub use return_values::{finalize_segments, read_return_values};
pub use secure::{verify_secure, verify_secure_function};
pub use shape::RunShape;
pub(crate) use shape::ZERO_SEGMENT_SIZE;
use std::{
    io::{self, Write},
    path::Path,
};

/// What the steps left that the VM does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Steps until the end of the program, the one at `__end__` included; absent when the run did not
    /// have to get there (`--no_end`).
    pub original_steps: Option<u64>,
    /// Whether the number of steps was given (`--steps`, or by a PIE): then the trace is not padded.
    pub exact_steps: bool,
    /// Depth of the hint scopes; 1 when every scope that was entered was left.
    pub scope_depth: usize,
    /// The first integer address that a hint wrote, decimal.
    pub pure_address: Option<String>,
    /// Attributes that hints gave the output builtin: a JSON object as Python writes it.
    pub output_attributes: Option<String>,
    /// Whether only Cairo code and hints in Rust wrote to memory: every address in it is then one of a
    /// segment that exists, or temporary.
    pub addresses_exist: bool,
    /// Whether temporary segments may stay where they are.
    pub keeps_temporary_segments: bool,
}

impl Default for Ended {
    fn default() -> Self {
        Self {
            original_steps: None,
            exact_steps: false,
            scope_depth: 1,
            pure_address: None,
            output_attributes: None,
            addresses_exist: false,
            keeps_temporary_segments: false,
        }
    }
}

/// Why the end of a run failed.
#[derive(Debug, thiserror::Error)]
pub enum FinishError {
    /// The run failed as it does under the reference VM.
    #[error("{0}")]
    Run(#[from] RunFailure),
    /// A step of the padding failed.
    #[error("Error at pc={}:\n{}", .0.pc, .0.text)]
    Step(StepFailure),
    /// A file could not be written.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// Stdout could not be written.
    #[error("cannot write to stdout: {0}")]
    Print(#[from] io::Error),
}

impl FinishError {
    /// The command's exit code.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Run(_) | Self::Step(_) => ExitCode::ProgramFailed,
            Self::Output(_) | Self::Print(_) => ExitCode::CannotWrite,
        }
    }
}

/// Ends the run, verifies it, prints and writes what was asked for. `files` get their names only with
/// [`OutputFiles::publish`].
pub fn finish(
    prepared: &mut PreparedRun,
    ended: &Ended,
    options: &RunOptions,
    files: &mut OutputFiles,
    writer: &mut dyn Write,
) -> Result<(), FinishError> {
    end_run(&mut prepared.runner, &prepared.shape, ended, writer)?;
    finish_ended(prepared, ended, options, files, writer)
}

/// The same after [`end_run`].
pub fn finish_ended(
    prepared: &mut PreparedRun,
    ended: &Ended,
    options: &RunOptions,
    files: &mut OutputFiles,
    writer: &mut dyn Write,
) -> Result<(), FinishError> {
    let PreparedRun {
        runner, shape, pie, ..
    } = prepared;
    if !options.no_end {
        read_return_values(runner, shape)?;
        if options.proof_mode {
            finalize_segments(runner, shape)?;
        }
    }
    let steps = ended
        .original_steps
        .unwrap_or(runner.vm.get_current_step() as u64);
    let attributes = output_attributes(ended, pie.as_ref());
    let make_pie = || Pie::of_run(runner, shape, steps, attributes.as_deref());
    if options.secure_run {
        verify_secure(&runner.vm, shape, ended.addresses_exist)?;
        if let Some(given) = pie {
            pie::compare(given, &make_pie()?)?;
        }
    }
    if files.wants(Output::CairoPie) {
        let made = make_pie()?;
        let merge = options.outputs.merge_extra_segments;
        files.write::<FinishError>(Output::CairoPie, |file| made.write(file, merge).map(Ok))?;
    }
    let relocation = Relocation::of(&runner.vm)?;
    if !options.secure_run {
        // A secure run has no pointer that cannot be relocated.
        check_relocatable(&runner.vm, &relocation)?;
    }
    print(prepared, ended, options, &relocation, true, writer)?;
    write_files(prepared, options, &relocation, true, files)
}

/// Checks that every pointer in memory can be relocated.
///
/// # Errors
/// [`RunFailure`] for the first one that cannot.
pub fn check_relocation(vm: &VirtualMachine) -> Result<(), RunFailure> {
    check_relocatable(vm, &Relocation::of(vm)?)
}

fn check_relocatable(vm: &VirtualMachine, relocation: &Relocation) -> Result<(), RunFailure> {
    for segment in outputs::segments(vm) {
        for (_, value) in outputs::cells(vm, segment) {
            relocation.value(&value)?;
        }
    }
    Ok(())
}

/// Produces what a failed run left, for `--debug_error`: prints, trace and memory. The caller has printed
/// `Got an error:` and the text of the failure on stdout, and exits with 1. (The reference VM means to do
/// this too, but then fails to read the return values.)
pub fn finish_partial(
    prepared: &mut PreparedRun,
    ended: &Ended,
    options: &RunOptions,
    files: &mut OutputFiles,
    writer: &mut dyn Write,
) -> Result<(), FinishError> {
    let vm = &mut prepared.runner.vm;
    // What cannot be moved stays where it is; the outputs that need it fail.
    let _ = vm.segments.memory.relocate_memory();
    end::fix_segment_sizes(vm);
    let relocation = Relocation::of(vm)?;
    print(prepared, ended, options, &relocation, false, writer)?;
    write_files(prepared, options, &relocation, false, files)
}

fn output_attributes(ended: &Ended, pie: Option<&Pie>) -> Option<String> {
    ended
        .output_attributes
        .clone()
        .or_else(|| pie?.output_attributes().map(str::to_string))
}

fn print(
    prepared: &PreparedRun,
    ended: &Ended,
    options: &RunOptions,
    relocation: &Relocation,
    complete: bool,
    writer: &mut dyn Write,
) -> Result<(), FinishError> {
    let vm = &prepared.runner.vm;
    let prints = options.prints;
    let relocated = prints.relocated.then_some(relocation);
    if prints.memory {
        outputs::print_memory(writer, vm, relocated)??;
    }
    if prints.output {
        outputs::print_output(writer, vm)?;
    }
    if prints.info {
        outputs::print_info(writer, prepared, ended.original_steps, relocated)??;
        if complete && options.proof_mode && !options.no_end {
            outputs::print_builtin_usage(writer, vm, &prepared.shape)??;
        }
    }
    if prints.segments {
        outputs::print_segments(writer, relocation)?;
    }
    writer.flush()?;
    Ok(())
}

fn write_files(
    prepared: &PreparedRun,
    options: &RunOptions,
    relocation: &Relocation,
    complete: bool,
    files: &mut OutputFiles,
) -> Result<(), FinishError> {
    let PreparedRun { runner, shape, .. } = prepared;
    let failed = |result: Result<(), RunFailure>| result.map_err(FinishError::from);
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
        write_air_public_input(file, runner, shape, relocation).map(failed)
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
        write_air_private_input(file, &runner.vm, shape, relocation, &trace, &memory).map(failed)
    })
}

#[cfg(test)]
mod tests;
