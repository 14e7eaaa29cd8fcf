//! Variables of the host as the text that `PythonHandover.variables_json` is. Must not know what an engine makes of it.

use std::fmt::Write as _;

use cairo_vm::types::relocatable::Relocatable;
use num_bigint::BigInt;
use serde_json::{Map, Value};

use super::SharedValue;
use crate::hexadecimal::hexadecimal;

/// A list among those of [`Variables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListId(usize);

/// A dictionary among those of [`Variables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DictId(usize);

/// A function among those of [`Variables`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FunctionId(usize);

/// A function that a hint defined in the host: the engine has its code in that of the hint.
#[derive(Clone, Copy, Debug)]
pub struct HintFunction<'a> {
    /// The hint that defined it.
    pub hint_id: u32,
    /// Its name, or `<lambda>`.
    pub name: &'a str,
    /// Its line in the hint's text, from 1.
    pub line: usize,
    /// The scope whose variables it sees.
    pub depth: usize,
    /// What its last parameters are when they are not given.
    pub defaults: &'a [SharedValue],
    /// Its annotations: names of parameters, and `return`.
    pub annotations: &'a [(&'a str, SharedValue)],
}

/// What hints in the host did to variables since a hint in Python last saw them. The engine first deletes, then sets,
/// whatever the order of the calls was.
///
/// Tuples in tuples are written by recursion, here and by the engine; whoever keeps them keeps them from nesting deep.
/// Lists may be as deep as they like.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// The members of each scope's object, written one after the other; outermost first.
    scopes: Vec<String>,
    /// The items of each list.
    lists: Vec<String>,
    /// The entries of each dictionary.
    dicts: Vec<String>,
    /// Each function.
    functions: Vec<String>,
    deleted: String,
    relocations: String,
}

impl Variables {
    /// The variable is gone from the scope, of which the outermost has the depth 0.
    pub fn delete(&mut self, depth: usize, name: &str) {
        separate(&mut self.deleted);
        let _ = write!(self.deleted, "[{depth},{}]", Quoted(name));
    }

    /// The variable has this value in the scope. Each is set once.
    pub fn set(&mut self, depth: usize, name: &str, value: &SharedValue) {
        if self.scopes.len() <= depth {
            self.scopes.resize_with(depth + 1, String::new);
        }
        let scope = &mut self.scopes[depth];
        separate(scope);
        let _ = write!(scope, "{}:", Quoted(name));
        write_value(scope, value);
    }

    /// A list whose items [`Variables::fill`] says, once: it may be among them.
    pub fn list(&mut self) -> ListId {
        self.lists.push(String::new());
        ListId(self.lists.len() - 1)
    }

    /// These are the items of the list.
    pub fn fill<'a>(&mut self, list: ListId, items: impl IntoIterator<Item = &'a SharedValue>) {
        if let Some(text) = self.lists.get_mut(list.0) {
            text.clear();
            write_all(text, items);
        }
    }

    /// A dictionary whose entries [`Variables::fill_dict`] says, once.
    pub fn dict(&mut self) -> DictId {
        self.dicts.push(String::new());
        DictId(self.dicts.len() - 1)
    }

    /// These are the keys and values of the dictionary, in this order.
    pub fn fill_dict(&mut self, dict: DictId, entries: &[[SharedValue; 2]]) {
        let Some(text) = self.dicts.get_mut(dict.0) else {
            return;
        };
        text.clear();
        for entry in entries {
            separate(text);
            text.push('[');
            write_all(text, entry);
            text.push(']');
        }
    }

    /// A function that several variables may be.
    pub fn function(&mut self, function: &HintFunction<'_>) -> FunctionId {
        let (hint, line, depth) = (function.hint_id, function.line, function.depth);
        let mut text = format!("{hint},{},{line},{depth},[", Quoted(function.name));
        write_all(&mut text, function.defaults);
        let mut annotations = String::new();
        for (name, value) in function.annotations {
            separate(&mut annotations);
            let _ = write!(annotations, "{}:", Quoted(name));
            write_value(&mut annotations, value);
        }
        let _ = write!(text, "],{{{annotations}}}");
        self.functions.push(text);
        FunctionId(self.functions.len() - 1)
    }

    /// The temporary segment goes there from now on.
    pub fn relocate(&mut self, segment: isize, place: Relocatable) {
        separate(&mut self.relocations);
        let (index, offset) = (place.segment_index, place.offset);
        let _ = write!(self.relocations, "[{segment},[{index},{offset}]]");
    }

    /// The text; empty when there is nothing to tell.
    #[must_use]
    pub fn into_json(self) -> String {
        let Self {
            deleted,
            relocations,
            ..
        } = &self;
        if self.scopes.is_empty() && deleted.is_empty() && relocations.is_empty() {
            return String::new();
        }
        let mut json =
            format!("{{\"relocations\":[{relocations}],\"deleted\":[{deleted}],\"scopes\":[");
        bracket(&mut json, &self.scopes, ('{', '}'));
        json.push_str("],\"lists\":[");
        bracket(&mut json, &self.lists, ('[', ']'));
        json.push(']');
        for (key, parts) in [("dicts", &self.dicts), ("functions", &self.functions)] {
            if !parts.is_empty() {
                let _ = write!(json, ",\"{key}\":[");
                bracket(&mut json, parts, ('[', ']'));
                json.push(']');
            }
        }
        json.push('}');
        json
    }
}

