//! Owns the process: ties it to its host, starts the runtimes of its engines, serves the session. The one
//! place that knows which engines there are.

use std::io::{Read as _, Write as _};
use std::os::fd::{AsRawFd as _, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser as _;
use hint_proto::v1::Posture;
use hint_worker::cli::{Arguments, Command, ContractArguments};
use hint_worker::engines::Runtimes;
use hint_worker::engines::contract::hints::ContractRuntime;
use hint_worker::engines::contract::machine::on_deep_stack;
use hint_worker::engines::contract::scenario::{self, Options, ScenarioError, SourceFiles};
use hint_worker::engines::python::{InterpreterError, PythonRuntime};
#[cfg(feature = "wasm")]
use hint_worker::engines::wasm::WasmRuntime;
use hint_worker::sandbox::{self, Confinement, Limits};
use hint_worker::{keeper, log, parent_death, serve, zygote};
use prost::Message as _;
use rustix::process::{WaitOptions, waitpid};

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
            let _ = writeln!(std::io::stderr(), "error: {error}");
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
    let folder = match arguments.keeper_fd {
        Some(control) => keeper::keep(control, arguments.contained)?,
        None => {
            parent_death::die_with_parent(arguments.parent_pid)?;
            None
        }
    };
    let socket = inherited_socket(arguments.socket_fd.ok_or("no socket was given")?);
    log::quieter_than(arguments.log_level);
    if let Some(descriptor) = arguments.records_fd {
        let pipe = inherited_pipe(descriptor);
        rustix::io::fcntl_setfd(&pipe, rustix::io::FdFlags::CLOEXEC)?;
        log::copy_to_pipe(pipe);
    }
    PythonRuntime::with(environment, |python| {
        if let Some(descriptor) = arguments.terminal_fd {
            python.share_terminal(descriptor)?;
            log::share_terminal(inherited_file(descriptor))?;
        }
        let contracts = ContractRuntime::default();
        python.share_contracts(contracts.chain.clone());
        let runtimes = Runtimes {
            languages: vec![
                python,
                &contracts,
                #[cfg(feature = "wasm")]
                &WasmRuntime,
            ],
            process: python,
        };
        work(arguments, socket, folder, &runtimes)
    })?
}

/// What the process is for: a session, or forks that serve one each.
fn work(
    arguments: &Arguments,
    socket: UnixStream,
    folder: Option<PathBuf>,
    runtimes: &Runtimes<'_>,
) -> Result<(), Error> {
    let confinement = confinement(arguments, folder, runtimes)?;
    let socket = if arguments.zygote {
        let posture = confinement
            .as_ref()
            .map(|confinement| probe(confinement, runtimes))
            .transpose()?;
        let made = zygote::serve(
            socket.into(),
            &arguments.preload,
            runtimes,
            &posture.unwrap_or_default(),
        );
        match made? {
            Some(socket) => socket,
            None => return Ok(()),
        }
    } else {
        socket
    };
    parent_death::keep_descendants();
    let posture = confinement.map(|mut confinement| {
        confinement.keeps.push(socket.as_raw_fd());
        confinement.keeps.extend(log::descriptors());
        sandbox::enter(&confinement)
    });
    if posture.is_some() {
        runtimes.confined()?;
    }
    Ok(serve(socket, runtimes, posture.map(told))?)
}

/// What sessions are confined to, if they are.
fn confinement(
    arguments: &Arguments,
    folder: Option<PathBuf>,
    runtimes: &Runtimes<'_>,
) -> Result<Option<Confinement>, Error> {
    if !arguments.contained {
        return Ok(None);
    }
    let mut reads = runtimes.reads()?;
    reads.extend(arguments.reads.iter().cloned());
    Ok(Some(Confinement {
        keeps: arguments.terminal_fd.into_iter().collect(),
        folder,
        reads,
        limits: Limits {
            memory: arguments.max_memory,
            cpu: arguments.max_cpu,
            file: arguments.max_file,
        },
        terminal: arguments.terminal_fd.is_some(),
    }))
}

/// Which layers hold around a process that is confined so: what one says that was forked for this.
fn probe(confinement: &Confinement, runtimes: &Runtimes<'_>) -> Result<Posture, Error> {
    let (mut ours, theirs) = UnixStream::pair()?;
    match runtimes.fork()? {
        None => {
            let mut confinement = confinement.clone();
            confinement.keeps.push(theirs.as_raw_fd());
            let posture = told(sandbox::enter(&confinement));
            let sent = (&theirs).write_all(&posture.encode_to_vec());
            std::process::exit(i32::from(sent.is_err()))
        }
        Some(child) => {
            drop(theirs);
            let mut posture = Vec::new();
            ours.read_to_end(&mut posture)?;
            waitpid(Some(child), WaitOptions::empty())?;
            Ok(Posture::decode(&posture[..])?)
        }
    }
}

/// The posture as the host is told.
fn told(posture: sandbox::Posture) -> Posture {
    let missing = posture.missing.into_iter();
    Posture {
        layers: posture.layers.into_iter().map(str::to_owned).collect(),
        missing: missing
            .map(|(layer, reason)| format!("{layer}: {reason}"))
            .collect(),
    }
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
        let _ = writeln!(std::io::stderr(), "error: {error}");
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
            let _ = writeln!(std::io::stderr(), "error: {error}");
            code
        }
        Err(error) => {
            let _ = writeln!(
                std::io::stderr(),
                "error: cannot start a thread for the contracts: {error}"
            );
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

#[expect(unsafe_code, reason = "an inherited descriptor is only a number")]
fn inherited_pipe(descriptor: RawFd) -> OwnedFd {
    // SAFETY: vm-host opened this descriptor for us and nothing else in this process knows it.
    unsafe { OwnedFd::from_raw_fd(descriptor) }
}

#[expect(unsafe_code, reason = "an inherited descriptor is only a number")]
fn inherited_file(descriptor: RawFd) -> BorrowedFd<'static> {
    // SAFETY: vm-host opened this descriptor for us, and nothing in this process closes it.
    unsafe { BorrowedFd::borrow_raw(descriptor) }
}
