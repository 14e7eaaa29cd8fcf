//! Hints in several languages in one program: one VM, one world of contracts, no common variables.

use std::path::{Path, PathBuf};

use hint_tests::process::{Finished, PATIENCE};
use hint_tests::record::tests_directory;
use hint_tests::run::{finish, vm_host_placed, vm_host_run};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::hint_program::HintProgram;

fn program(name: &str) -> PathBuf {
    tests_directory().join("contracts/cairo").join(name)
}

#[track_caller]
fn succeeds(finished: &Finished) -> String {
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    finished.stdout_text()
}

/// A program of the folder, its output in words, and its figures.
#[track_caller]
fn run(name: &str, placement: &str, options: &[&str]) -> (Vec<String>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let stats = folder.path().join("stats");
    let mut command = vm_host_placed(program(name), placement);
    command.args(["--layout", "small", "--print_output", "--stats"]);
    let finished = finish(command.arg(&stats).args(options), PATIENCE).unwrap();
    let stdout = succeeds(&finished);
    let words = stdout.split_whitespace().skip(2).map(str::to_owned);
    let stats = serde_json::from_slice(&std::fs::read(stats).unwrap()).unwrap();
    (words.collect(), stats)
}

/// The module `sums`, as the command takes it.
fn sums(folder: &Path) -> String {
    let file = folder.join("sums.wasm");
    let code = r#"(module (func (export "plus") (param i64 i64) (result i64)
        local.get 0 local.get 1 i64.add))"#;
    std::fs::write(&file, wat::parse_str(code).unwrap()).unwrap();
    format!("sums={}", file.display())
}

/// Code for hints whose world is the token's.
fn with_world(code: &str) -> String {
    let world = tests_directory().join("contracts/token/scenarios/token.scen.json");
    code.replace("WORLD", world.to_str().unwrap())
}

const WORLD: &str = "# lang: contract\nuse \"WORLD\"\ncaller \"address:owner\"";

/// Standard error and exit code of hints one after the other, in the token's world.
#[track_caller]
fn hints(codes: &[&str]) -> (Option<i32>, String) {
    let codes: Vec<String> = codes.iter().map(|code| with_world(code)).collect();
    let program = HintProgram::of_hints(&codes.iter().map(String::as_str).collect::<Vec<_>>());
    let finished = finish(&mut vm_host_run(program.path()), PATIENCE).unwrap();
    (finished.exit_code(), finished.stderr_text())
}

#[test]
fn python_and_starknet_s_syscalls_reach_the_world_of_contracts() {
    for placement in ["python", "auto"] {
        let (output, stats) = run("syscalls.json", placement, &[]);
        let somebody = u64::from_be_bytes(*b"somebody").to_string();
        // Balance before, status and length of the message of the call that failed, balance after; caller, note,
        // number of results, balance.
        let expected = ["1000", "4", "18", "700", &somebody, "7", "1", "650"];
        assert_eq!(output, expected, "{placement}");

        let contracts = &stats["contracts"];
        let place = |contract: &str, endpoint: &str| {
            let endpoints = contracts["endpoints"].as_array().unwrap();
            let found = endpoints
                .iter()
                .find(|place| place["contract"] == contract && place["endpoint"] == endpoint);
            found.cloned().unwrap_or_default()
        };
        // Two transfers of hints that call contracts, two of Python of which one failed.
        let transfer = json!({
            "contract": "sc:token", "endpoint": "transfer", "calls": 4, "failed_calls": 1,
            "storage_reads": 7, "storage_writes": 6, "events": 3
        });
        assert_eq!(place("sc:token", "transfer"), transfer);
        assert_eq!(place("sc:token", "balanceOf")["calls"], 3);
        // What the hints did without a contract: two notes, two looks, two events.
        let own = format!("0x{:064x}", u64::from_be_bytes(*b"somebody"));
        let noted = json!({
            "contract": own, "endpoint": "", "calls": 0, "failed_calls": 0,
            "storage_reads": 2, "storage_writes": 2, "events": 2
        });
        assert_eq!(place(&own, ""), noted);
        let sums = ["calls", "storage_accesses", "events"].map(|name| contracts[name].as_u64());
        assert_eq!(sums, [Some(7), Some(20), Some(5)], "{contracts}");
    }
}

