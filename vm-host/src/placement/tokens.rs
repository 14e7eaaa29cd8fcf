//! Splits Python code into words, signs and strings: comments left out, f-strings reduced to the code in
//! their braces.

/// A word, a sign or a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// Its text; [`STRING`] for a string.
    pub(super) text: &'a str,
    /// The inside of a string without prefix and backslashes, which is all that it can mean.
    pub(super) literal: Option<&'a str>,
    /// Its column, if a statement's line starts here.
    pub(super) indent: Option<usize>,
    /// How many brackets are open around it.
    pub(super) depth: usize,
}

/// What stands for the text of a string.
pub(super) const STRING: &str = "''";

impl Token<'_> {
    /// Whether a statement of the top level starts here.
    pub(super) fn starts(&self) -> bool {
        self.indent == Some(0)
    }
}

/// The tokens of a hint.
pub(super) fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(first) = code[at..].chars().next() {
        let start = at;
        at += first.len_utf8();
        if first.is_whitespace() {
            continue;
        }
        if first == '#' {
            at = code[at..].find('\n').map_or(code.len(), |end| at + end);
            continue;
        }
        if is_word(first) {
            at = start
                + code[start..]
                    .find(|next| !is_word(next))
                    .unwrap_or(code.len() - start);
        }
        let text = &code[start..at];
        let line = code[..start].rfind('\n').map_or(0, |end| end + 1);
        let continued = tokens.last().is_some_and(|last| last.text == "\\");
        let indent = (depth == 0 && !continued && code[line..start].trim().is_empty())
            .then_some(start - line);
        let quote = if matches!(first, '"' | '\'') {
            start
        } else {
            at
        };
        let is_prefix = quote == start
            || (text.len() <= 2
                && text.chars().all(|letter| "rbfutRBFUT".contains(letter))
                && code[quote..].starts_with(['"', '\'']));
        if is_prefix {
            let (body, end) = string(code, quote);
            let plain = quote == start && !body.contains('\\');
            tokens.push(Token {
                text: STRING,
                literal: plain.then_some(body),
                indent,
                depth,
            });
            if text.contains(['f', 'F', 't', 'T']) {
                in_braces(body, depth, &mut tokens);
            }
            at = end;
            continue;
        }
        if matches!(first, ')' | ']' | '}') {
            depth = depth.saturating_sub(1);
        }
        tokens.push(Token {
            text,
            literal: None,
            indent,
            depth,
        });
        if matches!(first, '(' | '[' | '{') {
            depth += 1;
        }
    }
    tokens
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The inside of the string whose quote is at `quote`, and where the string ends.
fn string(code: &str, quote: usize) -> (&str, usize) {
    // A backslash keeps the next quote inside a raw string too.
    let rest = &code[quote..];
    let mark = ["\"\"\"", "'''"]
        .into_iter()
        .find(|mark| rest.starts_with(mark))
        .unwrap_or(&rest[..1]);
    let inside = quote + mark.len();
    let mut at = inside;
    while at < code.len() {
        if code[at..].starts_with(mark) {
            return (&code[inside..at], at + mark.len());
        }
        let mut characters = code[at..].chars();
        let first = characters.next().map_or(1, char::len_utf8);
        at += if code[at..].starts_with('\\') {
            first + characters.next().map_or(0, char::len_utf8)
        } else {
            first
        };
    }
    (&code[inside..], code.len())
}

/// The words within braces. A doubled brace only adds names.
fn in_braces<'a>(body: &'a str, outside: usize, tokens: &mut Vec<Token<'a>>) {
    let mut depth = 0_usize;
    let mut start = None;
    let mut push = |text| {
        tokens.push(Token {
            text,
            literal: None,
            indent: None,
            depth: outside + 1,
        });
    };
    for (at, character) in body.char_indices() {
        if depth > 0 && is_word(character) {
            start.get_or_insert(at);
            continue;
        }
        if let Some(start) = start.take() {
            push(&body[start..at]);
        }
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 {
            push(&body[at..at + character.len_utf8()]);
        }
    }
}
