//! The command: options, one thread, exit code.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use vm_host::cli::{self, HealthArgs, RunArgs, RunOptions, ServeArgs};
use vm_host::run::{self, RunError};
use vm_host::server;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs Cairo 0 programs with their Python hints in a worker process.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs a compiled program.
    Run(Box<RunArgs>),
    /// Prints where each hint of a program would run, and why.
    Hints(run::HintsArgs),
    /// Serves VMs to clients over gRPC.
    Serve(Box<ServeArgs>),
    /// Asks a server whether it takes new VMs.
    Health(HealthArgs),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Run(arguments) => run_program(*arguments),
        Command::Hints(arguments) => run::hints(&arguments),
        Command::Serve(arguments) => serve(&arguments),
        Command::Health(arguments) => {
            runtime().and_then(|runtime| runtime.block_on(server::health(&arguments)))
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(RunError { code, text }) => {
            if !text.is_empty() {
                eprintln!("{text}");
            }
            code.into()
        }
    }
}

fn run_program(arguments: RunArgs) -> Result<(), RunError> {
    let options = RunOptions::resolve(arguments, |name| std::env::var_os(name))
        .map_err(|error| RunError::new(cli::ExitCode::Usage, error))?;
    runtime()?.block_on(run::run(&options))
}

fn serve(arguments: &ServeArgs) -> Result<(), RunError> {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env()
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
        )
        .with_writer(std::io::stderr)
        .init();
    runtime()?.block_on(server::serve(arguments))
}

fn runtime() -> Result<tokio::runtime::Runtime, RunError> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| RunError::new(cli::ExitCode::Internal, error))
}
