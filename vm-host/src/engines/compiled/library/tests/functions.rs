//! Python's own functions.

use super::python::{Case, cases, check, literal};
use super::random::Random;
use crate::engines::compiled::library::{Context, Export, builtin, find};
use crate::engines::compiled::value::{Decline, Fuel, StructValue, Value};

fn no_member(_: &StructValue, _: &str) -> Result<Value, Decline> {
    Err(Decline("no struct"))
}

pub(super) fn call(name: &str, arguments: &[Value]) -> Result<Value, Decline> {
    call_named(name, arguments, &[])
}

pub(super) fn call_named(
    name: &str,
    arguments: &[Value],
    named: &[(&str, Value)],
) -> Result<Value, Decline> {
    let mut fuel = Fuel::new(1_000_000_000);
    let mut context = Context {
        fuel: &mut fuel,
        member: &no_member,
        printed: &mut String::new(),
    };
    let function = builtin(name).ok_or(Decline("no function"))?;
    let value = function.call(&mut context, arguments, named)?;
    // What an iterator gives is what can be compared.
    match value {
        Value::Iterator(_) => call("list", &[value]),
        _ => Ok(value),
    }
}

/// The functions and how many arguments they are given.
const FUNCTIONS: [(&str, usize, usize); 29] = [
    ("abs", 1, 1),
    ("all", 1, 1),
    ("any", 1, 1),
    ("bin", 1, 1),
    ("bool", 0, 1),
    ("chr", 1, 1),
    ("divmod", 2, 2),
    ("enumerate", 1, 2),
    ("format", 1, 1),
    ("hex", 1, 1),
    ("int", 0, 2),
    ("iter", 1, 1),
    ("len", 1, 1),
    ("list", 0, 1),
    ("max", 1, 3),
    ("min", 1, 3),
    ("oct", 1, 1),
    ("ord", 1, 1),
    ("pow", 2, 3),
    ("range", 1, 3),
    ("repr", 1, 1),
    ("reversed", 1, 1),
    ("round", 1, 1),
    ("sorted", 1, 1),
    ("str", 0, 1),
    ("sum", 1, 2),
    ("tuple", 0, 1),
    ("type", 1, 1),
    ("zip", 0, 3),
];

fn argument(name: &str, place: usize, random: &mut Random) -> Value {
    if random.below(8) == 0 {
        return if matches!(name, "pow" | "divmod") && place == 1 {
            Value::Integer(random.small())
        } else {
            random.value(2)
        };
    }
    match (name, place) {
        ("pow", 1) => Value::Integer(random.small()),
        ("abs" | "bin" | "divmod" | "hex" | "oct" | "pow" | "round", _) => {
            Value::Integer(random.integer())
        }
        ("range" | "chr", _) | ("enumerate", 1) => Value::Integer(random.small()),
        ("int" | "ord", 0) => Value::Text(random.text().into()),
        ("int", _) => [2, 8, 10, 16, 0, 3, 36, 37][random.below(8)].into(),
        ("sum", 1) | ("max" | "min", 1..) => random.value(1),
        (
            "all" | "any" | "len" | "list" | "reversed" | "sorted" | "sum" | "tuple" | "zip"
            | "max" | "min",
            _,
        )
        | ("enumerate" | "iter", 0) => random.container(1),
        _ => random.value(2),
    }
}

#[test]
fn functions_of_python_are_those_of_python() {
    let mut random = Random::new(11);
    let cases: Vec<Case> = (0..cases(15_000))
        .map(|_| {
            let (name, least, most) = *random.one_of(&FUNCTIONS);
            let count = least + random.below(most - least + 1);
            let mut arguments: Vec<Value> = (0..count)
                .map(|place| argument(name, place, &mut random))
                .collect();
            if name == "pow" && count == 3 && random.below(2) == 0 {
                arguments[1] = Value::Integer(random.integer());
            }
            let shown: Vec<String> = arguments.iter().map(literal).collect();
            let call_text = format!("{name}({})", shown.join(", "));
            let code = match name {
                "enumerate" | "iter" | "reversed" | "zip" => format!("r = list({call_text})"),
                // No more of them than Python has memory for.
                _ => format!("r = {call_text}"),
            };
            Case {
                kind: name.to_owned(),
                code,
                ours: call(name, &arguments),
            }
        })
        .collect();
    check(
        &cases,
        &[
            ("pow", 30),
            ("int", 30),
            ("type", 20),
            ("repr", 20),
            ("str", 20),
            ("format", 20),
            ("range", 10),
            ("reversed", 10),
            ("sum", 10),
            ("round", 10),
            ("enumerate", 10),
        ],
        5,
    );
}

#[test]
fn modular_powers_are_those_of_python() {
    let mut random = Random::new(12);
    let cases: Vec<Case> = (0..cases(3000))
        .map(|_| {
            let arguments =
                [random.integer(), random.integer(), random.integer()].map(Value::Integer);
            let shown: Vec<String> = arguments.iter().map(literal).collect();
            Case {
                kind: "pow".to_owned(),
                code: format!("r = pow({})", shown.join(", ")),
                ours: call("pow", &arguments),
            }
        })
        .collect();
    check(&cases, &[], 0);
}

#[test]
fn classes_of_values_are_those_of_python() {
    let mut random = Random::new(13);
    let cases: Vec<Case> = (0..cases(2000))
        .map(|_| {
            let value = random.value(1);
            let class = *random.one_of(&["int", "bool", "str", "list", "tuple", "range"]);
            let classes = [class, *random.one_of(&["int", "bool", "tuple"])]
                .map(|name| Value::Function(builtin(name).expect("a class")));
            let (wanted, shown) = if random.below(2) == 0 {
                (classes[0].clone(), class.to_owned())
            } else {
                let shown: Vec<&str> = classes
                    .iter()
                    .map(|class| match class {
                        Value::Function(class) => class.name,
                        _ => "",
                    })
                    .collect();
                (
                    Value::Tuple(classes.to_vec().into()),
                    format!("({})", shown.join(", ")),
                )
            };
            Case {
                kind: "isinstance".to_owned(),
                code: format!("r = isinstance({}, {shown})", literal(&value)),
                ours: call("isinstance", &[value, wanted]),
            }
        })
        .collect();
    check(&cases, &[], 0);
}

#[test]
fn functions_of_math_are_those_of_python() {
    let mut random = Random::new(14);
    let cases: Vec<Case> = (0..cases(2000))
        .map(|_| {
            let (name, count) = *random.one_of(&[("gcd", 0), ("gcd", 2), ("gcd", 3), ("isqrt", 1)]);
            let arguments: Vec<Value> = (0..count)
                .map(|_| match random.below(6) {
                    0 => random.value(1),
                    1 => Value::Integer(random.long()),
                    _ => Value::Integer(random.integer()),
                })
                .collect();
            let shown: Vec<String> = arguments.iter().map(literal).collect();
            let Some(Export::Function(function)) = find("math", name) else {
                panic!("no function")
            };
            let mut fuel = Fuel::new(1_000_000_000);
            let mut context = Context {
                fuel: &mut fuel,
                member: &no_member,
                printed: &mut String::new(),
            };
            Case {
                kind: name.to_owned(),
                code: format!("import math\nr = math.{name}({})", shown.join(", ")),
                ours: function.call(&mut context, &arguments, &[]),
            }
        })
        .collect();
    check(&cases, &[], 0);
}
