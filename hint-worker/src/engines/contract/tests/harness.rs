//! A contract made of a body, and calls of its endpoints.

use std::sync::Arc;

use num_bigint::BigUint;

use crate::engines::contract::limits::Limits;
use crate::engines::contract::machine::{Unhandled, Value, World, on_deep_stack};
use crate::engines::contract::world::{Address, Outcome};

pub(super) const OWNER: Address = Address([b'o'; 32]);
pub(super) const CONTRACT: Address = {
    let mut address = [b'c'; 32];
    let mut index = 0;
    while index < 8 {
        address[index] = 0;
        index += 1;
    }
    Address(address)
};

/// A contract of these methods, with an `init` that does nothing.
pub(super) fn source(methods: &str) -> String {
    format!(
        "#![no_std]\nuse multiversx_sc::imports::*;\n#[multiversx_sc::contract]\npub trait Test {{\n\
         #[init] fn init(&self) {{}}\n{methods}\n}}\n"
    )
}

/// A world in which the contract is deployed.
pub(super) fn deployed(source: &str, limits: Limits) -> Result<World, Unhandled> {
    let mut world = World::new(limits);
    world.credit(OWNER, &BigUint::from(1_000_000_u32));
    world.state.new_addresses.insert((OWNER, 0), CONTRACT);
    let code: Arc<[u8]> = source.as_bytes().into();
    world.name_source(&code, "test.rs");
    world.deploy(OWNER, &code, Vec::new(), &Value::default())?;
    Ok(world)
}

/// Runs on a stack as deep as contracts have it.
pub(super) fn deep<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    on_deep_stack(work).expect("a thread")
}

/// The outcome of a call of the endpoint `run` of a contract with these methods.
pub(super) fn run_limited(
    methods: &str,
    arguments: &[&[u8]],
    limits: Limits,
) -> Result<Outcome, Unhandled> {
    let source = source(methods);
    let arguments: Vec<Vec<u8>> = arguments.iter().map(|argument| argument.to_vec()).collect();
    deep(move || {
        let mut world = deployed(&source, limits)?;
        world.call(OWNER, CONTRACT, b"run", arguments, &Value::default())
    })
}

pub(super) fn run(methods: &str, arguments: &[&[u8]]) -> Result<Outcome, Unhandled> {
    run_limited(methods, arguments, Limits::default())
}

/// The one result of `run`, as a number.
#[track_caller]
pub(super) fn number(methods: &str) -> u128 {
    let results = results(methods, &[]);
    let [result] = results.as_slice() else {
        panic!("one result is expected: {results:?}");
    };
    result
        .iter()
        .fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
}

/// The results of `run`.
#[track_caller]
pub(super) fn results(methods: &str, arguments: &[&[u8]]) -> Vec<Vec<u8>> {
    match run(methods, arguments) {
        Ok(outcome) => outcome
            .result
            .unwrap_or_else(|failure| panic!("{failure:?}")),
        Err(error) => panic!("{error}"),
    }
}

/// The status, message and detail with which `run` fails.
#[track_caller]
pub(super) fn failure(methods: &str, arguments: &[&[u8]]) -> (u8, String, String) {
    match run(methods, arguments) {
        Ok(outcome) => {
            let status = outcome.status();
            let failure = outcome.result.expect_err("it fails");
            (status, failure.message, failure.detail.unwrap_or_default())
        }
        Err(error) => panic!("{error}"),
    }
}

/// An endpoint `run` without arguments.
pub(super) fn endpoint(result: &str, body: &str) -> String {
    format!("#[endpoint] fn run(&self) -> {result} {{ {body} }}")
}
