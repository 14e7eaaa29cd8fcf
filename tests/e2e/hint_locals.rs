//! `--hint_locals`: objects that hints find in their first scope, from a file or from code of the user's.

use std::path::Path;
use std::process::Stdio;

use hint_tests::process::{Finished, PATIENCE};
use hint_tests::run::{finish, vm_host_run};

use crate::hint_program::HintProgram;

const MODULE: &str = "\
class Config:
    def __init__(self, fee): self.fee = fee

def make(program_input):
    return {'config': Config(program_input['fee']), 'seen': []}

def nothing_needed():
    return {'config': Config(1), 'seen': None}

class Nested:
    @staticmethod
    def make(program_input={}, more=3):
        return {'config': Config(more), 'seen': program_input}

def fails():
    return {}['fee']

def no_dict():
    return [1]

def too_much(a, b):
    return {}

value = 3
";

/// A program with the module and two inputs beside it.
fn program() -> HintProgram {
    let program =
        HintProgram::new("print(type(config).__name__, getattr(config, 'fee', config), seen)");
    let write = |name: &str, text: &str| std::fs::write(program.folder().join(name), text).unwrap();
    write("objects.py", MODULE);
    write("input.json", "{\"fee\": 7}");
    write("locals.json", "{\"config\": [1, null], \"seen\": \"file\"}");
    write("list.json", "[1]");
    write("broken.json", "{");
    program
}

fn run(folder: &Path, path: &Path, options: &[&str]) -> Finished {
    let mut command = vm_host_run(path);
    command.current_dir(folder).stdin(Stdio::null());
    finish(command.args(options), PATIENCE).unwrap()
}

#[test]
fn hints_find_what_they_are_given() {
    let program = program();
    for (options, expected) in [
        (
            &[
                "--hint_locals",
                "objects:make",
                "--program_input",
                "input.json",
            ][..],
            "Config 7 []\n",
        ),
        (
            &["--hint-locals", "objects:nothing_needed"],
            "Config 1 None\n",
        ),
        (
            &[
                "--hint_locals",
                "objects:Nested.make",
                "--program_input",
                "input.json",
            ],
            "Config 3 {'fee': 7}\n",
        ),
        (&["--hint_locals", "locals.json"], "list [1, None] file\n"),
        // What is made comes after what is written down.
        (
            &[
                "--hint_locals",
                "objects:nothing_needed",
                "--hint_locals",
                "locals.json",
            ],
            "Config 1 None\n",
        ),
    ] {
        let finished = run(program.folder(), &program.path(), options);
        assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
        assert_eq!(finished.stdout_text(), expected, "{options:?}");
    }
}

#[test]
fn what_cannot_be_used_is_named_with_advice() {
    let program = program();
    for (given, exit_code, expected) in [
        (
            "objects:nothing",
            1,
            "AttributeError: module 'objects' has no attribute 'nothing': the hint locals `objects:nothing`\n\
             hint: write `module:callable`, with a module that hints could import",
        ),
        (
            "objects:value",
            1,
            "TypeError: the hint locals `objects:value` are no callable but a `int`\n\
             hint: write `module:callable`, with a module that hints could import",
        ),
        (
            "objects:no_dict",
            1,
            "TypeError: the hint locals `objects:no_dict` are no dict but a `list`\n\
             hint: return a dict of the variables by their names",
        ),
        (
            "objects:too_much",
            1,
            "TypeError: the hint locals `objects:too_much` take the arguments `a`, `b`\n\
             hint: take none, or `program_input` alone",
        ),
        (
            "objects:fails",
            1,
            "RuntimeError: the hint locals `objects:fails` were not made\n\
             Traceback (most recent call last):\n",
        ),
        (
            "missing:make",
            1,
            "ModuleNotFoundError: no module `missing` for the hint locals `missing:make`\n\
             hint: hints import from ",
        ),
        (
            "missing.json",
            66,
            "error: cannot read the hint locals `missing.json`: `No such file or directory (os error 2)`\n\
             hint: give a JSON file, or module:callable, which returns a dict\n",
        ),
        (
            "list.json",
            65,
            "error: the hint locals `list.json` are no JSON object\n\
             hint: write an object of the variables by their names\n",
        ),
        (
            "broken.json",
            65,
            "error: the hint locals `broken.json` is not JSON: ",
        ),
    ] {
        let finished = run(program.folder(), &program.path(), &["--hint_locals", given]);
        let stderr = finished.stderr_text();
        assert_eq!(finished.exit_code(), Some(exit_code), "{given}: {stderr}");
        assert!(stderr.starts_with(expected), "{given}: {stderr}");
        assert_eq!(finished.stdout_text(), "", "{given}");
    }
}

/// Objects of the user's may see everything, so that no hint runs in Rust beside them.
#[test]
fn with_live_objects_every_hint_runs_in_python() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("objects.py"), MODULE).unwrap();
    let stats = folder.path().join("stats.json");
    let native = |options: &[&str]| -> u64 {
        let mut command = hint_tests::run::vm_host_placed("placement/memset_counter.json", "auto");
        command
            .env("PYTHONPATH", folder.path())
            .args(["--layout", "small", "--stats"]);
        let finished = finish(command.arg(&stats).args(options), PATIENCE).unwrap();
        assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
        let stats: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&stats).unwrap()).unwrap();
        stats["hints_native"].as_u64().unwrap()
    };
    assert!(native(&[]) > 0);
    assert_eq!(native(&["--hint_locals", "objects:nothing_needed"]), 0);
}
