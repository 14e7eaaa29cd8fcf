//! What hints may do to their worker, and what it costs the run: one typed message, a documented exit
//! code, bounded time, no process left.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hint_tests::process::{Finished, PATIENCE, Running};
use hint_tests::process_table::{descendants, is_alive};
use hint_tests::run::{finish, vm_host_run};

use crate::hint_program::HintProgram;

/// Whatever takes longer is killed, and has no exit code. A hint without `--hint-timeout` has ten times as long.
const DEADLINE: Duration = PATIENCE;

fn run(code: &str, options: &[&str]) -> Finished {
    let program = HintProgram::new(code);
    let finished = finish(vm_host_run(program.path()).args(options), DEADLINE).unwrap();
    assert!(
        !finished.stderr_text().contains("panicked"),
        "{}",
        finished.stderr_text()
    );
    finished
}

#[track_caller]
fn dies(code: &str, how: &str) {
    let finished = run(code, &[]);
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(69), "{stderr}");
    assert!(
        stderr.contains("error: the hint worker died while it ran the hint at"),
        "{stderr}"
    );
    assert!(stderr.contains(how), "{stderr}");
}

#[test]
fn a_killed_worker() {
    dies(
        "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
        "signal `9` (SIGKILL)",
    );
}

#[test]
fn a_crash_in_native_code() {
    dies(
        "import ctypes\nctypes.string_at(0)",
        "signal `11` (SIGSEGV)",
    );
}

#[test]
fn an_abort() {
    dies("import os\nos.abort()", "signal `6` (SIGABRT)");
}

#[test]
fn an_exit_behind_pythons_back() {
    dies("import os\nos._exit(0)", "exited with code `0`");
    dies("import os\nos._exit(7)", "exited with code `7`");
}

#[test]
fn a_closed_session_socket() {
    let code = "import os, stat\nfor fd in range(3, 64):\n    try:\n        if stat.S_ISSOCK(os.fstat(fd).st_mode):\n            os.close(fd)\n    except OSError:\n        pass";
    let finished = run(code, &[]);
    assert_eq!(finished.exit_code(), Some(69), "{}", finished.stderr_text());
}

#[test]
fn garbage_on_the_session_socket() {
    let code = "import os, stat\nfor fd in range(3, 64):\n    try:\n        if stat.S_ISSOCK(os.fstat(fd).st_mode):\n            os.write(fd, b'\\xff' * 4096)\n    except OSError:\n        pass";
    let finished = run(code, &["--hint-timeout", "5"]);
    let stderr = finished.stderr_text();
    assert!(matches!(finished.exit_code(), Some(69 | 124)), "{stderr}");
}

#[track_caller]
fn times_out(code: &str) {
    let finished = run(code, &["--hint-timeout", "1"]);
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(124), "{stderr}");
    assert!(
        stderr.contains("ran longer than the limit of `1` seconds"),
        "{stderr}"
    );
    assert!(
        stderr.contains("hint: raise the limit with --hint-timeout"),
        "{stderr}"
    );
}

#[test]
fn endless_hints() {
    times_out("while True: pass");
    times_out("import time\ntime.sleep(1000)");
    times_out("while True:\n    try:\n        while True: pass\n    except BaseException: pass");
    times_out("x = 3 ** (10 ** 9)");
}

#[test]
fn deep_recursion_is_an_exception() {
    let finished = run("def f(n):\n    return f(n + 1)\nf(0)", &[]);
    assert_eq!(finished.exit_code(), Some(1));
    assert!(
        finished.stderr_text().contains("RecursionError"),
        "{}",
        finished.stderr_text()
    );
}

#[test]
fn an_interrupt_in_a_hint() {
    let finished = run("raise KeyboardInterrupt", &[]);
    assert_eq!(
        finished.exit_code(),
        Some(130),
        "{}",
        finished.stderr_text()
    );
}

#[test]
fn far_writes_are_refused_without_memory() {
    for offset in ["2**28", "2**40", "2**62"] {
        let finished = run(&format!("memory[fp + {offset}] = 1"), &[]);
        let stderr = finished.stderr_text();
        assert_eq!(finished.exit_code(), Some(1), "{stderr}");
        assert!(
            stderr.contains("cells past the end of its segment"),
            "{stderr}"
        );
    }
}

#[test]
fn too_many_segments_are_refused() {
    let finished = run("for _ in range(10**5): segments.add()", &[]);
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("the hint added `100000` segments"),
        "{stderr}"
    );
}

#[test]
fn a_flood_of_output_passes() {
    let finished = run("print('x' * 2**20 * 16)\nids.x = 1", &[]);
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    assert_eq!(finished.stdout.len(), (16 << 20) + 1);
}

#[test]
fn no_worker_outlives_a_killed_host() {
    let program = HintProgram::new("import time\ntime.sleep(1000)");
    let mut command: Command = vm_host_run(program.path());
    let mut host = Running::start(command.stdout(Stdio::null()).stderr(Stdio::null()));
    let deadline = Instant::now() + PATIENCE;
    // Its keeper, and the worker.
    while descendants(host.id()).len() < 2 {
        assert!(Instant::now() < deadline, "the worker never started");
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(300));
    let workers = descendants(host.id());
    host.kill().unwrap();
    host.wait().unwrap();
    let deadline = Instant::now() + PATIENCE;
    while workers.iter().any(|pid| is_alive(*pid)) {
        assert!(Instant::now() < deadline, "the worker outlived its host");
        std::thread::sleep(Duration::from_millis(10));
    }
}
