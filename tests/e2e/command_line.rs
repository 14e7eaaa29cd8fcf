//! The command line of `vm-host run` where `cairo-run` is more lenient than most: standard input,
//! abbreviations, the version.

use std::fs::File;
use std::io::Write as _;
use std::process::Stdio;

use hint_tests::process::{PATIENCE, Running};
use hint_tests::record::programs_directory;
use hint_tests::run::{finish, vm_host};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::hint_program::HintProgram;

#[test]
fn the_version_is_said_as_cairo_run_does() {
    for options in [
        ["run", "-v"],
        ["run", "--version"],
        ["-v", "--"],
        ["-V", "--"],
    ] {
        let mut command = vm_host(options[0]);
        let finished = finish(command.arg(options[1]), PATIENCE).unwrap();
        assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
        let stdout = finished.stdout_text();
        assert!(
            stdout.contains(env!("CARGO_PKG_VERSION")),
            "{options:?}: {stdout}"
        );
    }
}

#[test]
fn the_program_and_its_input_can_come_from_standard_input() {
    let program = HintProgram::new("print(program_input['n'])");
    let input = program.folder().join("input.json");
    std::fs::write(&input, "{\"n\": 17}").unwrap();
    let (program, input) = (program.path(), input.as_path());
    let file = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    for (from_stdin, words) in [
        (program.as_path(), ["-".to_owned(), file(input)]),
        (input, [file(&program), "-".to_owned()]),
    ] {
        let mut command = vm_host("run");
        command.arg(&words[0]).arg("--program_inp").arg(&words[1]);
        command.stdin(File::open(from_stdin).unwrap());
        let mut child = Running::start(command.stdout(Stdio::piped()));
        let mut stdout = child.stdout.take().unwrap();
        assert!(child.ended().success());
        assert_eq!(std::io::read_to_string(&mut stdout).unwrap(), "17\n");
    }
}

/// What `cairo-run` writes: the locations of the compiled program, by addresses from 1 on.
#[test]
fn the_debug_information_is_relocated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("debug.json");
    let program = "error/message_attribute.json";
    let json = |path: &std::path::Path| -> Value {
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    };
    let mut command = vm_host("run");
    command.args(["ids/arrays.json", "--layout", "small", "--debug_info_file"]);
    let finished = finish(command.arg(&file), PATIENCE).unwrap();
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    let compiled = json(&programs_directory().join("ids/arrays.json"));
    let compiled = compiled["debug_info"]["instruction_locations"]
        .as_object()
        .unwrap();
    // json.dump(DebugInfo(...).dump(), file) of cairo-lang, with the locations moved by one.
    let digest = Sha256::digest(std::fs::read(&file).unwrap());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        digest,
        "c81ad4e495bec766e6f5a652cd62e5ae59d1f95c3dd9682880aadc0a9d8541bf"
    );
    let written = json(&file);
    assert_eq!(written["file_contents"], serde_json::json!({}));
    let written = written["instruction_locations"].as_object().unwrap();
    assert_eq!(written.len(), compiled.len());
    for (pc, location) in compiled {
        let address = (pc.parse::<u64>().unwrap() + 1).to_string();
        assert_eq!(&written[&address], location, "{pc}");
    }
    // A run that fails leaves none.
    let failed = folder.path().join("failed.json");
    let mut command = vm_host("run");
    command.args([program, "--layout", "small", "--debug_info_file"]);
    let finished = finish(command.arg(&failed), PATIENCE).unwrap();
    assert_eq!(finished.exit_code(), Some(1));
    assert!(!failed.exists());
}

#[test]
fn a_program_that_is_given_as_a_pie_is_recognised() {
    let mut command = vm_host("run");
    command.args(["--run_from_cairo_pie", "ids/arrays.json"]);
    let finished = finish(&mut command, PATIENCE).unwrap();
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(65), "{stderr}");
    assert!(
        stderr.ends_with(
            "\nhint: it is JSON; give a compiled program without --run_from_cairo_pie\n"
        ),
        "{stderr}"
    );
}

/// `pdb` would end such a hint with `BdbQuit`, which says nothing.
#[test]
fn a_breakpoint_that_nobody_can_answer_says_so() {
    let program = HintProgram::new("breakpoint()\nids.x = 1");
    let run = |stdin: Stdio, commands: &str| {
        let mut command = vm_host("run");
        command.arg(program.path()).stdin(stdin);
        let mut child = Running::start(command.stdout(Stdio::null()).stderr(Stdio::piped()));
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(commands.as_bytes()).unwrap();
        }
        let mut stderr = child.stderr.take().unwrap();
        let text = std::io::read_to_string(&mut stderr).unwrap();
        (child.ended().code(), text)
    };
    let advice = "\nhint: use `vm-host run` in a terminal, or serve the hints from your own interpreter, with \
                  `cairohints.Vm(..., hints=cairohints.here())`\n";
    let (code, text) = run(Stdio::null(), "");
    let error =
        "RuntimeError: a debugger needs a terminal, and this hint runs in a process without one";
    assert_eq!(code, Some(1), "{text}");
    assert!(text.ends_with(&format!("{error}{advice}")), "{text}");
    for commands in ["", "p 1\n"] {
        let (code, text) = run(Stdio::piped(), commands);
        let error = "RuntimeError: the commands of a debugger ended with standard input, which is no terminal";
        assert_eq!(code, Some(1), "{text}");
        assert!(text.ends_with(&format!("{error}{advice}")), "{text}");
    }
    let (code, text) = run(Stdio::piped(), "p 1\nc\n");
    assert_eq!((code, text.as_str()), (Some(0), ""));
}
