//! What a hostile hint would do with values: without end, without bound, without bottom.

use std::fs;
use std::rc::Rc;
use std::slice::from_ref;

use cairo_vm::Felt252;
use num_bigint::BigInt;

use super::functions::{call, call_named};
use crate::engines::compiled::library::files::is_same;
use crate::engines::compiled::library::modules::{File, MODULES};
use crate::engines::compiled::library::{Context, Export, find, modules_that_fit};
use crate::engines::compiled::value::{
    Binary, Cursor, Decline, Fuel, Integer, Journal, Method, StructValue, Value,
};

fn fuel() -> Fuel {
    Fuel::new(1_000_000)
}

fn list(items: Vec<Value>) -> Value {
    Value::list(items, &mut fuel()).expect("a list")
}

fn append(to: &Value, value: Value) -> Result<Value, Decline> {
    Method::Append.call(to, &[value], &[], &mut fuel(), &mut Journal::default())
}

#[test]
fn lists_never_lead_back_to_themselves() {
    let outer = list(vec![]);
    let inner = list(vec![outer.clone()]);
    assert!(append(&outer, outer.clone()).is_err());
    assert!(append(&outer, inner.clone()).is_err());
    assert!(append(&outer, Value::Tuple(Rc::from([inner.clone()]))).is_err());
    let journal = &mut Journal::default();
    for method in [Method::Extend, Method::Insert] {
        let values = match method {
            Method::Insert => vec![0.into(), inner.clone()],
            _ => vec![list(vec![inner.clone()])],
        };
        assert!(
            method
                .call(&outer, &values, &[], &mut fuel(), journal)
                .is_err()
        );
    }
    append(&outer, 1.into()).expect("a number");
    assert!(
        outer
            .set_item(&0.into(), inner, &mut fuel(), journal)
            .is_err()
    );
    assert!(
        outer
            .set_item(&0.into(), list(vec![]), &mut fuel(), journal)
            .is_ok()
    );
}

#[test]
fn lists_deep_in_each_other_end_without_the_stack() {
    let root = list(vec![]);
    let mut innermost = root.clone();
    for _ in 0..200_000 {
        let next = list(vec![]);
        append(&innermost, Value::Tuple(Rc::from([next.clone()]))).expect("a list");
        innermost = next;
    }
    // None of these goes to the bottom.
    assert!(
        root.equals(&list(vec![root.clone()]), &mut fuel())
            .is_ok_and(|equal| !equal)
    );
    assert!(root.repr(&mut fuel()).is_err());
    drop(innermost);
    drop(root);
}

#[test]
fn tuples_are_not_deep_in_each_other() {
    let mut value = Value::from(1);
    let depth = (0..100)
        .take_while(|_| {
            let next = Value::tuple(vec![value.clone()], &mut fuel());
            next.is_ok_and(|next| {
                value = next;
                true
            })
        })
        .count();
    assert!((8..32).contains(&depth), "{depth}");
}

#[test]
fn iterators_are_not_deep_in_each_other() {
    let mut value = list(vec![1.into()]);
    let depth = (0..100)
        .take_while(|_| {
            let next = value
                .iterate()
                .and_then(|cursor| cursor.enumerate(Integer::ZERO));
            next.is_ok_and(|next| {
                value = Value::iterator(next);
                true
            })
        })
        .count();
    assert!((2..16).contains(&depth), "{depth}");
    assert!(Value::list(vec![value.clone()], &mut fuel()).is_err());
    assert!(append(&list(vec![]), value).is_err());
}

#[test]
fn what_goes_through_a_list_sees_it_change() {
    let values = list(vec![1.into(), 2.into()]);
    let mut cursor = values.iterate().expect("a list");
    let mut seen = 0;
    while let Some(value) = cursor.next(&mut fuel()).expect("a value") {
        seen += 1;
        if seen < 5 {
            append(&values, value).expect("a number");
        }
    }
    assert_eq!(seen, 6);
    // At its end it stays there.
    append(&values, 1.into()).expect("a number");
    assert!(cursor.next(&mut fuel()).expect("an end").is_none());
    let Value::List(same) = &values else {
        unreachable!("a list")
    };
    let growing = Value::iterator(Cursor::List(Rc::clone(same), 0));
    let extended = Method::Extend.call(
        &values,
        &[growing],
        &[],
        &mut fuel(),
        &mut Journal::default(),
    );
    assert!(
        extended.is_err(),
        "which Python does until there is no memory"
    );
}

