//! Owns reading JSON so that every part knows its line and column, and members keep their order. Must not know what
//! the parts mean.

use std::fmt;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::engines::contract::source::place::Place;

/// A file that is being read.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) name: Arc<str>,
    pub(super) text: String,
}

/// Something in a file is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{place}: {reason}")]
pub(super) struct BadFile {
    pub(super) file: Arc<str>,
    pub(super) place: Place,
    pub(super) reason: String,
}

/// A part of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node<'d> {
    document: &'d Document,
    raw: &'d RawValue,
}

pub(super) type Read<T> = Result<T, BadFile>;

impl Document {
    /// The whole of it.
    pub(super) fn root(&self) -> Read<Node<'_>> {
        let text = self.text.strip_prefix('\u{feff}').unwrap_or(&self.text);
        match serde_json::from_str(text) {
            Ok(raw) => Ok(Node {
                document: self,
                raw,
            }),
            Err(error) => Err(BadFile {
                file: Arc::clone(&self.name),
                place: place_of(&error),
                reason: format!("this is not JSON: {}", reason_of(&error)),
            }),
        }
    }
}

fn place_of(error: &serde_json::Error) -> Place {
    let number = |number: usize| u32::try_from(number.max(1)).unwrap_or(u32::MAX);
    Place {
        line: number(error.line()),
        column: number(error.column()),
    }
}

/// Without the place, which is said in front.
fn reason_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}

/// The members of an object, in order.
struct Members<'d>(Vec<(String, &'d RawValue)>);

impl<'de: 'd, 'd> Deserialize<'de> for Members<'d> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;

        impl<'de> Visitor<'de> for Seen {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry::<String, &'de RawValue>()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Seen)
    }
}

impl<'d> Node<'d> {
    /// An error about this part.
    pub(super) fn error(&self, reason: impl Into<String>) -> BadFile {
        BadFile {
            file: Arc::clone(&self.document.name),
            place: self.place(),
            reason: reason.into(),
        }
    }

    pub(super) fn place(&self) -> Place {
        let start = self.document.text.as_ptr().addr();
        let offset = self.raw.get().as_ptr().addr().saturating_sub(start);
        let before = self
            .document
            .text
            .as_bytes()
            .get(..offset)
            .unwrap_or_default();
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Place {
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(offset - line_start + 1).unwrap_or(u32::MAX),
        }
    }

    fn kind(&self) -> u8 {
        self.raw
            .get()
            .as_bytes()
            .first()
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn is_text(&self) -> bool {
        self.kind() == b'"'
    }

    pub(super) fn is_list(&self) -> bool {
        self.kind() == b'['
    }

    pub(super) fn is_object(&self) -> bool {
        self.kind() == b'{'
    }

    /// A text.
    pub(super) fn text(&self) -> Read<String> {
        let text = serde_json::from_str(self.raw.get());
        text.map_err(|_| self.error("a text in quotes is expected"))
    }

    pub(super) fn list(&self) -> Read<Vec<Node<'d>>> {
        let items: Result<Vec<&'d RawValue>, _> = serde_json::from_str(self.raw.get());
        let items = items.map_err(|_| self.error("a list is expected"))?;
        let document = self.document;
        Ok(items
            .into_iter()
            .map(|raw| Node { document, raw })
            .collect())
    }

    /// The members of an object, in the order of the file.
    pub(super) fn members(&self) -> Read<Vec<(String, Node<'d>)>> {
        let members: Result<Members<'d>, _> = serde_json::from_str(self.raw.get());
        let members = members.map_err(|_| self.error("an object is expected"))?.0;
        let document = self.document;
        let nodes = members
            .into_iter()
            .map(|(name, raw)| (name, Node { document, raw }));
        Ok(nodes.collect())
    }
}
