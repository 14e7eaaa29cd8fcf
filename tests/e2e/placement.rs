//! Hints in Rust where that cannot be told from Python: every case of the corpus under `--hints auto` and
//! `--hints python`, byte for byte; which hints run where; when the worker starts.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use hint_tests::archive::{read_air_inputs, read_pie};
use hint_tests::process::Finished;
use hint_tests::record::{self, names_below, programs_directory};
use hint_tests::run::{Observed, finish, observe_placed, vm_host, vm_host_placed};
use hint_tests::{binaries, compiler};
use serde_json::Value;

const WORKERS: usize = 2;
/// Percent of the corpus's different texts that run in Rust.
const PROMISED: u64 = 70;
const DEADLINE: Duration = Duration::from_secs(300);

/// What is compared: everything that a run leaves behind.
#[derive(Debug, PartialEq)]
pub(crate) struct Left {
    pub(crate) exit_code: Option<i32>,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    trace: Option<Vec<u8>>,
    memory: Option<Vec<u8>>,
    pie: Option<Value>,
    air: Option<Value>,
}

pub(crate) fn left(observed: &Observed) -> Left {
    let process = &observed.process;
    let file = |path: &Path| fs::read(path).ok();
    let exists = |path: &PathBuf| path.exists();
    Left {
        exit_code: process.exit_code(),
        stdout: process.stdout.clone(),
        stderr: process.stderr.clone(),
        trace: file(&observed.trace),
        memory: file(&observed.memory),
        pie: Some(&observed.cairo_pie)
            .filter(|path| exists(path))
            .map(|path| read_pie(path).unwrap()),
        air: Some(&observed.air_public)
            .filter(|path| exists(path))
            .map(|path| read_air_inputs(path, &observed.air_private).unwrap()),
    }
}

/// What differs, in words.
pub(crate) fn difference(python: &Left, auto: &Left) -> Option<&'static str> {
    let parts = [
        (python.exit_code == auto.exit_code, "exit code"),
        (python.stdout == auto.stdout, "stdout"),
        (python.stderr == auto.stderr, "stderr"),
        (python.trace == auto.trace, "trace"),
        (python.memory == auto.memory, "memory"),
        (python.pie == auto.pie, "PIE"),
        (python.air == auto.air, "AIR inputs"),
    ];
    parts.iter().find(|(same, _)| !same).map(|(_, what)| *what)
}

