//! Owns the process: ties it to its host, starts the runtimes of its engines, serves the session. The one
//! place that knows which engines there are.

use std::os::fd::{FromRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use clap::Parser as _;
use hint_worker::cli::Arguments;
use hint_worker::engines::Runtimes;
use hint_worker::engines::python::{InterpreterError, PythonRuntime};
#[cfg(feature = "wasm")]
use hint_worker::engines::wasm::WasmRuntime;
use hint_worker::{parent_death, serve, zygote};

/// The exit code that tells the host that the Python environment does not fit (`EX_CONFIG`).
const ENVIRONMENT_REFUSED: u8 = 78;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
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

#[expect(unsafe_code, reason = "an inherited descriptor is only a number")]
fn inherited_socket(descriptor: RawFd) -> UnixStream {
    // SAFETY: vm-host opened this descriptor for us and nothing else in this process knows it.
    unsafe { UnixStream::from_raw_fd(descriptor) }
}
