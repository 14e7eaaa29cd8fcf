//! What is written for engines, and what of their reports is believed.

use std::collections::HashSet;

use hint_proto::v1::{Effects, ScopeChange};
use serde_json::{Value, json};

use super::*;
use crate::hint::error::HintError;

/// The report of one name, `x`, in the only scope there is.
fn report() -> Report {
    Report {
        depth: 1,
        names: vec!["x".to_owned()],
        ..Report::default()
    }
}

fn relied_on() -> HashSet<String> {
    ["builtins:len", "m:f"].map(str::to_owned).into()
}

fn said(report: &Report, change: (u32, u32), variables: &str) -> Result<Told, HintError> {
    let effects = Effects {
        scopes: (change != (0, 0)).then_some(ScopeChange {
            left: change.0,
            entered: change.1,
        }),
        variables_json: variables.to_owned(),
        ..Effects::default()
    };
    Told::of(&effects, Some(report), &relied_on())
}

/// What the report makes of one value of `x`.
fn of_value(value: &Value) -> Result<Reported, HintError> {
    let told = said(&report(), (0, 0), &json!([[0, { "x": value }]]).to_string())?;
    let mut variables = told.variables.expect("a report");
    assert_eq!(variables.len(), 1);
    let (depth, name, value) = variables.remove(0);
    assert_eq!((depth, name.as_str()), (0, "x"));
    Ok(value)
}

#[track_caller]
fn refused(result: Result<impl std::fmt::Debug, HintError>, expected: &str) {
    match result {
        Err(HintError::Protocol(text)) => assert_eq!(text, expected),
        other => panic!("{other:?}"),
    }
}

fn integer(value: i64) -> SharedValue {
    SharedValue::Integer(value.into())
}

/// So many tuples in each other, around `None`.
fn nested(depth: usize) -> Value {
    (0..depth).fold(
        json!({ "none": true }),
        |inner, _| json!({ "tuple": [inner] }),
    )
}

#[test]
fn values_are_written_as_engines_read_them() {
    let mut variables = Variables::default();
    let outer = variables.list();
    let inner = variables.list();
    variables.fill(outer, &[SharedValue::List(inner), SharedValue::List(outer)]);
    variables.fill(inner, &[integer(-255)]);
    variables.set(0, "n", &SharedValue::None);
    variables.set(
        2,
        "q\"\u{2713}",
        &SharedValue::Text("a\"\\\n\u{1f600}".to_owned()),
    );
    let pair = [
        SharedValue::Boolean(false),
        SharedValue::Tuple(Vec::new()),
        SharedValue::Address(Relocatable::from((-2, 5))),
    ];
    variables.set(2, "pair", &SharedValue::Tuple(pair.to_vec()));
    let import = SharedValue::Import {
        module: "m".to_owned(),
        name: "f".to_owned(),
    };
    variables.set(2, "f", &import);
    variables.set(2, "half", &SharedValue::Float(0.5));
    variables.set(2, "far", &SharedValue::Float(-1e22));
    variables.set(2, "raw", &SharedValue::Bytes(vec![0, 255]));
    variables.set(2, "list", &SharedValue::List(outer));
    variables.set(2, "long", &SharedValue::Integer(BigInt::from(-1) << 20_000));
    let annotations = [("x", import), ("return", SharedValue::None)];
    let function = variables.function(&HintFunction {
        hint_id: 3,
        name: "own",
        line: 2,
        depth: 1,
        defaults: &[integer(7), SharedValue::None],
        annotations: &annotations,
    });
    variables.set(2, "own", &SharedValue::Function(function));
    variables.delete(1, "a");
    variables.delete(0, "b\"");
    variables.relocate(-1, Relocatable::from((4, 7)));
    variables.relocate(-3, Relocatable::from((-2, 0)));
    let text = variables.into_json();
    let written: Value = serde_json::from_str(&text).unwrap();
    let expected = json!({
        "relocations": [[-1, [4, 7]], [-3, [-2, 0]]],
        "deleted": [[1, "a"], [0, "b\""]],
        "lists": [[{ "same": 1 }, { "same": 0 }], [{ "int": "-0xff" }]],
        "scopes": [
            { "n": { "none": true } },
            {},
            {
                "q\"\u{2713}": { "text": "a\"\\\n\u{1f600}" },
                "pair": { "tuple": [{ "bool": false }, { "tuple": [] }, { "address": [-2, 5] }] },
                "f": { "import": ["m", "f"] },
                "half": { "float": "0.5" },
                "far": { "float": "-1e22" },
                "raw": { "bytes": "00ff" },
                "list": { "same": 0 },
                "own": { "function": 0 },
                "long": { "int": format!("-0x1{}", "0".repeat(5000)) },
            },
        ],
        "functions": [[
            3, "own", 2, 1, [{ "int": "0x7" }, { "none": true }],
            { "x": { "import": ["m", "f"] }, "return": { "none": true } },
        ]],
    });
    assert_eq!(written, expected);
    // Hints see the variables in the order in which they were set.
    let [pair, list] = ["\"pair\"", "\"list\""].map(|name| text.find(name).unwrap());
    assert!(pair < list);
}

