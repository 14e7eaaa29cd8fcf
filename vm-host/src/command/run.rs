//! The command `vm-host run`: load, run, end the run, write what was asked for.

use std::fs::File;
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::following::{Following, Prepared};
use super::interrupt::Interrupts;
use super::options::{ProgramSource, RunOptions};
use super::output_files::{Output, OutputError, OutputFiles};
use super::outputs::{write_outputs, write_partial_outputs};
use super::printer::Printer;
use super::progress::{self, ProgressLine};
use super::{CommandError, ExitCode, Unsuccessful, hints, inputs, survive_file_limits};
use crate::account::Account;
use crate::program::{SourceFiles, file_kind};
use crate::report::{self, Stats};
use crate::run::{
    Entry, Failure, Goal, Limits, ProgramText, Run, RunConfig, SessionInputs, StartError, Stop,
};
use crate::vm::VmConfig;
use crate::vm::pie::{PieError, read_pie};
use crate::worker::{Launch, Profile, PythonEnvironment, SharedTerminal, choose_worker};

/// As much of a file as tells its kind.
const HEAD_BYTES: u64 = 64 << 10;

/// Runs a program as `options` say.
///
/// # Errors
/// [`CommandError`] with what to print and the exit code.
pub(crate) async fn run(options: &RunOptions) -> Result<(), CommandError> {
    survive_file_limits().map_err(|error| CommandError::of(ExitCode::Internal, &error))?;
    let interrupts =
        Interrupts::watch().map_err(|error| CommandError::of(ExitCode::Internal, &error))?;
    run_printing(options, |_| {}, Printer::stdout(), &interrupts).await
}

/// The same with `before` called before the first step, and `stdout` in its place.
pub(super) async fn run_printing<W: Write>(
    options: &RunOptions,
    before: impl FnOnce(&mut Run),
    mut stdout: Printer<W>,
    interrupts: &Interrupts,
) -> Result<(), CommandError> {
    let account = Account::new(options.max_memory);
    let _charged = account.enter();
    let mut files = OutputFiles::prepare(&options.outputs)?;
    let terminal = progress::terminal(options.quiet);
    let following = Following::prepare(&options.outputs)?;
    let (mut run, goal) = load(options, terminal.clone(), following.as_ref())
        .map_err(|error| with_import_places(error, options))?;
    let mut following = match following {
        Some(following) => Some(following.begin(&mut run, &options.source.file_name(), &files)?),
        None => None,
    };
    if let Err(error) = start_hints(&mut run, &options.source).await {
        if let Some(following) = following {
            let stats = Stats::of(&run, Duration::ZERO);
            following.end_failed(&mut run, &stats, &error, files);
        }
        return Err(with_import_places(error.error, options));
    }
    before(&mut run);
    let started = Instant::now();
    let already = run.time_starting();
    let advanced = match &following {
        Some(following) => {
            let advancing = advance(&mut run, goal, interrupts, terminal);
            following.writing_while(advancing).await
        }
        None => advance(&mut run, goal, interrupts, terminal).await,
    };
    let mut outcome = advanced.map_err(Unsuccessful::from);
    // A worker may start in the middle.
    let starting = run.time_starting().saturating_sub(already);
    let running = started.elapsed().saturating_sub(starting);
    let stepping = running.saturating_sub(waiting(&run));
    if outcome.is_ok() {
        outcome = run.end_hints().await.map_err(Unsuccessful::from);
    }
    let stats = Stats::of(&run, stepping);
    files.write(Output::Stats, |file| {
        stats.write(file).map(Ok::<_, OutputError>)
    })?;
    files.write(Output::Profile, |file| {
        let name = options.source.file_name();
        report::write_profile(file, &run, &name, running).map(Ok::<_, OutputError>)
    })?;
    if let Some(following) = &mut following {
        following.rest(run.current_step());
    }
    if outcome.is_ok() {
        outcome = match run.end(&mut stdout).await {
            Ok(()) => write_outputs(&run, options, &mut files, &mut stdout).map_err(Into::into),
            Err(error) => Err(error.into()),
        };
        // What was printed before the failure comes first, as in the reference VM.
        let _ = stdout.flush();
    }
    match outcome {
        Ok(()) => {
            if let Some(following) = following {
                following.end(&mut run, &stats, &mut files)?;
            }
            Ok(files.publish()?)
        }
        Err(failed) if options.debug_error && failed.error.code == ExitCode::ProgramFailed => {
            if let Some(following) = following {
                following.write_failed(&mut run, &stats, &failed, &mut files);
            }
            partial(&failed.error, &mut run, options, files, stdout)
        }
        Err(failed) => {
            if let Some(following) = following {
                following.end_failed(&mut run, &stats, &failed, files);
            }
            Err(with_import_places(failed.error, options))
        }
    }
}

