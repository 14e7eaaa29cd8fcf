//! Reads the Python text of a hint. Only what every Python that runs hints reads in the same way gets through.
//!
//! The parser is ruff's: it is kept by people whose tools live on it, tells the versions of the grammar apart,
//! and guards its own recursion.

use ruff_python_ast::{ModModule, PythonVersion};
use ruff_python_parser::{Mode, ParseOptions, parse as parse_python};
use ruff_text_size::{Ranged, TextSize};

/// The longest text that is read, in bytes: hints that compute have a few lines.
const MAX_BYTES: usize = 16 * 1024;

/// The first construct that keeps a text in Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) construct: String,
    /// In the text, from 1.
    pub(crate) line: usize,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} in line {}", self.construct, self.line)
    }
}

/// A text as a tree.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) module: ModModule,
    /// Where each line starts.
    lines: Vec<u32>,
}

impl Parsed {
    /// The line, from 1, at a place.
    pub(crate) fn line(&self, at: TextSize) -> usize {
        self.lines.partition_point(|start| *start <= at.to_u32())
    }

    /// The line of a node.
    pub(crate) fn line_of(&self, node: &impl Ranged) -> usize {
        self.line(node.range().start())
    }
}

/// Parses a text.
///
/// # Errors
/// Why it is not read here, and in which line.
pub(crate) fn parse(code: &str) -> Result<Parsed, Refusal> {
    let refuse = |construct: &str, line| Err(refusal(construct, line));
    if code.len() > MAX_BYTES {
        return refuse("a long text", 1);
    }
    let starts = code.match_indices('\n').map(|(at, _)| at + 1);
    let lines: Vec<u32> = std::iter::once(0)
        .chain(starts)
        .filter_map(|start| u32::try_from(start).ok())
        .collect();
    let line_at = |at: usize| lines.partition_point(|start| *start as usize <= at);
    // Names are normalised by Python, and versions differ in what white space is.
    let plain = |byte: &u8| matches!(byte, b'\n' | b'\t' | b' '..=b'~');
    if let Some(at) = code.bytes().position(|byte| !plain(&byte)) {
        return refuse("a character beyond ASCII", line_at(at));
    }
    // Whether an unknown escape warns depends on the version.
    let mut bytes = code.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'\\' {
            let next = bytes.next().map(|(_, next)| next);
            // More digits would be an octal number.
            let zero =
                next == Some(b'0') && !matches!(code.as_bytes().get(at + 2), Some(b'0'..=b'9'));
            let known = matches!(
                next,
                Some(
                    b'\n'
                        | b'n'
                        | b't'
                        | b'r'
                        | b'a'
                        | b'b'
                        | b'f'
                        | b'v'
                        | b'x'
                        | b'\''
                        | b'"'
                        | b'\\'
                )
            );
            if !zero && !known {
                return refuse("an escape sequence", line_at(at));
            }
        }
    }
    let options = ParseOptions::from(Mode::Module).with_target_version(PythonVersion::PY38);
    let parsed = parse_python(code, options)
        .map_err(|error| refusal("a syntax error", line_at(error.location.start().to_usize())))?;
    if let Some(error) = parsed.unsupported_syntax_errors().first() {
        let line = line_at(error.range.start().to_usize());
        return refuse("syntax of a later Python", line);
    }
    let module = parsed
        .into_syntax()
        .module()
        .ok_or_else(|| refusal("no statement", 1))?;
    Ok(Parsed { module, lines })
}

fn refusal(construct: &str, line: usize) -> Refusal {
    Refusal {
        construct: construct.to_owned(),
        line,
    }
}