#[test]
fn a_run_without_contracts_has_no_figures_of_them() {
    let program = HintProgram::new("ids.x = 1");
    let stats = program.folder().join("stats");
    let mut command = vm_host_run(program.path());
    succeeds(&finish(command.arg("--stats").arg(&stats), PATIENCE).unwrap());
    let stats: Value = serde_json::from_slice(&std::fs::read(stats).unwrap()).unwrap();
    assert_eq!(stats.get("contracts"), None);
}

#[test]
fn languages_work_beside_each_other_wherever_hints_run() {
    let folder = TempDir::new().unwrap();
    let sums = sums(folder.path());
    for placement in ["python", "auto"] {
        let (output, stats) = run("languages.json", placement, &["--wasm", &sums]);
        // For each round the sum of the module, the balance, and what Python makes of all balances.
        let expected = ["13", "13", "35", "15", "29", "75", "16", "47", "137"];
        assert_eq!(output, expected, "{placement}");
        let native = stats["hints_native"].as_u64().unwrap();
        // Three of `alloc`, and the list that the hints in Python fill.
        assert_eq!(native, if placement == "auto" { 4 } else { 0 });
    }
}

#[test]
fn variables_are_those_of_their_language() {
    let folder = TempDir::new().unwrap();
    let sums = sums(folder.path());
    for (codes, expected) in [
        (
            ["n = 3", "# lang: wasm\nids.x = sums.plus(n, 3)"],
            "SyntaxError: line 2: `ids.x = sums.plus(n, 3)`",
        ),
        (
            ["n = 3", "# lang: contract\nids.x = token.balanceOf(n)"],
            "`n` is no argument: use `ids.NAME`, a number or a text in quotes",
        ),
        (
            ["# lang: wasm\nsums.plus(1, 2)", "sums"],
            "NameError: name 'sums' is not defined",
        ),
        (
            ["# lang: contract\nuse \"WORLD\"", "token"],
            "NameError: name 'token' is not defined",
        ),
    ] {
        let codes = codes.map(with_world);
        let program = HintProgram::of_hints(&[&codes[0], &codes[1]]);
        let mut command = vm_host_run(program.path());
        let finished = finish(command.args(["--wasm", &sums]), PATIENCE).unwrap();
        let stderr = finished.stderr_text();
        assert_eq!(finished.exit_code(), Some(1), "{stderr}");
        assert!(stderr.contains(expected), "{expected}\n{stderr}");
    }
}

#[test]
fn rules_of_python_look_at_what_others_wrote() {
    succeeds(&finish(&mut vm_host_run(program("rules.json")), PATIENCE).unwrap());
    // A cell that a rule refuses ends the run, whoever wrote it.
    let rule = "def refuse(memory, address):\n    raise ValueError(f'no {memory[address]}')\n\
                vm_add_validation_rule(fp.segment_index, refuse)";
    let call = &format!("{WORLD}\nids.x = token.transfer(\"address:alice\", 1)");
    let (code, stderr) = hints(&[rule, call]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("no 1"), "{stderr}");
}

#[test]
fn only_runs_with_contracts_have_their_syscall_handler() {
    let (code, stderr) = hints(&["syscall_handler"]);
    assert_eq!(code, Some(1), "{stderr}");
    let expected = "NameError: name 'syscall_handler' is not defined";
    assert!(stderr.contains(expected), "{stderr}");
    // It is there before the world is, and says what is missing.
    let (code, stderr) = hints(&["syscall_handler.storage_read('sc:token', 'str:x')", WORLD]);
    assert_eq!(code, Some(1), "{stderr}");
    let expected =
        "ContractError: there is no world\nhint: say which with `use \"FILE.scen.json\"` before";
    assert!(stderr.contains(expected), "{stderr}");
}

