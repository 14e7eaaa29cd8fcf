//! Floating-point numbers and bytes: their operators, texts and methods.

use super::operations::{COMPARISONS, OPERATORS, fuel};
use super::python::{Case, cases, check, literal};
use super::random::Random;
use crate::engines::compiled::library::{Context, builtin};
use crate::engines::compiled::value::{
    Binary, Comparison, Decline, Integer, Journal, Method, Unary, Value,
};

/// Those of numbers that integers have as well.
fn operators() -> Vec<(&'static str, Binary)> {
    [&OPERATORS[..5], &[("/", Binary::Divide)]].concat()
}

/// Those of values and of orders.
const ORDERS: usize = 6;

fn float(random: &mut Random) -> Value {
    const EDGES: [f64; 12] = [
        0.0,
        -0.0,
        0.5,
        1.0,
        -1.5,
        2.5,
        1e16,
        9_007_199_254_740_992.0,
        1e-5,
        0.000_1,
        1e22,
        f64::MIN_POSITIVE,
    ];
    let number = match random.below(4) {
        0 => *random.one_of(&EDGES),
        1 => random.below(4000) as f64 / 16.0 - 100.0,
        2 => random.below(1 << 30) as f64 / 10_f64.powi(1 + random.below(12) as i32),
        _ => f64::from_bits((random.below(1 << 32) as u64) << 32 | random.below(1 << 32) as u64),
    };
    Value::Float(if number.is_finite() { number } else { 0.1 })
}

fn number(random: &mut Random) -> Value {
    match random.below(5) {
        0 => Value::Integer(random.small()),
        1 => Value::Integer((random.below(1 << 40) as i64 - (1 << 39)).into()),
        2 => Value::Boolean(random.below(2) == 0),
        _ => float(random),
    }
}

fn bytes(random: &mut Random) -> Value {
    let length = *random.one_of(&[0, 1, 2, 3, 8, 32, 33]);
    let made = (0..length).map(|_| match random.below(3) {
        0 => b"ab'\"\\\n\x00\xff"[random.below(8)],
        _ => random.below(256) as u8,
    });
    Value::Bytes(made.collect())
}

#[test]
fn operators_of_numbers_are_those_of_python() {
    let mut random = Random::new(21);
    let cases: Vec<Case> = (0..cases(6000))
        .map(|_| {
            let (left, right) = (number(&mut random), number(&mut random));
            let (before, behind) = (literal(&left), literal(&right));
            if random.below(3) == 0 {
                let (sign, comparison) = *random.one_of(&COMPARISONS[..ORDERS]);
                let ours = Value::comparison(comparison, &left, &right, &mut fuel());
                return Case {
                    kind: "comparison".to_owned(),
                    code: format!("r = {before} {sign} {behind}"),
                    ours: ours.map(Value::Boolean),
                };
            }
            let (sign, operator) = *random.one_of(&operators());
            Case {
                kind: "operator".to_owned(),
                code: format!("r = {before} {sign} {behind}"),
                ours: Value::binary(operator, &left, &right, &mut fuel()),
            }
        })
        .collect();
    // Numbers beyond all others.
    check(&cases, &[("operator", 10)], 0);
}

#[test]
fn functions_of_numbers_are_those_of_python() {
    let mut random = Random::new(22);
    let call = |name: &str, value: &Value| -> Result<Value, Decline> {
        let mut fuel = fuel();
        let mut context = Context {
            fuel: &mut fuel,
            member: &|_, _| Err(Decline("no member")),
            printed: &mut String::new(),
        };
        let function = builtin(name).expect("a function");
        function.call(&mut context, std::slice::from_ref(value), &[])
    };
    let cases: Vec<Case> = (0..cases(5000))
        .map(|_| {
            let value = number(&mut random);
            let shown = literal(&value);
            let names = [
                "int", "float", "round", "abs", "bool", "str", "repr", "-", "+",
            ];
            let name = *random.one_of(&names);
            let ours = match name {
                "-" => Value::unary(Unary::Negate, &value, &mut fuel()),
                "+" => Value::unary(Unary::Plus, &value, &mut fuel()),
                name => call(name, &value),
            };
            Case {
                kind: name.to_owned(),
                code: format!("r = {name}({shown})"),
                ours,
            }
        })
        .collect();
    // What is beyond the numbers that are exact.
    check(&cases, &[("int", 25), ("round", 25)], 0);
}

