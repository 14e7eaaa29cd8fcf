//! Hints of the standard library where cairo-lang is not installed.

use std::time::Duration;

use hint_tests::run::{finish, vm_host};

/// A known hint that fails says why, and not that cairo-lang is missing: the program is wrong, not the machine.
#[test]
fn a_known_hint_that_fails_says_why() {
    let mut command = vm_host("run");
    command.args(["error/stdlib_assertion.json", "--layout", "small"]);
    let finished = finish(&mut command, Duration::from_secs(60)).unwrap();
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(1), "{stderr}");
    let wanted = [
        "starkware/cairo/common/math.cairo:52:5: Error at pc=0:0:\nGot an exception while executing a hint.\n",
        "Error message: five is not at most four\n",
        " a = 3618502788666131213697322783095070105623107215331596699973092056135872020480 is out of range\n",
        "\nhint: install cairo-lang 0.14.0.1 into the Python environment of the hints for the full text\n",
    ];
    for text in wanted {
        assert!(stderr.contains(text), "{text}\n---\n{stderr}");
    }
    assert!(!stderr.contains("No module named"), "{stderr}");
}

/// A hint that cairo-vm does not know still says what it cannot import.
#[test]
fn a_hint_of_ones_own_says_what_is_missing() {
    let program = crate::hint_program::HintProgram::new("import starkware.cairo");
    let mut command = vm_host("run");
    let finished = finish(command.arg(program.path()), Duration::from_secs(60)).unwrap();
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(1), "{stderr}");
    assert!(stderr.contains("No module named 'starkware'"), "{stderr}");
}
