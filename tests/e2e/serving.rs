//! `vm-host serve` and `vm-host health` as commands: what they refuse, and how.

use std::time::Duration;

use hint_tests::process::Finished;
use hint_tests::run::{finish, vm_host};

fn run(subcommand: &str, options: &[&str]) -> Finished {
    finish(vm_host(subcommand).args(options), Duration::from_secs(60)).unwrap()
}

/// Nobody may take a server for healthy whose every hint fails.
#[test]
fn an_environment_that_does_not_fit_is_refused_at_once() {
    let finished = run(
        "serve",
        &["--listen", "127.0.0.1:0", "--python-env", "/nope"],
    );
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(78), "{stderr}");
    assert!(
        stderr.starts_with("error: ") && stderr.contains("`/nope"),
        "{stderr}"
    );
    assert!(!stderr.contains("listening"), "{stderr}");
}
