//! The command `vm-host run`: load, start the engine, run, end the run, write what was asked for.

mod engine;
mod error;
mod hints;
mod inputs;
mod profile;
mod report;

pub use error::RunError;
pub use hints::{HintsArgs, hints};

use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cairo_vm::types::relocatable::Relocatable;

use crate::cli::{ExitCode, HintPlacement, ProgramSource, RunOptions};
use crate::placement::NativeHints;
use crate::program::{CompiledProgram, ExceptionContext, ProgramError, SourceFiles};
use crate::vm::finish::{self, Ended, FinishError, PreparedRun};
use crate::vm::outputs::{
    Output, OutputError, OutputFiles, Printer, Stats, peak_memory_bytes, read_pie,
};
use crate::vm::progress::Progress;
use crate::vm::{Failure, Machine, StepCause, StepError, end_hints};

/// Where the program's code starts.
const PROGRAM_BASE: Relocatable = Relocatable {
    segment_index: 0,
    offset: 0,
};

/// A run before its first step.
struct Start {
    prepared: PreparedRun,
    session: Option<crate::hint::HintSession>,
    natives: Option<NativeHints>,
    context: ExceptionContext,
    /// What is run, unless it is a PIE.
    program: Option<Arc<CompiledProgram>>,
    /// Exact number of steps, if one is given.
    steps: Option<u64>,
}

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
    let mut files = OutputFiles::prepare(&options.outputs).map_err(cannot_write)?;
    let Start {
        prepared,
        session,
        natives,
        mut context,
        program,
        steps,
    } = match &options.source {
        ProgramSource::Program(path) => start_program(options, path, placement).await?,
        ProgramSource::CairoPie(path) => start_pie(options, path)?,
    };
    let PreparedRun {
        runner,
        end,
        shape,
        pie,
    } = prepared;
    let final_pc = (!options.proof_mode).then_some(end);
    let mut machine = Machine::new(runner, session, final_pc);

    machine.natives = natives;
    let started = Instant::now();
    let outcome = execute(&mut machine, options, end, steps).await;
    if placement == HintPlacement::Auto
        && matches!(
            &outcome,
            Err(StepError {
                cause: StepCause::NeedsPython,
                ..
            })
        )
    {
        return Ok(Attempt::NeedsPython);
    }
    let mut outcome = outcome.map_err(|error| {
        // Programs that hints loaded explain their own instructions.
        let loaded = machine
            .session
            .as_ref()
            .map_or(&[][..], |s| s.table().programs());
        for program in loaded.iter().skip(1) {
            context.load(Arc::clone(&program.program), program.base);
        }
        report::failure(Failure::of_step(&machine, &context, error))
    });
    let running = started.elapsed();
    let mut ended = Ended {
        exact_steps: steps.is_some(),
        ..Ended::default()
    };
    if let Ok(original_steps) = outcome {
        ended.original_steps = original_steps;
        outcome = end_hints(&mut machine, &mut ended)
            .await
            .map(|()| None)
            .map_err(report::failure);
    }
    files
        .write(Output::Stats, |file| {
            stats(&machine, running)
                .write(file)
                .map(Ok::<_, OutputError>)
        })
        .map_err(cannot_write)?;
    files
        .write(Output::Profile, |file| {
            profile::write(file, &machine, program.as_deref(), running).map(Ok::<_, OutputError>)
        })
        .map_err(cannot_write)?;
    let runner = machine.runner;
    let mut prepared = PreparedRun {
        runner,
        end,
        shape,
        pie,
    };
    let mut printer = Printer::stdout();
    let result = match outcome {
        Ok(_) => {
            let finished = finish::finish(&mut prepared, &ended, options, &mut files, &mut printer);
            // What was printed before the failure comes first, as in the reference VM.
            let _ = printer.flush();
            match finished.map_err(|error| finish_error(&prepared, &context, error)) {
                Ok(()) => files.publish().map_err(cannot_write),
                Err(error) if options.debug_error && error.code == ExitCode::ProgramFailed => {
                    partial(&error, &mut prepared, &ended, options, files)
                }
                Err(error) => Err(error),
            }
        }
        Err(error) if options.debug_error && error.code == ExitCode::ProgramFailed => {
            drop(printer);
            partial(&error, &mut prepared, &ended, options, files)
        }
        Err(error) => Err(error),
    };
    result.map(|()| Attempt::Done)
}

/// `--debug_error`: says what went wrong on stdout, and produces what there is.
fn partial(
    error: &RunError,
    prepared: &mut PreparedRun,
    ended: &Ended,
    options: &RunOptions,
    mut files: OutputFiles,
) -> Result<(), RunError> {
    let text = error.text.strip_prefix("Error: ").unwrap_or(&error.text);
    let mut printer = Printer::stdout();
    writeln!(printer, "Got an error:\n{text}")
        .map_err(|error| RunError::new(ExitCode::CannotWrite, error))?;
    let finished = finish::finish_partial(prepared, ended, options, &mut files, &mut printer);
    let _ = printer.flush();
    // The failure is what counts; an output that cannot be made of half a run is only mentioned.
    if let Err(error) = finished {
        tracing::warn!("the failed run left no complete outputs: {error}");
    }
    files.publish().map_err(cannot_write)?;
    Err(RunError::verbatim(ExitCode::ProgramFailed, String::new()))
}