#[test]
fn bytes_are_those_of_python() {
    let mut random = Random::new(23);
    let cases: Vec<Case> = (0..cases(6000)).map(|_| of_bytes(&mut random)).collect();
    check(&cases, &[("decode", 90), ("fromhex", 40)], 0);
}

fn of_bytes(random: &mut Random) -> Case {
    let value = bytes(random);
    let shown = literal(&value);
    let (mut fuel, mut journal) = (fuel(), Journal::default());
    let order = *random.one_of(&["big", "little"]);
    let signed = random.below(2) == 0;
    let named = [("signed", Value::Boolean(signed))];
    let python = if signed { "True" } else { "False" };
    let mut method = |name: &str, value: &Value, arguments: &[Value], named: &[(&str, Value)]| {
        let method = Method::find(name).expect("a method");
        method.call(value, arguments, named, &mut fuel, &mut journal)
    };
    let (kind, code, ours) = match random.below(10) {
        0 => {
            let ours = method("hex", &value, &[], &[]);
            ("hex", format!("{shown}.hex()"), ours)
        }
        1 => {
            let ours = method("decode", &value, &[], &[]);
            ("decode", format!("{shown}.decode()"), ours)
        }
        2 => {
            let number = match random.below(3) {
                0 => random.small(),
                _ => random.integer(),
            };
            let length = *random.one_of(&[0_i64, 1, 8, 16, 32, 33]);
            let arguments = [Value::from(length), Value::text(order)];
            let shown = literal(&Value::Integer(number.clone()));
            let ours = method("to_bytes", &Value::Integer(number), &arguments, &named);
            let code = format!("{shown}.to_bytes({length}, '{order}', signed={python})");
            ("to_bytes", code, ours)
        }
        3 => {
            let class = Value::Function(builtin("int").expect("a class"));
            let arguments = [value.clone(), Value::text(order)];
            let ours = method("from_bytes", &class, &arguments, &named);
            let code = format!("int.from_bytes({shown}, '{order}', signed={python})");
            ("from_bytes", code, ours)
        }
        4 => {
            let text = ["", "00ff", "0aB1", "0", "zz", "12 34"][random.below(6)];
            let class = Value::Function(builtin("bytes").expect("a class"));
            let ours = method("fromhex", &class, &[Value::text(text)], &[]);
            ("fromhex", format!("bytes.fromhex('{text}')"), ours)
        }
        5 => {
            let other = bytes(random);
            let (sign, comparison) = *random.one_of(&COMPARISONS[..ORDERS]);
            let ours = Value::comparison(comparison, &value, &other, &mut fuel);
            let code = format!("{shown} {sign} {}", literal(&other));
            ("comparison", code, ours.map(Value::Boolean))
        }
        6 => {
            let part = match random.below(2) {
                0 => bytes(random),
                _ => Value::Integer(Integer::from(random.below(300))),
            };
            let ours = Value::comparison(Comparison::In, &part, &value, &mut fuel);
            let code = format!("{} in {shown}", literal(&part));
            ("in", code, ours.map(Value::Boolean))
        }
        7 => {
            let index = Value::Integer(random.small());
            let ours = value.subscript(&index, &mut fuel);
            ("index", format!("{shown}[{}]", literal(&index)), ours)
        }
        8 => {
            let (low, high) = (random.small(), random.small());
            let (low, high) = (Value::Integer(low), Value::Integer(high));
            let ours = value.slice(Some(&low), Some(&high), None, &mut fuel);
            let code = format!("{shown}[{}:{}]", literal(&low), literal(&high));
            ("slice", code, ours)
        }
        _ => {
            let ours = value.repr(&mut fuel).map(|text| Value::text(&text));
            ("repr", format!("repr({shown})"), ours)
        }
    };
    Case {
        kind: kind.to_owned(),
        code: format!("r = {code}"),
        ours,
    }
}
