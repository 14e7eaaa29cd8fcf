//! Where and why a text is not an expression or type.

use std::fmt;

/// A line and column, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) col: u32,
}

/// Why a text is not an expression or type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::program) struct ParseError {
    reason: String,
    position: Position,
}

pub(super) type ParseResult<T> = Result<T, ParseError>;

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} at {}:{}",
            self.reason, self.position.line, self.position.col
        )
    }
}

impl ParseError {
    pub(super) fn new(reason: impl Into<String>, position: Position) -> Self {
        Self {
            reason: reason.into(),
            position,
        }
    }
}

impl Position {
    /// The position behind a text that starts here.
    pub(super) fn after(self, text: &str) -> Self {
        text.chars().fold(self, |position, c| match c {
            '\n' => Self {
                line: position.line.saturating_add(1),
                col: 1,
            },
            _ => Self {
                col: position.col.saturating_add(1),
                ..position
            },
        })
    }
}
