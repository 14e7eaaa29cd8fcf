//! Hints that call contracts: a Cairo program and the world of a scenario, through the real host and worker.

use hint_tests::process::PATIENCE;
use hint_tests::record::tests_directory;
use hint_tests::run::{finish, vm_host_run};

use crate::hint_program::HintProgram;

/// Exit code, stdout, stderr of a program with this hint, in a folder with the token's files.
fn run(hint: &str) -> (Option<i32>, String, String) {
    let world = tests_directory().join("contracts/token/scenarios/token.scen.json");
    let program = HintProgram::new(&hint.replace("WORLD", world.to_str().unwrap()));
    let finished = finish(
        vm_host_run(program.path()).args(["--layout", "small"]),
        PATIENCE,
    )
    .unwrap();
    (
        finished.exit_code(),
        finished.stdout_text(),
        finished.stderr_text(),
    )
}

const SETUP: &str = "# lang: contract\nuse \"WORLD\"\ncaller \"address:owner\"\n";

#[test]
fn a_program_calls_contracts() {
    let program = tests_directory().join("contracts/cairo/token.json");
    let mut command = vm_host_run(program);
    let finished = finish(
        command.args(["--layout", "small", "--print_output"]),
        PATIENCE,
    )
    .unwrap();
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    let stdout = finished.stdout_text();
    let words: Vec<&str> = stdout.split_whitespace().collect();
    // ok, the supply as low and high, the balance, the status, what is left, the message and its first letter.
    let expected = [
        "1",
        "1000000000000000000000000",
        "0",
        "1000",
        "4",
        "400",
        "18",
        "105",
    ];
    assert_eq!(words[words.len() - 8..], expected, "{stdout}");
}

#[test]
fn a_call_that_fails_is_the_hint_s_failure() {
    let (code, _, stderr) = run(&format!("{SETUP}token.transfer(\"address:alice\", -1)"));
    assert_eq!(code, Some(1), "{stderr}");
    assert!(
        stderr.contains("`-1` is negative, and the parameter has no sign"),
        "{stderr}"
    );
    let hint = format!("{SETUP}token.transferFrom(\"address:alice\", \"address:owner\", 7)");
    let (code, _, stderr) = run(&hint);
    assert_eq!(code, Some(1), "{stderr}");
    for text in [
        "Got an exception while executing a hint",
        "ContractError: line 4: `token.transferFrom(\"address:alice\", \"address:owner\", 7)`: \
         the call failed with status `4`: `allowance exceeded: 7 of 0`",
        "token.rs:",
        "hint: `ids.status = try …` gives the status instead",
    ] {
        assert!(stderr.contains(text), "{text}\n{stderr}");
    }
}

#[test]
fn what_is_wrong_with_a_hint_is_said() {
    for (line, text) in [
        ("token.fly(1)", "invalid function (not found)"),
        (
            "coin.transfer(1)",
            "there is no contract `sc:coin`; there is `sc:token`",
        ),
        ("ids.y = token.totalSupply()", "Unknown identifier 'y'."),
        (
            "ids.x = token.transfer(\"what:1\", 1)",
            "`what:1` has an unknown prefix",
        ),
        (
            "ids.x, ids.x = token.totalSupply()",
            "`totalSupply` returns `1` results, and `2` names are there for them",
        ),
        (
            "ids.x, ids.x = try token.totalSupply()",
            "one or three names",
        ),
        ("token.balanceOf(ids.x)", "Unknown value for memory cell"),
    ] {
        let (code, _, stderr) = run(&format!("{SETUP}{line}"));
        assert_eq!(code, Some(1), "{line}: {stderr}");
        assert!(stderr.contains(text), "{line}: {stderr}");
    }
    for (hint, text) in [
        (
            "# lang: contract\ntoken.transfer(",
            "ContractSyntaxError: line 2: `token.transfer(`: a name is expected",
        ),
        (
            "# lang: contract\ntoken.totalSupply()",
            "nobody calls\nhint: say who with `caller \"address:NAME\"` before",
        ),
        (
            "# lang: contract\ncaller \"address:a\"\ntoken.f()",
            "there is no world\nhint: say which with `use \"FILE.scen.json\"` before",
        ),
        (
            "# lang: contract\nuse \"no.scen.json\"",
            "the world cannot be used: cannot read `no.scen.json`",
        ),
    ] {
        let (code, _, stderr) = run(hint);
        assert_eq!(code, Some(1), "{hint}: {stderr}");
        assert!(stderr.contains(text), "{hint}: {stderr}");
    }
}

