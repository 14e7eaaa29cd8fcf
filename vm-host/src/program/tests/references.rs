//! Names behind `ids`: every row of `testdata/references.json`, recorded from the reference VM.

use std::collections::HashMap;

use hint_proto::v1;
use hint_proto::v1::definition::Access;
use hint_proto::v1::reference_access::{Get, Set};
use serde_json::{Value, json};

use super::engine::{Engine, Exception, Number};
use crate::program::CompiledProgram;
use crate::program::expression::parse_expression;

const TABLE: &str = include_str!("../testdata/references.json");

fn table() -> Value {
    serde_json::from_str(TABLE).expect("the table is JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

fn raised((class, message): Exception) -> Value {
    json!({ "class": class, "message": message })
}

fn exception(raised_: &v1::Raised) -> Value {
    raised((raised_.class_path.clone(), raised_.message.clone()))
}

#[test]
fn names_stand_for_what_the_reference_vm_says() {
    let table = table();
    let program = CompiledProgram::from_json(table["program"].to_string().as_bytes());
    let program = program.expect("the program loads");
    let cells = table["cells"].as_object().expect("cells").iter();
    let engine = Engine {
        ap: Number::parse(text(&table["ap"])),
        fp: Number::parse(text(&table["fp"])),
        cells: cells
            .map(|(address, value)| (address.clone(), Number::parse(text(value))))
            .collect::<HashMap<_, _>>(),
    };
    let references = &table["program"]["reference_manager"]["references"];
    let mut failures = Vec::new();
    let rows = table["rows"].as_array().expect("rows");
    assert!(rows.len() > 250, "only {} rows", rows.len());
    for row in rows {
        let hint = &program.hints()[row["hint"].as_u64().expect("a hint") as usize];
        let (scope, name) = (text(&row["scope"]), text(&row["name"]));
        let resolution = program.resolve(hint, scope, name);
        let (get, set) = describe(&engine, &resolution.definition);
        for struct_name in resolution.structs.iter() {
            assert!(
                program.struct_definition(struct_name).is_some(),
                "{struct_name}"
            );
        }
        let index: Option<usize> = name.strip_prefix('r').and_then(|index| index.parse().ok());
        let expression = index.map_or(&Value::Null, |index| &references[index]["value"]);
        for (side, expected, found) in [("get", &row["get"], get), ("set", &row["set"], set)] {
            if let Some(found) = found
                && *expected != found
            {
                failures.push(format!(
                    "{side} {scope} {name} {expression}\n  expected {expected}\n  found    {found}"
                ));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n{} failures",
        failures.join("\n"),
        failures.len()
    );
}

/// What reading and writing give; none where the engine decides alone.
fn describe(engine: &Engine, definition: &v1::Definition) -> (Option<Value>, Option<Value>) {
    let evaluate = |expression: &v1::Expression, describe: &dyn Fn(String) -> Value| {
        engine
            .evaluate(expression)
            .map_or_else(raised, |value| describe(value.to_string()))
    };
    match definition.access.as_ref().expect("an access") {
        Access::Constant(value) => (Some(json!({ "value": value })), None),
        Access::ScopeAccess(scope) => {
            let offset = scope.instruction_offset;
            (
                Some(json!({ "scope": scope.full_name, "offset": offset })),
                None,
            )
        }
        Access::StructName(name) => (Some(json!({ "type": name })), None),
        Access::Raised(raised) => (Some(exception(raised)), Some(exception(raised))),
        Access::Reference(access) => {
            let get = match access.get.as_ref().expect("a get side") {
                Get::Value(value) => evaluate(value, &|value| json!({ "value": value })),
                Get::StructReference(reference) => {
                    let address = reference.address.as_ref().expect("an address");
                    let name = &reference.struct_name;
                    evaluate(
                        address,
                        &|address| json!({ "struct": name, "address": address }),
                    )
                }
                Get::GetRaised(raised) => exception(raised),
            };
            let set = match access.set.as_ref().expect("a set side") {
                Set::Address(address) => {
                    evaluate(address, &|address| json!({ "address": address }))
                }
                Set::SetRaised(raised) => exception(raised),
            };
            (Some(get), Some(set))
        }
    }
}

#[test]
fn the_grammar_accepts_what_the_compiler_accepts() {
    let table = table();
    let rows = table["parses"].as_array().expect("rows");
    assert!(rows.len() > 300, "only {} rows", rows.len());
    let mut failures = Vec::new();
    for row in rows {
        let (expression, expected) = (text(&row[0]), row[1].as_bool().expect("a flag"));
        let parsed = parse_expression(expression);
        if parsed.is_ok() != expected {
            failures.push(format!(
                "{expression:?}: expected {expected}, found {parsed:?}"
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn structs_are_listed_by_offset() {
    let table = table();
    let program = CompiledProgram::from_json(table["program"].to_string().as_bytes());
    let program = program.expect("the program loads");
    for (name, expected) in table["structs"].as_object().expect("structs") {
        let found = program.struct_definition(name).expect("a struct");
        let members = found
            .members
            .iter()
            .map(|member| json!([member.name, member.offset]));
        let found = json!({ "size": found.size, "members": members.collect::<Vec<_>>() });
        assert_eq!(*expected, found, "{name}");
    }
    assert!(program.struct_definition("__main__.nope").is_none());
    assert!(program.struct_definition("").is_none());
    let found = program.struct_definition("__main__.S").expect("a struct");
    let kinds: Vec<_> = found
        .members
        .iter()
        .map(|m| (m.kind(), m.struct_name.as_str()))
        .collect();
    let expected = [
        (v1::MemberKind::Value, ""),
        (v1::MemberKind::StructPointer, "__main__.S"),
        (v1::MemberKind::Other, ""),
        (v1::MemberKind::Struct, "__main__.T"),
    ];
    assert_eq!(kinds, expected);
}
