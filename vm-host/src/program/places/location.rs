//! A place in a source text and how it is shown: one line, the source line, the marks under it.

use std::sync::Arc;

use super::source_files::SourceFiles;

/// Columns past this are not shown: a program may claim any, and lines of any length.
const MAX_COLUMN: usize = 1 << 16;

/// Names and messages are not shown past this many bytes: a program may claim any, again and again in one
/// chain of places.
const MAX_TEXT: usize = 1 << 16;

/// A range of a source text. Lines and columns count from 1; the end is exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub start_line: u32,
    pub start_col: u32,
    pub end_line: u32,
    /// One past the last column.
    pub end_col: u32,
    pub input_file: Arc<InputFile>,
    /// Where the text that stands here was used.
    pub parent_location: Option<Box<ParentLocation>>,
}

/// A source text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct InputFile {
    pub filename: Option<Arc<str>>,
    /// Its text, when the program carries it.
    pub content: Option<Arc<str>>,
}

/// The place from which another one was expanded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentLocation {
    pub location: Location,
    /// Why, for example `While expanding the reference 'x' in:`.
    pub message: Arc<str>,
}

impl Location {
    /// `file:line:column` and the message.
    pub fn to_string_with_message(&self, message: &str) -> String {
        let filename = cut(self.input_file.filename.as_deref().unwrap_or(""), MAX_TEXT);
        let separator = if message.is_empty() { "" } else { ": " };
        format!(
            "{filename}:{}:{}{separator}{message}",
            self.start_line, self.start_col
        )
    }

    /// The same, followed by the source line and the marks if the text is at hand.
    pub fn to_string_with_content(&self, message: &str, files: SourceFiles) -> String {
        let mut text = self.to_string_with_message(message);
        if let Some(content) = self.input_file.content(files) {
            text.push('\n');
            text.push_str(&self.marks(&content));
        }
        text
    }

    /// The chain of places for a message: outermost use first, this one last, each with its content.
    pub fn chain(&self, message: &str, files: SourceFiles) -> String {
        let mut entries = Vec::new();
        let (mut location, mut message) = (self, message);
        loop {
            entries.push(location.to_string_with_content(message, files));
            let Some(parent) = &location.parent_location else {
                break;
            };
            (location, message) = (&parent.location, cut(&parent.message, MAX_TEXT));
        }
        let mut text = String::new();
        for entry in entries.iter().rev() {
            text.push_str(entry);
            text.push('\n');
        }
        text
    }

    /// The source line and the marks under it; empty when the text has no such line.
    pub fn marks(&self, content: &str) -> String {
        let Some(index) = (self.start_line as usize).checked_sub(1) else {
            return String::new();
        };
        let Some(line) = split_lines(content).nth(index) else {
            return String::new();
        };
        let line = cut(line, MAX_COLUMN);
        let start = (self.start_col as usize).min(MAX_COLUMN);
        let end = if self.start_line == self.end_line {
            (self.end_col as usize).min(MAX_COLUMN)
        } else {
            line.chars().count() + 1
        };
        let mut text = format!("{line}\n{}^", " ".repeat(start.saturating_sub(1)));
        if end > start + 1 {
            text.push_str(&"*".repeat(end - start - 2));
            text.push('^');
        }
        text
    }
}

impl InputFile {
    /// The text, from the program or from disk.
    pub(in crate::program) fn content(&self, files: SourceFiles) -> Option<Arc<str>> {
        match (&self.content, &self.filename) {
            (Some(content), _) => Some(content.clone()),
            (None, Some(filename)) => files.read(filename).map(Arc::from),
            (None, None) => None,
        }
    }
}

/// The text, or its start if it is longer than any that people write.
pub(in crate::program) fn cut(text: &str, limit: usize) -> &str {
    let mut end = limit.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A line of a file as Python reads files, from 1; not longer than any that people write.
pub(in crate::program) fn line_of(text: &str, number: u32) -> Option<&str> {
    let index = (number as usize).checked_sub(1)?;
    text.lines().nth(index).map(|line| cut(line, MAX_COLUMN))
}

/// Python's `str.splitlines()`.
fn split_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take_if(|text| !text.is_empty())?;
        let Some(end) = text.find(is_line_end) else {
            rest = None;
            return Some(text);
        };
        let (line, tail) = text.split_at(end);
        let width = if tail.starts_with("\r\n") {
            2
        } else {
            tail.chars().next().map_or(0, char::len_utf8)
        };
        rest = Some(&tail[width..]);
        Some(line)
    })
}

fn is_line_end(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r'
            | '\x0b'
            | '\x0c'
            | '\x1c'
            | '\x1d'
            | '\x1e'
            | '\u{85}'
            | '\u{2028}'
            | '\u{2029}'
    )
}
