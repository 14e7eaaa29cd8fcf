//! The hint processor for programs that drive cairo-vm themselves, through its example.

#[path = "../../vm-host/examples/hint_processor.rs"]
mod example;

use cairo_vm::types::layout_name::LayoutName;
use cairo_vm::types::program::Program;
use cairo_vm::vm::runners::cairo_runner::{CairoRunner, ResourceTracker as _, RunResources};
use hint_tests::binaries;
use hint_tests::record::programs_directory;
use vm_host::PythonHintProcessor;
use vm_host::hint::SessionInputs;
use vm_host::processor::ProcessorOptions;

fn corpus(name: &str) -> Vec<u8> {
    std::fs::read(programs_directory().join(name).with_extension("json")).unwrap()
}

fn options(place_known_hints: bool) -> ProcessorOptions {
    ProcessorOptions {
        place_known_hints,
        // Hints of the standard library import it.
        python_env: binaries::python_env(),
        worker: Some(binaries::hint_worker()),
        ..ProcessorOptions::default()
    }
}

/// The output, and how many hints ran in Rust and in Python.
fn run(name: &str, place_known_hints: bool) -> Result<(String, (u64, u64)), String> {
    example::run(
        &corpus(name),
        LayoutName::starknet_with_keccak,
        options(place_known_hints),
    )
    .map(|(output, hints)| (output, hints.executed()))
    .map_err(|error| error.to_string())
}

#[test]
fn hints_run_in_both_languages() {
    let (output, (rust, python)) = run("placement/own_hints_beside_known_ones", true).unwrap();
    assert_eq!(output, "60\n33\n3\n9\n");
    assert!(rust > 0 && python > 0, "{rust} {python}");
    let (all, (none, every)) = run("placement/own_hints_beside_known_ones", false).unwrap();
    assert_eq!((all, none, every), (output, 0, rust + python));
}

#[test]
fn scopes_stay_in_step() {
    for place in [true, false] {
        let (output, _) = run("placement/mixed_scopes", place).unwrap();
        assert_eq!(output, "8\n");
        let error = run("placement/left_open", place).unwrap_err();
        assert!(error.contains("Every enter_scope() requires"), "{error}");
    }
}

#[test]
fn the_exception_of_a_hint_is_in_the_error() {
    for place in [true, false] {
        let error = run("placement/error_after_changing_sides", place).unwrap_err();
        assert!(
            error.contains("AssertionError: Wrong previous value in dict. Got 3, expected 2."),
            "{error}"
        );
        assert!(
            error.contains("Traceback (most recent call last):"),
            "{error}"
        );
    }
    let error = run("error/syntax_error", true).unwrap_err();
    assert!(error.contains("SyntaxError"), "{error}");
}

#[test]
fn hints_of_loaded_programs_run() {
    // It opens the other program in the folder of the corpus; every other path here is absolute.
    std::env::set_current_dir(programs_directory()).unwrap();
    let (output, (rust, python)) = run("load/run_loaded_program", true).unwrap();
    assert_eq!(output, "48\n50\n52\n");
    assert!(rust > 0 && rust + python == 9, "{rust} {python}");
}

#[test]
fn a_rule_is_refused() {
    let error = run("rule/validation", true).unwrap_err();
    assert!(error.contains("a hint processor cannot keep"), "{error}");
}

/// The loop may stop and go on: hints are compiled again, scopes and variables stay.
#[test]
fn a_run_may_pause() {
    let json = corpus("placement/loop_changes_sides");
    let program = Program::from_bytes(&json, Some("main")).unwrap();
    let mut hints = PythonHintProcessor::new(
        &json,
        ProcessorOptions {
            run_resources: RunResources::new(10_000),
            inputs: SessionInputs {
                hint_locals_json: r#"{"given": 3}"#.to_owned(),
                ..options(true).inputs
            },
            ..options(true)
        },
    )
    .unwrap();
    let layout = LayoutName::starknet_with_keccak;
    let mut runner = CairoRunner::new(&program, layout, None, false, false, false).unwrap();
    let end = runner.initialize(false).unwrap();
    for _ in 0..20 {
        runner.run_for_steps(1, &mut hints).unwrap();
    }
    runner.run_until_pc(end, &mut hints).unwrap();
    hints.end_run(&mut runner.vm).unwrap();
    assert!(hints.get_n_steps() < Some(10_000));
    let mut output = String::new();
    runner.end_run(false, false, &mut hints, false).unwrap();
    runner.vm.write_output(&mut output).unwrap();
    assert_eq!(output, "1\n1\n0\n");
}
