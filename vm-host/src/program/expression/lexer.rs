//! Tokens of expressions and types. The lexer does not depend on the parser: keywords are keywords
//! everywhere, and `//` starts a comment even where a division could stand.

use super::parse_error::{ParseError, Position};

/// A token and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    pub(super) text: &'a str,
    pub(super) start: Position,
    pub(super) end: Position,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Integer,
    HexInteger,
    ShortString,
    Hint,
    Identifier,
    /// A word of the language that is no name.
    Keyword,
    /// Punctuation of one or two characters.
    Symbol,
    Comment,
    NewLine,
    End,
}

const KEYWORDS: &[&str] = &[
    "abs",
    "alloc_locals",
    "and",
    "ap",
    "as",
    "assert",
    "call",
    "cast",
    "codeoffset",
    "const",
    "dw",
    "else",
    "felt",
    "fp",
    "from",
    "func",
    "if",
    "import",
    "jmp",
    "let",
    "local",
    "namespace",
    "new",
    "nondet",
    "rel",
    "ret",
    "return",
    "static_assert",
    "struct",
    "tempvar",
    "using",
    "with",
    "with_attr",
];

/// Longer ones first: the longest match counts.
const SYMBOLS: &[&str] = &[
    "++", "==", "**", "!=", "->", "+=", "+", "-", "*", "/", "&", "(", ")", "[", "]", "{", "}", ",",
    ".", ":", ";", "=", "@",
];

/// Splits a text into tokens; the last one is `End`.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, ParseError> {
    let mut tokens = Vec::new();
    let mut rest = text;
    let mut position = Position { line: 1, col: 1 };
    loop {
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        position = position.after(&rest[..blank]);
        rest = &rest[blank..];
        let Some((kind, length)) = next(rest) else {
            let found = rest.chars().next().unwrap_or(' ');
            return Err(ParseError::new(
                format!("unexpected character `{found}`"),
                position,
            ));
        };
        let (text, tail) = rest.split_at(length);
        let end = position.after(text);
        tokens.push(Token {
            kind,
            text,
            start: position,
            end,
        });
        if kind == TokenKind::End {
            return Ok(tokens);
        }
        (rest, position) = (tail, end);
    }
}

/// The kind and length of the first token.
fn next(text: &str) -> Option<(TokenKind, usize)> {
    let Some(first) = text.chars().next() else {
        return Some((TokenKind::End, 0));
    };
    let while_ = |accept: fn(char) -> bool| text.find(|c| !accept(c)).unwrap_or(text.len());
    match first {
        '\n' => Some((TokenKind::NewLine, 1)),
        '0'..='9' => {
            let hexadecimal = text.strip_prefix("0x").map_or(0, |digits| {
                digits
                    .find(|c: char| !c.is_ascii_hexdigit())
                    .unwrap_or(digits.len())
            });
            match hexadecimal {
                0 => Some((TokenKind::Integer, while_(|c| c.is_ascii_digit()))),
                digits => Some((TokenKind::HexInteger, digits + 2)),
            }
        }
        'a'..='z' | 'A'..='Z' | '_' => {
            let length = while_(|c| c.is_ascii_alphanumeric() || c == '_');
            let keyword = KEYWORDS.contains(&&text[..length]);
            Some((
                if keyword {
                    TokenKind::Keyword
                } else {
                    TokenKind::Identifier
                },
                length,
            ))
        }
        '\'' => {
            let length = text[1..].find(['\'', '\n'])? + 2;
            text[..length]
                .ends_with('\'')
                .then_some((TokenKind::ShortString, length))
        }
        '%' => {
            let code = text.strip_prefix("%{")?;
            Some((TokenKind::Hint, code.find("%}")? + 4))
        }
        '/' if text.starts_with("//") => {
            Some((TokenKind::Comment, text.find('\n').unwrap_or(text.len())))
        }
        _ => {
            let symbol = SYMBOLS.iter().find(|symbol| text.starts_with(**symbol))?;
            Some((TokenKind::Symbol, symbol.len()))
        }
    }
}
