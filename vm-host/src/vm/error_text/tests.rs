//! Programs that fail, against what the reference VM said about them.

use super::*;
use crate::vm::testing::load;
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    name: String,
    layout: String,
    program: serde_json::Value,
    pc: String,
    text: String,
}

/// Runs until a step fails and explains that.
fn run(recorded: &Recorded) -> StepFailure {
    let (mut runner, end) = load(&recorded.program, &recorded.layout, false);
    for _ in 0..1000 {
        assert_ne!(runner.vm.get_pc(), end, "{} must fail", recorded.name);
        let before = Registers::of(&runner.vm);
        if let Err(error) = runner.vm.step_instruction() {
            return explain(&runner.vm, before, &error);
        }
    }
    panic!("{} does not end", recorded.name)
}

#[test]
fn texts_are_those_of_the_reference_vm() {
    let recorded: Vec<Recorded> =
        serde_json::from_str(include_str!("../testdata/failing.json")).unwrap();
    assert!(recorded.len() > 60);
    let mut wrong = Vec::new();
    for case in &recorded {
        let failure = run(case);
        if (&failure.pc, &failure.text) != (&case.pc, &case.text) {
            wrong.push(format!(
                "{}:\n  expected {}: {}\n  found    {}: {}",
                case.name, case.pc, case.text, failure.pc, failure.text
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