async fn start_program(
    options: &RunOptions,
    path: &std::path::Path,
    placement: HintPlacement,
) -> Result<Start, RunError> {
    let bytes: Arc<[u8]> = inputs::program(path)?.into();
    let name = path.display();
    let bad_program = |error: ProgramError| {
        RunError::new(
            ExitCode::BadInput,
            format!("cannot use the program `{name}`: {error}"),
        )
    };
    let program = Arc::new(CompiledProgram::from_json(&bytes).map_err(bad_program)?);
    let program_input = match &options.program_input {
        Some(path) => inputs::program_input(path)?,
        None => String::new(),
    };
    let entrypoint = Some(options.entrypoint.as_str());
    let vm_program = match program.cairo_vm_program(entrypoint) {
        Err(ProgramError::NoEntrypoint(name)) if name == "main" && !options.proof_mode => {
            return Err(RunError::assertion("Missing main()."));
        }
        Err(ProgramError::NoEntrypoint(name)) if name == "main" => {
            program.cairo_vm_program(None).map_err(bad_program)?
        }
        other => other.map_err(bad_program)?,
    };
    let params = inputs::layout_params(options)?;
    let mut prepared = finish::initialize(&vm_program, options, params).map_err(run_failure)?;
    let context = ExceptionContext::new(Arc::clone(&program), PROGRAM_BASE, SourceFiles::Read);
    let natives =
        (placement != HintPlacement::Python).then(|| NativeHints::new(&program, PROGRAM_BASE));
    if placement == HintPlacement::Native
        && let Some(natives) = &natives
    {
        hints::require_native(&program, natives.placements())?;
    }
    let all_native = natives.as_ref().is_some_and(NativeHints::is_everything);
    let session = if program.hints().is_empty() || all_native {
        None
    } else {
        let runner = &mut prepared.runner;
        Some(engine::start(options, runner, &program, bytes, program_input, &context).await?)
    };
    Ok(Start {
        prepared,
        session,
        natives,
        context,
        program: Some(program),
        steps: options.steps,
    })
}

/// A PIE has no hints and no debug information.
fn start_pie(options: &RunOptions, path: &std::path::Path) -> Result<Start, RunError> {
    let pie = read_pie(path).map_err(|error| {
        let error = format!("cannot use the Cairo PIE `{}`: {error}", path.display());
        RunError::new(ExitCode::BadInput, error)
    })?;
    let steps = pie.execution_resources.n_steps;
    let params = inputs::layout_params(options)?;
    let prepared = finish::initialize_pie(pie, options, params).map_err(run_failure)?;
    let context = ExceptionContext::without_program();
    Ok(Start {
        prepared,
        session: None,
        natives: None,
        context,
        program: None,
        steps: Some(steps),
    })
}

/// The steps that `cairo-run` makes; the number of them until the end of the program, if it had to be
/// reached.
async fn execute(
    machine: &mut Machine,
    options: &RunOptions,
    end: Relocatable,
    steps: Option<u64>,
) -> Result<Option<u64>, StepError> {
    let mut progress = Progress::start();
    let mut observer = |steps, hints| progress.tick(steps, hints);
    let mut original_steps = None;
    if !options.no_end {
        // In proof mode the last step is the one at `__end__`.
        let last = u64::from(options.proof_mode);
        let until_end = steps.map(|steps| steps.saturating_sub(last));
        machine.run_until_pc(end, until_end, &mut observer).await?;
        machine.run_for_steps(last, &mut observer).await?;
        original_steps = Some(machine.runner.vm.get_current_step() as u64);
    }
    if let Some(steps) = options.min_steps {
        machine.run_until_steps(steps, &mut observer).await?;
    }
    if let Some(steps) = steps {
        machine.run_until_steps(steps, &mut observer).await?;
    }
    Ok(original_steps)
}

fn stats(machine: &Machine, running: Duration) -> Stats {
    let mut stats = Stats {
        steps: machine.runner.vm.get_current_step() as u64,
        host_peak_bytes: peak_memory_bytes().unwrap_or_default(),
        ..Stats::default()
    };
    let mut waiting = Duration::ZERO;
    if let Some(session) = &machine.session {
        let hints = session.statistics();
        let traffic = session.traffic();
        waiting = hints.waiting;
        stats.hints_executed = hints.hints;
        stats.round_trips = hints.round_trips;
        stats.sub_requests = hints.sub_requests;
        stats.repeated_hints = hints.repeated_hints;
        stats.repeated_round_trips = hints.repeated_round_trips;
        stats.bytes_to_worker = traffic.sent();
        stats.bytes_from_worker = traffic.received();
        stats.seconds_in_python = hints.python.as_secs_f64();
    }
    stats.seconds_waiting = waiting.as_secs_f64();
    stats.seconds_stepping = running.saturating_sub(waiting).as_secs_f64();
    stats
}

fn finish_error(
    prepared: &PreparedRun,
    context: &ExceptionContext,
    error: FinishError,
) -> RunError {
    match error {
        FinishError::Run(failure) => run_failure(failure),
        FinishError::Step(failure) => {
            let vm = &prepared.runner.vm;
            report::failure(Failure::of_instruction(vm, context, &failure))
        }
        FinishError::Output(error) => cannot_write(error),
        error @ FinishError::Print(_) => RunError::new(ExitCode::CannotWrite, error),
    }
}

fn run_failure(failure: finish::RunFailure) -> RunError {
    RunError::verbatim(ExitCode::ProgramFailed, failure.to_string())
}

fn cannot_write(error: OutputError) -> RunError {
    RunError::new(ExitCode::CannotWrite, error)
}