/// Two texts as one, of variables that are not the same ones.
pub(in crate::hint) fn join(first: &str, second: &str) -> String {
    let object =
        |text: &str| -> Map<String, Value> { serde_json::from_str(text).unwrap_or_default() };
    let mut joined = object(first);
    for (key, value) in object(second) {
        match (joined.get_mut(&key), value) {
            (Some(Value::Array(known)), Value::Array(more)) if key == "scopes" => {
                for (depth, scope) in more.into_iter().enumerate() {
                    match (known.get_mut(depth), scope) {
                        (Some(Value::Object(known)), Value::Object(more)) => known.extend(more),
                        (_, scope) => known.push(scope),
                    }
                }
            }
            (Some(Value::Array(known)), Value::Array(more)) => known.extend(more),
            (_, value) => {
                joined.insert(key, value);
            }
        }
    }
    Value::Object(joined).to_string()
}

/// Each part between two brackets.
fn bracket(json: &mut String, parts: &[String], (open, close): (char, char)) {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        json.push(open);
        json.push_str(part);
        json.push(close);
    }
}

fn separate(list: &mut String) {
    if !list.is_empty() {
        list.push(',');
    }
}

fn write_all<'a>(json: &mut String, values: impl IntoIterator<Item = &'a SharedValue>) {
    for (index, value) in values.into_iter().enumerate() {
        if index > 0 {
            json.push(',');
        }
        write_value(json, value);
    }
}

fn write_value(json: &mut String, value: &SharedValue) {
    // Writing into a text does not fail.
    let _ = match value {
        SharedValue::None => write!(json, r#"{{"none":true}}"#),
        SharedValue::Boolean(value) => write!(json, r#"{{"bool":{value}}}"#),
        SharedValue::Integer(value) => write!(json, r#"{{"int":"{}"}}"#, Hexadecimal(value)),
        SharedValue::Float(number) => write!(json, r#"{{"float":"{number:?}"}}"#),
        SharedValue::Bytes(bytes) => write!(json, r#"{{"bytes":"{}"}}"#, hexadecimal(bytes)),
        SharedValue::Text(text) => write!(json, r#"{{"text":{}}}"#, Quoted(text)),
        SharedValue::Address(address) => {
            let (segment, offset) = (address.segment_index, address.offset);
            write!(json, r#"{{"address":[{segment},{offset}]}}"#)
        }
        SharedValue::Tuple(values) => {
            json.push_str(r#"{"tuple":["#);
            write_all(json, values);
            write!(json, "]}}")
        }
        SharedValue::Import { module, name } => {
            let (module, name) = (Quoted(module), Quoted(name));
            write!(json, r#"{{"import":[{module},{name}]}}"#)
        }
        SharedValue::List(ListId(index)) => write!(json, r#"{{"same":{index}}}"#),
        SharedValue::Dict(DictId(index)) => write!(json, r#"{{"same_dict":{index}}}"#),
        SharedValue::Function(FunctionId(index)) => write!(json, r#"{{"function":{index}}}"#),
    };
}

/// A text as JSON writes it.
struct Quoted<'a>(&'a str);

impl std::fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quoted = serde_json::to_string(self.0).map_err(|_| std::fmt::Error)?;
        formatter.write_str(&quoted)
    }
}

/// An integer as Python reads it in any length: it refuses more than 4300 decimal digits.
struct Hexadecimal<'a>(&'a BigInt);

impl std::fmt::Display for Hexadecimal<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:#x}", self.0)
    }
}
