//! The cases in which this VM answers otherwise than the reference VM, each because of what cairo-vm can
//! hold. Here stands what it answers instead; a case that agrees again fails its test.

use hint_tests::compare;
use hint_tests::record;
use hint_tests::run::observe;

/// Cases that are compared here instead of with their record.
pub(crate) const NAMES: &[&str] = &[
    "memory/pointer_with_negative_offset",
    "memory/relocate_memory_leaves_nothing",
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
    let printed = observed.process.stdout_text() + &observed.process.stderr_text();
    assert!(printed.contains(line), "{name}: {printed}");
}

/// `memory[x] = fp - 1000000` stores an offset of 251 bits in the reference VM.
#[test]
fn a_pointer_before_its_segment_cannot_be_stored() {
    answers(
        "memory/pointer_with_negative_offset",
        "ValueError: the vm cannot hold an address whose offset is negative or 2**63 or above",
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

/// `memory.relocate_memory()` in the middle of a run also removes the moved cells in the reference VM.
#[test]
fn cells_stay_where_they_were_when_memory_is_relocated_early() {
    answers("memory/relocate_memory_leaves_nothing", "7 7 1");
}
