//! What bodies do: integers, objects, references, closures, control flow, storage, messages.

use num_bigint::BigUint;

use super::harness::{
    CONTRACT, OWNER, deep, deployed, endpoint, failure, number, results, run, source,
};
use crate::engines::contract::limits::Limits;
use crate::engines::contract::machine::Value;

#[test]
fn integers_overflow_in_every_width() {
    for (kind, last) in [
        ("u8", "255"),
        ("u16", "65535"),
        ("u32", "4294967295"),
        ("usize", "4294967295"),
        ("u64", "18446744073709551615"),
        ("i8", "127"),
        ("i16", "32767"),
        ("i32", "2147483647"),
        ("isize", "2147483647"),
        ("i64", "9223372036854775807"),
    ] {
        let body =
            format!("let mut a: {kind} = {last}; a -= 1; a += 1; a == {last} && a == {kind}::MAX");
        assert_eq!(number(&endpoint("bool", &body)), 1, "{kind}");
        let body = format!("let a: {kind} = {last}; let b = a + 1; b");
        let (status, message, detail) = failure(&endpoint(kind, &body), &[]);
        assert_eq!((status, message.as_str()), (4, "panic occurred"), "{kind}");
        assert!(detail.starts_with("test.rs:6:"), "{detail}");
        assert!(
            detail.ends_with(&format!("the result does not fit `{kind}`")),
            "{detail}"
        );
    }
    for kind in ["u128", "i128"] {
        let body = format!("let a = {kind}::MAX; a + 1; true");
        assert_eq!(
            failure(&endpoint("bool", &body), &[]).1,
            "panic occurred",
            "{kind}"
        );
        let body = format!("{kind}::MAX / 3 * 2 < {kind}::MAX - 1");
        assert_eq!(number(&endpoint("bool", &body)), 1, "{kind}");
    }
    assert_eq!(
        failure(&endpoint("u32", "let a = 1u32; a - 2"), &[]).1,
        "panic occurred"
    );
    assert_eq!(
        failure(&endpoint("u32", "let a = 0u32; 5 / a"), &[]).1,
        "panic occurred"
    );
    assert_eq!(
        failure(&endpoint("i8", "let a = -128i8; -a"), &[]).1,
        "panic occurred"
    );
    assert_eq!(
        number(&endpoint("u8", "(300u32 as u8) + (-1i8 as u8 >> 4)")),
        59
    );
    assert_eq!(
        number(&endpoint("u64", "7 % 4 + 2 * 3 - 1 ^ 2 | 8 & 12 << 1")),
        10
    );
    assert_eq!(
        number(&endpoint(
            "bool",
            "200u8.checked_add(100).is_none() && 2u32.pow(10) == 1024"
        )),
        1
    );
}

#[test]
fn literals_take_the_type_of_what_they_meet() {
    assert_eq!(
        number(&endpoint(
            "u64",
            "let mut sum = 0; for i in 0..5u64 { sum += i; } sum"
        )),
        10
    );
    assert_eq!(
        number(&endpoint(
            "u64",
            "let mut a = 1; while a < 10_000_000_000 { a *= 10; } a"
        )),
        10_000_000_000
    );
    let passed = "#[endpoint] fn run(&self) -> u8 { self.twice(100) } fn twice(&self, a: u8) -> u8 { a * 2 }";
    assert_eq!(number(passed), 200);
    let passed = passed.replace("100", "200");
    assert_eq!(failure(&passed, &[]).1, "panic occurred");
}

#[test]
fn big_numbers() {
    assert_eq!(
        number(&endpoint(
            "BigUint",
            "(BigUint::from(7u32) * 6u64 + BigUint::zero()) % 40u32 / 2u32"
        )),
        1
    );
    let (status, message, _) = failure(&endpoint("BigUint", "BigUint::from(1u32) - 2u32"), &[]);
    assert_eq!(
        (status, message.as_str()),
        (4, "cannot subtract because result would be negative")
    );
    let (status, message, _) = failure(&endpoint("BigUint", "BigUint::from(1u32) / 0u32"), &[]);
    assert_eq!((status, message.as_str()), (10, "division by 0"));
    assert_eq!(
        number(&endpoint(
            "BigUint",
            "let a: BigUint = 5u32.into(); a.pow(3) + a.sqrt()"
        )),
        127
    );
    assert_eq!(
        number(&endpoint(
            "u64",
            "BigUint::from(9u64).to_u64().unwrap() + 1"
        )),
        10
    );
}