#[test]
fn work_costs_fuel_before_it_is_done() {
    let huge = |bits: i64| {
        Integer::ONE
            .shl(&bits.into(), &mut Fuel::new(u64::MAX))
            .expect("in bounds")
    };
    let little = &mut Fuel::new(2000);
    let (long, power) = (huge(60_000), huge(30_000));
    assert!(power.mul(&power, little).is_err());
    assert!(long.pow(&power, Some(&long), little).is_err());
    assert!(long.isqrt(little).is_err());
    assert!(power.to_decimal(&mut fuel()).is_err());
    assert!(long.add(&long, little).is_ok());
    let million = Value::from(1_000_000);
    for sequence in [
        list(vec![1.into()]),
        Value::text("abcdefgh"),
        Value::Tuple(Rc::from([Value::None])),
    ] {
        assert!(Value::binary(Binary::Multiply, &sequence, &million, &mut fuel()).is_err());
    }
    let numbers = call("range", &[Value::from(10_i64.pow(12))]).expect("a range, not its numbers");
    for name in ["list", "sum", "tuple", "max", "sorted"] {
        let function = crate::engines::compiled::library::builtin(name).expect("a function");
        let member = |_: &StructValue, _: &str| Err(Decline("no member"));
        let mut fuel = fuel();
        let mut context = Context {
            fuel: &mut fuel,
            member: &member,
            printed: &mut String::new(),
        };
        assert!(
            function
                .call(&mut context, from_ref(&numbers), &[])
                .is_err(),
            "{name}"
        );
    }
    assert_eq!(numbers.length(&mut fuel()), Ok(1_000_000_000_000));
}

#[test]
fn integers_are_no_longer_than_their_bound() {
    let fuel = &mut Fuel::new(u64::MAX);
    let longest = Integer::ONE.shl(&65_535.into(), fuel).expect("in bounds");
    assert!(longest.add(&longest, fuel).is_err());
    assert!(longest.mul(&2.into(), fuel).is_err());
    assert!(longest.shl(&1.into(), fuel).is_err());
    assert!(Integer::from(10).pow(&20_000.into(), None, fuel).is_err());
    assert!(Integer::from(2).pow(&65_536.into(), None, fuel).is_err());
    assert!(Integer::ONE.pow(&longest, None, fuel).is_ok());
}

#[test]
fn felts_are_integers_from_zero_to_below_the_prime() {
    let prime = Integer::from_hexadecimal(
        "800000000000011000000000000000000000000000000000000000000000001",
    );
    let prime = prime.expect("digits");
    let fuel = &mut fuel();
    for below in [1, 2, 3, 1_i64 << 40] {
        let felt = -Felt252::from(below);
        let number = prime.sub(&below.into(), fuel).expect("a number");
        assert_eq!(Integer::from(&felt), number);
        assert_eq!(number.to_felt(), Some(felt));
        assert_eq!(number.to_bigint(), BigInt::from(felt.to_biguint()));
    }
    for small in [0, 1, i64::MAX] {
        assert_eq!(Integer::from(small).to_felt(), Some(Felt252::from(small)));
        assert_eq!(Integer::from(&Felt252::from(small)), Integer::from(small));
    }
    let beyond = Integer::from(u64::MAX);
    assert_eq!(Integer::from(&Felt252::from(u64::MAX)), beyond);
    assert_eq!(beyond.to_felt(), Some(Felt252::from(u64::MAX)));
    let wide = Integer::ONE.shl(&256.into(), fuel).expect("a number");
    for none in [
        &prime,
        &prime.add(&1.into(), fuel).expect("a number"),
        &wide,
        &(-1).into(),
    ] {
        assert_eq!(none.to_felt(), None);
    }
}