#[test]
fn the_user_s_own_syscall_handler_stays() {
    let check = "assert syscall_handler == 'mine', syscall_handler";
    let program = HintProgram::of_hints(&[&with_world(WORLD), check]);
    let locals = program.folder().join("locals.json");
    std::fs::write(&locals, r#"{"syscall_handler": "mine"}"#).unwrap();
    let mut command = vm_host_run(program.path());
    command.arg("--hint_locals").arg(locals);
    succeeds(&finish(&mut command, PATIENCE).unwrap());
}

#[test]
fn python_is_told_what_cannot_be_done() {
    for (code, expected) in [
        (
            "h.call_contract('sc:token', 'transfer', ['address:bob', 10**30])",
            "ContractCallFailed: the call failed with status `4`: `insufficient funds`\n  at ",
        ),
        (
            "h.call_contract('sc:token', 'fly')",
            "ContractCallFailed: the call failed with status `1`: `invalid function (not found)`",
        ),
        (
            "h.call_contract('sc:coin', 'fly')",
            "ContractCallFailed: the call failed with status `3`: `account is not a contract`",
        ),
        (
            "h.call_contract('sc:token', 'transfer', ['address:bob', -1])",
            "ContractError: `-1` is negative, and the parameter has no sign",
        ),
        (
            "h.call_contract('sc:token', 'transfer', [b'short', 1])",
            "ContractCallFailed: the call failed with status `4`: `argument decode error (to): ",
        ),
        (
            "h.call_contract('what:1', 'transfer')",
            "ContractError: `what:1` has an unknown prefix",
        ),
        (
            "h.call_contract(b'token', 'transfer')",
            "ContractError: an address has 32 bytes, and this `5`",
        ),
        (
            "h.storage_read('sc:token', 1.5)",
            "TypeError: a `<class 'float'>` is no value for a contract\nhint: give an int, bytes, or a str",
        ),
        (
            "h.storage_read('address:nobody', 'str:x')",
            "ContractError: there is no account `address:nobody`",
        ),
        (
            "h.storage_write('sc:token', 'str:ELRONDreward', 1)",
            "ContractError: cannot write to storage under reserved key: `ELRONDreward`",
        ),
        (
            "h.get_caller_address(segments=segments, syscall_ptr=3)",
            "ContractError: `GetCallerAddress` has no address but `3`",
        ),
        (
            "p = segments.gen_arg([1])\nh.get_caller_address(segments=segments, syscall_ptr=p)",
            "is no `GetCallerAddress`: its selector is `1`",
        ),
        (
            "p = segments.gen_arg([int.from_bytes(b'GetCallerAddress', 'big')])\n\
             h.get_caller_address(segments=segments, syscall_ptr=p)",
            "ContractError: the caller's address does not fit a felt: `0x6f776e6572",
        ),
    ] {
        let (exit, stderr) = hints(&[WORLD, &format!("h = syscall_handler\n{code}")]);
        assert_eq!(exit, Some(1), "{code}\n{stderr}");
        assert!(stderr.contains(expected), "{code}\n{stderr}");
    }
}

/// What a caught failure says, and that its call did nothing.
#[test]
fn a_failed_call_is_an_exception_with_its_parts() {
    let code = "h = syscall_handler\n\
        try:\n    h.call_contract('sc:token', 'transferFrom', ['address:alice', 'address:bob', 7])\n\
        except h.CallFailed as error:\n    \
        assert (error.status, error.message) == (4, 'allowance exceeded: 7 of 0')\n    \
        assert 'token.rs:' in error.detail and isinstance(error, h.Error)\n\
        else:\n    raise AssertionError\n\
        assert h.call_contract('sc:token', 'transfer', ['address:bob', 2**40]) == [b'\\x01']\n\
        assert h.call_contract('sc:token', 'balanceOf', ['address:bob']) == [(2**40).to_bytes(6, 'big')]\n\
        h.storage_write('sc:token', 'str:note', b'kept')\n\
        assert h.storage_read('sc:token', 'str:note') == b'kept'\n\
        assert h.get_caller_address() == b'owner'.ljust(32, b'_')";
    let (exit, stderr) = hints(&[WORLD, code]);
    assert_eq!(exit, Some(0), "{stderr}");
}

#[test]
fn what_is_logged_is_in_the_order_of_the_hints() {
    let calls = "syscall_handler.call_contract('sc:token', 'approve', ['address:bob', 5])\n\
        syscall_handler.emit_event(['str:noted'], [7])";
    let other = "# lang: contract\ntoken.transfer(\"address:alice\", 1)";
    let (exit, stderr) = hints(&[WORLD, calls, other]);
    assert_eq!(exit, Some(0), "{stderr}");
    let lines: Vec<&str> = stderr
        .lines()
        .filter_map(|line| line.strip_prefix("info: contract: "))
        .map(|line| line.split(" from=").next().unwrap())
        .map(|line| line.split(" topics=").next().unwrap())
        .collect();
    let expected = [
        "call contract=\"sc:token\" endpoint=\"approve\"",
        "event contract=\"sc:token\" endpoint=\"approve\"",
        "event contract=\"address:owner\" endpoint=\"\"",
        "call contract=\"sc:token\" endpoint=\"transfer\"",
        "event contract=\"sc:token\" endpoint=\"transfer\"",
    ];
    assert_eq!(lines, expected);
}
