//! Every operator, comparison, index, slice, format and method.

use super::python::{Case, canonical, cases, check, literal};
use super::random::Random;
use crate::engines::compiled::value::{
    Binary, Comparison, Decline, Fuel, Integer, Journal, Method, Unary, Value,
};

pub(super) const OPERATORS: [(&str, Binary); 11] = [
    ("+", Binary::Add),
    ("-", Binary::Subtract),
    ("*", Binary::Multiply),
    ("//", Binary::FloorDivide),
    ("%", Binary::Modulo),
    ("**", Binary::Power),
    ("<<", Binary::ShiftLeft),
    (">>", Binary::ShiftRight),
    ("&", Binary::And),
    ("|", Binary::Or),
    ("^", Binary::Xor),
];

pub(super) const COMPARISONS: [(&str, Comparison); 10] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    ("<", Comparison::Less),
    ("<=", Comparison::LessEqual),
    (">", Comparison::Greater),
    (">=", Comparison::GreaterEqual),
    ("is", Comparison::Is),
    ("is not", Comparison::IsNot),
    ("in", Comparison::In),
    ("not in", Comparison::NotIn),
];

pub(super) fn fuel() -> Fuel {
    Fuel::new(1_000_000_000)
}

/// A second operand that leaves the result of a size that Python can make.
fn other(operator: Binary, random: &mut Random) -> Integer {
    match operator {
        Binary::Power | Binary::ShiftLeft if random.below(20) > 0 => {
            let most = if operator == Binary::Power { 20 } else { 300 };
            let size = i64::try_from(random.below(most)).expect("small");
            (if random.below(10) == 0 { -size } else { size }).into()
        }
        Binary::Power | Binary::ShiftLeft => random.small(),
        _ => random.integer(),
    }
}

#[test]
fn operators_of_integers_are_those_of_python() {
    let mut random = Random::new(1);
    let cases: Vec<Case> = (0..cases(8000))
        .map(|_| {
            let (sign, operator) = *random.one_of(&OPERATORS);
            let left = Value::Integer(random.integer());
            let right = Value::Integer(other(operator, &mut random));
            Case {
                kind: sign.to_owned(),
                code: format!("r = {} {sign} {}", literal(&left), literal(&right)),
                ours: Value::binary(operator, &left, &right, &mut fuel()),
            }
        })
        .collect();
    // A negative power is a float.
    check(&cases, &[("**", 25)], 0);
}

#[test]
fn operators_of_long_integers_are_those_of_python() {
    let mut random = Random::new(2);
    let cases: Vec<Case> = (0..cases(1000))
        .map(|_| {
            let (sign, operator) = *random.one_of(&OPERATORS);
            let operands = match operator {
                Binary::Power => (
                    random.integer(),
                    i64::try_from(random.below(300)).expect("small").into(),
                ),
                Binary::ShiftLeft | Binary::ShiftRight => (
                    random.long(),
                    i64::try_from(random.below(70_000)).expect("small").into(),
                ),
                _ => (random.long(), random.long()),
            };
            let (left, right) = (Value::Integer(operands.0), Value::Integer(operands.1));
            Case {
                kind: sign.to_owned(),
                code: format!("r = {} {sign} {}", literal(&left), literal(&right)),
                ours: Value::binary(operator, &left, &right, &mut fuel()),
            }
        })
        .collect();
    check(&cases, &[("**", 70), ("<<", 30), ("*", 10)], 0);
}

#[test]
fn operators_of_any_values_are_those_of_python() {
    let mut random = Random::new(3);
    let cases: Vec<Case> = (0..cases(12_000))
        .map(|_| {
            let (sign, operator) = *random.one_of(&OPERATORS);
            let left = random.value(2);
            let mut right = random.value(2);
            // A sequence that is repeated, or a power, no more than Python has memory for.
            let large = |value: &Value| value.as_integer().is_some_and(|number| number.bits() > 8);
            if large(&left) && large(&right)
                || matches!(
                    operator,
                    Binary::Multiply | Binary::Power | Binary::ShiftLeft
                )
            {
                right = if random.below(2) == 0 {
                    Value::Integer(random.small())
                } else {
                    random.container(1)
                };
            }
            if large(&left) && operator == Binary::Multiply {
                right = Value::Address(random.address());
            }
            let mut code = format!(
                "a = {}\nb = a\na {sign}= {}\nr = (a, b)",
                literal(&left),
                literal(&right)
            );
            let ours = if random.below(2) == 0 {
                code = format!("r = {} {sign} {}", literal(&left), literal(&right));
                Value::binary(operator, &left, &right, &mut fuel())
            } else {
                in_place(operator, &left, &right)
            };
            Case {
                kind: "operator".to_owned(),
                code,
                ours,
            }
        })
        .collect();
    // Addresses before their segment, text with `%`, floats.
    check(&cases, &[], 15);
}