#[test]
fn a_handover_without_content_is_none() {
    assert_eq!(Variables::default().into_json(), "");
    assert_eq!(Handover::default().to_wire(), None);
    let mut only_a_list = Variables::default();
    let list = only_a_list.list();
    only_a_list.fill(list, &[integer(1)]);
    assert_eq!(only_a_list.into_json(), "");
    let asks = Handover {
        report: Some(Report {
            all_scopes: true,
            tampering: true,
            ..report()
        }),
        ..Handover::default()
    };
    let wire = asks.to_wire().expect("a question");
    assert_eq!(wire.variables_json, "");
    let question = wire.report.expect("a question");
    assert!(question.all_scopes && question.tampering);
    assert_eq!(question.names, ["x"]);
    let wire = Handover::of_json("{}".to_owned()).to_wire();
    assert_eq!(wire.expect("variables").report, None);
}

#[test]
fn reported_values_are_read() {
    let value = |value| Reported::Value(value);
    let wide = "\u{1f600}".repeat(4096);
    for (said, expected) in [
        (json!({ "absent": true }), Reported::Absent),
        (json!({ "elsewhere": true }), Reported::Elsewhere),
        (json!({ "none": true }), value(SharedValue::None)),
        (json!({ "bool": true }), value(SharedValue::Boolean(true))),
        (json!({ "int": "0x0" }), value(integer(0))),
        (json!({ "int": "-0xff" }), value(integer(-255))),
        (
            json!({ "int": format!("0x{}", "f".repeat(1024)) }),
            value(SharedValue::Integer((BigInt::from(1) << 4096) - 1)),
        ),
        (json!({ "text": wide }), value(SharedValue::Text(wide))),
        (
            json!({ "address": [-1, (1_u64 << 62) - 1] }),
            value(SharedValue::Address(Relocatable {
                segment_index: -1,
                offset: (1 << 62) - 1,
            })),
        ),
        (
            json!({ "tuple": [{ "int": "0x1" }, { "tuple": [] }] }),
            value(SharedValue::Tuple(vec![
                integer(1),
                SharedValue::Tuple(Vec::new()),
            ])),
        ),
        (json!({ "float": "1e-05" }), value(SharedValue::Float(1e-5))),
        (json!({ "float": "-0.0" }), value(SharedValue::Float(-0.0))),
        (
            json!({ "bytes": "00Ff" }),
            value(SharedValue::Bytes(vec![0, 255])),
        ),
        (
            json!({ "import": ["builtins", "len"] }),
            value(SharedValue::Import {
                module: "builtins".to_owned(),
                name: "len".to_owned(),
            }),
        ),
    ] {
        assert_eq!(of_value(&said).unwrap(), expected, "{said}");
    }
    let fits = |value: Value| matches!(of_value(&value), Ok(Reported::Value(_)));
    assert!(fits(nested(4)));
    assert!(fits(json!({ "tuple": vec![json!({ "none": true }); 64] })));
}

#[test]
fn hostile_values_are_refused() {
    let none = json!({ "none": true });
    let half = json!({ "tuple": vec![&none; 32] });
    let large = "it told of a tuple that is too large";
    let number = "it told of an integer that is none";
    for (said, expected) in [
        (json!({ "int": format!("0x1{}", "0".repeat(1024)) }), number),
        (json!({ "int": "12" }), number),
        (json!({ "int": "0x" }), number),
        (json!({ "int": "" }), number),
        (json!({ "int": "0x1_0" }), number),
        (json!({ "int": "0x-1" }), number),
        (json!({ "int": "--0x1" }), number),
        (json!({ "int": "0x\u{0661}" }), number),
        (
            json!({ "text": "x".repeat(4097) }),
            "it told of a text that is too long",
        ),
        (
            json!({ "float": "nan" }),
            "it told of a number that is none",
        ),
        (
            json!({ "float": "1e999" }),
            "it told of a number that is none",
        ),
        (
            json!({ "float": format!("1{}", "0".repeat(32)) }),
            "it told of a number that is none",
        ),
        (json!({ "bytes": "0" }), "it told of bytes that are none"),
        (json!({ "bytes": "0g" }), "it told of bytes that are none"),
        (
            json!({ "bytes": "00".repeat(4097) }),
            "it told of bytes that are none",
        ),
        (
            json!({ "address": [1_i64 << 30, 0] }),
            "it told of an address that is out of range",
        ),
        (
            json!({ "address": [1, u64::MAX] }),
            "it told of an address that is out of range",
        ),
        (nested(5), large),
        (json!({ "tuple": vec![&none; 65] }), large),
        (json!({ "tuple": [half, half] }), large),
        (
            json!({ "tuple": [{ "absent": true }] }),
            "it told of a tuple that it cannot tell of",
        ),
        (
            json!({ "tuple": [{ "elsewhere": true }] }),
            "it told of a tuple that it cannot tell of",
        ),
        (
            json!({ "import": ["os", "system"] }),
            "it told of an import that nobody named",
        ),
        (
            json!({ "import": ["m:f", ""] }),
            "it told of an import that nobody named",
        ),
    ] {
        refused(of_value(&said), expected);
    }
    for said in [
        json!({}),
        json!(null),
        json!(5),
        json!("none"),
        json!({ "none": true, "int": "0x1" }),
        json!({ "same": 0 }),
        json!({ "list": [] }),
        json!({ "dict": [] }),
        json!({ "bool": 1 }),
        json!({ "int": 1 }),
        json!({ "address": [1] }),
        json!({ "address": [1, -1] }),
        json!({ "address": [1, 2, 3] }),
        json!({ "import": ["m"] }),
        nested(100),
    ] {
        let result = of_value(&said);
        assert!(
            matches!(result, Err(HintError::Protocol(_))),
            "{said}: {result:?}"
        );
    }
}

