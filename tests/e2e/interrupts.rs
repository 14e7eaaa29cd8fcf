//! Ctrl-C during `vm-host run`: it ends at once, with 130, and says where the program was.

use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use hint_tests::process::{PATIENCE, Running};
use hint_tests::run::vm_host_run;
use rustix::process::Signal;

use crate::hint_program::{HintProgram, json_of};

/// Interrupts the run of a program once it is `ready`; what it printed.
fn interrupted(program: &Path, ready: impl Fn() -> bool) -> String {
    let mut command = vm_host_run(program);
    let mut host = Running::start(command.stdout(Stdio::null()).stderr(Stdio::piped()));
    let deadline = Instant::now() + PATIENCE;
    while !ready() {
        assert!(Instant::now() < deadline, "it never ran");
        std::thread::sleep(Duration::from_millis(10));
    }
    host.signal(Signal::INT);
    let mut stderr = host.stderr.take().unwrap();
    assert_eq!(host.ended().code(), Some(130));
    let mut text = String::new();
    stderr.read_to_string(&mut text).unwrap();
    text
}

/// Writes a file, so that one knows that the hint runs.
fn telling(folder: &Path, then: &str) -> String {
    let path = folder.join("running");
    format!("{then}\n\nopen('{}', 'w').close()", path.display())
}

#[test]
fn a_hint_that_waits_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let code = telling(folder.path(), "import time") + "\ntime.sleep(600)";
    let program = HintProgram::new(&code);
    let text = interrupted(&program.path(), || folder.path().join("running").exists());
    assert_eq!(
        text,
        "Error at pc=0:2:\n\
         interrupted in the function `__main__.main`, in the hint `import time`\n"
    );
}

#[test]
fn a_program_that_loops_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut program = json_of(&telling(folder.path(), "ids.x = 1"));
    // `jmp rel 0`, in a function of its own that `main` calls after its hint.
    program["data"] = serde_json::json!([
        "0x40780017fff7fff",
        "0x1",
        "0x1104800180018000",
        "0x3",
        "0x208b7fff7fff7ffe",
        "0x10780017fff7fff",
        "0x0"
    ]);
    program["identifiers"]["__main__.spin"] =
        serde_json::json!({"decorators": [], "pc": 5, "type": "function"});
    let program = HintProgram::of(&program.to_string());
    let text = interrupted(&program.path(), || {
        // The hint is at its end then; the loop comes next.
        let runs = folder.path().join("running").exists();
        std::thread::sleep(Duration::from_millis(300));
        runs
    });
    assert_eq!(
        text,
        "Error at pc=0:5:\n\
         interrupted in the function `__main__.spin`\n\
         Cairo traceback (most recent call last):\n\
         Unknown location (pc=0:2)\n"
    );
}
