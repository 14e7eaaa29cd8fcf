//! JSON as Python's `json.dumps` writes it, compact or indented, without building the document first.

use serde_json::Value;
use std::io::{self, Write};

/// A document being written. Brackets are the caller's to close.
pub(super) struct PythonJson<W> {
    writer: W,
    indent: Option<usize>,
    /// One entry for each open bracket: whether it has a value yet.
    open: Vec<bool>,
    after_key: bool,
}

impl<W: Write> PythonJson<W> {
    /// `json.dumps(...)`.
    pub(super) fn compact(writer: W) -> Self {
        Self::new(writer, None)
    }

    /// `json.dumps(..., indent=4)`.
    pub(super) fn indented(writer: W) -> Self {
        Self::new(writer, Some(4))
    }

    fn new(writer: W, indent: Option<usize>) -> Self {
        Self {
            writer,
            indent,
            open: Vec::new(),
            after_key: false,
        }
    }

    /// Opens an object or a list.
    pub(super) fn begin(&mut self, bracket: char) -> io::Result<()> {
        self.before_value()?;
        self.open.push(false);
        write!(self.writer, "{bracket}")
    }

    /// Closes an object or a list.
    pub(super) fn end(&mut self, bracket: char) -> io::Result<()> {
        if self.open.pop() == Some(true) {
            self.new_line()?;
        }
        write!(self.writer, "{bracket}")
    }

    /// The key of the next value.
    pub(super) fn key(&mut self, key: &str) -> io::Result<()> {
        self.string(key)?;
        self.after_key = true;
        self.writer.write_all(b": ")
    }

    /// A value that is JSON already: a number, `null`.
    pub(super) fn raw(&mut self, text: impl std::fmt::Display) -> io::Result<()> {
        self.before_value()?;
        write!(self.writer, "{text}")
    }

    /// A string.
    pub(super) fn string(&mut self, text: &str) -> io::Result<()> {
        self.before_value()?;
        self.writer.write_all(b"\"")?;
        for character in text.chars() {
            match character {
                '"' => self.writer.write_all(b"\\\"")?,
                '\\' => self.writer.write_all(b"\\\\")?,
                '\n' => self.writer.write_all(b"\\n")?,
                '\r' => self.writer.write_all(b"\\r")?,
                '\t' => self.writer.write_all(b"\\t")?,
                '\u{8}' => self.writer.write_all(b"\\b")?,
                '\u{c}' => self.writer.write_all(b"\\f")?,
                ' '..='~' => write!(self.writer, "{character}")?,
                _ => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        write!(self.writer, "\\u{unit:04x}")?;
                    }
                }
            }
        }
        self.writer.write_all(b"\"")
    }

    /// A key and a value that is JSON already.
    pub(super) fn entry(&mut self, key: &str, value: impl std::fmt::Display) -> io::Result<()> {
        self.key(key)?;
        self.raw(value)
    }

    /// A key and a string.
    pub(super) fn string_entry(&mut self, key: &str, value: &str) -> io::Result<()> {
        self.key(key)?;
        self.string(value)
    }

    fn before_value(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.after_key) {
            return Ok(());
        }
        let Some(has_values) = self.open.last_mut() else {
            return Ok(());
        };
        let first = !std::mem::replace(has_values, true);
        match (first, self.indent) {
            (true, _) => {}
            (false, Some(_)) => self.writer.write_all(b",")?,
            (false, None) => self.writer.write_all(b", ")?,
        }
        self.new_line()
    }

    fn new_line(&mut self) -> io::Result<()> {
        match self.indent {
            Some(width) => write!(self.writer, "\n{:1$}", "", width * self.open.len()),
            None => Ok(()),
        }
    }
}

/// `json.dumps(value)`. The depth is that of the parser that made the value, which bounds it.
pub(super) fn dumps(value: &Value) -> String {
    fn write(json: &mut PythonJson<&mut Vec<u8>>, value: &Value) -> io::Result<()> {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => json.raw(value),
            Value::String(text) => json.string(text),
            Value::Array(values) => {
                json.begin('[')?;
                for value in values {
                    write(json, value)?;
                }
                json.end(']')
            }
            Value::Object(entries) => {
                json.begin('{')?;
                for (key, value) in entries {
                    json.key(key)?;
                    write(json, value)?;
                }
                json.end('}')
            }
        }
    }
    let mut bytes = Vec::new();
    let written = write(&mut PythonJson::compact(&mut bytes), value);
    written.expect("writing to a vector cannot fail");
    String::from_utf8(bytes).expect("only ASCII was written")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(json: &mut PythonJson<&mut Vec<u8>>) {
        json.begin('{').unwrap();
        json.entry("a", 1).unwrap();
        json.key("empty").unwrap();
        json.begin('[').unwrap();
        json.end(']').unwrap();
        json.key("list").unwrap();
        json.begin('[').unwrap();
        json.raw("null").unwrap();
        json.string("é\"\n😀").unwrap();
        json.end(']').unwrap();
        json.end('}').unwrap();
    }

    #[test]
    fn layouts_are_those_of_python() {
        let mut compact = Vec::new();
        document(&mut PythonJson::compact(&mut compact));
        assert_eq!(
            String::from_utf8(compact).unwrap(),
            r#"{"a": 1, "empty": [], "list": [null, "\u00e9\"\n\ud83d\ude00"]}"#
        );
        let mut indented = Vec::new();
        document(&mut PythonJson::indented(&mut indented));
        assert_eq!(
            String::from_utf8(indented).unwrap(),
            "{\n    \"a\": 1,\n    \"empty\": [],\n    \"list\": [\n        null,\n        \
             \"\\u00e9\\\"\\n\\ud83d\\ude00\"\n    ]\n}"
        );
    }
}
