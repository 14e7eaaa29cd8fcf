//! Why a compiled program cannot be loaded. One clear line for each reason.

use thiserror::Error;

use crate::account::OverLimit;

/// A compiled program that cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProgramError {
    /// The file is larger than any program can be.
    #[error("the program has `{size}` bytes, more than the limit of `{limit}`")]
    TooLarge {
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// It takes more memory than there is for it.
    #[error("the program cannot be kept in memory: {0}")]
    OverLimit(#[from] OverLimit),
    /// The text is not JSON.
    #[error(
        "the program is not valid JSON: {0}\nhint: compile the .cairo file with cairo-compile and pass its output"
    )]
    NotJson(String),
    /// The JSON is nested deeper than any compiled program.
    #[error("the program's JSON is nested too deeply: {0}")]
    NestedTooDeeply(String),
    /// The file is something else that people compile Cairo to.
    #[error("the file is {found}, not a compiled Cairo 0 program\nhint: {hint}")]
    OtherKind {
        /// What it is.
        found: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// Members of a compiled program are missing.
    #[error("not a compiled Cairo 0 program: missing `{}`", .0.join("`, `"))]
    MissingFields(Vec<&'static str>),
    /// A member has the wrong shape.
    #[error("malformed program: {0}")]
    Malformed(String),
    /// The program was compiled for another field.
    #[error("the program's prime is `{found}`, but the VM's is `{expected}`")]
    OtherPrime {
        /// The program's.
        found: String,
        /// The VM's.
        expected: String,
    },
    /// A word of the program is not a felt.
    #[error("the word at pc `{pc}` is not a felt: `{value}`")]
    NotAFelt {
        /// Where it is.
        pc: usize,
        /// What stands there.
        value: String,
    },
    /// A builtin that the VM does not have.
    #[error("unknown builtin `{0}`")]
    UnknownBuiltin(String),
    /// A builtin is named twice.
    #[error("builtin `{0}` is listed twice")]
    RepeatedBuiltin(String),
    /// A hint stands outside the program.
    #[error("a hint is at pc `{pc}`, outside the program of `{length}` words")]
    HintOutside {
        /// Its pc, as written.
        pc: String,
        /// Length of the program.
        length: usize,
    },
    /// A label or function stands outside the program.
    #[error("`{name}` is at pc `{pc}`, outside the program of `{length}` words")]
    LabelOutside {
        /// Its full name.
        name: String,
        /// Its pc.
        pc: i64,
        /// Length of the program.
        length: usize,
    },
    /// A reference id without a reference.
    #[error("{place} uses reference `{id}` of `{name}`, but the program has `{count}` references")]
    ReferenceOutside {
        /// Which hint or attribute.
        place: String,
        /// The name that it stands for.
        name: String,
        /// The id.
        id: i64,
        /// Number of references.
        count: usize,
    },
    /// A reference that is not an expression.
    #[error("reference `{index}` does not parse: {reason} in `{text}`")]
    Reference {
        /// Its id.
        index: usize,
        /// Its text, cut if long.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// A type that is not one.
    #[error("the type of `{name}` does not parse: {reason} in `{text}`")]
    Type {
        /// The struct member or identifier.
        name: String,
        /// Its text, cut if long.
        text: String,
        /// What is wrong.
        reason: String,
    },
    /// A name that cannot be one.
    #[error("invalid name `{0}`")]
    Name(String),
    /// More of something than a program can have.
    #[error("the program has `{count}` {what}, more than the limit of `{limit}`")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
        /// The limit.
        limit: usize,
    },
    /// The program has no `main`.
    #[error("the program has no function `main`\nhint: choose another one with --entrypoint")]
    NoMain,
    /// The chosen entry point is not there.
    #[error("the program has no function or label `{0}`")]
    NoEntrypoint(String),
    /// `cairo-vm` refused the program.
    #[error("cairo-vm refuses the program: {0}")]
    Vm(String),
}

/// The start of a text that came from the program, short enough for an error line.
pub(super) fn excerpt(text: &str) -> String {
    const LIMIT: usize = 80;
    match text.char_indices().nth(LIMIT) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}
