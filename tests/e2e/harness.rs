//! The comparison itself: a record with anything changed in it must not match the run.

use hint_tests::compare::compare;
use hint_tests::record::{self, Outcome};
use hint_tests::run::{Observed, observe};

fn differs(outcome: &Outcome, observed: &Observed, change: impl Fn(&mut Outcome), what: &str) {
    let mut changed = outcome.clone();
    change(&mut changed);
    let differences = compare(&changed, observed);
    assert_eq!(differences.len(), 1, "{what}: {differences:?}");
    assert!(differences[0].contains(what), "{what}: {differences:?}");
}

#[test]
fn a_changed_record_does_not_match() {
    let record = record::load("builtin/output_pages");
    let observed = observe(&record.run).unwrap();
    let outcome = &record.outcome;
    assert_eq!(compare(outcome, &observed), Vec::<String>::new());
    differs(outcome, &observed, |o| o.exit_code = 1, "exit code");
    differs(
        outcome,
        &observed,
        |o| o.stdout.as_mut().unwrap().push(' '),
        "stdout",
    );
    differs(outcome, &observed, |o| o.stderr.push_str("more"), "stderr");
    differs(
        outcome,
        &observed,
        |o| {
            let trace = o.trace.as_mut().unwrap();
            trace.sha256.clear();
            trace.entries.as_mut().unwrap()[3].push('1');
        },
        "trace (pc ap fp) differs from line 4",
    );
    differs(
        outcome,
        &observed,
        |o| {
            let memory = o.memory.as_mut().unwrap();
            memory.sha256.clear();
            memory.values.as_mut().unwrap()[5].push('1');
        },
        "memory (address value) differs from line 6",
    );
    differs(
        outcome,
        &observed,
        |o| {
            let pie = o.cairo_pie.as_mut().unwrap();
            pie["additional_data.json"]["output_builtin"]["pages"]["1"] = serde_json::json!([1, 3]);
        },
        "output_builtin.pages.1 differs",
    );
    differs(
        outcome,
        &observed,
        |o| o.cairo_pie.as_mut().unwrap()["memory.bin"]["sha256"] = serde_json::json!(""),
        "memory.bin.sha256 differs",
    );
}

#[test]
fn a_changed_record_of_a_failure_does_not_match() {
    let record = record::load("error/raise");
    let observed = observe(&record.run).unwrap();
    let outcome = &record.outcome;
    assert_eq!(compare(outcome, &observed), Vec::<String>::new());
    differs(
        outcome,
        &observed,
        |o| o.stderr = o.stderr.replace("line 9", "line 8"),
        "stderr",
    );
    differs(outcome, &observed, |o| o.exit_code = 3, "exit code");
    differs(
        outcome,
        &observed,
        |o| o.uncaught = Some("KeyError: 'other'".to_owned()),
        "KeyError",
    );
}

#[test]
fn changed_air_inputs_do_not_match() {
    let record = record::load("proof/output_pages");
    let observed = observe(&record.run).unwrap();
    let outcome = &record.outcome;
    assert_eq!(compare(outcome, &observed), Vec::<String>::new());
    let change = |o: &mut Outcome| {
        o.air_inputs.as_mut().unwrap()["public"]["rc_max"] = serde_json::json!(1);
    };
    differs(outcome, &observed, change, "AIR.public.rc_max differs");
}
