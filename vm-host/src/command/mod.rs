//! The command `vm-host`: its options, what it prints and writes, its exit codes. A face of
//! [`Run`](crate::Run) and of the server.
//!
//! Names and rules are those of `cairo-run` of cairo-lang 0.14.

mod arguments;
mod completions;
mod contract;
mod error;
mod exit_code;
mod following;
mod health;
mod hints;
mod inputs;
mod interrupt;
mod logging;
mod options;
mod otlp;
mod output_files;
mod outputs;
mod printer;
mod prints;
mod progress;
mod remote;
mod run;
mod sandbox;
mod serve;
#[cfg(test)]
mod tests;
mod token;
mod top;
mod version;

pub use crate::report::peak_memory_bytes;
pub(crate) use arguments::RunArgs;
pub(crate) use error::{CommandError, Unsuccessful};
pub(crate) use exit_code::ExitCode;

use std::process;

use clap::{ArgAction, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use completions::{CompletionsArgs, ManArgs, completions, man};
use contract::{ContractArgs, contract};
use health::{HealthArgs, health};
use hints::{HintsArgs, hints};
use options::RunOptions;
use rustix::process::Signal;
use serve::{ServeArgs, serve};
use token::{TokenArgs, token};
use tokio::signal::unix::SignalKind;
use top::{TopArgs, top};

use crate::worker::orphans;

/// Runs Cairo 0 programs with their Python hints in a worker process.
#[derive(Debug, Parser)]
#[command(
    version = version::version(),
    about,
    name = "vm-host",
    disable_version_flag = true,
    infer_long_args = true
)]
struct Arguments {
    /// Print version
    #[arg(short = 'v', short_alias = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a compiled program.
    Run(Box<RunArgs>),
    /// Prints where each hint of a program would run, and why.
    Hints(HintsArgs),
    /// Runs a scenario of contracts.
    Contract(ContractArgs),
    /// Serves VMs to clients over gRPC.
    Serve(Box<ServeArgs>),
    /// Asks a server whether it takes new VMs.
    Health(HealthArgs),
    /// Shows the VMs of a server, live in the terminal.
    Top(TopArgs),
    /// Makes a token for a tenant of a server.
    Token(TokenArgs),
    /// Prints a script that makes a shell complete this command.
    Completions(CompletionsArgs),
    /// Prints the man page of this command, or of one of its commands.
    Man(ManArgs),
}

/// Does what the process's arguments say, on one thread.
#[must_use]
pub fn main() -> process::ExitCode {
    let matches = arguments::with_both_spellings(Arguments::command()).get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let show_trace = matches!(&arguments.command, Command::Run(run) if run.show_trace);
    let done = match arguments.command {
        Command::Run(arguments) => run_program(*arguments),
        Command::Hints(arguments) => hints(&arguments),
        Command::Contract(arguments) => {
            orphans::adopt();
            runtime().and_then(|runtime| runtime.block_on(contract(&arguments)))
        }
        Command::Serve(arguments) => {
            orphans::adopt();
            // The last spans are sent when everything else has ended.
            logging::start(arguments.log_format, arguments.otlp.as_deref())
                .and_then(|_exporter| runtime()?.block_on(serve(&arguments)))
        }
        Command::Health(arguments) => {
            runtime().and_then(|runtime| runtime.block_on(health(&arguments)))
        }
        Command::Top(arguments) => runtime().and_then(|runtime| runtime.block_on(top(&arguments))),
        Command::Token(arguments) => token(&arguments),
        Command::Completions(arguments) => {
            completions(arguments, Arguments::command());
            Ok(())
        }
        Command::Man(arguments) => man(&arguments, Arguments::command()),
    };
    match done {
        Ok(()) => process::ExitCode::SUCCESS,
        Err(error) => {
            if !error.text.is_empty() {
                notice!("{error}");
            }
            for behind in error.trace.iter().filter(|_| show_trace) {
                notice!("because: {behind}");
            }
            error.code.into()
        }
    }
}

fn run_program(arguments: RunArgs) -> Result<(), CommandError> {
    let options = RunOptions::resolve(arguments, |name| std::env::var_os(name))
        .map_err(|error| CommandError::of(ExitCode::Usage, &error))?;
    orphans::adopt();
    runtime()?.block_on(run::run(&options))
}

/// Has writes that go over the process's limit of file sizes fail, like any other that the disk does not take: the
/// signal would end the process, which leaves half of a file behind.
///
/// # Errors
/// When the signal cannot be caught.
fn survive_file_limits() -> std::io::Result<()> {
    // The signal stays caught for good.
    tokio::signal::unix::signal(SignalKind::from_raw(Signal::XFSZ.as_raw())).map(drop)
}

fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::of(ExitCode::Internal, &error))
}
