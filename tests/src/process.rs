//! Runs a command to its end or to a deadline, and looks for processes that outlived their run.
//! Knows nothing of what the command is.

use std::fs;
use std::io::{self, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// At most this many commands run at once; the machines that run the tests are small.
const MAX_RUNNING: usize = 2;
const POLL: Duration = Duration::from_millis(10);

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
    /// How long it ran.
    pub duration: Duration,
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

/// Runs the command with empty stdin; kills it at the deadline.
///
/// # Errors
/// If the command cannot be started.
pub fn run(command: &mut Command, deadline: Duration) -> io::Result<Finished> {
    let _place = take_place();
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let stdout = collect(child.stdout.take());
    let stderr = collect(child.stderr.take());
    let status = wait(&mut child, deadline)?;
    let duration = start.elapsed();
    let bytes = |reader: thread::JoinHandle<Vec<u8>>| reader.join().unwrap_or_default();
    Ok(Finished {
        status,
        stdout: bytes(stdout),
        stderr: bytes(stderr),
        duration,
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

/// The ids of processes whose environment contains `marker`. A test gives each of its runs a marker
/// of its own, so that it finds the workers of that run, whoever their parent is by now.
pub fn marked(marker: &str) -> Vec<u32> {
    let Ok(processes) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|pid| {
            fs::read(format!("/proc/{pid}/environ"))
                .is_ok_and(|environment| contains(&environment, marker.as_bytes()))
        })
        .collect()
}

/// Whether all processes with the marker are gone within `limit`.
pub fn all_gone_within(marker: &str, limit: Duration) -> Result<Duration, Vec<u32>> {
    let start = Instant::now();
    loop {
        let left = marked(marker);
        if left.is_empty() {
            return Ok(start.elapsed());
        }
        if start.elapsed() > limit {
            return Err(left);
        }
        thread::sleep(POLL);
    }
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}
