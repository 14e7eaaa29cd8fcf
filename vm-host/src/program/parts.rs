//! Where the parts of a compiled program stand in its JSON, for hints that ask for some of them: each is given
//! as it was written. Must not know what they mean.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use serde_json::Value;
use serde_json::value::RawValue;

use super::load::json::{Entries, Text};

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

impl ProgramParts {
    /// Finds the parts of a program that was loaded before. What cannot be found is left out.
    pub(crate) fn of(json: &[u8]) -> Self {
        let text = with_room(json);
        let place = |part: &RawValue| {
            let start = part.get().as_ptr().addr() - text.as_ptr().addr();
            start..start + part.get().len()
        };
        let mut parts = Self::default();
        for (name, member) in members(&text) {
            match &*name {
                IDENTIFIERS => {
                    for (name, identifier) in members(member.get()) {
                        parts.add_identifier(&name, place(identifier));
                    }
                }
                HINTS => {
                    for (_, hints) in members(member.get()) {
                        parts.hints.extend(elements(hints).into_iter().map(place));
                    }
                }
                _ => {}
            }
            parts.members.insert(name.into_owned(), place(member));
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

/// The same JSON as a text of the same length. What is not UTF-8 was not read when the program was loaded, so
/// anything may stand there.
fn with_room(json: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = str::from_utf8(json) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(json.len());
    for chunk in json.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    Cow::Owned(text)
}

/// The members of an object, in its order. None of what is no object.
fn members(json: &str) -> impl Iterator<Item = (Cow<'_, str>, &RawValue)> {
    let entries: Entries<'_, &RawValue> = serde_json::from_str(json).unwrap_or_default();
    entries.0.into_iter().map(|(Text(name), part)| (name, part))
}

/// The elements of an array; of anything else, that alone.
fn elements(part: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str(part.get()).unwrap_or_else(|_| vec![part])
}

/// The text at a place. A program that was loaded is UTF-8 wherever it was read.
fn text(json: &[u8], place: &Range<usize>) -> String {
    String::from_utf8_lossy(&json[place.clone()]).into_owned()
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
