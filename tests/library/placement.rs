//! Placement of whole programs: what is known runs in Rust without any engine.

use std::sync::Arc;

use cairo_vm::Felt252;
use cairo_vm::hint_processor::builtin_hint_processor::hint_code;
use cairo_vm::types::relocatable::MaybeRelocatable;
use vm_host::placement::{EngineKind, Surroundings, place};
use vm_host::program::{CompiledProgram, SourceFiles};
use vm_host::run::{Entry, Goal, HintPlacement, ProgramText, Run, RunConfig, Stop, Unwatched};

const KNOWN: &str = include_str!("programs/known.json");
fn program(json: &str) -> Arc<CompiledProgram> {
    Arc::new(CompiledProgram::from_json(json.as_bytes()).expect("a program"))
}

#[tokio::test(flavor = "current_thread")]
async fn known_hints_run_without_an_engine() {
    let text = ProgramText::read(KNOWN.as_bytes()).expect("a program");
    // With `native` there is no Python to go to.
    let config = RunConfig {
        placement: HintPlacement::Native,
        max_steps: 100,
        ..RunConfig::default()
    };
    let mut run = Run::of_program(&text, &Entry::main(), config, None, SourceFiles::Ignored)
        .expect("every hint is placed in Rust");
    let fp = run.vm().get_fp();
    let stop = run.advance(Goal::End, &mut Unwatched).await;
    assert_eq!(stop.expect("the run ends"), Stop::Ended);
    assert_eq!(run.hints_by_side(), (2, 0));
    let felt = |offset| {
        run.vm()
            .get_maybe(&(fp + offset as usize).expect("an address"))
    };
    let one = MaybeRelocatable::from(Felt252::ONE);
    assert_eq!([felt(0), felt(1)], [Some(one.clone()), Some(one)]);
    assert_eq!(run.vm().segments.num_segments(), 5);
}

/// The program with other hints in place of its two.
fn with_hints(first: &str, second: &str) -> Arc<CompiledProgram> {
    let mut json: serde_json::Value = serde_json::from_str(KNOWN).expect("JSON");
    let hints = json["hints"].as_object_mut().expect("the hints");
    for (pc, code) in hints.values_mut().zip([first, second]) {
        pc[0]["code"] = code.into();
    }
    program(&json.to_string())
}

fn natives(first: &str, second: &str) -> Vec<bool> {
    place(&with_hints(first, second), &Surroundings::default())
        .iter()
        .map(|placement| placement.engine == EngineKind::Twin)
        .collect()
}

#[test]
fn a_hint_that_changes_what_a_known_hint_uses_moves_it_to_python() {
    let known = hint_code::ASSERT_NOT_ZERO;
    assert_eq!(natives("own = 1", known), [false, true]);
    assert_eq!(natives("print(assert_integer)", known), [false, false]);
    assert_eq!(natives("globals()[ids.a] = 1", known), [false, false]);
    assert_eq!(
        natives("vm_add_validation_rule(1, print)", known),
        [false, false]
    );
    let reason = &place(
        &with_hints("print(assert_integer)", known),
        &Surroundings::default(),
    )[1]
    .reason;
    assert!(reason.starts_with("shares scope variable `assert_integer` with the hint at pc "));
}

#[test]
fn a_name_that_is_missing_moves_the_hint_to_python() {
    let known = hint_code::ASSERT_NOT_ZERO;
    let json = KNOWN.replace("__main__.main.value", "__main__.main.other");
    let mut json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    for hints in json["hints"]
        .as_object_mut()
        .expect("the hints")
        .values_mut()
    {
        hints[0]["code"] = known.into();
    }
    assert!(
        place(&program(&json.to_string()), &Surroundings::default())
            .iter()
            .all(|placement| placement.engine == EngineKind::Python)
    );
}
