//! Splits Python code into words and signs: comments and strings left out, f-strings reduced to the code
//! in their braces.

/// A word or a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// Its text.
    pub(super) text: &'a str,
    /// Whether a statement of the top level starts here.
    pub(super) starts: bool,
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
        let quote = if matches!(first, '"' | '\'') {
            start
        } else {
            at
        };
        let is_prefix = quote == start
            || (text.len() <= 2
                && text.chars().all(|letter| "rbfuRBFU".contains(letter))
                && code[quote..].starts_with(['"', '\'']));
        if is_prefix {
            let (body, end) = string(code, quote);
            if text.contains(['f', 'F']) {
                in_braces(body, &mut tokens);
            }
            at = end;
            continue;
        }
        let new_line = start == 0 || code.as_bytes()[start - 1] == b'\n';
        let continued = tokens.last().is_some_and(|last| last.text == "\\");
        tokens.push(Token {
            text,
            starts: new_line && depth == 0 && !continued,
        });
        match first {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
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
fn in_braces<'a>(body: &'a str, tokens: &mut Vec<Token<'a>>) {
    let mut depth = 0_usize;
    let mut start = None;
    for (at, character) in body.char_indices() {
        if depth > 0 && is_word(character) {
            start.get_or_insert(at);
            continue;
        }
        if let Some(start) = start.take() {
            tokens.push(Token {
                text: &body[start..at],
                starts: false,
            });
        }
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0 {
            tokens.push(Token {
                text: &body[at..at + character.len_utf8()],
                starts: false,
            });
        }
    }
}