fn in_place(operator: Binary, left: &Value, right: &Value) -> Result<Value, Decline> {
    let mut journal = Journal::default();
    let before = canonical(left);
    let result = Value::binary_in_place(operator, left, right, &mut fuel(), &mut journal)
        .and_then(|result| Value::tuple(vec![result, left.clone()], &mut fuel()));
    let answer = result.map(|both| copy(&both));
    journal.undo();
    assert_eq!(canonical(left), before, "what was changed is as it was");
    answer
}

/// The value with lists of its own.
fn copy(value: &Value) -> Value {
    match value {
        Value::Tuple(items) => Value::Tuple(items.iter().map(copy).collect()),
        Value::List(items) => {
            let items = items.borrow().iter().map(copy).collect();
            Value::list(items, &mut fuel()).expect("a list")
        }
        _ => value.clone(),
    }
}

#[test]
fn operators_before_values_are_those_of_python() {
    let mut random = Random::new(4);
    let cases: Vec<Case> = (0..cases(1500))
        .map(|_| {
            let operators = [
                ("-", Unary::Negate),
                ("+", Unary::Plus),
                ("~", Unary::Invert),
                ("not ", Unary::Not),
            ];
            let (sign, operator) = *random.one_of(&operators);
            let value = random.value(1);
            Case {
                kind: sign.to_owned(),
                code: format!("r = {sign}{}", literal(&value)),
                ours: Value::unary(operator, &value, &mut fuel()),
            }
        })
        .collect();
    check(&cases, &[("~", 25)], 0);
}

#[test]
fn comparisons_are_those_of_python() {
    let mut random = Random::new(5);
    let cases: Vec<Case> = (0..cases(12_000))
        .map(|_| {
            let (sign, comparison) = *random.one_of(&COMPARISONS);
            let left = random.value(2);
            let right = match random.below(3) {
                0 => copy(&left),
                1 => random.container(2),
                _ => random.value(2),
            };
            Case {
                kind: sign.to_owned(),
                code: format!(
                    "a = {}\nb = {}\nr = a {sign} b",
                    literal(&left),
                    literal(&right)
                ),
                ours: Value::comparison(comparison, &left, &right, &mut fuel()).map(Value::Boolean),
            }
        })
        .collect();
    // Whether equal values are one object is Python's to say.
    check(&cases, &[("is", 40), ("is not", 40)], 0);
}

#[test]
fn indexes_and_slices_are_those_of_python() {
    let mut random = Random::new(6);
    let cases: Vec<Case> = (0..cases(6000))
        .map(|_| {
            let value = match random.below(3) {
                0 => Value::Text(random.text().into()),
                1 => random.container(1),
                _ => random.value(1),
            };
            let mut part = || match random.below(8) {
                0 => Value::None,
                1 => Value::Boolean(random.below(2) == 0),
                2 => Value::Integer(random.integer()),
                _ => Value::Integer(random.small()),
            };
            let (lower, upper, step) = (part(), part(), part());
            if random.below(2) == 0 {
                return Case {
                    kind: "index".to_owned(),
                    code: format!("r = {}[{}]", literal(&value), literal(&lower)),
                    ours: value.subscript(&lower, &mut fuel()),
                };
            }
            let parts = format!("{}:{}:{}", literal(&lower), literal(&upper), literal(&step));
            Case {
                kind: "slice".to_owned(),
                code: format!("r = {}[{parts}]", literal(&value)),
                ours: value.slice(Some(&lower), Some(&upper), Some(&step), &mut fuel()),
            }
        })
        .collect();
    check(&cases, &[], 0);
}