#[test]
fn reports_that_are_none_are_refused() {
    let none = "its report of variables is not one";
    for text in [
        "x",
        "{}",
        "[[0]]",
        "[[-1,{}]]",
        "[[0,[]]]",
        "[[0,{\"x\":",
        "[[0,{\"x\":{\"text\":\"\\ud800\"}}]]",
        "[[99999999999999999999,{}]]",
        "[[0,{\"x\":{\"none\":true}}]] 1",
    ] {
        refused(said(&report(), (0, 0), text), none);
    }
    // However deep, it is no matter for the stack.
    let deep = format!("[[0,{{\"x\":{}", "{\"tuple\":[".repeat(300_000));
    refused(said(&report(), (0, 0), &deep), none);
    let long = format!("[[0,{{\"x\":{{\"text\":\"{}", "x".repeat(4 << 20));
    refused(
        said(&report(), (0, 0), &long),
        "its report of variables is too long",
    );
}

#[test]
fn reports_of_other_variables_are_refused() {
    let scope = |depth: usize| json!([depth, { "x": { "none": true } }]);
    let of = |report: &Report, change, scopes: &[Value]| {
        said(report, change, &json!(scopes).to_string())
            .map(|told| told.variables.unwrap_or_default().len())
    };
    let other = "it told of variables in other scopes";
    let own = report();
    assert_eq!(of(&own, (0, 0), &[scope(0)]).unwrap(), 1);
    refused(of(&own, (0, 0), &[]), other);
    refused(of(&own, (0, 0), &[scope(1)]), other);
    refused(of(&own, (0, 0), &[scope(0), scope(0)]), other);
    refused(of(&own, (0, 0), &[scope(0), scope(1)]), other);
    // What it entered is told, what it left is not.
    assert_eq!(
        of(&own, (0, 2), &[scope(0), scope(1), scope(2)]).unwrap(),
        3
    );
    refused(of(&own, (0, 2), &[scope(0), scope(2), scope(1)]), other);
    let deep = Report {
        depth: 3,
        ..report()
    };
    assert_eq!(of(&deep, (2, 0), &[]).unwrap(), 0);
    refused(of(&deep, (2, 0), &[scope(0)]), other);
    assert_eq!(of(&deep, (1, 1), &[scope(2)]).unwrap(), 1);
    // More than there are: whoever keeps the scopes says so.
    assert_eq!(of(&deep, (4, 9), &[]).unwrap(), 0);
    refused(of(&deep, (u32::MAX, u32::MAX), &[scope(0)]), other);
    let all = Report {
        all_scopes: true,
        ..deep
    };
    assert_eq!(of(&all, (1, 0), &[scope(0), scope(1)]).unwrap(), 2);
    refused(of(&all, (1, 0), &[scope(1)]), other);

    let names = |value: Value| said(&report(), (0, 0), &json!([[0, value]]).to_string());
    refused(names(json!({})), "it did not tell of all variables");
    refused(
        names(json!({ "x": { "none": true }, "y": { "none": true } })),
        "it told of a variable without being asked",
    );
}

#[test]
fn what_nobody_asked_is_refused_and_silence_is_not() {
    let of = |report: Option<&Report>, variables: &str, tampered: &str| {
        let effects = Effects {
            variables_json: variables.to_owned(),
            tampered: tampered.to_owned(),
            ..Effects::default()
        };
        Told::of(&effects, report, &relied_on())
    };
    assert_eq!(of(None, "", "").unwrap(), Told::default());
    // An engine that does not know the question.
    assert_eq!(of(Some(&report()), "", "").unwrap(), Told::default());
    let unasked = "it told of variables without being asked";
    refused(of(None, "[]", ""), unasked);
    refused(of(None, "", "m:f"), unasked);
    refused(of(Some(&report()), "", "m:f"), unasked);
    let asks = Report {
        tampering: true,
        ..report()
    };
    let told = of(Some(&asks), "", "m:f").unwrap();
    assert_eq!(told.tampered.as_deref(), Some("m:f"));
    assert_eq!(told.variables, None);
    refused(
        of(Some(&asks), "", &"m".repeat(1025)),
        "it told of a change by a name that is too long",
    );
}