/// A handle that is copied is the same object; a clone is another.
#[test]
fn clone_is_respected() {
    let body = "let a = BigUint::from(1u32); let b = a.clone(); let c = a; let mut d = c; d += 10u32; b * 100u32 + d";
    assert_eq!(number(&endpoint("BigUint", body)), 111);
    let body = "let mut v: ManagedVec<BigUint> = ManagedVec::new(); v.push(BigUint::from(3u32)); \
                let mut first = v.get(0).clone_value(); first += 4u32; v.get(0).clone_value() * 10u32 + first";
    assert_eq!(number(&endpoint("BigUint", body)), 37);
}

#[test]
fn references_change_what_they_refer_to() {
    let methods = "#[endpoint] fn run(&self) -> u32 { let mut a = 1u32; self.add(&mut a, 5); let b = &mut a; *b += 1; \
                   let c = b; *c *= 2; a }\n fn add(&self, to: &mut u32, by: u32) { *to += by; }";
    assert_eq!(number(methods), 14);
    let big = "#[endpoint] fn run(&self) -> BigUint { let mut a = BigUint::from(1u32); self.add(&mut a); a }\n\
               fn add(&self, to: &mut BigUint) { *to += 5u32; }";
    assert_eq!(number(big), 6);
}

#[test]
fn control_flow() {
    let body = "let mut found = 0u32; for i in 1..=10u32 { if i % 2 == 0 { continue; } if i > 7 { break; } found += i; } \
                let label = match found { 16 => 1, 0 | 1 => 2, 2..=5 => 3, _ => 4 }; found * 10 + label";
    assert_eq!(number(&endpoint("u32", body)), 161);
    let body = "let x = loop { break 7u8; }; let (a, b) = if x == 7 { (1u8, 2u8) } else { (3, 4) }; \
                { let a = 9u8; let _ = a; } a * 10 + b";
    assert_eq!(number(&endpoint("u8", body)), 12);
    let early =
        "#[endpoint] fn run(&self) -> u8 { for i in 0..10u8 { if i == 3 { return i; } } 9 }";
    assert_eq!(number(early), 3);
    let body = "let a: Option<u8> = Some(4); if let Some(b) = a { b } else { 0 }";
    assert_eq!(number(&endpoint("u8", body)), 4);
    let body = "let Some(b) = self.none() else { return 5; }; b";
    let methods = format!(
        "{} fn none(&self) -> Option<u8> {{ None }}",
        endpoint("u8", body)
    );
    assert_eq!(number(&methods), 5);
}

#[test]
fn arrays_structs_and_functions_of_the_file() {
    let text = source(&endpoint(
        "u8",
        "let mut p = Point { x: 1, y: [2; 3] }; p.y[1] += 5; p.x = A; let q = p.clone(); sum(&q)",
    ));
    let text = text
        + "const A: u8 = 10; #[derive(Clone)] struct Point { x: u8, y: [u8; 3] }\n\
                       fn sum(p: &Point) -> u8 { let mut s = p.x; for y in p.y.iter() { s += y; } s }";
    let outcome = deep(move || {
        let mut world = deployed(&text, Limits::default()).expect("it is deployed");
        world.call(OWNER, CONTRACT, b"run", Vec::new(), &Value::default())
    });
    assert_eq!(outcome.expect("it runs").result, Ok(vec![vec![21]]));
}

#[test]
fn closures_see_what_is_around_them() {
    let methods = "#[endpoint] fn run(&self) -> u64 { let by = 3u64; let mut times = 0u64; \
                   self.count().update(|count| { *count += by; times += 1; }); \
                   let result = self.count().update(|count| { *count *= 2; *count + 100 }); \
                   let add = |a: u64, b: u64| a + b; add(result, times) }\n\
                   #[storage_mapper(\"count\")] fn count(&self) -> SingleValueMapper<u64>;";
    assert_eq!(number(methods), 107);
}

#[test]
fn an_update_that_fails_writes_nothing() {
    let text = source(
        "#[endpoint] fn set(&self) { self.a().set(5u8); }\n\
         #[endpoint] fn fail(&self) { self.b().set(1u8); self.a().update(|a| { *a += 1; require!(*a < 6, \"too big: {}\", a); }); }\n\
         #[view] #[storage_mapper(\"a\")] fn a(&self) -> SingleValueMapper<u8>;\n\
         #[view] #[storage_mapper(\"b\")] fn b(&self) -> SingleValueMapper<u8>;",
    );
    deep(move || {
        let mut world = deployed(&text, Limits::default()).expect("it is deployed");
        let none = Value::default();
        assert!(
            world
                .call(OWNER, CONTRACT, b"set", Vec::new(), &none)
                .expect("runs")
                .result
                .is_ok()
        );
        let failed = world
            .call(OWNER, CONTRACT, b"fail", Vec::new(), &none)
            .expect("runs");
        assert_eq!((failed.status(), failed.message()), (4, "too big: 6"));
        assert_eq!(world.storage(&CONTRACT, b"a"), [5]);
        assert_eq!(world.storage(&CONTRACT, b"b"), [0_u8; 0]);
    });
}

