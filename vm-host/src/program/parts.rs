//! Where the parts of a compiled program stand in its JSON, for hints that ask for some of them: each is given
//! as it was written. Must not know what they mean.

use std::collections::HashMap;
use std::ops::Range;

use serde::de::{Deserialize, IgnoredAny};
use serde_json::de::SliceRead;
use serde_json::{Deserializer, StreamDeserializer, Value};

/// The member with the identifiers.
const IDENTIFIERS: &str = "identifiers";
/// The member with the hints.
const HINTS: &str = "hints";

/// The places of a program's parts in its JSON.
#[derive(Debug, Default)]
pub(crate) struct ProgramParts {
    members: HashMap<String, Range<usize>>,
    hints: Vec<Range<usize>>,
    /// By their full names.
    scopes: HashMap<String, ScopeParts>,
}

/// What stands directly in a scope, by last names, in the order of the program.
#[derive(Debug, Default)]
struct ScopeParts {
    identifiers: Vec<(String, Range<usize>)>,
    scopes: Vec<String>,
}

/// A place in JSON that is known to be sound.
#[derive(Debug)]
struct Cursor<'a> {
    json: &'a [u8],
    position: usize,
}

impl ProgramParts {
    /// Finds the parts of a program that was loaded before. What cannot be found is left out.
    pub(crate) fn of(json: &[u8]) -> Self {
        let mut parts = Self::default();
        parts.members.extend(members(json, 0..json.len()));
        if let Some(place) = parts.members.get(IDENTIFIERS) {
            for (name, place) in members(json, place.clone()) {
                parts.add_identifier(&name, place);
            }
        }
        if let Some(place) = parts.members.get(HINTS) {
            for (_, place) in members(json, place.clone()) {
                parts.hints.extend(elements(json, place));
            }
        }
        parts
    }

    fn add_identifier(&mut self, name: &str, place: Range<usize>) {
        let (scope, last) = name.rsplit_once('.').unwrap_or(("", name));
        self.add_scope(scope);
        if let Some(parts) = self.scopes.get_mut(scope) {
            parts.identifiers.push((last.to_owned(), place));
        }
    }

    /// Adds a scope and those around it, as far as they are new.
    fn add_scope(&mut self, full_name: &str) {
        let mut name = full_name;
        let mut new = !self.scopes.contains_key(name);
        if new {
            self.scopes.insert(name.to_owned(), ScopeParts::default());
        }
        while new && !name.is_empty() {
            let (around, last) = name.rsplit_once('.').unwrap_or(("", name));
            new = !self.scopes.contains_key(around);
            let parts = self.scopes.entry(around.to_owned()).or_default();
            parts.scopes.push(last.to_owned());
            name = around;
        }
    }

    /// What stands in a scope: `identifiers` and `scopes`, JSON.
    pub(crate) fn scope(&self, json: &[u8], full_name: &str) -> String {
        let nothing = ScopeParts::default();
        let parts = self.scopes.get(full_name).unwrap_or(&nothing);
        let identifiers = parts.identifiers.iter();
        let identifiers: Vec<String> = identifiers
            .map(|(name, place)| format!("{}: {}", quoted(name), text(json, place)))
            .collect();
        let scopes: Vec<String> = parts.scopes.iter().map(|name| quoted(name)).collect();
        format!(
            "{{\"identifiers\": {{{}}}, \"scopes\": [{}]}}",
            identifiers.join(", "),
            scopes.join(", ")
        )
    }

    /// The hint of this position, JSON.
    pub(crate) fn hint(&self, json: &[u8], index: usize) -> Option<String> {
        Some(text(json, self.hints.get(index)?))
    }

    /// The member of this name, JSON.
    pub(crate) fn member(&self, json: &[u8], name: &str) -> Option<String> {
        Some(text(json, self.members.get(name)?))
    }
}

impl<'a> Cursor<'a> {
    /// Steps over one value and says where it stands.
    fn value(&mut self) -> Option<Range<usize>> {
        let mut values = Deserializer::from_slice(self.rest()).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        Some(self.step_over(&values))
    }

    /// Steps over a string and reads it.
    fn string(&mut self) -> Option<String> {
        let mut values = Deserializer::from_slice(self.rest()).into_iter::<String>();
        let string = values.next()?.ok()?;
        self.step_over(&values);
        Some(string)
    }

    fn step_over<'de, T: Deserialize<'de>>(
        &mut self,
        values: &StreamDeserializer<'de, SliceRead<'de>, T>,
    ) -> Range<usize> {
        let start = self.position;
        self.position += values.byte_offset();
        start..self.position
    }

