//! The examples of the framework's documentation of its serialisation, and of the notation of values, in both
//! directions.

use std::collections::BTreeMap;
use std::sync::Arc;

use num_bigint::{BigInt, BigUint};

use crate::engines::contract::codec::decode::{DecodeError, Decoder};
use crate::engines::contract::codec::encode;
use crate::engines::contract::limits::{Limits, Meter};
use crate::engines::contract::source::types::{IntType, Type};
use crate::engines::contract::values::{Integer, Object, Objects, Value};

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b' ').collect();
    let pairs = digits.chunks(2).map(|pair| {
        u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hexadecimal")
    });
    pairs.collect()
}

struct Table {
    objects: Objects,
    meter: Meter,
}

impl Table {
    fn new() -> Self {
        Self {
            objects: Objects::default(),
            meter: Meter::new(Limits::default()),
        }
    }

    fn object(&mut self, kind: Type, object: Object) -> Value {
        let id = self.objects.add(object, &mut self.meter).expect("memory");
        Value::Object(kind, id)
    }

    fn unsigned(&mut self, number: u64) -> Value {
        self.object(Type::BigUint, Object::Unsigned(BigUint::from(number)))
    }

    fn signed(&mut self, number: i64) -> Value {
        self.object(Type::BigInt, Object::Signed(BigInt::from(number)))
    }

    fn list(&mut self, item: Type, values: Vec<Value>) -> Value {
        self.object(Type::ManagedVec(Arc::new(item)), Object::Values(values))
    }

    /// Both encodings, and that decoding them gives values of the same encodings.
    #[track_caller]
    fn check(&mut self, kind: &Type, value: &Value, top: &str, nested: &str) {
        assert_eq!(
            encode::top(value, &self.objects),
            Ok(hex(top)),
            "top of {value:?}"
        );
        let mut out = Vec::new();
        encode::nested(value, &self.objects, &mut out).expect("nested");
        assert_eq!(out, hex(nested), "nested of {value:?}");
        let structs = BTreeMap::new();
        let mut decoder = Decoder {
            objects: &mut self.objects,
            meter: &mut self.meter,
            structs: &structs,
        };
        let decoded = decoder.top(kind, &hex(top)).expect("decodes");
        // As the only part of a tuple.
        let tuple = decoder
            .top(&Type::Tuple(vec![kind.clone()]), &hex(nested))
            .expect("decodes");
        assert_eq!(encode::top(&decoded, &self.objects), Ok(hex(top)));
        assert_eq!(encode::top(&tuple, &self.objects), Ok(hex(nested)));
    }
}

fn int(kind: IntType, value: i128) -> Value {
    Value::Int(Integer::new(kind, value).expect("it fits"))
}

#[test]
fn integers() {
    let mut table = Table::new();
    for (kind, value, top, nested) in [
        (IntType::U8, 0, "", "00"),
        (IntType::U8, 0x11, "11", "11"),
        (IntType::U8, 255, "FF", "FF"),
        (IntType::U16, 0x11, "11", "0011"),
        (IntType::U32, 0x11_2233, "112233", "00112233"),
        (
            IntType::U64,
            0x11_2233_4455,
            "1122334455",
            "0000001122334455",
        ),
        (IntType::Usize, 0x1122, "1122", "00001122"),
        (IntType::I8, -1, "FF", "FF"),
        (IntType::I8, 127, "7F", "7F"),
        (IntType::I8, -128, "80", "80"),
        (IntType::I16, -0x11, "EF", "FFEF"),
        (IntType::I32, -0x11_2233, "EEDDCD", "FFEEDDCD"),
        (IntType::I64, -1, "FF", "FFFFFFFFFFFFFFFF"),
        (
            IntType::I64,
            -0x1122_3344_5566_7788,
            "EEDDCCBBAA998878",
            "EEDDCCBBAA998878",
        ),
        (IntType::Isize, -0x1122, "EEDE", "FFFFEEDE"),
        // A positive number whose first bit is set needs another byte.
        (IntType::I64, 128, "0080", "0000000000000080"),
    ] {
        table.check(&Type::Int(kind), &int(kind, value), top, nested);
    }
}

#[test]
fn big_numbers() {
    let mut table = Table::new();
    for (number, top, nested) in [
        (0, "", "00000000"),
        (1, "01", "0000000101"),
        (256, "0100", "000000020100"),
        (127, "7F", "000000017F"),
        (128, "80", "0000000180"),
    ] {
        let value = table.unsigned(number);
        table.check(&Type::BigUint, &value, top, nested);
    }
    for (number, top, nested) in [
        (0, "", "00000000"),
        (1, "01", "0000000101"),
        (-1, "FF", "00000001FF"),
        (127, "7F", "000000017F"),
        (128, "0080", "000000020080"),
        (255, "00FF", "0000000200FF"),
        (256, "0100", "000000020100"),
    ] {
        let value = table.signed(number);
        table.check(&Type::BigInt, &value, top, nested);
    }
}

