//! Processes that hints start and leave behind: they end with the run, however it ends and wherever they hide.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use hint_tests::process::{PATIENCE, Running};
use hint_tests::run::{finish, vm_host_run};

use crate::hint_program::HintProgram;

/// Longer than a test may take, so that who waits for it fails.
const LONG: &str = "600";

/// Leaves one child, and one grandchild in a session of its own whose parent is gone. Both hold the run's
/// stdout. Writes down who they are.
fn leaving(pids: &std::path::Path, then: &str) -> String {
    format!(
        "import os, subprocess
child = subprocess.Popen(['sleep', '{LONG}'])
read, write = os.pipe()
if os.fork() == 0:
    os.setsid()
    grandchild = subprocess.Popen(['sleep', '{LONG}'])
    os.write(write, str(grandchild.pid).encode())
    os._exit(0)
grandchild = os.read(read, 100).decode()
with open('{path}.part', 'w') as file:
    file.write(f'{{child.pid}} {{grandchild}}')
os.rename('{path}.part', '{path}')
{then}",
        path = pids.display()
    )
}

fn pids(path: &PathBuf) -> Vec<u32> {
    let text = std::fs::read_to_string(path).unwrap();
    text.split(' ').map(|pid| pid.parse().unwrap()).collect()
}

/// Whether it is there and is what the hint started: numbers are given again.
fn lives(pid: u32) -> bool {
    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    line == format!("sleep\0{LONG}\0").as_bytes()
}

#[track_caller]
fn leaves_nothing(then: &str, exit_code: i32) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pids");
    let program = HintProgram::new(&leaving(&path, then));
    // Ends only when nobody holds its stdout any more.
    let finished = finish(&mut vm_host_run(program.path()), PATIENCE).unwrap();
    assert_eq!(
        finished.exit_code(),
        Some(exit_code),
        "{}",
        finished.stderr_text()
    );
    let left = pids(&path);
    assert_eq!(left.len(), 2);
    assert!(!left.iter().any(|pid| lives(*pid)), "{left:?} live on");
}

#[test]
fn after_a_run_that_succeeds() {
    leaves_nothing("ids.x = 1", 0);
}

#[test]
fn after_a_hint_that_raises() {
    leaves_nothing("raise ValueError", 1);
}

#[test]
fn after_a_worker_that_dies() {
    leaves_nothing("os._exit(3)", 69);
}

/// Ctrl-C reaches the host and the worker; what hides in a session of its own is reached by neither.
#[test]
fn after_an_interrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pids");
    let program = HintProgram::new(&leaving(&path, "import time\ntime.sleep(600)"));
    let mut command = vm_host_run(program.path());
    let mut host = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
    let deadline = Instant::now() + PATIENCE;
    while !path.exists() {
        assert!(Instant::now() < deadline, "the hint never ran");
        std::thread::sleep(Duration::from_millis(10));
    }
    host.signal(rustix::process::Signal::INT);
    assert_eq!(host.ended().code(), Some(130));
    let left = pids(&path);
    assert!(!left.iter().any(|pid| lives(*pid)), "{left:?} live on");
}