/// `--debug_error`: says what went wrong on stdout, and produces what there is.
fn partial<W: Write>(
    error: &CommandError,
    run: &mut Run,
    options: &RunOptions,
    mut files: OutputFiles,
    mut stdout: Printer<W>,
) -> Result<(), CommandError> {
    writeln!(stdout, "Got an error:\n{}", error.text)
        .map_err(|error| CommandError::of(ExitCode::CannotWrite, &error))?;
    let written = write_partial_outputs(run, options, &mut files, &mut stdout);
    let _ = stdout.flush();
    // The failure is what counts; an output that cannot be made of half a run is only mentioned.
    if let Err(error) = written {
        tracing::warn!("the failed run left no complete outputs: {error}");
    }
    files.publish()?;
    Err(CommandError::verbatim(
        ExitCode::ProgramFailed,
        String::new(),
    ))
}

/// The run before its first step and before its hints are started, and how far it goes. Its hints print on `terminal`
/// if there is one, and log for whoever follows the run.
pub(super) fn load(
    options: &RunOptions,
    terminal: Option<Arc<SharedTerminal>>,
    following: Option<&Prepared>,
) -> Result<(Run, Goal), CommandError> {
    match &options.source {
        ProgramSource::Program(path) => {
            let run = load_program(options, path, terminal, following)?;
            let goal = match (options.steps, options.min_steps) {
                (Some(steps), _) if options.no_end => Goal::Within(steps),
                (Some(steps), _) => Goal::Exactly(steps),
                (None, Some(steps)) => Goal::AtLeast(steps),
                (None, None) => Goal::End,
            };
            Ok((run, goal))
        }
        // It has no hints, and must end after as many steps as it says.
        ProgramSource::CairoPie(path) => {
            let pie = read_pie(path).map_err(|error| {
                let code = match error {
                    PieError::Io(_) => ExitCode::NoInput,
                    PieError::Zip(_) | PieError::Part { .. } => ExitCode::BadInput,
                };
                let advice = match &error {
                    PieError::Zip(_) => no_pie(path),
                    _ => String::new(),
                };
                let name = path.display();
                let text = format!("cannot use the Cairo PIE `{name}`: {error}{advice}");
                CommandError::new(code, text)
            })?;
            let steps = pie.execution_resources.n_steps;
            let run = Run::of_pie(pie, config(options)?, options.hints.max_memory_gap)?;
            Ok((run, Goal::Exactly(steps)))
        }
    }
}

/// Starts the worker if a hint may need it.
pub(super) async fn start_hints(run: &mut Run, source: &ProgramSource) -> Result<(), Unsuccessful> {
    let (ProgramSource::Program(path) | ProgramSource::CairoPie(path)) = source;
    let started = run.start_hints().await;
    started.map_err(|error| {
        let failure = match &error {
            StartError::Hints(failure) => Some(failure.clone()),
            _ => None,
        };
        Unsuccessful {
            failure,
            error: CommandError::of_start(&path.display().to_string(), error),
        }
    })
}

/// What to do with a file that is no Cairo PIE.
fn no_pie(path: &Path) -> String {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head));
    // What was cut off in the middle of a character is text all the same.
    let text = head.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    let kind = file_kind(if text.len() + 4 > head.len() {
        text.as_bytes()
    } else {
        &head
    });
    let advice = match kind {
        _ if read.is_err() => return String::new(),
        _ if head.starts_with(b"{") => {
            "it is JSON; give a compiled program without --run_from_cairo_pie".to_string()
        }
        Some("Cairo source") => "it is Cairo source; compile it with cairo-compile".to_string(),
        Some("a zip archive" | "a Cairo PIE") => {
            "it is a zip archive; give one that --cairo_pie_output wrote, as it is".to_string()
        }
        Some(kind) => format!("it is {kind}; give what --cairo_pie_output wrote"),
        None => "give what --cairo_pie_output wrote".to_string(),
    };
    format!("\nhint: {advice}")
}

