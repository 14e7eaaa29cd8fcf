//! The notation of values and the structure of scenario files, as the ecosystem documents them, and the example
//! contracts' own scenarios.

use std::path::{Path, PathBuf};

use super::harness::deep;
use crate::engines::contract::scenario::{Options, ScenarioError, run, value};

fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/contracts")
        .join(name)
}

/// The report and the error of a scenario in a file of its own beside the counter's.
fn told(steps: &str, trace: bool) -> (String, Option<ScenarioError>) {
    let folder = tempfile::tempdir().expect("a folder");
    let source = example("counter/src/counter.rs");
    let file = folder.path().join("test.scen.json");
    let text = format!("{{\"steps\": [{SETUP}\n{steps}\n]}}");
    std::fs::write(&file, text).expect("it is written");
    deep(move || {
        let mut options = Options {
            trace,
            ..Options::default()
        };
        options.sources.0.insert("counter".to_owned(), source);
        let mut out = Vec::new();
        let error = run(&file, &options, &mut out).err();
        drop(folder);
        (String::from_utf8(out).expect("text"), error)
    })
}

const SETUP: &str = r#"
{ "step": "setState", "accounts": { "address:a": { "nonce": "0", "balance": "10" } },
  "newAddresses": [{ "creatorAddress": "address:a", "creatorNonce": "0", "newAddress": "sc:c" }] },
{ "step": "scDeploy", "tx": { "from": "address:a", "contractCode": "file:out/counter.wasm", "arguments": ["7"] } },"#;

#[test]
fn the_notation_of_values() {
    let x5f = "5f".repeat(22);
    for (text, wanted) in [
        ("", ""),
        ("0", ""),
        ("0x", ""),
        ("0x1234567890abcdef", "1234567890abcdef"),
        ("0x123", "0123"),
        ("1", "01"),
        ("255", "ff"),
        ("256", "0100"),
        ("1,000,000", "0f4240"),
        ("0b101", "05"),
        ("+255", "00ff"),
        ("+1", "01"),
        ("-1", "ff"),
        ("-256", "ff00"),
        ("biguint:0", "00000000"),
        ("biguint:1", "0000000101"),
        ("biguint:256", "000000020100"),
        ("u64:1", "0000000000000001"),
        ("i64:-1", "ffffffffffffffff"),
        ("i16:-2", "fffe"),
        ("u32:1", "00000001"),
        ("u16:1", "0001"),
        ("u8:1", "01"),
        ("u32:1|u32:2", "0000000100000002"),
        ("nested:str:abc", "00000003616263"),
        ("nested:0x01020304", "0000000401020304"),
        ("true", "01"),
        ("false", ""),
        ("str:a message", "61206d657373616765"),
        ("``ab", "6162"),
        ("''ab", "6162"),
        ("address:my_address", &format!("6d795f61646472657373{x5f}")),
        (
            "address:a_word_that_is_longer_than_an_address",
            "615f776f72645f746861745f69735f6c6f6e6765725f7468616e5f616e5f6164",
        ),
        (
            "sc:my_address",
            &format!("00000000000000006d795f61646472657373{}", &x5f[..28]),
        ),
        (
            "sc:my_address#a3",
            &format!("00000000000000006d795f61646472657373{}a3", &x5f[..26]),
        ),
        (
            "keccak256:",
            "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470",
        ),
        (
            "keccak256:str:abc",
            "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
        ),
        ("u8:1|str:ab|", "016162"),
    ] {
        let found = value(text).map(|bytes| {
            bytes
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        });
        assert_eq!(found.as_deref(), Ok(wanted), "{text}");
    }
    for wrong in [
        "u8:256",
        "i8:-129",
        "u8:x",
        "what:1",
        "0xzz",
        "1x",
        "--1",
        "u8:+-1",
        "sc:a#a3a3",
        "hello",
        "0x+1",
    ] {
        assert!(value(wrong).is_err(), "{wrong}: {:?}", value(wrong));
    }
}

#[test]
fn the_examples_pass() {
    for name in [
        "counter/scenarios/counter.scen.json",
        "token/scenarios/allowances.scen.json",
        "exchange/scenarios/trade.scen.json",
    ] {
        let path = example(name);
        let result = deep(move || {
            run(&path, &Options::default(), std::io::sink()).map_err(|error| error.to_string())
        });
        assert_eq!(result, Ok(()), "{name}");
    }
}

