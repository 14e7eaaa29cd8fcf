//! Owns the process: ties it to its host, starts the runtimes of its engines, serves the session. The one
//! place that knows which engines there are.

use std::os::fd::{FromRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use clap::Parser as _;
use hint_worker::cli::{Arguments, Command, ContractArguments};
use hint_worker::engines::Runtimes;
use hint_worker::engines::contract::hints::ContractRuntime;
use hint_worker::engines::contract::machine::on_deep_stack;
use hint_worker::engines::contract::scenario::{self, Options, ScenarioError, SourceFiles};
use hint_worker::engines::python::{InterpreterError, PythonRuntime};
#[cfg(feature = "wasm")]
use hint_worker::engines::wasm::WasmRuntime;
use hint_worker::{parent_death, serve, zygote};

/// The exit code that tells the host that the Python environment does not fit (`EX_CONFIG`).
const ENVIRONMENT_REFUSED: u8 = 78;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Some(Command::Contract(arguments)) = arguments.command {
        return contract(arguments);
    }
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            match error.downcast_ref::<InterpreterError>() {
                Some(_) => ExitCode::from(ENVIRONMENT_REFUSED),
                None => ExitCode::FAILURE,
            }
        }
    }
}

type Error = Box<dyn std::error::Error + Send + Sync>;

fn run(arguments: &Arguments) -> Result<(), Error> {
    let environment = arguments.python_env.as_deref();
    if arguments.describe {
        println!(
            "{}",
            PythonRuntime::with(environment, PythonRuntime::describe)??
        );
        return Ok(());
    }
    parent_death::die_with_parent(arguments.parent_pid)?;
    let socket = inherited_socket(arguments.socket_fd.ok_or("no socket was given")?);
    PythonRuntime::with(environment, |python| {
        if let Some(descriptor) = arguments.terminal_fd {
            python.share_terminal(descriptor)?;
        }
        let runtimes = Runtimes {
            languages: vec![
                python,
                &ContractRuntime,
                #[cfg(feature = "wasm")]
                &WasmRuntime,
            ],
            process: python,
        };
        work(arguments, socket, &runtimes)
    })?
}

/// What the process is for: a session, or forks that serve one each.
fn work(arguments: &Arguments, socket: UnixStream, runtimes: &Runtimes<'_>) -> Result<(), Error> {
    let socket = if arguments.zygote {
        match zygote::serve(socket.into(), &arguments.preload, runtimes)? {
            Some(socket) => socket,
            None => return Ok(()),
        }
    } else {
        socket
    };
    parent_death::keep_descendants();
    Ok(serve(socket, runtimes)?)
}

/// The exit codes of a scenario, as `vm-host` has them.
const NOT_AS_EXPECTED: u8 = 1;
const BAD_INPUT: u8 = 65;
const NO_INPUT: u8 = 66;
const INTERNAL: u8 = 70;
const CANNOT_WRITE: u8 = 73;

/// Runs a scenario, on a stack that is deep enough for any contract that is read. Needs no Python.
fn contract(arguments: ContractArguments) -> ExitCode {
    if arguments.parent_pid != 0
        && let Err(error) = parent_death::die_with_parent(arguments.parent_pid)
    {
        eprintln!("error: {error}");
        return ExitCode::FAILURE;
    }
    let options = Options {
        sources: SourceFiles(arguments.source.into_iter().collect()),
        trace: arguments.trace,
        ..Options::default()
    };
    let work = move || {
        let out = std::io::BufWriter::new(std::io::stdout());
        scenario::run(&arguments.file, &options, out)
    };
    let code = match on_deep_stack(work) {
        Ok(Ok(())) => return ExitCode::SUCCESS,
        Ok(Err(error)) => {
            let code = match &error {
                ScenarioError::NoInput(_) => NO_INPUT,
                ScenarioError::BadInput(_) => BAD_INPUT,
                ScenarioError::Failed(_) => NOT_AS_EXPECTED,
                // A reader that has seen enough is no error.
                ScenarioError::Report(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                    return ExitCode::SUCCESS;
                }
                ScenarioError::Report(_) => CANNOT_WRITE,
            };
            eprintln!("error: {error}");
            code
        }
        Err(error) => {
            eprintln!("error: cannot start a thread for the contracts: {error}");
            INTERNAL
        }
    };
    ExitCode::from(code)
}

#[expect(unsafe_code, reason = "an inherited descriptor is only a number")]
fn inherited_socket(descriptor: RawFd) -> UnixStream {
    // SAFETY: vm-host opened this descriptor for us and nothing else in this process knows it.
    unsafe { UnixStream::from_raw_fd(descriptor) }
}
