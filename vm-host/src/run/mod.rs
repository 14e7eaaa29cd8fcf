//! The command `vm-host run`: load, start the engine, run, end the run, write what was asked for.

mod engine;
mod error;
mod hints;
mod inputs;
mod report;

pub use error::RunError;
pub use hints::{HintsArgs, hints};

use std::rc::Rc;
use std::sync::Arc;

use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;

use crate::cli::{ExitCode, HintPlacement, ProgramSource, RunOptions};
use crate::placement::NativeHints;
use crate::program::{CompiledProgram, ExceptionContext, ProgramError, SourceFiles};
use crate::vm::{Machine, StepCause, StepError};

/// Where the program's code starts.
const PROGRAM_BASE: Relocatable = Relocatable { segment_index: 0, offset: 0 };

/// Runs a program as `options` say.
///
/// # Errors
/// [`RunError`] with what to print and the exit code.
pub async fn run(options: &RunOptions) -> Result<(), RunError> {
    match attempt(options, options.hints.placement).await? {
        Attempt::Done => Ok(()),
        Attempt::NeedsPython => attempt(options, HintPlacement::Python).await.map(|_| ()),
    }
}

/// How a run ended that did not fail.
enum Attempt {
    Done,
    /// Nothing ran in Python, and a hint turned out to need it.
    NeedsPython,
}

async fn attempt(options: &RunOptions, placement: HintPlacement) -> Result<Attempt, RunError> {
    let ProgramSource::Program(path) = &options.source else {
        return Err(RunError::new(ExitCode::Internal, "pie"));
    };
    let bytes: Rc<[u8]> = inputs::program(path)?.into();
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
    let natives = match placement {
        HintPlacement::Python => None,
        HintPlacement::Auto | HintPlacement::Native => {
            Some(NativeHints::new(&program, PROGRAM_BASE))
        }
    };
    if placement == HintPlacement::Native
        && let Some(natives) = &natives
    {
        hints::require_native(&program, natives.placements())?;
    }
    let all_native = natives.as_ref().is_some_and(NativeHints::is_everything);
    let session = if program.hints().is_empty() || all_native {
        None
    } else {
        let session =
            engine::start(options, &mut runner, &program, bytes, program_input, &context).await?;
        Some(session)
    };
    let final_pc = (!options.proof_mode).then_some(end);
    let mut machine = Machine::new(runner, session, final_pc);
    machine.natives = natives;
    match execute(&mut machine, options, end).await {
        Err(StepError { cause: StepCause::NeedsPython, .. }) if placement == HintPlacement::Auto => {
            return Ok(Attempt::NeedsPython);
        }
        Err(error) => return Err(report::step(&machine, &context, error)),
        Ok(()) => {}
    }
    engine::end(&mut machine).await?;
    Ok(Attempt::Done)
}

/// The steps that `cairo-run` makes.
async fn execute(
    machine: &mut Machine,
    options: &RunOptions,
    end: Relocatable,
) -> Result<(), StepError> {
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
