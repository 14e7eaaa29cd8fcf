//! Input that is not what it should be: one clear line, a documented exit code, no panic, nothing left
//! under the name of an output.

use std::time::Duration;

use hint_tests::process::Finished;
use hint_tests::run::{finish, vm_host, vm_host_run};
use serde_json::json;

use crate::hint_program::{HintProgram, json_of};

const DEADLINE: Duration = Duration::from_secs(60);

/// Runs the program file `text` and checks that it is refused with that code and a line that has all of
/// `parts`.
#[track_caller]
fn refused(text: &str, options: &[&str], code: i32, parts: &[&str]) -> Finished {
    let program = HintProgram::of(text);
    let trace = program.folder().join("trace.bin");
    let mut command = vm_host_run(program.path());
    let finished = finish(
        command.args(options).arg("--trace_file").arg(&trace),
        DEADLINE,
    )
    .unwrap();
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(code), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    let line = stderr
        .lines()
        .find(|line| !line.starts_with("hint: "))
        .unwrap_or_default();
    for part in parts {
        assert!(line.contains(part), "`{part}` is not in: {stderr}");
    }
    assert!(!trace.exists(), "a trace was left");
    finished
}

#[test]
fn not_json() {
    refused("this is no JSON", &[], 65, &["error: ", "program.json"]);
    refused("", &[], 65, &["error: "]);
    refused("{\"data\": [", &[], 65, &["error: "]);
    refused("\u{0}\u{1}", &[], 65, &["error: "]);
}

#[test]
fn not_a_cairo_program() {
    refused("[1, 2]", &[], 65, &["error: "]);
    refused("{}", &[], 65, &["error: "]);
    refused(
        "{\"sierra_program\": [], \"contract_class_version\": \"0.1.0\"}",
        &[],
        65,
        &["error: "],
    );
}

#[test]
fn another_prime() {
    let mut program = json_of("pass");
    program["prime"] = json!("0x11");
    refused(&program.to_string(), &[], 65, &["prime", "0x11"]);
}

#[test]
fn deep_nesting() {
    let text = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    refused(&text, &[], 65, &["error: "]);
}

#[test]
fn a_200_megabyte_file() {
    let text = format!("{{\"data\": \"{}\"}}", "a".repeat(200 << 20));
    refused(&text, &[], 65, &["error: "]);
}

#[test]
fn a_hint_outside_of_the_program() {
    let mut program = json_of("pass");
    let hint = program["hints"]["2"].take();
    program["hints"] = json!({"1000000000000": hint});
    refused(&program.to_string(), &[], 65, &["1000000000000"]);
}

#[test]
fn a_reference_that_does_not_parse() {
    let mut program = json_of("pass");
    program["reference_manager"]["references"][0]["value"] = json!("[cast(fp +, felt*)]");
    refused(&program.to_string(), &[], 65, &["error: "]);
}

#[test]
fn no_main() {
    let mut program = json_of("pass");
    program["identifiers"] = json!({});
    program["hints"] = json!({});
    refused(&program.to_string(), &[], 1, &["Error: Missing main()."]);
}

#[test]
fn an_unknown_layout() {
    refused(
        &json_of("pass").to_string(),
        &["--layout", "huge"],
        2,
        &["huge"],
    );
}

#[test]
fn a_builtin_that_the_layout_lacks() {
    let mut program = json_of("pass");
    program["builtins"] = json!(["bitwise"]);
    refused(
        &program.to_string(),
        &["--layout", "plain"],
        1,
        &["bitwise", "plain"],
    );
}

#[test]
fn program_input_that_cannot_be_used() {
    let text = json_of("pass").to_string();
    refused(
        &text,
        &["--program_input", "/nowhere/input.json"],
        66,
        &["/nowhere/input.json"],
    );
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("input.json");
    std::fs::write(&input, "{not json").unwrap();
    refused(
        &text,
        &["--program_input", input.to_str().unwrap()],
        65,
        &["input.json", "not JSON"],
    );
}

#[test]
fn an_output_that_cannot_be_written() {
    let text = json_of("raise Exception('the run must not start')").to_string();
    let finished = refused(
        &text,
        &["--memory_file", "/nowhere/memory.bin"],
        73,
        &["/nowhere/memory.bin"],
    );
    assert!(!finished.stderr_text().contains("must not start"));
}

#[test]
fn a_missing_program() {
    let mut command = vm_host_run("/nowhere/program.json");
    let finished = finish(&mut command, DEADLINE).unwrap();
    assert_eq!(finished.exit_code(), Some(66));
    assert!(finished.stderr_text().contains("/nowhere/program.json"));
}

#[test]
fn an_environment_of_another_python() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("pyvenv.cfg"),
        "home = /usr/bin\nversion = 3.2.1\n",
    )
    .unwrap();
    let program = HintProgram::new("pass");
    let mut command = vm_host("run");
    command
        .arg(program.path())
        .args(["--hints", "python"])
        .arg("--python-env")
        .arg(folder.path());
    let finished = finish(&mut command, DEADLINE).unwrap();
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(78), "{stderr}");
    assert!(
        stderr.contains("Python `3.2`") && stderr.contains("embeds Python `3."),
        "{stderr}"
    );
}

#[test]
fn a_failed_run_leaves_no_files() {
    refused(
        &json_of("raise ValueError('no')").to_string(),
        &[],
        1,
        &["Error at pc=0:2:"],
    );
}

/// Below the reference VM's text stands where modules were looked for.
#[test]
fn a_missing_module_says_where_hints_import_from() {
    let program = HintProgram::new("import nowhere_to_be_found");
    let finished = finish(&mut vm_host_run(program.path()), DEADLINE).unwrap();
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(1), "{stderr}");
    let (_, places) = stderr
        .split_once("ModuleNotFoundError: No module named 'nowhere_to_be_found'\nhint: ")
        .unwrap_or_else(|| panic!("{stderr}"));
    assert!(places.starts_with("hints import from "), "{stderr}");
    assert_eq!(places.lines().count(), 1, "{stderr}");
}
