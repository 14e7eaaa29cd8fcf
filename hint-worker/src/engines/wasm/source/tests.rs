//! Lines in, calls or the exact error out.

use super::Argument::{Float, Ids, Integer, Text};
use super::*;

fn one(line: &str) -> Call {
    let mut calls = parse(line).expect("a call").calls;
    assert_eq!(calls.len(), 1, "{line}");
    calls.remove(0)
}

fn path(text: &str) -> Path {
    text.split('.').map(str::to_owned).collect()
}

#[test]
fn a_hint_is_a_list_of_calls() {
    let code = "# lang: wasm\n\n  bank.greet()  # why\nids.sum = bank.plus(ids.a, 3)\n";
    let calls = parse(code).expect("a hint").calls;
    assert_eq!(calls.len(), 2);
    assert_eq!(
        (calls[0].line, calls[0].text.as_str()),
        (3, "bank.greet()  # why")
    );
    assert_eq!(calls[1].targets, [path("sum")]);
    assert_eq!(calls[1].module, "bank");
    assert_eq!(calls[1].function, "plus");
    assert_eq!(calls[1].arguments, [Ids(path("a")), Integer(3)]);
}

#[test]
fn arguments_are_numbers_texts_and_names() {
    let cases = [
        ("0", Integer(0)),
        ("-7", Integer(-7)),
        ("+7", Integer(7)),
        ("1_000", Integer(1000)),
        ("0xff", Integer(255)),
        ("-0x10", Integer(-16)),
        ("18446744073709551615", Integer(u64::MAX.into())),
        ("1.5", Float(1.5)),
        ("-750.0", Float(-750.0)),
        ("1e3", Float(1000.0)),
        ("2.5E-1", Float(0.25)),
        (r#""Alice""#, Text("Alice".to_owned())),
        (r#""#, Text(String::new())),
        (
            r#""a, b) # \"c\" \\ \n \x41 \u00e9 é""#,
            Text("a, b) # \"c\" \\ \n A é é".to_owned()),
        ),
        ("ids.a", Ids(path("a"))),
        ("ids.point.x", Ids(path("point.x"))),
    ];
    for (text, argument) in cases {
        let text = if text.is_empty() { "\"\"" } else { text };
        assert_eq!(
            one(&format!("m.f({text})")).arguments,
            std::slice::from_ref(&argument),
            "{text}"
        );
        assert_eq!(
            one(&format!("m.f( {text} , )")).arguments,
            [argument],
            "{text}"
        );
    }
}

#[test]
fn results_go_to_names() {
    assert!(one("m.f()").targets.is_empty());
    assert_eq!(one("ids.p.x = m.f()").targets, [path("p.x")]);
    assert_eq!(
        one("ids.text,ids.len=m.f()").targets,
        [path("text"), path("len")]
    );
}

#[test]
fn what_is_no_call_is_refused_with_line_text_and_reason() {
    let cases = [
        ("ids.a = 3", "a name is expected at `3`"),
        (
            "ids.a = ids.b",
            "the call of a function is expected behind `=`, as `module.function()`",
        ),
        ("ids.a", "`=` is expected at the end"),
        (
            "ids = m.f()",
            "`.` and a name are expected behind `ids` at `= m.f()`",
        ),
        ("ids.a, b = m.f()", "`ids.NAME` is expected at `b = m.f()`"),
        (
            "f()",
            "`.` and the name of a function of module `f` are expected at `()`",
        ),
        ("m.f", "`(` is expected at the end"),
        (
            "m.f(",
            "an argument is expected at the end: a number, a text in quotes or `ids.NAME`",
        ),
        ("m.f(1", "`,` or `)` is expected at the end"),
        ("m.f(1 2)", "`,` or `)` is expected at `2)`"),
        (
            "m.f(,)",
            "an argument is expected at `,)`: a number, a text in quotes or `ids.NAME`",
        ),
        (
            "m.f(x)",
            "an argument is expected at `x)`: a number, a text in quotes or `ids.NAME`",
        ),
        ("m.f() g", "the line should end at `g`"),
        ("m.f(\"a)", "the text in quotes has no end"),
        (
            "m.f(\"\\q\")",
            "`\\q` is no escape: there are \\n, \\r, \\t, \\\", \\\\, \\xNN and \\uNNNN",
        ),
        ("m.f(\"\\x00\")", "a C string cannot hold a zero"),
        ("m.f(\"\\ud800\")", "`d800` is no code of a character"),
        ("m.f(0xzz)", "`0xzz` is no number"),
        ("m.f(1.2.3)", "`1.2.3` is no number"),
        ("m.f(-)", "`-` is no number"),
        ("m.f(1e999)", "`1e999` is no number"),
        (
            "m.f(999999999999999999999999999999999999999999)",
            "`999999999999999999999999999999999999999999` is no number",
        ),
        (
            "import os",
            "`.` and the name of a function of module `import` are expected at `os`",
        ),
    ];
    for (line, reason) in cases {
        let error = parse(&format!("# lang: wasm\n{line}\n")).expect_err(line);
        assert_eq!(error.reason, reason, "{line}");
        assert_eq!(error.to_string(), format!("line 2: `{line}`: {reason}"));
    }
}

#[test]
fn no_text_makes_the_parser_panic() {
    let alphabet = [
        "ids", ".", ",", "=", "(", ")", "\"", "\\", "x4", "é", "#", "1", "-", "0x", " ", "m", "\n",
        "e",
    ];
    let mut state = 1_u64;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            text.push_str(alphabet[(state >> 33) as usize % alphabet.len()]);
        }
        let _ = parse(&text);
    }
}
