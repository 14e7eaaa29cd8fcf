//! `vm-host serve` and `vm-host health` as commands: what they refuse, and how.

use std::fs::Permissions;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::Duration;

use hint_tests::binaries;
use hint_tests::process::{Finished, Running};
use hint_tests::run::{finish, vm_host};
use rustix::process::Signal;

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

#[test]
fn what_cannot_be_served_or_asked_is_refused() {
    let finished = run("serve", &[]);
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(2), "{stderr}");
    assert_eq!(
        stderr,
        "error: there is no place to listen\nhint: give --listen ADDRESS:PORT, --unix PATH, or both\n"
    );
    for address in [
        "nonsense",
        "http://127.0.0.1:5",
        "unix:",
        "localhost:99999",
        ":5",
    ] {
        let finished = run("health", &[address]);
        let stderr = finished.stderr_text();
        assert_eq!(finished.exit_code(), Some(2), "{address}: {stderr}");
        assert_eq!(
            stderr,
            format!("error: `{address}` is no address\nhint: use host:port or unix:/path\n")
        );
    }
    let mut command = vm_host("serve");
    command
        .args(["--listen", "127.0.0.1:0"])
        .env("RUST_LOG", "loud");
    let finished = finish(&mut command, Duration::from_secs(60)).unwrap();
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(2), "{stderr}");
    assert!(
        stderr.starts_with("error: invalid value `loud` of RUST_LOG: "),
        "{stderr}"
    );
}

/// Where metrics and spans go is looked at before anybody is served.
#[test]
fn places_for_metrics_and_spans_are_checked() {
    let listen = ["--listen", "127.0.0.1:0"];
    let refused = |options: &[&str], code, words: &str| {
        let finished = run("serve", &[&listen, options].concat());
        let stderr = finished.stderr_text();
        assert_eq!(finished.exit_code(), Some(code), "{options:?}: {stderr}");
        assert!(stderr.contains(words), "{options:?}: {stderr}");
    };
    for place in ["nowhere", "unix:", "9464", "http://127.0.0.1:9464"] {
        refused(
            &["--metrics", place],
            2,
            "use ADDRESS:PORT, such as 127.0.0.1:9464",
        );
    }
    for endpoint in [
        "nowhere",
        "localhost:4317",
        "ftp://localhost:4317",
        "http://",
    ] {
        let words = format!("`{endpoint}` is no endpoint of OTLP");
        refused(&["--otlp", endpoint], 2, &words);
    }
    refused(
        &["--otlp", "https://localhost:4317"],
        2,
        "OTEL_EXPORTER_OTLP_CERTIFICATE",
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let words = format!("cannot listen on `{address}`");
    refused(&["--metrics", &address], 73, &words);
}

/// The options of `serve` can be written as those of `run`.
#[test]
fn both_spellings_work_everywhere() {
    let finished = run(
        "serve",
        &["--listen", "127.0.0.1:0", "--python_env", "/nope"],
    );
    assert_eq!(finished.exit_code(), Some(78), "{}", finished.stderr_text());
}

/// The process that workers are forked from is also what says whether they can start.
#[test]
fn python_starts_once_before_the_server_listens() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    let worker = file("worker");
    let script = format!(
        "#!/bin/sh\necho \"$@\" >> {}\nexec {} \"$@\"\n",
        file("starts").display(),
        binaries::hint_worker().display()
    );
    std::fs::write(&worker, script).unwrap();
    std::fs::set_permissions(&worker, Permissions::from_mode(0o700)).unwrap();
    let mut command = vm_host("serve");
    command
        .arg("--unix")
        .arg(file("socket"))
        .arg("--hint-worker")
        .arg(&worker);
    let mut server = Running::start(command.stdin(Stdio::null()).stderr(Stdio::piped()));
    let mut line = String::new();
    let mut stderr = BufReader::new(server.stderr.take().unwrap());
    stderr.read_line(&mut line).unwrap();
    assert!(line.starts_with("listening on unix:"), "{line}");
    let starts = std::fs::read_to_string(file("starts")).unwrap();
    let python: Vec<_> = starts
        .lines()
        .filter(|arguments| !arguments.contains("--version"))
        .collect();
    assert_eq!(python.len(), 1, "{starts}");
    assert!(python[0].contains("--zygote"), "{starts}");
    server.signal(Signal::TERM);
    assert!(server.ended().success());
}
