//! Random and broken input of the parser, the decoder and the scenario reader: an error or a value, never a panic.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;

use super::harness::deep;
use crate::engines::contract::codec::decode::Decoder;
use crate::engines::contract::codec::encode;
use crate::engines::contract::limits::{Limits, Meter};
use crate::engines::contract::scenario::parse_for_test;
use crate::engines::contract::source::read;
use crate::engines::contract::source::types::{IntType, Type};
use crate::engines::contract::values::Objects;

const SOURCES: [&str; 4] = [
    include_str!("../../../../../tests/contracts/counter/src/counter.rs"),
    include_str!("../../../../../tests/contracts/token/src/token.rs"),
    include_str!("../../../../../tests/contracts/exchange/src/pair.rs"),
    include_str!("../../../../../tests/contracts/exchange/src/router.rs"),
];
const SCENARIOS: [&str; 3] = [
    include_str!("../../../../../tests/contracts/counter/scenarios/counter.scen.json"),
    include_str!("../../../../../tests/contracts/token/scenarios/allowances.scen.json"),
    include_str!("../../../../../tests/contracts/exchange/scenarios/trade.scen.json"),
];

/// A change of a text: where, how much goes, and what comes instead.
fn change() -> impl Strategy<Value = (usize, usize, String)> {
    let pieces = prop_oneof![
        Just(String::new()),
        "[ -~]{0,6}",
        "\\PC{0,3}",
        prop::sample::select(vec![
            "fn",
            "{",
            "}",
            "(",
            ")",
            "<",
            ">",
            "&",
            "self",
            "Self",
            "let",
            "match",
            "=>",
            "|",
            "#[",
            "]",
            ";",
            ",",
            "0x",
            "\"",
            "'",
            "u8",
            "BigUint",
            "require!(",
            "..",
            "..=",
            "as",
            "if",
            "else",
            "loop",
            "\"*\"",
            "\"+\"",
            "null",
            "-1",
            "1e999",
            "[",
            "{\"a\":",
            "\\u0000",
            "999999999999999999999999999999999999999999",
        ])
        .prop_map(str::to_owned),
    ];
    (any::<usize>(), 0..40_usize, pieces)
}

fn changed(text: &str, changes: &[(usize, usize, String)]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for (place, gone, new) in changes {
        let start = place % (characters.len() + 1);
        let end = (start + gone).min(characters.len());
        characters.splice(start..end, new.chars());
    }
    characters.into_iter().collect()
}

fn kind() -> impl Strategy<Value = Type> {
    let leaf = prop::sample::select(vec![
        Type::Unit,
        Type::Bool,
        Type::Int(IntType::U8),
        Type::Int(IntType::I16),
        Type::Int(IntType::Usize),
        Type::Int(IntType::I64),
        Type::Int(IntType::U64),
        Type::BigUint,
        Type::BigInt,
        Type::ManagedBuffer,
        Type::ManagedAddress,
        Type::TokenIdentifier,
        Type::ByteArray(3),
    ]);
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner
                .clone()
                .prop_map(|inner| Type::ManagedVec(Arc::new(inner))),
            inner
                .clone()
                .prop_map(|inner| Type::Option(Arc::new(inner))),
            inner
                .clone()
                .prop_map(|inner| Type::Array(Arc::new(inner), 3)),
            inner
                .clone()
                .prop_map(|inner| Type::MultiValueEncoded(Arc::new(inner))),
            inner
                .clone()
                .prop_map(|inner| Type::OptionalValue(Arc::new(inner))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Type::MultiValue),
            prop::collection::vec(inner, 1..4).prop_map(Type::Tuple),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// What decodes is encoded to bytes that decode to the same, and no bytes cost more memory than allowed.
    #[test]
    fn any_bytes_as_any_type(kind in kind(), bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(1), any::<u8>()], 0..80)) {
        let mut objects = Objects::default();
        let mut meter = Meter::new(Limits { bytes: 1 << 20, ..Limits::default() });
        let structs = BTreeMap::new();
        let mut decoder = Decoder { objects: &mut objects, meter: &mut meter, structs: &structs };
        if let Ok(value) = decoder.top(&kind, &bytes) {
            let again = encode::top(&value, decoder.objects).expect("what decodes has an encoding");
            let second = decoder.top(&kind, &again).expect("what was encoded decodes");
            prop_assert_eq!(encode::top(&second, decoder.objects), Ok(again));
        }
        let chunks: Vec<Vec<u8>> = bytes.chunks(5).map(<[u8]>::to_vec).collect();
        let mut rest = chunks.as_slice();
        if let Ok(value) = decoder.multi(&kind, &mut rest) {
            let mut out = Vec::new();
            encode::multi(&value, decoder.objects, &mut out).expect("what decodes has an encoding");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_as_a_contract(text in "\\PC{0,200}") {
        deep(move || drop(read("random.rs", &text)));
    }

    #[test]
    fn broken_contracts(index in 0..SOURCES.len(), changes in prop::collection::vec(change(), 1..5)) {
        let text = changed(SOURCES[index], &changes);
        deep(move || drop(read("random.rs", &text)));
    }

    #[test]
    fn any_text_as_a_scenario(text in "\\PC{0,200}") {
        deep(move || drop(parse_for_test(Path::new("random.scen.json"), text)));
    }

    #[test]
    fn broken_scenarios(index in 0..SCENARIOS.len(), changes in prop::collection::vec(change(), 1..4)) {
        let text = changed(SCENARIOS[index], &changes);
        deep(move || drop(parse_for_test(Path::new("random.scen.json"), text)));
    }
}
