//! The worker process: tie it to its host, start the interpreter, serve the session.

use std::os::fd::{FromRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use clap::Parser as _;
use hint_worker::cli::Arguments;
use hint_worker::python::interpreter;
use hint_worker::python::interpreter::StartError;
use hint_worker::{sandbox, session, zygote};

/// The exit code that tells the host that the Python environment does not fit (`EX_CONFIG`).
const ENVIRONMENT_REFUSED: u8 = 78;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            match error.downcast_ref::<StartError>() {
                Some(_) => ExitCode::from(ENVIRONMENT_REFUSED),
                None => ExitCode::FAILURE,
            }
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    if arguments.describe {
        interpreter::start(arguments.python_env.as_deref())?;
        println!("{}", interpreter::describe()?);
        return Ok(());
    }
    sandbox::parent::die_with_parent(arguments.parent_pid)?;
    let socket = inherited_socket(arguments.socket_fd.ok_or("no socket was given")?);
    interpreter::start(arguments.python_env.as_deref())?;
    let socket = if arguments.zygote {
        match zygote::serve(socket.into(), &arguments.preload)? {
            Some(seed) => seed.socket,
            None => return Ok(()),
        }
    } else {
        socket
    };
    session::serve(socket)?;
    Ok(())
}

#[expect(unsafe_code, reason = "an inherited descriptor is only a number")]
fn inherited_socket(descriptor: RawFd) -> UnixStream {
    // SAFETY: vm-host opened this descriptor for us and nothing else in this process knows it.
    unsafe { UnixStream::from_raw_fd(descriptor) }
}