#[test]
fn keys_of_storage_are_the_name_and_each_argument() {
    let text = source(
        "#[endpoint] fn run(&self) { self.m(1, &ManagedBuffer::from(\"ab\"), &BigUint::from(256u32)).set(9u8); }\n\
         #[storage_mapper(\"m\")] fn m(&self, a: u32, b: &ManagedBuffer, c: &BigUint) -> SingleValueMapper<u8>;",
    );
    deep(move || {
        let mut world = deployed(&text, Limits::default()).expect("it is deployed");
        world
            .call(OWNER, CONTRACT, b"run", Vec::new(), &Value::default())
            .expect("runs");
        let key = b"m\0\0\0\x01\0\0\0\x02ab\0\0\0\x02\x01\0";
        assert_eq!(world.storage(&CONTRACT, key), [9]);
    });
}

#[test]
fn mappers() {
    let methods = "#[endpoint] fn run(&self) -> MultiValueEncoded<u32> { let mut out = MultiValueEncoded::new(); \
        self.v().push(&5); self.v().push(&6); self.v().push(&7); self.v().swap_remove(1); \
        for i in self.v().iter() { out.push(i); } out.push(self.v().len() as u32); \
        out.push(self.s().insert(3) as u32); out.push(self.s().insert(3) as u32); self.s().insert(4); \
        out.push(self.s().swap_remove(&3) as u32); out.push(self.s().contains(&4) as u32); out.push(self.s().get_by_index(1)); \
        out.push(self.one().is_empty() as u32); self.one().set_if_empty(8); self.one().set_if_empty(9); out.push(self.one().get()); \
        self.one().clear(); out.push(self.one().get()); \
        self.s().clear(); out.push(self.s().contains(&4) as u32); out.push(self.s().len() as u32); out }\n\
        #[storage_mapper(\"v\")] fn v(&self) -> VecMapper<u32>;\n\
        #[storage_mapper(\"s\")] fn s(&self) -> UnorderedSetMapper<u32>;\n\
        #[storage_mapper(\"one\")] fn one(&self) -> SingleValueMapper<u32>;";
    let found: Vec<u8> = results(methods, &[])
        .iter()
        .map(|bytes| bytes.first().copied().unwrap_or(0))
        .collect();
    assert_eq!(found, [7, 6, 2, 1, 0, 1, 1, 4, 1, 8, 0, 0, 0]);
}

#[test]
fn arguments_and_results_of_many_values() {
    let methods = "#[endpoint] fn run(&self, first: u8, rest: MultiValueEncoded<MultiValue2<u8, BigUint>>) -> MultiValue2<u8, OptionalValue<BigUint>> { \
        let mut sum = BigUint::zero(); let mut count = first; for pair in rest { let (a, b) = pair.into_tuple(); count += a; sum += b; } \
        if sum == 0 { return (count, OptionalValue::None).into(); } (count, OptionalValue::Some(sum)).into() }";
    assert_eq!(results(methods, &[b"\x01"]), [vec![1]]);
    assert_eq!(
        results(methods, &[b"\x01", b"\x02", b"\x07", b"\x03", b"\x01\0"]),
        [vec![6], vec![1, 7]]
    );
    let odd = failure(methods, &[b"\x01", b"\x02"]);
    assert_eq!((odd.0, odd.1.as_str()), (4, "wrong number of arguments"));
    let optional = "#[endpoint] fn run(&self, a: OptionalValue<u8>) -> u8 { match a { OptionalValue::Some(a) => a, OptionalValue::None => 9 } }";
    assert_eq!(results(optional, &[]), [vec![9]]);
    assert_eq!(results(optional, &[b"\x03"]), [vec![3]]);
    assert_eq!(
        failure(optional, &[b"\x03", b"\x03"]).1,
        "wrong number of arguments"
    );
}

