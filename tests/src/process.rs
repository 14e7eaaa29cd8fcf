//! Runs a command to its end or to a deadline, or for as long as a test needs it. Knows nothing of what the
//! command is.

use std::io::{self, Read};
use std::ops::{Deref, DerefMut};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// At most this many commands run at once; the machines that run the tests are small.
const MAX_RUNNING: usize = 2;
const POLL: Duration = Duration::from_millis(10);

/// How long a test waits for what takes a moment. Nobody is judged by it: a machine with too much to do is
/// slow, but only what hangs takes this long.
pub const PATIENCE: Duration = Duration::from_secs(60);

static RUNNING: Mutex<usize> = Mutex::new(0);
static FINISHED: Condvar = Condvar::new();

/// A command that ended.
#[derive(Debug)]
pub struct Finished {
    /// How it ended; `None` when the deadline passed and it was killed.
    pub status: Option<ExitStatus>,
    /// What it printed to stdout.
    pub stdout: Vec<u8>,
    /// What it printed to stderr.
    pub stderr: Vec<u8>,
}

impl Finished {
    /// The exit code, if it ended by itself.
    pub fn exit_code(&self) -> Option<i32> {
        self.status?.code()
    }

    /// Stderr as text.
    pub fn stderr_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }

    /// Stdout as text.
    pub fn stdout_text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// Waits for a free place; the place is free again when the value is dropped.
#[derive(Debug)]
pub struct Place(());

/// Takes one of the places for running commands.
pub fn take_place() -> Place {
    let mut running = RUNNING.lock().expect("no holder of the lock panics");
    while *running >= MAX_RUNNING {
        running = FINISHED
            .wait(running)
            .expect("no holder of the lock panics");
    }
    *running += 1;
    Place(())
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Ok(mut running) = RUNNING.lock() {
            *running -= 1;
        }
        FINISHED.notify_one();
    }
}

/// A process that goes on beside its test, and not after it.
#[derive(Debug)]
pub struct Running(Child);

impl Running {
    /// Starts a command.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn start(command: &mut Command) -> Self {
        let child = command.spawn();
        Self(child.unwrap_or_else(|error| panic!("cannot start `{command:?}`: {error}")))
    }

    /// Sends it a signal.
    ///
    /// # Panics
    /// If it is gone.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the process is there");
    }

    /// Its process id.
    ///
    /// # Panics
    /// Never: the id of a process is positive.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(self.0.id().cast_signed()).expect("a process has an id")
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// If it does not end within [`PATIENCE`].
    pub fn ended(&mut self) -> ExitStatus {
        let status = wait(&mut self.0, PATIENCE).expect("a child can be waited for");
        status.expect("the process does not end")
    }
}

impl Deref for Running {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl DerefMut for Running {
    fn deref_mut(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Both fail only when it has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs the command with empty stdin; kills it at the deadline.
///
/// # Errors
/// If the command cannot be started.
pub fn run(command: &mut Command, deadline: Duration) -> io::Result<Finished> {
    let _place = take_place();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    let status = wait(&mut child, deadline)?;
    let bytes = |reader: thread::JoinHandle<Vec<u8>>| reader.join().unwrap_or_default();
    Ok(Finished {
        status,
        stdout: bytes(stdout),
        stderr: bytes(stderr),
    })
}

/// Waits for a child; kills it at the deadline and returns `None` then.
///
/// # Errors
/// If the child cannot be waited for.
pub fn wait(child: &mut Child, deadline: Duration) -> io::Result<Option<ExitStatus>> {
    let end = Instant::now() + deadline;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(POLL);
    }
}

fn collect(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            // A reader that fails returns what it has; the comparison shows the rest.
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}