fn all_areas() -> Vec<String> {
    let records = fs::read_dir(record::tests_directory().join("reference/records")).unwrap();
    records
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn nobody_can_tell_auto_from_python() {
    let names: Vec<String> = all_areas()
        .iter()
        .flat_map(|area| names_below(area))
        .collect();
    assert!(names.len() > 200, "{}", names.len());
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let run = record::load(name).run;
                    let placed = |placement| left(&observe_placed(&run, placement).unwrap());
                    if let Some(what) = difference(&placed("python"), &placed("auto")) {
                        failures.lock().unwrap().push(format!("{name}: {what}"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn a_difference_is_seen() {
    let observed = |name| left(&observe_placed(&record::load(name).run, "auto").unwrap());
    let one = observed("stdlib/memcpy");
    let other = observed("stdlib/memset");
    assert_eq!(difference(&one, &one), None);
    assert!(difference(&one, &other).is_some());
    assert!(one.trace.is_some() && one.memory.is_some());
}

fn run(program: &std::path::Path, options: &[&str]) -> (Finished, Value) {
    let folder = tempfile::TempDir::new().unwrap();
    let stats = folder.path().join("stats.json");
    let mut command = vm_host_placed(program, "auto");
    command.args(["--layout", "starknet_with_keccak"]);
    command.args(options).arg("--stats").arg(&stats);
    let finished = finish(&mut command, DEADLINE).unwrap();
    let stats = fs::read(stats).map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap());
    (finished, stats)
}

fn corpus(name: &str) -> std::path::PathBuf {
    programs_directory().join(name)
}

/// A program that needs no Python starts no worker: one that does not exist is not missed.
#[test]
fn no_worker_starts_before_a_hint_needs_it() {
    let missing = ["--hint-worker", "/does/not/exist"];
    for name in ["stdlib/default_dict", "stdlib/memcpy", "stdlib/squash_dict"] {
        let (finished, stats) = run(&corpus(&format!("{name}.json")), &missing);
        assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
        assert_eq!(stats["round_trips"], 0, "{stats}");
        assert!(stats["hints_native"].as_u64().unwrap() > 0, "{stats}");
        assert_eq!(stats["hints_native"], stats["hints_executed"], "{stats}");
    }
    // Its hints begin in Rust; the one that raises needs Python to say so.
    let (finished, _) = run(&corpus("placement/error_without_python.json"), &missing);
    assert_eq!(finished.exit_code(), Some(78), "{}", finished.stderr_text());
}

/// A program in the manner of an operating system, most of whose hints need nothing of what only Python has.
#[test]
fn most_hints_of_a_kernel_run_in_rust() {
    let (finished, stats) = run(&corpus("placement/kernel.json"), &["--print_output"]);
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    let count = |name: &str| stats[name].as_u64().unwrap();
    assert!(count("hints_executed") > 2000, "{stats}");
    assert!(
        count("hints_native") * 100 >= count("hints_executed") * 60,
        "{stats}"
    );
    let share = count("hints_native") as f64 * 100.0 / count("hints_executed") as f64;
    let said = stats["hints_native_percent"].as_f64().unwrap();
    assert!((said - share).abs() <= 0.05, "{stats}");
    // Of a loaded program, too: its hints alone are more than half of these.
    let (finished, stats) = run(&corpus("placement/loaded_shares.json"), &[]);
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    assert!(stats["hints_native"].as_u64().unwrap() > 4, "{stats}");
}

/// Steps and outputs so far are kept when the worker starts in the middle of a run.
#[test]
fn a_worker_that_starts_late_takes_over() {
    let (finished, stats) = run(&corpus("stdlib/usort.json"), &["--print_output"]);
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    assert!(stats["round_trips"].as_u64().unwrap() > 0, "{stats}");
    let (finished, stats) = run(
        &corpus("placement/sort_changes_sides.json"),
        &["--print_output"],
    );
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    assert_eq!(stats["hints_executed"], 12, "{stats}");
    // All but two of them, after the worker started as before.
    assert_eq!(stats["hints_native"], 10, "{stats}");
}

/// The start of a worker counts neither as steps nor as waiting for hints, also in the middle of a run.
#[test]
fn the_start_of_a_worker_is_counted_apart() {
    for (name, early) in [
        ("ids/arrays", true),
        ("placement/sort_changes_sides", false),
    ] {
        let (finished, stats) = run(&corpus(&format!("{name}.json")), &[]);
        assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
        let seconds = |of: &str| stats[format!("seconds_{of}")].as_f64().unwrap();
        // CPython alone needs longer than these few steps and hints.
        assert!(seconds("starting") > 0.005, "{early} {stats}");
        assert!(seconds("stepping") > 0.0, "{early} {stats}");
    }
}

/// What a failed run leaves in memory is the same, too.
#[test]
fn a_twin_that_fails_leaves_nothing_behind() {
    for name in [
        "placement/range_checks_taken",
        "placement/range_check_refused",
        "placement/two_names_of_a_cell",
    ] {
        let print = |placement| {
            let mut command = vm_host_placed(corpus(&format!("{name}.json")), placement);
            command.args(["--layout", "starknet_with_keccak"]);
            command.args(["--debug_error", "--print_memory", "--print_segments"]);
            let finished = finish(&mut command, DEADLINE).unwrap();
            String::from_utf8(finished.stdout).unwrap()
        };
        let python = print("python");
        assert!(python.contains("Got an error"), "{python}");
        assert_eq!(print("auto"), python, "{name}");
    }
}

/// A known hint writes as little far away as any other.
#[test]
fn far_writes_are_refused_in_rust_too() {
    let source = "func main() {
    alloc_locals;
    tempvar here = cast(fp, felt);
    local output: felt* = cast(here + 2 ** 33, felt*);
    local value = 5;
    local base = 16;
    local bound = 16;
    %{
        memory[ids.output] = res = (int(ids.value) % PRIME) % ids.base
        assert res < ids.bound, f'split_int(): Limb {res} is out of range.'
    %}
    return ();
}
";
    // `fp` is no expression of its own; a pushed copy of it is.
    let source = source.replace(
        "    tempvar here = cast(fp, felt);\n",
        "    let (here) = of_caller();\n",
    ) + "
func of_caller() -> (here: felt) {
    return (here=[fp - 2]);
}
";
    let folder = tempfile::TempDir::new().unwrap();
    let program = compiler::compile(folder.path(), &[("far".to_owned(), source)]).unwrap();
    let run = |placement| {
        let mut command = vm_host_placed(&program[0], placement);
        let finished = finish(&mut command, DEADLINE).unwrap();
        (finished.exit_code(), finished.stderr_text())
    };
    let python = run("python");
    assert!(python.1.contains("past the end"), "{}", python.1);
    assert_eq!(run("auto"), python);
}

/// Every compiled program below a folder.
fn programs_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            programs_below(&path, found);
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let text: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            if text.get("hints").is_some() {
                found.push(path);
            }
        }
    }
}

/// The share of the corpus's different texts that runs in Rust.
#[test]
fn most_texts_of_the_corpus_run_in_rust() {
    let mut programs = Vec::new();
    programs_below(&programs_directory(), &mut programs);
    let mut command = vm_host("hints");
    command.args(["--share", "--json"]).args(&programs);
    if let Some(environment) = binaries::python_env() {
        command.arg("--python-env").arg(environment);
    }
    let finished = finish(&mut command, DEADLINE).unwrap();
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    let share: Value = serde_json::from_slice(&finished.stdout).unwrap();
    let count = |name: &str| share[name].as_u64().unwrap();
    let percent = |part: u64| part * 100 / count("texts");
    println!(
        "of {} texts {} % are compiled, {} % have a twin",
        count("texts"),
        percent(count("compiled")),
        percent(count("twin"))
    );
    assert_eq!(count("programs"), programs.len() as u64);
    assert!(count("texts") > 500, "{share}");
    let rust = percent(count("compiled") + count("twin"));
    assert!(rust >= PROMISED, "{rust} %: {share}");
}
