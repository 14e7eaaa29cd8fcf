//! Contracts that do not want to end, and sources that are deeper than a parser likes: a typed error, nothing else.

use super::harness::{deep, endpoint, run_limited};
use crate::engines::contract::limits::Limits;
use crate::engines::contract::machine::Unhandled;
use crate::engines::contract::source::read;

fn small() -> Limits {
    Limits {
        steps: 200_000,
        bytes: 4 << 20,
        ..Limits::default()
    }
}

#[track_caller]
fn stopped(methods: &str, limit: &str) {
    let outcome = run_limited(methods, &[], small()).expect("it is an outcome");
    let failure = outcome.result.expect_err("it is stopped");
    let detail = failure.detail.unwrap_or_default();
    assert!(detail.contains(limit), "{}: {detail}", failure.message);
}

#[test]
fn loops_without_an_end() {
    for body in [
        "loop {}",
        "while true {}",
        "let mut a = 0u64; loop { a += 1; }",
        "for i in 0..18446744073709551615u64 {}",
        "let mut v: ManagedVec<u8> = ManagedVec::new(); v.push(1); for i in v.iter() { v.push(i); }",
    ] {
        stopped(&endpoint("()", body), "steps");
    }
}

#[test]
fn methods_that_call_themselves() {
    let limits = Limits {
        steps: 100_000_000,
        ..Limits::default()
    };
    let methods = "#[endpoint] fn run(&self) -> u64 { self.down(1) } fn down(&self, a: u64) -> u64 { 1 + self.down(a + 1) }";
    let outcome = run_limited(methods, &[], limits).expect("it is an outcome");
    let detail = outcome
        .result
        .expect_err("it is stopped")
        .detail
        .unwrap_or_default();
    assert!(
        detail.contains("more than `8000` expressions deep"),
        "{detail}"
    );
}

#[test]
fn memory_without_an_end() {
    for body in [
        "let a = [0u8; 100000000]; a.len();",
        "let mut b = ManagedBuffer::from(\"abcdefgh\"); loop { let c = b.clone(); b.append(&c); }",
        "let mut a = BigUint::from(3u32); loop { a = &a * &a; }",
        "let a = BigUint::from(3u32).pow(4000000000);",
        "let a = BigUint::from(3u32) << 4000000000usize;",
        "let mut v: ManagedVec<u64> = ManagedVec::new(); loop { v.push(1); }",
    ] {
        let outcome = run_limited(&endpoint("()", body), &[], small()).expect("it is an outcome");
        let detail = outcome
            .result
            .expect_err("it is stopped")
            .detail
            .unwrap_or_default();
        assert!(
            detail.contains("bytes") || detail.contains("steps"),
            "{body}: {detail}"
        );
    }
}

#[test]
fn contracts_that_call_each_other() {
    let text = "mod p { #[multiversx_sc::proxy] pub trait P { #[endpoint] fn run(&self); } }\n\
        #[multiversx_sc::contract] trait T { #[init] fn init(&self) {}\n\
        #[endpoint] fn run(&self) { let a = self.blockchain().get_sc_address(); let _: IgnoreValue = self.p(a).run().execute_on_dest_context(); }\n\
        #[proxy] fn p(&self, a: ManagedAddress) -> p::Proxy<Self::Api>; }";
    let outcome = deep(move || {
        use super::harness::{CONTRACT, OWNER, deployed};
        use crate::engines::contract::machine::Value;
        let mut world = deployed(text, Limits::default()).expect("it is deployed");
        world
            .call(OWNER, CONTRACT, b"run", Vec::new(), &Value::default())
            .expect("it is an outcome")
    });
    assert_eq!(
        (outcome.status(), outcome.message()),
        (10, "execution failed")
    );
    let detail = outcome
        .result
        .expect_err("it is stopped")
        .detail
        .unwrap_or_default();
    assert!(
        detail.ends_with("contracts call each other more than `64` deep"),
        "{detail}"
    );
}

/// Each of these would take as much stack as it is long.
#[test]
fn deep_sources() {
    let count = 5_000;
    for (start, middle, end) in [
        ("", "(", ""),
        ("", "-", "1"),
        ("", "!", "true"),
        ("", "&", "1"),
        ("1", "+1", ""),
        ("a", ".b", ""),
        ("a", ".b()", ""),
        ("", "if a {} else ", "{}"),
        ("", "|a| ", "1"),
        ("", "|a, b| ", "1"),
        ("", "return ", "1"),
        ("let x: ", "Vec<", "u8"),
        ("let x: ", "A<u8, ", "u8"),
        ("let x: ", "fn() -> ", "u8"),
        ("", "#[a] -", "1"),
        ("let ", "&", "x = 1"),
        ("a", " as u8", ""),
        ("a", " = a", ""),
        ("", "..", "1"),
        ("", "{", ""),
        ("let x: ", "&", "u8"),
    ] {
        for balanced in [false, true] {
            let mut body = format!("{start}{}{end}", middle.repeat(count));
            if balanced {
                let closing = match middle {
                    "(" => ")",
                    "{" => "}",
                    "Vec<" | "A<u8, " => ">",
                    _ => "",
                };
                body += &closing.repeat(count);
            }
            let text =
                format!("#[multiversx_sc::contract] trait T {{ fn f(&self) {{ {body}; }} }}");
            let error = deep(move || read("deep.rs", &text).expect_err("it is refused"));
            let error = error.to_string();
            assert!(error.starts_with("deep.rs:1:"), "{error}");
        }
    }
}

/// The deepest sources that are let through are read and executed on the stack that there is.
#[test]
fn as_deep_as_is_allowed() {
    for (start, middle, end) in [
        ("1u64", "+1", ""),
        ("", "-", "1i64"),
        ("", "if false {1u64} else ", "{1}"),
        ("", "!", "true"),
        ("1u64", " as u64", ""),
    ] {
        for count in [500, 1_000, 1_400] {
            let body = format!("let x = {start}{}{end};", middle.repeat(count));
            match run_limited(&endpoint("()", &body), &[], Limits::default()) {
                Ok(outcome) => drop(outcome),
                Err(Unhandled::Refused(refusal)) => {
                    assert!(refusal.reason.contains("nested too deeply"), "{refusal}");
                }
                Err(other) => panic!("{other}"),
            }
        }
    }
}
