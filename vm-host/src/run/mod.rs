//! The command `vm-host run`: load, start the engine, run, end the run, write what was asked for.

mod engine;
mod error;
mod inputs;
mod report;

pub use error::RunError;

use std::sync::Arc;

use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;

use crate::cli::{ExitCode, ProgramSource, RunOptions};
use crate::program::{CompiledProgram, ExceptionContext, ProgramError, SourceFiles};
use crate::vm::Machine;

/// Where the program's code starts.
const PROGRAM_BASE: Relocatable = Relocatable { segment_index: 0, offset: 0 };

/// Runs a program as `options` say.
///
/// # Errors
/// [`RunError`] with what to print and the exit code.
pub async fn run(options: &RunOptions) -> Result<(), RunError> {
    let ProgramSource::Program(path) = &options.source else {
        return Err(RunError::new(ExitCode::Internal, "pie"));
    };
    let bytes: Arc<[u8]> = inputs::program(path)?.into();
    let name = path.display();
    let bad_program = |error: ProgramError| {
        RunError::new(ExitCode::BadInput, format!("cannot use the program `{name}`: {error}"))
    };
    let program = Arc::new(CompiledProgram::from_json(&bytes).map_err(bad_program)?);
    let program_input = match &options.program_input {
        Some(path) => inputs::program_input(path)?,
        None => String::new(),
    };
    let vm_program = program.cairo_vm_program(Some(&options.entrypoint)).map_err(bad_program)?;
    let mut runner = CairoRunner::new(
        &vm_program,
        options.layout,
        None,
        options.proof_mode,
        true,
        false,
    )
    .map_err(|error| RunError::new(ExitCode::BadInput, error))?;
    let end = runner
        .initialize(options.allow_missing_builtins)
        .map_err(|error| RunError::new(ExitCode::BadInput, error))?;
    let context = ExceptionContext::new(Arc::clone(&program), PROGRAM_BASE, SourceFiles::Read);
    let session = if program.hints().is_empty() {
        None
    } else {
        let session =
            engine::start(options, &mut runner, &program, bytes, program_input, &context).await?;
        Some(session)
    };
    let final_pc = (!options.proof_mode).then_some(end);
    let mut machine = Machine::new(runner, session, final_pc);
    execute(&mut machine, options, end)
        .await
        .map_err(|error| report::step(&machine, &context, error))?;
    engine::end(&mut machine).await?;
    Ok(())
}

/// The steps that `cairo-run` makes.
async fn execute(
    machine: &mut Machine,
    options: &RunOptions,
    end: Relocatable,
) -> Result<(), crate::vm::StepError> {
    let mut observer = |_, _| {};
    if !options.no_end {
        // In proof mode the last step is the one at `__end__`.
        let last = u64::from(options.proof_mode);
        let steps = options.steps.map(|steps| steps.saturating_sub(last));
        machine.run_until_pc(end, steps, &mut observer).await?;
        machine.run_for_steps(last, &mut observer).await?;
    }
    if let Some(steps) = options.min_steps {
        machine.run_until_steps(steps, &mut observer).await?;
    }
    if let Some(steps) = options.steps {
        machine.run_until_steps(steps, &mut observer).await?;
    }
    Ok(())
}
