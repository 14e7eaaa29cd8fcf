//! Owns the text of a hint: lines that call functions of modules. Must not know the modules.
//!
//! ```text
//! # lang: wasm
//! bank.add_account(101, "Alice", 1.0, 1000.0)       # nothing is kept of the result
//! ids.sum = bank.plus(ids.a, 3)                     # a number
//! ids.text, ids.text_len = bank.get_balance(101)    # a C string: its characters and how many they are
//! ```

mod cursor;
mod parser;
#[cfg(test)]
mod tests;

pub(super) use parser::parse;

/// A hint.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Source {
    pub(super) calls: Vec<Call>,
}

/// One line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Call {
    /// In the hint, from 1.
    pub(super) line: usize,
    /// The line, without blanks around it.
    pub(super) text: String,
    /// Where the results go.
    pub(super) targets: Vec<Path>,
    pub(super) module: String,
    pub(super) function: String,
    pub(super) arguments: Vec<Argument>,
}

/// The names behind `ids.`, at least one.
pub(super) type Path = Vec<String>;

/// What is given to a function.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Argument {
    Ids(Path),
    Integer(i128),
    Float(f64),
    Text(String),
}

/// A line that is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: `{text}`: {reason}")]
pub(super) struct SyntaxError {
    pub(super) line: usize,
    pub(super) text: String,
    pub(super) reason: String,
}
