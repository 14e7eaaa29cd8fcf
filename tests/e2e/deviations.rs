//! The cases in which this VM answers otherwise than the reference VM, because of what cairo-vm can hold
//! and because cells move when the run ends. Here stands what it answers instead; a case that agrees again fails its test.

use hint_tests::compare;
use hint_tests::record;
use hint_tests::run::observe;

/// Cases that are compared here instead of with their record.
pub(crate) const NAMES: &[&str] = &[
    "memory/pointer_with_negative_offset",
    "memory/relocate_memory_leaves_nothing",
    "memory/relocation_rule_to_integer",
    "segments/load_data_unreduced",
];

#[track_caller]
fn answers(name: &str, line: &str) {
    assert!(NAMES.contains(&name));
    let record = record::load(name);
    let observed = observe(&record.run).unwrap();
    assert_ne!(
        compare::compare(&record.outcome, &observed),
        Vec::<String>::new(),
        "{name} agrees"
    );
    assert_eq!(observed.process.exit_code(), Some(1));
    let stderr = observed.process.stderr_text();
    assert!(stderr.contains(line), "{name}: {stderr}");
}

/// `memory[x] = fp - 1000000` stores an offset of 251 bits in the reference VM.
#[test]
fn a_pointer_before_its_segment_cannot_be_stored() {
    answers(
        "memory/pointer_with_negative_offset",
        "ValueError: the vm cannot hold an address whose offset is negative or 2**63 or above",
    );
}

/// A rule that moves a temporary segment to an integer moves pointers to its start only.
#[test]
fn a_pointer_into_a_segment_moved_to_an_integer_loses_its_offset() {
    answers(
        "memory/relocation_rule_to_integer",
        "An ASSERT_EQ instruction failed: 1000 != 1003.",
    );
}

/// `segments.load_data` stores numbers above the prime as they are in the reference VM.
#[test]
fn a_number_that_is_not_below_the_prime_cannot_be_stored() {
    answers(
        "segments/load_data_unreduced",
        "ValueError: the vm cannot hold a number that is not below the prime",
    );
}

/// `memory.relocate_memory()` copies the cells at once, but the temporary segment and its rule stay until
/// the run ends; the memory of the finished run is the same.
#[test]
fn a_relocated_temporary_segment_stays_readable() {
    let name = "memory/relocate_memory_leaves_nothing";
    assert!(NAMES.contains(&name));
    let record = record::load(name);
    assert_eq!(record.outcome.stdout.as_deref(), Some("7 None 0\n"));
    let observed = observe(&record.run).unwrap();
    assert_eq!(observed.process.stdout_text(), "7 7 1\n");
    let differences = compare::compare(&record.outcome, &observed);
    assert_eq!(differences.len(), 1, "{differences:?}");
}