#[test]
fn messages() {
    for (form, text) in [
        ("{}\", 255u8", "255"),
        ("{:x}\", 255u16", "ff"),
        ("{:b}\", 5u8", "101"),
        ("{}-{}\", true, BigUint::from(7u32)", "true-7"),
        ("{:x}\", ManagedBuffer::from(\"Mu\")", "4d75"),
        ("{:c}\", 372036854775807u64", "01525d94927fff"),
        ("{}\", TokenIdentifier::from(\"AB-1\")", "AB-1"),
    ] {
        let (_, message, _) = failure(&endpoint("u8", &format!("sc_panic!(\"{form})")), &[]);
        assert_eq!(message, text);
        let body = format!("sc_format!(\"{form})");
        assert_eq!(
            results(&endpoint("ManagedBuffer", &body), &[]),
            [text.as_bytes()]
        );
    }
    // A text with a name is what it is, whatever braces are in it.
    let named = "#[endpoint] fn run(&self) { let why = \"no {}\"; require!(1u8 > 2, why); }";
    assert_eq!(failure(named, &[]).1, "no {}");
}

#[test]
fn what_is_not_known_is_said_with_its_place() {
    for (body, text) in [
        (
            "self.missing()",
            "the contract `Test` has no method `missing`, nor has the framework here",
        ),
        (
            "self.send().warp()",
            "`self.send()` has no method `warp` here",
        ),
        (
            "BigUint::from(1u8).warp()",
            "a `BigUint` has no method `warp` here",
        ),
        ("nothing", "there is no `nothing` here"),
        ("warp(1)", "there is no function `warp` here"),
        ("1u8 + 1u16", "an operator has a `u8` and a `u16`"),
    ] {
        let error = run(&endpoint("u8", body), &[])
            .expect_err("a fault")
            .to_string();
        let (place, said) = error.split_once(": ").expect("a place");
        assert!(place.starts_with("test.rs:6:"), "{error}");
        assert_eq!(said, text);
    }
}

#[test]
fn the_world_as_contracts_see_it() {
    let text = source(
        "#[payable(\"*\")] #[endpoint] fn run(&self) -> MultiValueEncoded<BigUint> { let mut out = MultiValueEncoded::new(); \
         out.push(self.call_value().egld_value().clone_value()); \
         out.push(self.blockchain().get_balance(&self.blockchain().get_sc_address())); \
         out.push(BigUint::from(self.blockchain().get_block_timestamp())); \
         self.send().direct_egld(&self.blockchain().get_caller(), &BigUint::from(3u32)); \
         out.push(self.blockchain().get_sc_balance(&EgldOrEsdtTokenIdentifier::egld(), 0)); out }\n\
         #[endpoint] fn poor(&self) { self.send().direct_egld(&self.blockchain().get_caller(), &BigUint::from(1000u32)); }",
    );
    deep(move || {
        let mut world = deployed(&text, Limits::default()).expect("it is deployed");
        world.state.current_block.timestamp = 77;
        let paid = Value {
            egld: BigUint::from(10_u32),
            tokens: Vec::new(),
        };
        let outcome = world
            .call(OWNER, CONTRACT, b"run", Vec::new(), &paid)
            .expect("runs");
        assert_eq!(
            outcome.result,
            Ok(vec![vec![10], vec![10], vec![77], vec![7]])
        );
        let [log] = outcome.logs.as_slice() else {
            panic!("{:?}", outcome.logs)
        };
        assert_eq!(log.endpoint, b"transferValueOnly");
        assert_eq!(log.topics, [vec![3], OWNER.0.to_vec()]);
        let poor = world
            .call(OWNER, CONTRACT, b"poor", Vec::new(), &Value::default())
            .expect("runs");
        assert_eq!(
            (poor.status(), poor.message()),
            (10, "failed transfer (insufficient funds)")
        );
        assert!(poor.logs.is_empty());
    });
}

#[test]
fn transactions_of_the_contract() {
    let text = source(
        "#[payable] #[endpoint] fn run(&self) { let egld = self.call_value().egld().clone_value(); \
         self.tx().to(ToCaller).egld(&egld).transfer(); \
         self.tx().to(&self.blockchain().get_owner_address()).egld(egld - 1u32).transfer(); }",
    );
    deep(move || {
        let mut world = deployed(&text, Limits::default()).expect("it is deployed");
        world.credit(CONTRACT, &BigUint::from(20_u32));
        let paid = Value {
            egld: BigUint::from(7_u32),
            tokens: Vec::new(),
        };
        let outcome = world
            .call(OWNER, CONTRACT, b"run", Vec::new(), &paid)
            .expect("runs");
        assert_eq!(outcome.result, Ok(Vec::new()));
        let amounts: Vec<_> = outcome
            .logs
            .iter()
            .map(|log| log.topics[0].clone())
            .collect();
        assert_eq!(amounts, [vec![7], vec![6]]);
        assert_eq!(world.state.balance(&CONTRACT), BigUint::from(14_u32));
    });
}
