//! Owns what a record is made of, and its bounds. Must not know where it goes.

use std::borrow::Cow;
use std::fmt::Display;
use std::time::{SystemTime, UNIX_EPOCH};

use hint_proto::v1::{HintRecord, RecordField, RecordLevel};

use super::place;

/// Most bytes of a text.
const TEXT_BYTES: usize = 64 << 10;
/// Most fields.
const FIELDS: usize = 64;
/// Most bytes of a name and of a value.
const NAME_BYTES: usize = 256;
const VALUE_BYTES: usize = 4 << 10;

/// How serious a record is; they are in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What a hint printed.
    Output,
    /// For whoever looks for a fault.
    Debug,
    /// What happened.
    Info,
    /// Something that one may want to change.
    Warning,
    /// A failure.
    Error,
    /// A failure that ends everything.
    Critical,
}

impl Level {
    /// The level of a number of Python's `logging`: the highest that is not above it.
    #[must_use]
    pub fn of_number(number: i64) -> Self {
        match number {
            50.. => Self::Critical,
            40.. => Self::Error,
            30.. => Self::Warning,
            20.. => Self::Info,
            _ => Self::Debug,
        }
    }

    /// Its name in lines and options.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Output => "output",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        }
    }

    fn on_wire(self) -> RecordLevel {
        match self {
            Self::Output => RecordLevel::Output,
            Self::Debug => RecordLevel::Debug,
            Self::Info => RecordLevel::Info,
            Self::Warning => RecordLevel::Warning,
            Self::Error => RecordLevel::Error,
            Self::Critical => RecordLevel::Critical,
        }
    }
}

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// Anything else, as JSON.
    Json(Cow<'a, str>),
}

impl Value<'_> {
    /// A number of any size, such as a felt, that writes itself in decimal digits.
    #[must_use]
    pub fn number(number: impl Display) -> Self {
        Self::Json(number.to_string().into())
    }

    /// Its JSON, and whether it was cut.
    fn json(&self) -> (String, bool) {
        let (text, whole) = match self {
            Self::Json(json) if json.len() <= VALUE_BYTES => return (json.to_string(), false),
            Self::Json(json) | Self::Text(json) => cut(json, VALUE_BYTES / 8),
        };
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        match self {
            // Each character takes six at most.
            Self::Text(all) if all.len() <= VALUE_BYTES - 2 => {
                let json = quoted(all);
                if json.len() <= VALUE_BYTES {
                    return (json, false);
                }
                (quoted(text), true)
            }
            _ => (quoted(text), !whole),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<u64> for Value<'_> {
    fn from(number: u64) -> Self {
        Self::number(number)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::number(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Self::Json(if flag { "true" } else { "false" }.into())
    }
}

/// The record of the hint that runs.
pub(super) fn of(
    logger: &str,
    level: Level,
    text: &str,
    fields: &[(&str, Value<'_>)],
) -> HintRecord {
    let (text, mut whole) = cut(text, TEXT_BYTES);
    whole &= fields.len() <= FIELDS;
    let fields = fields.iter().take(FIELDS).map(|(name, value)| {
        let (name, name_whole) = cut(name, NAME_BYTES);
        let (json, value_cut) = value.json();
        whole &= name_whole && !value_cut;
        let name = name.to_owned();
        RecordField { name, json }
    });
    let fields = fields.collect();
    let (hint, language) = place::now();
    let (hint_id, pc) = hint.unzip();
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    HintRecord {
        level: level.on_wire().into(),
        text: text.to_owned(),
        fields,
        hint_id,
        pc,
        language: language.to_owned(),
        logger: cut(logger, NAME_BYTES).0.to_owned(),
        time_nanos: since.map_or(0, |since| {
            u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
        }),
        cut: !whole,
    }
}

/// As much of a text as fits, and whether that is all.
fn cut(text: &str, bytes: usize) -> (&str, bool) {
    if text.len() <= bytes {
        return (text, true);
    }
    let mut end = bytes;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (&text[..end], false)
}
