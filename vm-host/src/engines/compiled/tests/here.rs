//! A hint run here, in a small program's memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use serde_json::json;

use super::Outcome;
use crate::engines::compiled::scopes::State;
use crate::engines::compiled::value::{Fuel, Integer, Journal, Value, dict};
use crate::engines::compiled::{Engine, Shared, Sharing, lower, parse};
use crate::hexadecimal;
use crate::program::CompiledProgram;
use crate::vm::temporary::Moves;
use crate::vm::testing;

/// What a hint finds.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) code: String,
    /// The variables of the scope; equal lists of one number are one list.
    pub(super) variables: Vec<(&'static str, Variable)>,
    /// Cells by their offset from `fp`, and those of the data segment by theirs.
    pub(super) frame: Vec<(usize, Cell)>,
    pub(super) data: Vec<(usize, Cell)>,
}

/// What a variable is.
#[derive(Clone, Debug)]
pub(super) enum Variable {
    Integer(String),
    Boolean(bool),
    None,
    Text(&'static str),
    Address(isize, usize),
    Tuple(Vec<Variable>),
    List(Vec<Variable>),
    Dict(Vec<(Variable, Variable)>),
    /// The same list as another variable's.
    Same(&'static str),
}

/// What a cell has: hexadecimal digits, or an address.
#[derive(Clone, Debug)]
pub(super) enum Cell {
    Felt(String),
    Address(isize, usize),
}

/// Where `fp` and `ap` are, and where the data is.
pub(super) const FRAME: (isize, usize) = (1, 2);
pub(super) const DATA: isize = 4;
/// Segments that there are before the hint.
pub(super) const SEGMENTS: usize = 5;

/// A variable that is a function of the hint's own, which no other hint sees, or nothing.
pub(super) const OWN_FUNCTION: &str = "own function or absent";

/// The references behind `ids`, by their offset from `fp`.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("a", "[cast(fp, felt*)]", "felt"),
    ("b", "[cast(fp + 1, felt*)]", "felt"),
    ("c", "[cast(fp + 2, felt*)]", "felt"),
    ("out", "[cast(fp + 3, felt*)]", "felt"),
    ("more", "[cast(fp + 4, felt*)]", "felt"),
    ("pt", "[cast(fp + 5, __main__.Point*)]", "__main__.Point"),
    (
        "ptr",
        "[cast(fp + 10, __main__.Point**)]",
        "__main__.Point*",
    ),
    ("arr", "[cast(fp + 11, felt**)]", "felt*"),
];

/// A program of one hint.
fn program(code: &str) -> serde_json::Value {
    let scopes = json!(["__main__", "__main__.main"]);
    let mut identifiers = json!({
        "__main__.main": { "type": "function", "pc": 0, "decorators": [] },
        "__main__.SOME": { "type": "const", "value": 12345 },
        "__main__.Point": {
            "type": "struct", "full_name": "__main__.Point", "size": 2,
            "members": {
                "x": { "offset": 0, "cairo_type": "felt" },
                "y": { "offset": 1, "cairo_type": "felt" },
            },
        },
    });
    let mut ids = json!({});
    let mut references = Vec::new();
    for (index, (name, value, kind)) in REFERENCES.iter().enumerate() {
        let full_name = format!("__main__.main.{name}");
        identifiers[&full_name] = json!({ "type": "reference", "full_name": full_name, "cairo_type": kind, "references": [] });
        ids[&full_name] = json!(index);
        references.push(json!({
            "pc": 0, "value": value, "ap_tracking_data": { "group": 0, "offset": 0 },
        }));
    }
    json!({
        "prime": "0x800000000000011000000000000000000000000000000000000000000000001",
        "builtins": [],
        "data": ["0x208b7fff7fff7ffe"],
        "main_scope": "__main__",
        "compiler_version": "0.14.0.1",
        "identifiers": identifiers,
        "reference_manager": { "references": references },
        "hints": { "0": [{
            "code": code,
            "accessible_scopes": scopes,
            "flow_tracking_data": { "ap_tracking": { "group": 0, "offset": 0 }, "reference_ids": ids },
        }] },
        "attributes": [],
        "debug_info": null,
    })
}

/// Runs the hint.
///
/// # Errors
/// Why it is left to Python.
pub(super) fn run(setting: &Setting) -> Result<Outcome, String> {
    let document = program(&setting.code);
    let compiled = CompiledProgram::from_json(document.to_string().as_bytes()).expect("a program");
    let hint = &compiled.hints()[0];
    let parsed = parse(&setting.code).map_err(|refusal| refusal.construct)?;
    let mut shared = Shared::default();
    let lowered = lower((&compiled, hint), &parsed, &mut shared);
    let lowered = lowered.map_err(|refusal| refusal.construct)?;

    let defines = lowered.defines.clone();
    let (mut runner, _) = testing::load(&program(""), "plain", false);
    while runner.vm.segments.num_segments() < SEGMENTS {
        runner.vm.add_memory_segment();
    }
    let starts = [(FRAME, &setting.frame), ((DATA, 0), &setting.data)];
    for ((segment_index, start), cells) in starts {
        for (offset, cell) in cells {
            let offset = start + offset;
            let value = cell.value();
            runner
                .vm
                .insert_value(
                    Relocatable {
                        segment_index,
                        offset,
                    },
                    value,
                )
                .expect("a free cell");
        }
    }
    let mut engine = Engine::new(
        shared,
        vec![Some(lowered)],
        vec![Rc::new(Sharing::default())],
        BTreeSet::new(),
        false,
    );
    let mut values: BTreeMap<&str, Value> = BTreeMap::new();
    for (name, variable) in &setting.variables {
        let value = variable.value(&values);
        values.insert(name, value.clone());
        if let Some(slot) = engine.names().find(name) {
            engine.mirror.bind(0, slot, Some(value));
        }
    }
    let before: Vec<String> = values.values().map(shown).collect();
    let Some(ran) = engine.run(&runner.vm, &Moves::default(), 0) else {
        engine.take_back();
        let after: Vec<String> = values.values().map(shown).collect();
        assert_eq!(
            before, after,
            "what was declined changed nothing: {setting}"
        );
        return Err("declined when it runs".to_owned());
    };
    let mut outcome = Outcome {
        added: (
            ran.effects.added_segments,
            ran.effects.added_temporary_segments,
        ),
        ..Outcome::default()
    };
    for (address, value) in &ran.effects.writes {
        outcome.writes.insert(
            format!("@{}:{}", address.segment_index, address.offset),
            shown(&memory_value(value)),
        );
    }
    outcome.printed.clone_from(&ran.printed);
    engine.keep(0, ran);
    let mut lists: Vec<(String, Value)> = Vec::new();
    for slot in 0..engine.names().len() {
        let name = engine.names().name(slot).to_owned();
        let text = match engine.mirror.get(0, slot) {
            State::Known(value) => {
                if let Value::List(_) | Value::Dict(_) = value {
                    lists.push((name.clone(), value.clone()));
                }
                shown(value)
            }
            State::Absent if defines.contains(&slot) => OWN_FUNCTION.to_owned(),
            State::Absent => "absent".to_owned(),
            State::Elsewhere => panic!("nothing is elsewhere"),
        };
        outcome.variables.insert(name, text);
    }
    lists.sort_by(|left, right| left.0.cmp(&right.0));
    for (index, (name, list)) in lists.iter().enumerate() {
        for (other, same) in &lists[index + 1..] {
            let is_same = match (list, same) {
                (Value::List(list), Value::List(same)) => Rc::ptr_eq(list, same),
                (Value::Dict(dict), Value::Dict(same)) => Rc::ptr_eq(dict, same),
                _ => false,
            };
            if is_same {
                outcome.same.push(format!("{name} {other}"));
            }
        }
    }
    Ok(outcome)
}

fn memory_value(value: &MaybeRelocatable) -> Value {
    match value {
        MaybeRelocatable::Int(felt) => Value::Integer(Integer::from(felt)),
        MaybeRelocatable::RelocatableValue(address) => Value::Address(*address),
    }
}

/// A value as the script writes it.
fn shown(value: &Value) -> String {
    let joined = |items: &[Value]| items.iter().map(shown).collect::<Vec<_>>().join(",");
    match value {
        Value::None => "None".to_owned(),
        Value::Boolean(true) => "True".to_owned(),
        Value::Boolean(false) => "False".to_owned(),
        Value::Integer(integer) => {
            let digits = integer
                .to_radix(16, &mut Fuel::new(u64::MAX))
                .expect("digits");
            match digits.strip_prefix('-') {
                Some(digits) => format!("-0x{digits}"),
                None => format!("0x{digits}"),
            }
        }
        Value::Text(text) => {
            let codes: Vec<String> = text
                .chars()
                .map(|character| u32::from(character).to_string())
                .collect();
            format!("s{}", codes.join("."))
        }
        Value::Address(address) => format!("@{}:{}", address.segment_index, address.offset),
        Value::Tuple(items) => format!("({})", joined(items)),
        Value::List(items) => format!("[{}]", joined(&items.borrow())),
        Value::Range(_) => value.repr(&mut Fuel::new(u64::MAX)).expect("a text"),
        // Which one it is shows in what is made of it.
        Value::Function(_) | Value::Own(_) => "function".to_owned(),
        Value::Dict(dict) => {
            let dict = dict.borrow();
            let entries = dict.iter();
            let entries: Vec<String> = entries
                .map(|(key, value)| format!("{}:{}", shown(key), shown(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Module(_) => "?module".to_owned(),
        Value::Float(_) => value.repr(&mut Fuel::new(u64::MAX)).expect("a text"),
        Value::Bytes(found) => format!("x{}", hexadecimal::hexadecimal(found)),
        Value::Set(_)
        | Value::Iterator(_)
        | Value::View(..)
        | Value::Digest(_)
        | Value::Struct(_) => {
            panic!("{value:?} is kept")
        }
    }
}

impl Variable {
    fn value(&self, earlier: &BTreeMap<&str, Value>) -> Value {
        let fuel = &mut Fuel::new(u64::MAX);
        let all = |items: &[Self]| items.iter().map(|item| item.value(earlier)).collect();
        match self {
            Self::Integer(digits) => {
                Value::Integer(Integer::from_hexadecimal(digits).expect("digits"))
            }
            Self::Boolean(boolean) => Value::Boolean(*boolean),
            Self::None => Value::None,
            Self::Text(text) => Value::text(text),
            Self::Address(segment_index, offset) => Value::Address(Relocatable {
                segment_index: *segment_index,
                offset: *offset,
            }),
            Self::Tuple(items) => Value::tuple(all(items), fuel).expect("a tuple"),
            Self::List(items) => Value::list(all(items), fuel).expect("a list"),
            Self::Dict(entries) => {
                let made = dict::new();
                for (key, value) in entries {
                    let (key, value) = (key.value(earlier), value.value(earlier));
                    dict::set(&made, &key, value, fuel, &mut Journal::default()).expect("an entry");
                }
                Value::Dict(made)
            }
            Self::Same(name) => earlier[name].clone(),
        }
    }

    /// As code.
    pub(super) fn literal(&self) -> String {
        let all = |items: &[Self]| {
            items
                .iter()
                .map(|item| item.literal() + ",")
                .collect::<String>()
        };
        match self {
            Self::Integer(digits) => match digits.strip_prefix('-') {
                Some(digits) => format!("-0x{digits}"),
                None => format!("0x{digits}"),
            },
            Self::Boolean(true) => "True".to_owned(),
            Self::Boolean(false) => "False".to_owned(),
            Self::None => "None".to_owned(),
            Self::Text(text) => format!("{text:?}"),
            Self::Address(segment, offset) => format!("RelocatableValue({segment}, {offset})"),
            Self::Tuple(items) => format!("({})", all(items)),
            Self::List(items) => format!("[{}]", all(items)),
            Self::Dict(entries) => {
                let entries = entries.iter();
                let entry = |(key, value): &(Self, Self)| {
                    format!("{}: {}, ", key.literal(), value.literal())
                };
                format!("{{{}}}", entries.map(entry).collect::<String>())
            }
            Self::Same(name) => (*name).to_owned(),
        }
    }
}

impl Cell {
    fn value(&self) -> MaybeRelocatable {
        match self {
            Self::Felt(digits) => {
                let number = Integer::from_hexadecimal(digits).expect("digits");
                MaybeRelocatable::Int(number.to_felt().expect("a felt"))
            }
            Self::Address(segment_index, offset) => {
                MaybeRelocatable::RelocatableValue(Relocatable {
                    segment_index: *segment_index,
                    offset: *offset,
                })
            }
        }
    }

    /// As code.
    pub(super) fn literal(&self) -> String {
        match self {
            Self::Felt(digits) => format!("0x{digits}"),
            Self::Address(segment, offset) => format!("RelocatableValue({segment}, {offset})"),
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, variable) in &self.variables {
            writeln!(formatter, "# {name} = {}", variable.literal())?;
        }
        for (offset, cell) in &self.frame {
            write!(formatter, "# [fp + {offset}] = {}; ", cell.literal())?;
        }
        write!(formatter, "\n{}", self.code)
    }
}