#[test]
fn equal_integers_are_represented_equally() {
    let fuel = &mut fuel();
    for edge in [i64::MAX, i64::MIN] {
        let small = Integer::from(edge);
        let beyond = small.add(&small.clone(), fuel).expect("a number");
        let back = beyond.sub(&small, fuel).expect("a number");
        assert_eq!(back, small);
        assert_eq!(back.to_i64(), Some(edge));
        assert_eq!(Integer::from(BigInt::from(edge)), small);
    }
}

#[test]
fn arguments_are_given_as_the_function_has_them() {
    let numbers = list(vec![3.into(), 1.into()]);
    let largest =
        call_named("sorted", from_ref(&numbers), &[("reverse", true.into())]).expect("a list");
    assert_eq!(largest.repr(&mut fuel()).as_deref(), Ok("[3, 1]"));
    assert!(call("sorted", &[numbers.clone(), true.into()]).is_err());
    assert!(call_named("len", &[], &[("obj", numbers.clone())]).is_err());
    assert!(call_named("sum", from_ref(&numbers), &[("start", 4.into())]).is_ok());
    assert!(call_named("sum", &[numbers.clone(), 1.into()], &[("start", 4.into())]).is_err());
    assert!(call_named("max", &[numbers], &[("key", Value::None)]).is_err());
    assert!(call_named("pow", &[2.into()], &[("mod", 7.into()), ("exp", 2.into())]).is_ok());
    assert!(call("pow", &[2.into()]).is_err());
}

#[test]
fn modules_fit_by_their_files() {
    let folders = [
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("a folder"),
    ];
    let paths: Vec<_> = folders
        .iter()
        .map(|folder| folder.path().to_path_buf())
        .collect();
    let all = MODULES.iter().map(|module| module.name).collect();
    let fit = modules_that_fit(&all, &paths);
    assert!(fit.contains("math") && fit.contains("json"), "{fit:?}");
    assert!(!fit.iter().any(|module| module.contains('.')), "{fit:?}");
    fs::write(paths[1].join("math.py"), "").expect("a file");
    fs::write(paths[0].join("json.cpython-311.so"), "").expect("a file");
    let others = modules_that_fit(&all, &paths);
    let gone: Vec<_> = fit.difference(&others).copied().collect();
    assert_eq!(gone, ["json", "math"]);

    const ABC: &[&str] = &["ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"];
    let file = File {
        path: "package/module.py",
        hashes: ABC,
    };
    assert!(!is_same(&file, &paths), "it is nowhere");
    fs::create_dir(paths[1].join("package")).expect("a folder");
    fs::write(paths[1].join("package/module.py"), "abcd").expect("a file");
    assert!(!is_same(&file, &paths), "it is another");
    fs::write(paths[1].join("package/module.py"), "abc").expect("a file");
    assert!(is_same(&file, &paths));
    fs::create_dir(paths[0].join("package")).expect("a folder");
    assert!(!is_same(&file, &paths), "the package is found elsewhere");
    fs::remove_dir(paths[0].join("package")).expect("it was there");
    fs::write(paths[0].join("package.py"), "").expect("a file");
    assert!(!is_same(&file, &paths), "a module is found before it");
    fs::remove_file(paths[0].join("package.py")).expect("it was there");
    fs::write(paths[1].join("package/module.cpython-311.so"), "").expect("a file");
    assert!(!is_same(&file, &paths), "machine code is found before it");
}

#[test]
fn names_of_a_module_are_those_that_it_has() {
    assert!(matches!(
        find("starkware.python.math_utils", "div_mod"),
        Some(Export::Function(_))
    ));
    assert!(matches!(
        find("starkware.cairo.common.cairo_secp.secp_utils", "SECP_P"),
        Some(Export::Constant(_))
    ));
    assert!(find("starkware.python.math_utils", "safe_random_ec_point").is_none());
    assert!(find("", "len").is_none());
    assert!(find("no_module", "div_mod").is_none());
}
