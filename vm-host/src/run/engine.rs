//! The engine of a run: a worker process with its session.

use std::sync::Arc;

use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use hint_proto::v1::FailureKind;

use super::{PROGRAM_BASE, RunError, report};
use crate::cli::{ExitCode, ProgramSource, PythonEnvironment, RunOptions};
use crate::hint::builtins::describe_builtins;
use crate::hint::engine::Engine;
use crate::hint::session::SessionInputs;
use crate::hint::{HintError, HintSession, Limits};
use crate::program::{CompiledProgram, ExceptionContext, SourceFiles};
use crate::vm::{EngineStarter, Failure, StartedEngine};
use crate::worker::{Death, Link, LinkError, WorkerOptions, WorkerProcess, worker_binary};

/// The exit code with which a worker refuses its environment; it has said why on stderr.
const ENVIRONMENT_REFUSED: i32 = 78;

/// What a run's engine is started with, now or when a hint first needs it.
pub(super) struct Start {
    pub(super) options: RunOptions,
    pub(super) program: Arc<CompiledProgram>,
    pub(super) program_json: Arc<[u8]>,
    pub(super) program_input_json: String,
}

impl Start {
    /// Starts a worker and loads the hints of the program.
    ///
    /// # Errors
    /// [`RunError`] when the worker does not start or a hint does not compile.
    pub(super) async fn now(self, runner: &mut CairoRunner) -> Result<HintSession, RunError> {
        start(self, runner).await
    }
}

impl EngineStarter for Start {
    fn start<'a>(self: Box<Self>, runner: &'a mut CairoRunner) -> StartedEngine<'a> {
        Box::pin(async move {
            let session = self.now(runner).await;
            session.map_err(|error| Box::new(error) as Box<dyn std::error::Error>)
        })
    }
}

async fn start(engine: Start, runner: &mut CairoRunner) -> Result<HintSession, RunError> {
    let Start {
        options,
        program,
        program_json,
        program_input_json,
    } = engine;
    let options = &options;
    let binary = worker_binary(options.hints.worker.as_deref())
        .map_err(|error| RunError::new(ExitCode::Environment, error))?;
    let python_env = match &options.hints.python_environment {
        PythonEnvironment::Option(folder) | PythonEnvironment::Active(folder) => {
            Some(folder.clone())
        }
        PythonEnvironment::Default => None,
    };
    let worker = WorkerOptions { binary, python_env };
    let (mut process, socket) = WorkerProcess::spawn(&worker)
        .map_err(|error| RunError::new(ExitCode::WorkerDied, error))?;
    let link = match Link::open(socket).await {
        Ok(link) => link,
        Err(LinkError::Closed) => return Err(not_started(process.death().await)),
        Err(error) => return Err(RunError::new(ExitCode::WorkerDied, error)),
    };
    let inputs = SessionInputs {
        program_input_json,
        import_paths: import_paths(options),
        hint_timeout: options.hints.timeout,
        limits: Limits {
            gap: options.hints.max_memory_gap,
            ..Limits::default()
        },
        ..SessionInputs::default()
    };
    let builtins = describe_builtins(runner);
    let main = (Arc::clone(&program), PROGRAM_BASE, program_json);
    HintSession::start(
        Engine::Worker { link, process },
        inputs,
        builtins,
        main,
        &mut runner.vm,
    )
    .await
    .map_err(|error| match error {
        HintError::Raised(failed) if failed.kind == i32::from(FailureKind::Compile) => {
            match program.hints().get(failed.hint_id as usize) {
                Some(hint) => {
                    let mut pc = PROGRAM_BASE;
                    pc.offset += hint.pc;
                    let context = ExceptionContext::new(
                        Arc::clone(&program),
                        PROGRAM_BASE,
                        SourceFiles::Read,
                    );
                    report::failure(Failure::of_compilation(&context, pc, hint.index, failed))
                }
                None => RunError::new(ExitCode::Internal, "an unknown hint does not compile"),
            }
        }
        error => report::failure(Failure::of_hint(error, "the start of the session")),
    })
}

fn not_started(death: Death) -> RunError {
    match death {
        // The worker has printed the reason itself.
        Death::Exit(ENVIRONMENT_REFUSED) => {
            RunError::verbatim(ExitCode::Environment, String::new())
        }
        death => RunError::new(
            ExitCode::WorkerDied,
            format!("the hint worker did not start: {death}"),
        ),
    }
}

/// Hints may import modules that lie beside the program.
fn import_paths(options: &RunOptions) -> Vec<String> {
    let ProgramSource::Program(path) = &options.source else {
        return Vec::new();
    };
    let folder = path
        .canonicalize()
        .ok()
        .and_then(|path| Some(path.parent()?.to_owned()));
    folder
        .and_then(|folder| folder.into_os_string().into_string().ok())
        .into_iter()
        .collect()
}