fn load_program(
    options: &RunOptions,
    path: &Path,
    terminal: Option<Arc<SharedTerminal>>,
    following: Option<&Prepared>,
) -> Result<Run, CommandError> {
    let name = path.display().to_string();
    let bad = |error| CommandError::of_start(&name, error);
    let text = ProgramText::read(inputs::program(path)?)
        .map_err(|error| bad(StartError::Program(error)))?;
    let entry = Entry::Main(options.entrypoint.clone());
    let mut config = config(options)?;
    if let Some(path) = &options.program_input {
        config.hints.program_input_json = inputs::program_input(path)?;
    }
    if let Some(path) = &options.hint_locals.file {
        config.hints.hint_locals_json = inputs::hint_locals(path)?;
    }
    config.hints.hint_locals_callable = options.hint_locals.callable.clone();
    let import_paths = import_paths(path, &options.hints.import_paths)?;
    config.hints.import_paths.clone_from(&import_paths);
    config.hints.python_env = options
        .hints
        .python_environment
        .folder()
        .map(Path::to_owned);
    let launch = Launch {
        binary: options.hints.worker.clone(),
        environment: options.hints.python_environment.clone(),
        sandbox: options.hints.sandbox.resolve(
            Profile::Trusted,
            import_paths.into_iter().map(Into::into).collect(),
        ),
        terminal,
        log_level: options.hints.log_level,
        records: following.map(Prepared::pipe),
    };
    let run = Run::of_program(&text, &entry, config, Some(launch), SourceFiles::Read);
    run.map_err(|error| match error {
        StartError::Placement(error) => hints::not_native(&text.program, &error),
        error => bad(error),
    })
}

fn config(options: &RunOptions) -> Result<RunConfig, CommandError> {
    Ok(RunConfig {
        vm: VmConfig {
            layout: options.layout,
            layout_params: inputs::layout_params(options)?,
            proof_mode: options.proof_mode,
            allow_missing_builtins: options.allow_missing_builtins,
            trace: options.outputs.trace.is_some(),
        },
        secure_run: options.secure_run,
        no_end: options.no_end,
        counts_steps: options.outputs.profile.is_some() || options.outputs.report.is_some(),
        placement: options.hints.placement,
        debug_info: options.outputs.debug_info.is_some(),
        hints: SessionInputs {
            hint_timeout: options.hints.timeout,
            limits: Limits {
                gap: options.hints.max_memory_gap,
                segments: options.hints.max_segments,
                ..Limits::default()
            },
            wasm: inputs::wasm(&options.hints)?,
            ..SessionInputs::default()
        },
        ..RunConfig::default()
    })
}

/// Hints may import modules that lie beside the program, and then those of these folders.
fn import_paths(program: &Path, more: &[PathBuf]) -> Result<Vec<String>, CommandError> {
    let folder = program
        .canonicalize()
        .ok()
        .and_then(|path| Some(path.parent()?.to_owned()))
        .and_then(|folder| folder.into_os_string().into_string().ok());
    let mut paths: Vec<String> = folder.into_iter().collect();
    for folder in more {
        // A contained worker stands in another folder.
        let whole = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
        match whole.into_os_string().into_string() {
            Ok(path) => paths.push(path),
            Err(path) => {
                return Err(CommandError::new(
                    ExitCode::Usage,
                    format!("the import path `{}` is no text", path.display()),
                ));
            }
        }
    }
    Ok(paths)
}

/// The error, with the places where modules are looked for when a hint missed one.
fn with_import_places(mut error: CommandError, options: &RunOptions) -> CommandError {
    if !error.missing_module {
        return error;
    }
    let named = &options.hints.python_environment;
    let choice = choose_worker(options.hints.worker.as_deref(), named);
    let left_out = choice.is_ok_and(|choice| choice.worker.python_env.is_none());
    let environment = match named {
        PythonEnvironment::Named(folder) => format!("`{}` (--python-env)", folder.display()),
        PythonEnvironment::Active(folder) if !left_out => {
            format!("`{}` (the active environment)", folder.display())
        }
        _ => "the hint worker's own Python (or the environment that --python-env names)".to_owned(),
    };
    error.text = format!(
        "{}\nhint: hints import from {environment}, from PYTHONPATH, from the program's folder, and from --import-path",
        error.text.trim_end_matches('\n')
    );
    error
}

pub(super) async fn advance(
    run: &mut Run,
    goal: Goal,
    interrupts: &Interrupts,
    terminal: Option<Arc<SharedTerminal>>,
) -> Result<(), Failure> {
    let total = match goal {
        Goal::Exactly(steps) | Goal::Within(steps) => Some(steps),
        _ => None,
    };
    let progress = ProgressLine::start(terminal, total, run.running_hint());
    let mut pace = &progress;
    let outcome = tokio::select! {
        biased;
        outcome = interrupts.unless(run.advance(goal, &mut pace)) => outcome,
        () = progress.follow() => None,
    };
    drop(progress);
    let failure = match outcome {
        Some(Ok(Stop::Ended | Stop::Reached | Stop::Paused)) => return Ok(()),
        Some(Err(error)) if error.is_interrupt() && interrupts.came().await => run.interrupted(),
        Some(Err(error)) => run.explain(error),
        None => run.interrupted(),
    };
    Err(failure)
}

/// How long hints in Python were waited for so far.
fn waiting(run: &Run) -> Duration {
    run.hint_statistics().waiting
}
