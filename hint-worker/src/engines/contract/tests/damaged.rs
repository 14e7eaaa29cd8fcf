//! Damaged sources, scenarios, hints and values, by the driver that the host has for its own decoders.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use super::harness::deep;
use crate::engines::contract::codec::decode::Decoder;
use crate::engines::contract::codec::encode;
use crate::engines::contract::hints::is_hint_for_tests;
use crate::engines::contract::limits::{Limits, Meter};
use crate::engines::contract::scenario::parse_for_test;
use crate::engines::contract::source::read;
use crate::engines::contract::source::types::{IntType, Type};
use crate::engines::contract::values::Objects;
use crate::engines::fuzzing::fuzz;

fn texts(good: &[&str]) -> Vec<Vec<u8>> {
    good.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// The text of these bytes, as far as it is one.
fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn sources() {
    let good = texts(&[
        include_str!("../../../../../tests/contracts/counter/src/counter.rs"),
        include_str!("../../../../../tests/contracts/token/src/token.rs"),
    ]);
    deep(move || {
        fuzz("contract sources", &good, |bytes| {
            read("damaged.rs", &text(bytes)).is_ok()
        })
    });
}

#[test]
fn scenarios() {
    let good = texts(&[
        include_str!("../../../../../tests/contracts/token/scenarios/allowances.scen.json"),
        include_str!("../../../../../tests/contracts/exchange/scenarios/trade.scen.json"),
    ]);
    // Files that it names stay what they are: only those beside it are read.
    let place = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/contracts/token/scenarios/damaged.scen.json"
    );
    deep(move || {
        fuzz("scenarios", &good, |bytes| {
            parse_for_test(Path::new(place), text(bytes)).is_ok()
        })
    });
}

#[test]
fn hints() {
    let good = texts(&[
        "# lang: contract\nuse \"../token/scenarios/token.scen.json\"\ncaller \"address:owner\"\n",
        "# lang: contract\nids.ok, ids.low, ids.high = try token.transfer(\"address:alice\", 7, ids.amount) paying 5\n",
        "# lang: contract\ntrace\nids.x = token.balanceOf(\"0x01|u64:3\")\n",
    ]);
    fuzz("contract hints", &good, |bytes| {
        is_hint_for_tests(&text(bytes))
    });
}

/// The first byte says as what; the others are the value.
#[test]
fn values() {
    let list = |inner| Type::ManagedVec(Arc::new(inner));
    let kinds = [
        Type::Int(IntType::U64),
        Type::Int(IntType::I16),
        Type::BigInt,
        Type::ManagedBuffer,
        Type::Bool,
        Type::Option(Arc::new(Type::BigUint)),
        list(Type::ManagedBuffer),
        list(Type::Tuple(vec![Type::Int(IntType::U8), Type::BigUint])),
        Type::Array(Arc::new(Type::Int(IntType::U8)), 3),
    ];
    let good = [
        &[0, 0, 0, 0, 0, 0, 0, 0, 7][..],
        &[2, 0xff, 0x80],
        &[5, 1, 0, 0, 0, 2, 1, 2],
        &[6, 0, 0, 0, 3, b'a', b'b', b'c', 0, 0, 0, 0],
        &[7, 9, 0, 0, 0, 1, 5],
        &[8, 1, 2, 3],
    ];
    let good: Vec<Vec<u8>> = good.iter().map(|bytes| bytes.to_vec()).collect();
    let structs = BTreeMap::new();
    fuzz("contract values", &good, |bytes| {
        let Some((kind, bytes)) = bytes.split_first() else {
            return false;
        };
        let kind = &kinds[usize::from(*kind) % kinds.len()];
        let mut objects = Objects::default();
        let mut meter = Meter::new(Limits {
            bytes: 1 << 20,
            ..Limits::default()
        });
        let mut decoder = Decoder {
            objects: &mut objects,
            meter: &mut meter,
            structs: &structs,
        };
        let Ok(value) = decoder.top(kind, bytes) else {
            return false;
        };
        let again = encode::top(&value, decoder.objects).expect("what decodes has an encoding");
        let second = decoder.top(kind, &again).expect("what was encoded decodes");
        assert_eq!(encode::top(&second, decoder.objects), Ok(again));
        true
    });
}
