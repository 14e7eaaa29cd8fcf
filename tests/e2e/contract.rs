//! `vm-host contract`: scenarios of contracts in a worker process, which fail like tests.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use hint_tests::process::{PATIENCE, Running};
use hint_tests::record::tests_directory;
use hint_tests::run::{finish, vm_host};
use rustix::process::{Pid, Signal};
use tempfile::TempDir;

/// A contract whose endpoint has no end, within the limits of a transaction for long enough.
const ENDLESS: &str = "#[multiversx_sc::contract]\ntrait Endless {\n\
    #[init]\nfn init(&self) {}\n#[endpoint]\nfn run(&self) { loop {} }\n}\n";

fn example(path: &str) -> PathBuf {
    tests_directory().join("contracts").join(path)
}

/// A folder with a contract `c.rs` and a scenario that deploys it and calls `run` so often.
fn scenario(contract: &str, calls: usize) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("c.rs"), contract).unwrap();
    let call = r#"{ "step": "scCall", "id": "run", "tx": { "from": "address:a", "to": "sc:c", "function": "run" }, "expect": { "status": "*" } }"#;
    let text = format!(
        r#"{{ "name": "test", "steps": [
        {{ "step": "setState", "accounts": {{ "address:a": {{}} }},
          "newAddresses": [{{ "creatorAddress": "address:a", "creatorNonce": "0", "newAddress": "sc:c" }}] }},
        {{ "step": "scDeploy", "tx": {{ "from": "address:a", "contractCode": "file:c.rs" }}, "expect": {{ "status": "" }} }}
        {} ] }}"#,
        format!(",\n{call}").repeat(calls)
    );
    let path = folder.path().join("test.scen.json");
    fs::write(&path, text).unwrap();
    (folder, path)
}

/// Exit code, stdout, stderr.
fn run(path: &Path, options: &[&str]) -> (Option<i32>, String, String) {
    let mut command = vm_host("contract");
    let finished = finish(command.arg(path).args(options), PATIENCE).unwrap();
    (
        finished.exit_code(),
        finished.stdout_text(),
        finished.stderr_text(),
    )
}

#[test]
fn the_examples_pass() {
    for name in [
        "counter/scenarios/counter.scen.json",
        "token/scenarios/allowances.scen.json",
        "exchange/scenarios/trade.scen.json",
    ] {
        let (code, stdout, stderr) = run(&example(name), &[]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{name}: {stdout}");
        let last = stdout.lines().last().unwrap();
        assert!(last.starts_with("passed: "), "{name}: {last}");
    }
}

#[test]
fn what_is_not_as_expected_is_exit_code_1() {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(example("token/scenarios/allowances.scen.json")).unwrap();
    let path = folder.path().join("wrong.scen.json");
    let setup = example("token/scenarios/token.scen.json");
    let text = text.replace("token.scen.json", setup.to_str().unwrap());
    fs::write(&path, text.replace("\"401\"", "\"402\"")).unwrap();
    let source = format!("token={}", example("token/src/token.rs").display());
    let text = fs::read_to_string(&path)
        .unwrap()
        .replace("file:../src/token.rs", "mxsc:out/token.mxsc.json");
    fs::write(&path, text).unwrap();
    let (code, stdout, stderr) = run(&path, &["--source", &source]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stdout.trim_end().ends_with("FAILED"), "{stdout}");
    let line = stderr.lines().last().unwrap();
    assert!(
        line.starts_with(&format!("{}:", path.display())),
        "{stderr}"
    );
    assert!(
        line.contains("`0x0191` (`401`), expected `0x0192` (`402`)"),
        "{stderr}"
    );
}

#[test]
fn what_cannot_be_used_says_where() {
    let (_folder, path) = scenario(
        "#[multiversx_sc::contract]\ntrait C {}\nstatic S: u8 = 1;\n",
        0,
    );
    let (code, _, stderr) = run(&path, &[]);
    assert_eq!(code, Some(65), "{stderr}");
    assert!(stderr.starts_with("error: "), "{stderr}");
    assert!(
        stderr.contains("c.rs:3:1: statics are not handled: use a constant\nin scDeploy at "),
        "{stderr}"
    );

    let missing = path.with_file_name("missing.scen.json");
    let (code, _, stderr) = run(&missing, &[]);
    assert_eq!(code, Some(66), "{stderr}");
    assert!(stderr.contains("cannot read `"), "{stderr}");

    fs::write(&path, "{ \"steps\": [ { \"step\": \"fly\" } ] }").unwrap();
    let (code, _, stderr) = run(&path, &[]);
    assert_eq!(code, Some(65), "{stderr}");
    assert!(
        stderr.contains("test.scen.json:1:24: `fly` is no step"),
        "{stderr}"
    );

    let (code, _, stderr) = run(&path, &["--source", "nothing"]);
    assert_eq!(code, Some(2), "{stderr}");
    assert!(
        stderr.contains("`nothing` is no source of a contract\nhint: write NAME=FILE.rs"),
        "{stderr}"
    );
}

#[test]
fn what_transactions_do_can_be_printed() {
    let (code, stdout, _) = run(&example("exchange/scenarios/trade.scen.json"), &["--trace"]);
    assert_eq!(code, Some(0));
    for line in [
        "call `swap` of `sc:gold-wood` from `sc:router`: ",
        "return from `sc:wood-corn`: UserError",
        "log of `sc:gold-wood` in `swap`: ",
        "read ",
        "write ",
    ] {
        assert!(
            stdout
                .lines()
                .any(|found| found.trim_start().starts_with(line)),
            "{line}"
        );
    }
}

#[test]
fn a_scenario_that_takes_too_long_is_stopped() {
    let (_folder, path) = scenario(ENDLESS, 1_000);
    let (code, _, stderr) = run(&path, &["--timeout", "1"]);
    assert_eq!(code, Some(124), "{stderr}");
    assert_eq!(
        stderr,
        "error: the scenario took longer than `1` s and was stopped\n\
         hint: raise the limit with --timeout, or remove it with --timeout 0\n"
    );
}

/// The worker of a `vm-host` that is at work.
fn worker_of(host: Pid) -> Pid {
    let path = format!("/proc/{0}/task/{0}/children", host.as_raw_nonzero());
    let deadline = Instant::now() + PATIENCE;
    loop {
        let children = fs::read_to_string(&path).unwrap_or_default();
        let first = children.split_whitespace().next();
        if let Some(pid) = first.and_then(|pid| Pid::from_raw(pid.parse().ok()?)) {
            return pid;
        }
        assert!(Instant::now() < deadline, "there is no worker");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn is_there(pid: Pid) -> bool {
    let stat =
        fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).unwrap_or_default();
    // A process that nobody has reaped yet is at its end.
    stat.rsplit_once(')')
        .is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
}

#[test]
fn no_worker_outlives_its_command() {
    for signal in [Signal::INT, Signal::KILL] {
        let (_folder, path) = scenario(ENDLESS, 1_000);
        let mut command = vm_host("contract");
        let mut host = Running::start(
            command
                .arg(&path)
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
        let worker = worker_of(host.pid());
        std::thread::sleep(Duration::from_millis(200));
        host.signal(signal);
        let status = host.ended();
        if signal == Signal::INT {
            assert_eq!(status.code(), Some(130));
        }
        let deadline = Instant::now() + PATIENCE;
        while is_there(worker) {
            assert!(Instant::now() < deadline, "the worker is still there");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