/// Calls and events are in the log, storage accesses if they are asked for; stdout is the program's.
#[test]
fn what_calls_do_is_logged() {
    let calls = [
        "info: contract: call contract=\"sc:token\" endpoint=\"approve\" from=\"address:owner\" arguments=[\"str:bob_",
        "info: contract: event contract=\"sc:token\" endpoint=\"approve\" topics=[\"str:approval\",\"str:owner_",
    ];
    let more = [
        "info: contract: write contract=\"sc:token\" key=\"str:allowanceowner___",
        "info: contract: return contract=\"sc:token\" status=0 (hint 0, pc 0:2)",
    ];
    for (trace, expected) in [("", &calls[..]), ("trace\n", &[calls, more].concat())] {
        let hint = format!("{SETUP}{trace}ids.x = token.approve(\"address:bob\", 5)");
        let (code, stdout, stderr) = run(&hint);
        assert_eq!((code, stdout.as_str()), (Some(0), ""), "{stderr}");
        for line in expected {
            assert!(
                stderr.lines().any(|found| found.starts_with(line)),
                "{line}\n{stderr}"
            );
        }
        assert_eq!(stderr.contains(": write "), !trace.is_empty(), "{stderr}");
    }
    // A call that fails is there with its status.
    let (code, _, stderr) = run(&format!(
        "{SETUP}ids.x = try token.approve(\"address:owner\", 5)"
    ));
    assert_eq!(code, Some(0), "{stderr}");
    let expected = "info: contract: return contract=\"sc:token\" status=4";
    assert!(stderr.contains(expected), "{stderr}");
}

#[test]
fn a_contract_without_an_end_ends_its_own_hint() {
    let folder = tempfile::tempdir().unwrap();
    let contract = "#[multiversx_sc::contract]\ntrait C {\n#[endpoint] fn run(&self) { self.deeper(1) }\n\
                    fn deeper(&self, a: u64) { self.deeper(a + 1) }\n}\n";
    std::fs::write(folder.path().join("c.rs"), contract).unwrap();
    let world = folder.path().join("c.scen.json");
    let steps = r#"{ "steps": [{ "step": "setState", "accounts": { "address:a": {}, "sc:c": { "code": "file:c.rs" } } }] }"#;
    std::fs::write(&world, steps).unwrap();
    let hint = format!(
        "# lang: contract\nuse \"{}\"\ncaller \"address:a\"\nids.x = try c.run()\n",
        world.display()
    );
    let (code, _, stderr) = run(&hint);
    assert_eq!(code, Some(0), "{stderr}");
    let (code, _, stderr) = run(&hint.replace("ids.x = try ", ""));
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("status `5`: `not enough gas`"), "{stderr}");
    assert!(
        stderr.contains("it is more than `8000` expressions deep"),
        "{stderr}"
    );
}

/// Contracts do inside of the sandbox what they do outside, with worlds from folders that it opens.
#[test]
fn contracts_run_inside_of_the_sandbox() {
    let program = tests_directory().join("contracts/cairo/token.json");
    let run = |sandbox, options: &[&str]| {
        let mut command = vm_host_run(&program);
        command.args(["--layout", "small", "--print_output", "--sandbox", sandbox]);
        finish(command.args(options), PATIENCE).unwrap()
    };
    let contracts = tests_directory().join("contracts");
    let outside = run("trusted", &[]);
    assert_eq!(outside.exit_code(), Some(0), "{}", outside.stderr_text());
    let inside = run("contained", &["--import-path", contracts.to_str().unwrap()]);
    assert_eq!(inside.exit_code(), Some(0), "{}", inside.stderr_text());
    assert_eq!(inside.stdout_text(), outside.stdout_text());
    let closed = run("contained", &[]);
    let text = closed.stderr_text();
    assert_eq!(closed.exit_code(), Some(1), "{text}");
    assert!(
        text.contains("token.scen.json`: Permission denied"),
        "{text}"
    );
    assert!(
        text.contains("\nhint: a sandbox opens the folders of --import-path"),
        "{text}"
    );
}

/// Files that a contract's hint names are no way to others: what is closed is not read, and what is open is no world.
#[test]
fn a_world_is_no_way_to_other_files() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret.scen.json");
    std::fs::write(&secret, "{\"token\": 1}").unwrap();
    for file in [
        secret.to_str().unwrap(),
        "/etc/passwd",
        "/proc/self/environ",
        "/proc/self/mem",
        "../../../../../../etc/passwd",
    ] {
        let program = HintProgram::new(&format!(
            "# lang: contract\nuse \"{file}\"\ncaller \"address:a\"\na.b()"
        ));
        let mut command = vm_host_run(program.path());
        command.args(["--sandbox", "contained"]);
        let finished = finish(&mut command, PATIENCE).unwrap();
        let text = finished.stderr_text();
        assert_eq!(finished.exit_code(), Some(1), "{file}: {text}");
        assert!(
            text.contains("Permission denied") || text.contains("No such file"),
            "{file}: {text}"
        );
        for secret in ["root:x", "PATH=", "\"token\""] {
            assert!(!text.contains(secret), "{file}: {text}");
        }
    }
}
