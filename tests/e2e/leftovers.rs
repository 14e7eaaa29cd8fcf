//! Processes that hints start and leave behind: they end with the run, however it ends and wherever they hide.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use hint_tests::process::{PATIENCE, Running};
use hint_tests::process_table::{descendants, is_alive};
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

/// A host whose hint has written to `path` which processes it started, and goes on.
fn host_in_a_long_hint(path: &Path) -> Running {
    let program = HintProgram::new(&leaving(path, "import time\ntime.sleep(600)"));
    let mut command = vm_host_run(program.path());
    let host = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
    let deadline = Instant::now() + PATIENCE;
    while !path.exists() {
        assert!(Instant::now() < deadline, "the hint never ran");
        std::thread::sleep(Duration::from_millis(10));
    }
    host
}

/// Ctrl-C reaches the host and the worker; what hides in a session of its own is reached by neither.
#[test]
fn after_an_interrupt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pids");
    let mut host = host_in_a_long_hint(&path);
    host.signal(rustix::process::Signal::INT);
    assert_eq!(host.ended().code(), Some(130));
    let left = pids(&path);
    assert!(!left.iter().any(|pid| lives(*pid)), "{left:?} live on");
}

/// Nobody is left who could be asked: the keeper of the worker sees that the host is gone.
#[test]
fn after_a_host_that_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pids");
    let mut host = host_in_a_long_hint(&path);
    let below = descendants(host.id());
    // The keeper, its worker, and what the hint started; one parent of that is gone.
    assert!(below.len() >= 4, "{below:?}");
    host.signal(rustix::process::Signal::KILL);
    assert_eq!(host.ended().code(), None);
    let left = pids(&path);
    let deadline = Instant::now() + PATIENCE;
    while left.iter().any(|pid| lives(*pid)) || below.iter().any(|pid| is_alive(*pid)) {
        assert!(Instant::now() < deadline, "{left:?} of {below:?} live on");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Fifty at once, each of which hides in one of the ways that there are.
#[test]
fn fifty_forks_are_all_gone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pids");
    let code = format!(
        "import os, subprocess, sys
read, write = os.pipe()
for number in range(50):
    if number % 3 == 0:
        child = subprocess.Popen(['sleep', '{LONG}'], start_new_session=True)
        os.write(write, b'%d ' % child.pid)
    elif os.fork() == 0:
        if number % 3 == 1:
            os.setsid()
        if os.fork() == 0:
            os.write(write, b'%d ' % os.getpid())
            os.execvp('sleep', ['sleep', '{LONG}'])
        os._exit(0)
text = b''
while text.count(b' ') < 50:
    text += os.read(read, 1000)
open('{path}', 'wb').write(text[:-1])",
        path = path.display()
    );
    let program = HintProgram::new(&code);
    let finished = finish(&mut vm_host_run(program.path()), PATIENCE).unwrap();
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    let left = pids(&path);
    assert_eq!(left.len(), 50);
    assert!(!left.iter().any(|pid| lives(*pid)), "{left:?} live on");
}

/// The socket of the session is open as long as the child lives; the worker's end is noticed all the same.
#[test]
fn a_worker_that_dies_is_missed_while_its_child_holds_the_socket() {
    let program = HintProgram::new(&format!(
        "import os, time
if os.fork() == 0:
    time.sleep({LONG})
os._exit(3)"
    ));
    // The hint's own limit is far beyond the patience of the test.
    let mut command = vm_host_run(program.path());
    let finished = finish(command.args(["--hint-timeout", "3000"]), PATIENCE).unwrap();
    assert_eq!(finished.exit_code(), Some(69), "{}", finished.stderr_text());
    let text = finished.stderr_text();
    assert!(text.contains("it exited with code `3`"), "{text}");
}
