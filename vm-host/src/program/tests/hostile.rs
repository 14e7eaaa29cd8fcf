//! Hostile programs: nothing that a program says may panic, hang or take the stack.

use std::collections::HashMap;
use std::sync::Arc;

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1;
use prost::Message;
use serde_json::{Value, json};

use super::exceptions::{Cells, address, cell};
use super::sample::sample;
use crate::program::explain::evaluate;
use crate::program::fuzzing::fuzz;
use crate::program::{CompiledProgram, ExceptionContext, SourceFiles};

const SCOPES: &[&str] = &[
    "",
    "N",
    "main",
    "main.end",
    "__main__.N",
    "x.y",
    "..",
    "A",
    "a",
];
const NAMES: &[&str] = &[
    "x", "p", "s", "m", "C", "A", "N", "S", "T", "main", "end", "D", "value", "nope", "", "a.b",
    "..", "a", "é",
];

fn memory() -> Cells {
    let cells = [
        ("0:0", "5"),
        ("1:2", "1:9"),
        ("1:3", "0:2"),
        ("1:4", "1:4"),
        ("1:8", "7"),
    ];
    Cells(
        cells
            .iter()
            .map(|(at, value)| (address(at), cell(value)))
            .collect::<HashMap<_, _>>(),
    )
}

/// Asks a program everything. Returns how many names were resolved.
fn exercise(program: CompiledProgram) -> usize {
    let memory = memory();
    let (ap, fp) = (address("1:6"), address("1:4"));
    let mut count = 0;
    for hint in program.hints().iter().take(4) {
        program.to_wire(hint);
        for (scope, name) in SCOPES
            .iter()
            .flat_map(|s| NAMES.iter().map(move |n| (*s, *n)))
        {
            let resolution = program.resolve(hint, scope, name);
            let bytes = resolution.definition.encode_to_vec();
            // Decoders stop at a depth of a hundred messages; some stand around a definition.
            let decoded = v1::Definition::decode(bytes.as_slice()).expect("it is not too deep");
            assert_eq!(decoded, resolution.definition);
            if let Some(v1::definition::Access::Reference(access)) = &decoded.access {
                use v1::reference_access::{Get, Set};
                let read = match access.get.as_ref().expect("a get side") {
                    Get::Value(value) => Some(value),
                    Get::StructReference(reference) => reference.address.as_ref(),
                    Get::GetRaised(_) => None,
                };
                let written = match access.set.as_ref().expect("a set side") {
                    Set::Address(address) => Some(address),
                    Set::SetRaised(_) => None,
                };
                for expression in read.into_iter().chain(written) {
                    evaluate(expression, ap, fp, &memory);
                }
            }
            for name in resolution.structs.iter() {
                program.struct_definition(name);
            }
            count += 1;
        }
    }
    let _ = (program.cairo_vm_program(None), program.label("main"));
    let base = address("0:0");
    let context = ExceptionContext::new(Arc::new(program), base, SourceFiles::Ignored);
    for pc in 0..4 {
        for hint in [None, Some(0), Some(1), Some(9)] {
            let pc = Relocatable::from((0, pc));
            let text = context.vm_exception(pc, fp, "no", hint, true, &[], &memory);
            assert!(text.text.contains("Error at pc=0:"), "{}", text.text);
            context.compile_error(pc, "no", hint.unwrap_or(0), &["note".to_owned()]);
        }
    }
    count
}

fn load(document: &Value) -> Option<usize> {
    CompiledProgram::from_json(document.to_string().as_bytes())
        .ok()
        .map(exercise)
}