#[test]
fn the_report_has_a_line_for_each_step() {
    let call = r#"{ "step": "scCall", "id": "up", "tx": { "from": "address:a", "to": "sc:c", "function": "increase", "arguments": ["1"] }, "expect": { "out": ["8"], "gas": "100" } }"#;
    let (out, error) = told(call, false);
    assert!(error.is_none(), "{error:?}");
    let lines: Vec<&str> = out.lines().map(str::trim).skip(1).collect();
    let event = format!(
        "log of `sc:c` in `increase`: `0x696e63726561736564` (`str:increased`), `0x61{}` (`str:a{}`), `0x01` (`1`); data `0x08` (`8`)",
        "5f".repeat(31),
        "_".repeat(31)
    );
    assert_eq!(
        lines,
        [
            "1  setState                         1 accounts",
            "2  scDeploy                         ok at `sc:c`",
            "3  scCall `up`                      ok: `0x08` (`8`)",
            &event,
            "passed: 3 steps; gas is not counted, and what the scenario expects of it was not checked",
        ]
    );
    let (out, _) = told(call, true);
    for line in [
        "call `increase` of `sc:c` from `address:a`: `0x01` (`1`)",
        "read `0x636f756e74` (`str:count`) of `sc:c`: `0x07` (`7`)",
        "write `0x636f756e74` (`str:count`) of `sc:c`: `0x08` (`8`)",
        "log of `sc:c` in `increase`: `0x696e63726561736564` (`str:increased`)",
        "return from `sc:c`: Ok",
    ] {
        assert!(
            out.lines().any(|found| found.trim().starts_with(line)),
            "{line}\n{out}"
        );
    }
}