    /// Steps over this byte, if it is the next that is no white space.
    fn takes(&mut self, byte: u8) -> bool {
        while self.rest().first().is_some_and(u8::is_ascii_whitespace) {
            self.position += 1;
        }
        let found = self.rest().first() == Some(&byte);
        self.position += usize::from(found);
        found
    }

    fn rest(&self) -> &'a [u8] {
        &self.json[self.position..]
    }
}

/// The members of the object at a place, in its order; of repeated names the last one counts, at the first
/// place. None of what is no object.
fn members(json: &[u8], place: Range<usize>) -> Vec<(String, Range<usize>)> {
    let mut cursor = Cursor {
        json: &json[..place.end],
        position: place.start,
    };
    let mut members: Vec<(String, Range<usize>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut more = cursor.takes(b'{');
    while more {
        let Some(name) = cursor.string() else { break };
        if !cursor.takes(b':') {
            break;
        }
        let Some(value) = cursor.value() else { break };
        match places.get(&name) {
            Some(&index) => members[index].1 = value,
            None => {
                places.insert(name.clone(), members.len());
                members.push((name, value));
            }
        }
        more = cursor.takes(b',');
    }
    members
}

/// The elements of the array at a place; of anything else, that alone.
fn elements(json: &[u8], place: Range<usize>) -> Vec<Range<usize>> {
    let mut cursor = Cursor {
        json: &json[..place.end],
        position: place.start,
    };
    if !cursor.takes(b'[') {
        return vec![place];
    }
    let mut elements = Vec::new();
    while let Some(element) = cursor.value() {
        elements.push(element);
        if !cursor.takes(b',') {
            break;
        }
    }
    elements
}

/// The text at a place. A program that was loaded is UTF-8 wherever it was read.
fn text(json: &[u8], place: &Range<usize>) -> String {
    String::from_utf8_lossy(&json[place.clone()])
        .trim()
        .to_owned()
}

fn quoted(name: &str) -> String {
    Value::from(name).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = r#" {"prime": "0x1", "hints": {"3": [{"code": "[1]"}, {"code": "\"}"}], "0": {"code": "old"}},
        "identifiers" : {"a.b.c": {"type": "const", "value": -12}, "a.b": {"type":"x"}, "z": 1,
            "a.d\u0065.f": null, "a.b.c": {"value" : 13}}, "reference_manager": {"references": []}}"#;

    fn scope(name: &str) -> String {
        ProgramParts::of(PROGRAM.as_bytes()).scope(PROGRAM.as_bytes(), name)
    }

    #[test]
    fn scopes_have_what_stands_directly_in_them() {
        for (name, expected) in [
            ("", r#"{"identifiers": {"z": 1}, "scopes": ["a"]}"#),
            (
                "a",
                r#"{"identifiers": {"b": {"type":"x"}}, "scopes": ["b", "de"]}"#,
            ),
            (
                "a.b",
                r#"{"identifiers": {"c": {"value" : 13}}, "scopes": []}"#,
            ),
            ("a.de", r#"{"identifiers": {"f": null}, "scopes": []}"#),
            ("a.b.c", r#"{"identifiers": {}, "scopes": []}"#),
            ("nowhere", r#"{"identifiers": {}, "scopes": []}"#),
        ] {
            assert_eq!(scope(name), expected, "{name}");
        }
    }

    #[test]
    fn hints_are_counted_over_all_pcs() {
        let json = PROGRAM.as_bytes();
        let parts = ProgramParts::of(json);
        let hints: Vec<_> = (0..4).map(|index| parts.hint(json, index)).collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            hints,
            [
                text(r#"{"code": "[1]"}"#),
                text(r#"{"code": "\"}"}"#),
                text(r#"{"code": "old"}"#),
                None
            ]
        );
        let references = parts.member(json, "reference_manager");
        assert_eq!(references, text(r#"{"references": []}"#));
        assert_eq!(parts.member(json, "nothing"), None);
    }

    #[test]
    fn what_is_no_program_has_no_parts() {
        for json in [
            "",
            "[",
            "{",
            "{\"identifiers\"",
            "{\"identifiers\": {\"a\": ",
            "1",
            "{\"hints\": 3}",
        ] {
            let parts = ProgramParts::of(json.as_bytes());
            assert_eq!(
                parts.scope(json.as_bytes(), ""),
                r#"{"identifiers": {}, "scopes": []}"#,
                "{json}"
            );
            assert!(parts.hints.is_empty(), "{json}");
        }
    }
}
