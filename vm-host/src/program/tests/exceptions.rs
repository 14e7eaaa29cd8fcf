//! Error texts: every row of `testdata/exceptions.json`, recorded from the reference VM.

use std::collections::HashMap;
use std::sync::Arc;

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use serde_json::Value;

use crate::program::{CompiledProgram, ExceptionContext, MemoryView, SourceFiles};

const TABLE: &str = include_str!("../testdata/exceptions.json");

/// Memory as a map.
pub(super) struct Cells(pub(super) HashMap<Relocatable, MaybeRelocatable>);

impl MemoryView for Cells {
    fn get(&self, address: Relocatable) -> Option<MaybeRelocatable> {
        self.0.get(&address).cloned()
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a string")
}

pub(super) fn address(text: &str) -> Relocatable {
    let (segment, offset) = text.split_once(':').expect("an address");
    let segment: isize = segment.parse().expect("a segment");
    Relocatable::from((segment, offset.parse().expect("an offset")))
}

pub(super) fn cell(text: &str) -> MaybeRelocatable {
    match text.contains(':') {
        true => address(text).into(),
        false => Felt252::from_dec_str(text).expect("a felt").into(),
    }
}

fn context(row: &Value, files: SourceFiles) -> ExceptionContext {
    let mut programs = row["programs"]
        .as_array()
        .expect("programs")
        .iter()
        .map(|loaded| {
            let program = CompiledProgram::from_json(loaded["program"].to_string().as_bytes());
            (
                Arc::new(program.expect("the program loads")),
                address(text(&loaded["base"])),
            )
        });
    let (program, base) = programs.next().expect("a main program");
    let mut context = ExceptionContext::new(program, base, files);
    for (program, base) in programs {
        context.load(program, base);
    }
    context
}

#[test]
fn texts_are_those_of_the_reference_vm() {
    let rows: Vec<Value> = serde_json::from_str(TABLE).expect("the table is JSON");
    assert!(rows.len() >= 19, "only {} rows", rows.len());
    let mut failures = Vec::new();
    for row in &rows {
        let context = context(row, SourceFiles::Read);
        let pc = address(text(&row["pc"]));
        let message = text(&row["message"]);
        let hint_index = row["hint_index"].as_u64().map(|index| index as usize);
        let notes = row["notes"]
            .as_array()
            .expect("notes")
            .iter()
            .map(|note| text(note).to_owned());
        let notes: Vec<String> = notes.collect();
        let found = if row["compile"] == Value::Bool(true) {
            context.compile_error(pc, message, hint_index.expect("a hint"), &notes)
        } else {
            let cells = row["memory"].as_object().expect("memory").iter();
            let cells = cells.map(|(key, value)| (address(key), cell(text(value))));
            context.vm_exception(
                pc,
                address(text(&row["fp"])),
                message,
                hint_index,
                row["with_traceback"].as_bool().expect("a flag"),
                &notes,
                &Cells(cells.collect()),
            )
        };
        if found.text != text(&row["text"]) {
            let (name, expected) = (text(&row["name"]), text(&row["text"]));
            failures.push(format!(
                "== {name}\n-- expected\n{expected}\n-- found\n{}",
                found.text
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
