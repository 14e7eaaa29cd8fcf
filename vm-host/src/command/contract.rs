//! The command `vm-host contract`: runs a scenario of contracts in a worker process, and ends as it ends. This
//! process runs no contract.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::interrupt::Interrupts;
use super::{CommandError, ExitCode};
use crate::worker::{Death, ScenarioOptions, ScenarioProcess, ScenarioStart};

/// Which scenario, and how.
#[derive(Args, Clone, Debug)]
pub(super) struct ContractArgs {
    /// The scenario, `*.scen.json`
    #[arg(value_name = "FILE.scen.json")]
    pub file: PathBuf,

    /// The Rust source of a contract that is not found beside the scenario's `NAME.wasm` or `NAME.mxsc.json`
    #[arg(long, value_name = "NAME=FILE.rs")]
    pub source: Vec<String>,

    /// Print all calls, storage accesses and events
    #[arg(long)]
    pub trace: bool,

    /// Seconds until the scenario is stopped; 0 for never
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub timeout: u64,

    /// The worker's binary, if it is not beside vm-host
    #[arg(long, value_name = "PATH", env = "CAIROHINTS_WORKER")]
    pub hint_worker: Option<PathBuf>,
}

/// Runs the scenario.
///
/// # Errors
/// [`CommandError`] when it did not pass; the worker has said why.
pub(super) async fn contract(arguments: &ContractArgs) -> Result<(), CommandError> {
    for source in &arguments.source {
        if !source
            .split_once('=')
            .is_some_and(|(name, file)| !name.is_empty() && !file.is_empty())
        {
            let text = format!("`{source}` is no source of a contract\nhint: write NAME=FILE.rs");
            return Err(CommandError::new(ExitCode::Usage, text));
        }
    }
    let interrupts =
        Interrupts::watch().map_err(|error| CommandError::of(ExitCode::Internal, &error))?;
    let options = ScenarioOptions {
        sources: arguments.source.clone(),
        trace: arguments.trace,
    };
    let worker = arguments.hint_worker.as_deref();
    let mut process =
        ScenarioProcess::start(worker, &arguments.file, &options).map_err(|error| {
            let code = match error {
                ScenarioStart::NotFound(_) => ExitCode::Environment,
                ScenarioStart::Spawn(_) => ExitCode::WorkerDied,
            };
            CommandError::of(code, &error)
        })?;
    let limit = match arguments.timeout {
        0 => Duration::MAX,
        seconds => Duration::from_secs(seconds),
    };
    let ended = tokio::time::timeout(limit, process.ended());
    let death = match interrupts.unless(ended).await {
        None => return Err(interrupted()),
        Some(Ok(death)) => death,
        Some(Err(_)) => {
            let seconds = arguments.timeout;
            let text = format!(
                "the scenario took longer than `{seconds}` s and was stopped\n\
                 hint: raise the limit with --timeout, or remove it with --timeout 0"
            );
            return Err(CommandError::new(ExitCode::HintTimeout, text));
        }
    };
    // A terminal's interrupt may end the worker before this process learns of it.
    if matches!(death, Death::Signal(_)) && interrupts.came().await {
        return Err(interrupted());
    }
    let said = |code| Err(CommandError::verbatim(code, String::new()));
    match death {
        Death::Exit(0) => Ok(()),
        Death::Exit(1) => said(ExitCode::ProgramFailed),
        Death::Exit(65) => said(ExitCode::BadInput),
        Death::Exit(66) => said(ExitCode::NoInput),
        Death::Exit(73) => said(ExitCode::CannotWrite),
        death => {
            let text = format!("the worker that ran the scenario died: {death}");
            Err(CommandError::new(ExitCode::WorkerDied, text))
        }
    }
}

fn interrupted() -> CommandError {
    CommandError::new(ExitCode::Interrupted, "the scenario was interrupted")
}