#[test]
fn booleans_buffers_and_tokens() {
    let mut table = Table::new();
    table.check(&Type::Bool, &Value::Bool(true), "01", "01");
    table.check(&Type::Bool, &Value::Bool(false), "", "00");
    let buffer = table.object(Type::ManagedBuffer, Object::Bytes(b"abc".to_vec()));
    table.check(&Type::ManagedBuffer, &buffer, "616263", "00000003616263");
    let token = Object::Bytes(b"ABC-123456".to_vec());
    let token = table.object(Type::TokenIdentifier, token);
    table.check(
        &Type::TokenIdentifier,
        &token,
        "4142432d313233343536",
        "0000000A4142432d313233343536",
    );
    let address = table.object(Type::ManagedAddress, Object::Bytes(vec![7; 32]));
    table.check(
        &Type::ManagedAddress,
        &address,
        &"07".repeat(32),
        &"07".repeat(32),
    );
}

#[test]
fn lists_tuples_and_options() {
    let mut table = Table::new();
    let (u16, u32) = (Type::Int(IntType::U16), Type::Int(IntType::U32));
    let list = table.list(
        u16.clone(),
        vec![int(IntType::U16, 1), int(IntType::U16, 2)],
    );
    table.check(
        &Type::ManagedVec(Arc::new(u16.clone())),
        &list,
        "00010002",
        "0000000200010002",
    );
    let inner = table.list(u32.clone(), vec![int(IntType::U32, 7)]);
    let kind = Type::ManagedVec(Arc::new(u32.clone()));
    let outer = table.list(kind.clone(), vec![inner]);
    table.check(
        &Type::ManagedVec(Arc::new(kind)),
        &outer,
        "00000001 00000007",
        "00000001 00000001 00000007",
    );
    let seven = table.unsigned(7);
    let numbers = table.list(Type::BigUint, vec![seven]);
    table.check(
        &Type::ManagedVec(Arc::new(Type::BigUint)),
        &numbers,
        "0000000107",
        "000000010000000107",
    );
    let kinds = vec![Type::Int(IntType::U8), u16.clone(), u32];
    let tuple = Value::Tuple(vec![
        int(IntType::U8, 1),
        int(IntType::U16, 2),
        int(IntType::U32, 3),
    ]);
    table.check(
        &Type::Tuple(kinds),
        &tuple,
        "01000200000003",
        "01000200000003",
    );
    let option = Type::Option(Arc::new(u16));
    let some = Value::Option(Some(Box::new(int(IntType::U16, 5))));
    table.check(&option, &some, "010005", "010005");
    table.check(&option, &Value::Option(None), "", "00");
}

#[test]
fn what_is_not_of_a_type() {
    let mut table = Table::new();
    let structs = BTreeMap::new();
    let mut decoder = Decoder {
        objects: &mut table.objects,
        meter: &mut table.meter,
        structs: &structs,
    };
    let option = Type::Option(Arc::new(Type::Bool));
    for (kind, bytes, error) in [
        (Type::Int(IntType::U8), "0100", DecodeError::OutOfRange),
        (Type::Int(IntType::I8), "0080", DecodeError::OutOfRange),
        (Type::Bool, "02", DecodeError::OutOfRange),
        (Type::ManagedAddress, "07", DecodeError::ArrayLength),
        (Type::Tuple(vec![Type::Bool]), "", DecodeError::TooShort),
        (Type::Tuple(vec![Type::Bool]), "0101", DecodeError::TooLong),
        (Type::Tuple(vec![Type::Bool]), "02", DecodeError::Invalid),
        (
            Type::Tuple(vec![Type::BigUint]),
            "FFFFFFFF00",
            DecodeError::TooShort,
        ),
        (option, "02", DecodeError::Invalid),
        (
            Type::ManagedVec(Arc::new(Type::Unit)),
            "00",
            DecodeError::Unsupported,
        ),
    ] {
        let found = decoder
            .top(&kind, &hex(bytes))
            .map(|value| value.describe());
        assert_eq!(found, Err(error), "{kind} of {bytes}");
    }
}

#[test]
fn numbers_without_an_encoding_are_an_error() {
    let table = Table::new();
    for kind in [IntType::U128, IntType::I128, IntType::Literal] {
        let error = encode::top(&int(kind, 5), &table.objects).expect_err("no encoding");
        assert!(error.to_string().ends_with("cannot be encoded"), "{error}");
    }
}