/// Every place of a document.
fn pointers(document: &Value, at: String, found: &mut Vec<String>) {
    found.push(at.clone());
    match document {
        Value::Object(members) => {
            for (key, value) in members {
                let key = key.replace('~', "~0").replace('/', "~1");
                pointers(value, format!("{at}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                pointers(value, format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

#[test]
fn any_place_may_hold_anything() {
    let document = sample();
    let mut places = Vec::new();
    pointers(&document, String::new(), &mut places);
    assert!(places.len() > 150, "only {} places", places.len());
    let values = [
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1e30),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(u32::MAX),
        json!(""),
        json!("x"),
        json!("é.\u{2028}"),
        json!("{x}{p}{"),
        json!([]),
        json!([[], {}]),
        json!({}),
        json!({ "0": 0, "type": "alias", "destination": "a" }),
    ];
    let (mut loaded, mut refused) = (0, 0);
    for place in &places {
        for value in &values {
            let mut changed = document.clone();
            *changed.pointer_mut(place).expect("a place") = value.clone();
            match load(&changed) {
                Some(_) => loaded += 1,
                None => refused += 1,
            }
        }
    }
    assert!(
        loaded > 300 && refused > 300,
        "{loaded} loaded, {refused} refused"
    );
}

#[test]
fn any_byte_may_be_damaged() {
    let text = sample().to_string().into_bytes();
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("31 bits") % below
    };
    let mut loaded = 0;
    for _ in 0..3000 {
        let mut bytes = text.clone();
        for _ in 0..=random(3) {
            let at = random(bytes.len());
            match random(4) {
                0 => bytes[at] = u8::try_from(random(256)).expect("a byte"),
                1 => bytes[at] = b"0123456789\"{}[],:.-+e*()/&"[random(26)],
                2 => bytes.truncate(at.max(1)),
                _ => {
                    let end = (at + random(40)).min(bytes.len());
                    let copy = bytes[at..end].to_vec();
                    bytes.splice(at..at, copy);
                }
            }
        }
        if let Ok(program) = CompiledProgram::from_json(&bytes) {
            exercise(program);
            loaded += 1;
        }
    }
    assert!(loaded > 100, "only {loaded} loaded");
}

#[test]
fn depth_has_limits() {
    let repeat = |open: &str, middle: &str, close: &str, n: usize| {
        format!("{}{middle}{}", open.repeat(n), close.repeat(n))
    };
    type Build = Box<dyn Fn(usize) -> String>;
    let shapes: Vec<(&str, Build)> = vec![
        ("dereferences", Box::new(move |n| repeat("[", "fp", "]", n))),
        ("parentheses", Box::new(move |n| repeat("(", "fp", ")", n))),
        ("tuples", Box::new(move |n| repeat("(", "fp", ",)", n))),
        ("minus", Box::new(move |n| repeat("- ", "fp", "", n))),
        ("addresses", Box::new(move |n| repeat("&[", "fp", "]", n))),
        ("sums", Box::new(move |n| repeat("", "[fp]", " + [fp]", n))),
        (
            "differences",
            Box::new(move |n| repeat("", "[fp]", " - [fp]", n)),
        ),
        (
            "products",
            Box::new(move |n| repeat("", "[fp]", " * [fp]", n)),
        ),
        (
            "quotients",
            Box::new(move |n| repeat("", "[fp]", " / [fp]", n)),
        ),
        (
            "mixed",
            Box::new(move |n| repeat("1 - ([fp] * ", "[fp]", ")", n)),
        ),
        ("powers", Box::new(move |n| repeat("2 ** ", "2", "", n))),
        ("new", Box::new(move |n| repeat("new ", "2", "", n))),
        (
            "casts",
            Box::new(move |n| repeat("cast(", "fp", ", felt*)", n)),
        ),
        (
            "subscripts",
            Box::new(move |n| repeat("", "cast(fp, felt*)", "[0]", n)),
        ),
        (
            "pointers",
            Box::new(move |n| format!("cast(fp, felt{})", "*".repeat(n))),
        ),
        (
            "double pointers",
            Box::new(move |n| format!("cast(fp, felt{})", "**".repeat(n))),
        ),
        (
            "tuple types",
            Box::new(move |n| format!("[cast(fp, {}*)]", repeat("(", "felt", ",)", n))),
        ),
        (
            "members",
            Box::new(move |n| repeat("", "cast(fp, __main__.S*)", ".next", n)),
        ),
        ("calls", Box::new(move |n| repeat("f(", "1", ")", n))),
        ("names", Box::new(move |n| repeat("", "a", ".a", n))),
    ];
    for (shape, build) in shapes {
        println!("{shape}");
        let refused = (0..14).map(|power| 10 << power).filter(|n| {
            let mut document = sample();
            document["reference_manager"]["references"][3]["value"] = json!(build(*n));
            load(&document).is_none()
        });
        let refused: Vec<usize> = refused.collect();
        assert!(
            refused.iter().all(|n| *n > 40),
            "{shape} of {refused:?} are refused"
        );
        assert!(refused.contains(&(10 << 13)), "{shape} have no limit");
    }
}

#[test]
fn long_sums_reach_the_engine() {
    let terms: Vec<String> = (0..140).map(|n| format!("[fp] * {n}")).collect();
    let mut document = sample();
    document["reference_manager"]["references"][3]["value"] = json!(terms.join(" - "));
    let program = CompiledProgram::from_json(document.to_string().as_bytes()).expect("it loads");
    let definition = program.resolve(&program.hints()[0], "", "m").definition;
    let bytes = definition.encode_to_vec();
    assert_eq!(
        v1::Definition::decode(bytes.as_slice()),
        Ok(definition.clone())
    );
    let Some(v1::definition::Access::Reference(access)) = definition.access else {
        panic!("no access")
    };
    let Some(v1::reference_access::Get::Value(value)) = access.get else {
        panic!("{access:?}")
    };
    let mut memory = memory();
    memory.0.insert(address("1:4"), cell("1"));
    let expected = cairo_vm::Felt252::from(-(139 * 140 / 2));
    assert_eq!(
        evaluate(&value, address("1:6"), address("1:4"), &memory),
        Some(expected.into())
    );
}

#[test]
fn circles_end() {
    let mut document = sample();
    let identifiers = &mut document["identifiers"];
    let alias = |to: &str| json!({ "type": "alias", "destination": to });
    let typedef = |to: &str| json!({ "type": "type_definition", "cairo_type": to });
    identifiers["__main__.C"] = alias("__main__.C.b");
    identifiers["__main__.D"] = alias("__main__.D");
    identifiers["__main__.T"] = typedef("__main__.U");
    identifiers["__main__.U"] = typedef("__main__.T");
    for n in 0..2000 {
        identifiers[format!("__main__.chain{n}")] = alias(&format!("__main__.chain{}", n + 1));
        identifiers[format!("__main__.S{n}")] = json!({
            "type": "struct", "full_name": "__main__.S", "size": 1,
            "members": { "a": { "offset": 0, "cairo_type": format!("__main__.S{}*", n + 1) } },
        });
    }
    document["reference_manager"]["references"][2]["value"] = json!("[cast(fp, __main__.T*)]");
    let program = CompiledProgram::from_json(document.to_string().as_bytes()).expect("it loads");
    let hint = &program.hints()[0];
    for (name, expected) in [
        ("C", "Cyclic aliasing detected: "),
        ("D", "Cyclic aliasing detected: "),
        ("chain0", "Cyclic aliasing detected: "),
    ] {
        match program.resolve(hint, "", name).definition.access {
            Some(v1::definition::Access::Raised(raised)) => {
                assert!(
                    raised.message.starts_with(expected),
                    "{name}: {}",
                    raised.message
                );
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    assert_eq!(program.resolve(hint, "", "S0").structs.len(), 2000);
    assert!(exercise(program) > 0);
}

#[test]
fn huge_texts_do_not_multiply() {
    let mut document = sample();
    document["attributes"][0]["value"] = json!("{x}".repeat(1 << 20));
    document["debug_info"]["file_contents"]["a.cairo"] = json!("y".repeat(1 << 20));
    let program = CompiledProgram::from_json(document.to_string().as_bytes()).expect("it loads");
    let context = ExceptionContext::new(Arc::new(program), address("0:0"), SourceFiles::Ignored);
    let (pc, fp) = (address("0:0"), address("1:4"));
    let text = context
        .vm_exception(pc, fp, "no", None, true, &[], &memory())
        .text;
    assert!(text.len() < 1 << 20, "{} bytes", text.len());
}

#[test]
fn damaged_programs_are_read_or_refused() {
    let good = sample().to_string().into_bytes();
    let outcome = fuzz("program", &[good], |bytes| {
        let program = CompiledProgram::from_json(bytes);
        program.map(exercise).is_ok()
    });
    assert!(outcome.taken > 10, "{outcome:?}");
}