#[test]
fn texts_are_those_of_python() {
    let mut random = Random::new(7);
    let cases: Vec<Case> = (0..cases(6000))
        .map(|_| {
            let value = match random.below(30) {
                0 => Value::Integer(random.long()),
                1..=10 => Value::Integer(random.integer()),
                _ => random.value(2),
            };
            let shown = literal(&value);
            let text = |text: String| Value::Text(text.into());
            match random.below(4) {
                0 => Case {
                    kind: "str".to_owned(),
                    code: format!("r = str({shown})"),
                    ours: value.to_text(&mut fuel()).map(Value::Text),
                },
                1 => Case {
                    kind: "repr".to_owned(),
                    code: format!("r = repr({shown})"),
                    ours: value.repr(&mut fuel()).map(text),
                },
                _ => {
                    let specification = specification(&mut random);
                    Case {
                        kind: "format".to_owned(),
                        code: format!(
                            "r = format({shown}, {})",
                            literal(&Value::text(&specification))
                        ),
                        ours: value.format(&specification, &mut fuel()).map(text),
                    }
                }
            }
        })
        .collect();
    check(&cases, &[("repr", 15), ("str", 10), ("format", 45)], 0);
}

fn specification(random: &mut Random) -> String {
    let pieces: [&[&str]; 9] = [
        &["", "", "", "*", "0", "x"],
        &["", "<", ">", "^", "="],
        &["", "", "", "+", "-", " "],
        &["", "", "#"],
        &["", "", "0"],
        &["", "", "3", "12"],
        &["", "", "", "_", ","],
        &["", "", "", "", ".2"],
        &["", "d", "x", "X", "b", "o", "s", "n"],
    ];
    pieces.iter().map(|pieces| *random.one_of(pieces)).collect()
}

#[test]
fn methods_are_those_of_python() {
    const METHODS: [(&str, usize); 18] = [
        ("append", 1),
        ("extend", 1),
        ("pop", 0),
        ("pop", 1),
        ("insert", 2),
        ("remove", 1),
        ("index", 1),
        ("count", 1),
        ("reverse", 0),
        ("sort", 0),
        ("clear", 0),
        ("copy", 0),
        ("join", 1),
        ("startswith", 1),
        ("endswith", 1),
        ("upper", 0),
        ("zfill", 1),
        ("bit_length", 0),
    ];
    let mut random = Random::new(8);
    let cases: Vec<Case> = (0..cases(12_000))
        .map(|_| {
            let (name, count) = *random.one_of(&METHODS);
            let value = match (name, random.below(4)) {
                ("bit_length", 0..3) => Value::Integer(random.integer()),
                ("join" | "startswith" | "endswith" | "upper" | "zfill", 0..3) => {
                    Value::Text(random.text().into())
                }
                (_, 0..3) => {
                    let items = random.container(1).collect(&mut fuel()).expect("values");
                    Value::list(items, &mut fuel()).expect("a list")
                }
                _ => random.value(1),
            };
            let arguments: Vec<Value> = (0..count)
                .map(|_| match random.below(4) {
                    0 => random.container(1),
                    1 => random.value(1),
                    2 => Value::Text(random.text().into()),
                    _ => Value::Integer(random.small()),
                })
                .collect();
            let shown: Vec<String> = arguments.iter().map(literal).collect();
            let mut journal = Journal::default();
            let before = canonical(&value);
            let ours = Method::find(name)
                .expect("a method")
                .call(&value, &arguments, &[], &mut fuel(), &mut journal)
                .and_then(|result| Value::tuple(vec![copy(&result), copy(&value)], &mut fuel()));
            journal.undo();
            assert_eq!(canonical(&value), before, "what was changed is as it was");
            Case {
                kind: name.to_owned(),
                code: format!(
                    "a = {}\nr = (a.{name}({}), a)",
                    literal(&value),
                    shown.join(", ")
                ),
                ours,
            }
        })
        .collect();
    check(
        &cases,
        &[
            ("index", 35),
            ("count", 35),
            ("upper", 60),
            ("startswith", 30),
            ("endswith", 30),
        ],
        5,
    );
}