/// Every kind of expectation can fail, and says where and how.
#[test]
fn what_is_not_as_expected() {
    let call = |expect: &str| {
        format!(
            r#"{{ "step": "scCall", "id": "up", "tx": {{ "from": "address:a", "to": "sc:c", "function": "increase", "arguments": ["1"] }}, "expect": {{ {expect} }} }}"#
        )
    };
    let state = |account: &str| {
        format!(r#"{{ "step": "checkState", "accounts": {{ "+": "", {account} }} }}"#)
    };
    for (step, text) in [
        (call(r#""status": "4""#), "the status is `0`, expected `4`"),
        (
            call(r#""out": ["9"]"#),
            "result 1 is `0x08` (`8`), expected `0x09` (`9`)",
        ),
        (
            call(r#""out": []"#),
            "there are `1` results, expected `0`: `0x08` (`8`)",
        ),
        (
            call(r#""message": "str:no""#),
            "the message is ``, expected `0x6e6f` (`str:no`)",
        ),
        (
            call(r#""logs": []"#),
            "there are `1` log entries, expected `0`: `0x696e637265617365` (`str:increase`)",
        ),
        (
            call(r#""logs": [{ "address": "sc:d" }]"#),
            "the address of the log entry is",
        ),
        (
            call(r#""logs": [{ "endpoint": "str:x" }]"#),
            "the endpoint of the log entry is",
        ),
        (
            call(r#""logs": [{ "topics": ["str:x", "+"] }]"#),
            "topic 1 is `0x696e63726561736564`",
        ),
        (
            call(r#""logs": [{ "data": "1" }]"#),
            "the data of the log entry is `0x08` (`8`), expected `0x01`",
        ),
        (
            call(r#""logs": [{ "data": ["8", "8"] }]"#),
            "there are `1` part of the datas, expected `2`",
        ),
        (
            state(r#""address:a": { "nonce": "5" }"#),
            "the nonce of `address:a` is `1`, expected `5`",
        ),
        (
            state(r#""address:a": { "balance": "5" }"#),
            "the balance of `address:a` is `10`, expected `5`",
        ),
        (
            state(r#""address:b": {}"#),
            "there is no account `address:b`",
        ),
        (
            state(r#""sc:c": { "code": "file:/dev/null" }"#),
            "the code of `sc:c` is another",
        ),
        (
            state(r#""sc:c": { "owner": "address:b" }"#),
            "the owner of `sc:c` is",
        ),
        (
            state(r#""sc:c": { "storage": {} }"#),
            "has `0x07` (`7`) at `0x636f756e74` (`str:count`), which is not expected",
        ),
        (
            state(r#""sc:c": { "storage": { "str:count": "8" } }"#),
            "at `0x636f756e74` (`str:count`) is `0x07` (`7`), expected `0x08` (`8`)",
        ),
        (
            state(r#""sc:c": { "esdt": { "str:T-123456": "1" } }"#),
            "the balance `0x542d313233343536` (`str:T-123456`) of `sc:c` is `0`, expected `1`",
        ),
        (
            r#"{ "step": "checkState", "accounts": { "sc:c": {} } }"#.to_owned(),
            "the account `address:a` is not expected",
        ),
    ] {
        let (out, error) = told(&step, false);
        let Some(ScenarioError::Failed(error)) = error else {
            panic!("{step}: {error:?}\n{out}")
        };
        assert!(error.contains(text), "{step}: {error}");
        assert!(error.contains("test.scen.json:5:"), "{error}");
        let failed = out.lines().filter(|line| line.ends_with("  FAILED"));
        assert_eq!(failed.count(), 1, "{out}");
    }
}

#[test]
fn files_that_are_not_scenarios() {
    let tx = r#""tx": { "from": "address:a", "to": "sc:c", "function": "f" }"#;
    for (step, place, text) in [
        ("{ \"step\": \"scFly\" }", "5:11", "`scFly` is no step"),
        ("{ }", "5:1", "`step` is missing"),
        ("{ \"step\": \"scCall\" }", "5:1", "`tx` is missing"),
        (
            "{ \"step\": \"scCall\", \"tx\": { \"from\": \"address:a\", \"to\": \"sc:c\" } }",
            "5:27",
            "`function` is missing",
        ),
        (
            &format!("{{ \"step\": \"scCall\", {tx}, \"typo\": 1 }}"),
            "5:91",
            "`typo` is not known here",
        ),
        (
            &format!("{{ \"step\": \"scCall\", {tx}, {tx} }}"),
            "5:89",
            "`tx` is there twice",
        ),
        (
            "{ \"step\": \"setState\", \"accounts\": { \"bob\": {} } }",
            "5:44",
            "`bob` is no value",
        ),
        (
            "{ \"step\": \"setState\", \"accounts\": { \"str:bob\": {} } }",
            "5:48",
            "`str:bob` is no address: it has `3` bytes, not 32",
        ),
        (
            "{ \"step\": \"setState\", \"accounts\": { \"address:b\": { \"nonce\": 5 } } }",
            "5:61",
            "a text in quotes is expected",
        ),
        (
            "{ \"step\": \"setState\", \"accounts\": { \"sc:b\": { } } }",
            "5:45",
            "the contract `sc:b` has no code",
        ),
        (
            "{ \"step\": \"setState\", \"accounts\": { \"address:b\": { \"code\": \"1\" } } }",
            "5:60",
            "`address:b` has code, but is no address of a contract",
        ),
        (
            "{ \"step\": \"setState\", \"accounts\": { \"address:b\": { \"code\": \"file:no/such.wasm\" } } }",
            "5:60",
            "there is no source of the contract `such`; looked for",
        ),
        (
            "{ \"step\": \"setState\", \"accounts\": [] }",
            "5:35",
            "an object is expected",
        ),
        ("nonsense", "5:1", "this is not JSON: expected"),
    ] {
        let (_, error) = told(step, false);
        let Some(ScenarioError::BadInput(error)) = error else {
            panic!("{step}: {error:?}")
        };
        assert!(
            error.contains(&format!("test.scen.json:{place}: {text}"))
                || error.contains(text) && step == "nonsense",
            "{step}: {error}"
        );
    }
}

#[test]
fn scenarios_that_are_steps_of_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.json");
    std::fs::write(
        &file,
        r#"{ "steps": [{ "step": "externalSteps", "path": "a.json" }] }"#,
    )
    .expect("it is written");
    let error = run(&file, &Options::default(), std::io::sink())
        .expect_err("it has no end")
        .to_string();
    assert!(
        error.ends_with("scenarios are steps of each other more than `16` deep"),
        "{error}"
    );
}

/// A contract that is refused is no outcome of a transaction.
#[test]
fn a_contract_that_is_refused_ends_the_scenario() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(
        folder.path().join("bad.rs"),
        "#[multiversx_sc::contract]\ntrait T {}\nenum E {}",
    )
    .expect("it is written");
    let file = folder.path().join("bad.scen.json");
    let steps = r#"{ "steps": [
        { "step": "setState", "accounts": { "address:a": {} } },
        { "step": "scDeploy", "id": "d", "tx": { "from": "address:a", "contractCode": "file:bad.rs" }, "expect": { "status": "*" } }
    ] }"#;
    std::fs::write(&file, steps).expect("it is written");
    let error =
        deep(move || run(&file, &Options::default(), std::io::sink()).expect_err("it is refused"));
    let text = error.to_string();
    assert!(matches!(error, ScenarioError::BadInput(_)), "{text}");
    assert!(
        text.contains("bad.rs:3:1: enumerations are not handled\nin scDeploy `d` at "),
        "{text}"
    );
}
