//! `--hint_locals`: objects that hints find in their first scope, from a file or from code of the user's.

use std::path::Path;
use std::process::Stdio;

use hint_tests::process::{Finished, PATIENCE};
use hint_tests::record;
use hint_tests::run::{finish, observe_placed, vm_host_placed, vm_host_run};
use serde_json::Value;

use crate::hint_program::HintProgram;
use crate::placement::{difference, left};

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

def names():
    return {'len': lambda of: 41, 'int': str, 'n': 5, 'i': 6, 'x': object(), 'value': 'text', 'result': [],
        '__dict_manager': 1, 'print': lambda *of: None}

def patches():
    import starkware.python.math_utils as math_utils
    from starkware.cairo.common import math_utils as common
    def wrong(*of, **more):
        raise ArithmeticError('patched')
    math_utils.isqrt = common.as_int = math_utils.div_mod = wrong
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

/// Code that makes objects may give any name a value and change any module: nobody can tell `auto` from `python`.
#[test]
fn hints_run_in_rust_beside_objects_of_the_user() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("objects.py"), MODULE).unwrap();
    let stats = folder.path().join("stats.json");
    let observe = |program: &str, made: &str, placement: &str| {
        let mut run = record::load(program).run;
        let given = ["--hint_locals", made, "--stats", stats.to_str().unwrap()];
        run.options.extend(given.map(str::to_owned));
        let path = folder.path().to_str().unwrap().to_owned();
        run.environment.insert("PYTHONPATH".to_owned(), path);
        let left = left(&observe_placed(&run, placement).unwrap());
        // A run that fails leaves none.
        let stats = std::fs::read(&stats).and_then(|text| {
            std::fs::remove_file(&stats)?;
            Ok(serde_json::from_slice::<Value>(&text).unwrap())
        });
        let native = stats.map(|stats| stats["hints_native"].as_u64().unwrap());
        (left, native.unwrap_or_default())
    };
    for (program, made, in_rust) in [
        ("placement/kernel", "objects:nothing_needed", 1),
        ("placement/kernel", "objects:names", 0),
        ("placement/annotated_functions", "objects:names", 0),
        ("placement/library_words", "objects:names", 0),
        ("placement/numbers_and_bytes", "objects:names", 0),
        ("placement/memset_counter", "objects:names", 0),
        ("scope/globals", "objects:names", 0),
        ("stdlib/uint256_arithmetic", "objects:nothing_needed", 1),
        ("stdlib/math_sign_and_root", "objects:nothing_needed", 1),
        ("stdlib/math_sign_and_root", "objects:patches", 0),
    ] {
        let (python, _) = observe(program, made, "python");
        let (auto, native) = observe(program, made, "auto");
        assert_eq!(difference(&python, &auto), None, "{program} with {made}");
        assert!(native >= in_rust, "{program} with {made}: {native}");
        if made == "objects:patches" {
            assert_eq!(auto.exit_code, Some(1), "{program}");
        }
    }
}

#[test]
fn no_run_is_native_that_has_objects() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("objects.py"), MODULE).unwrap();
    let native = |options: &[&str]| {
        let mut command = vm_host_placed("placement/memset_counter.json", "native");
        command.env("PYTHONPATH", folder.path());
        finish(command.args(["--layout", "small"]).args(options), PATIENCE).unwrap()
    };
    assert_eq!(native(&[]).exit_code(), Some(0));
    let refused = native(&["--hint_locals", "objects:nothing_needed"]);
    let stderr = refused.stderr_text();
    assert_ne!(refused.exit_code(), Some(0));
    assert!(
        stderr.contains("objects of the client may see and change anything"),
        "{stderr}"
    );
}
