//! Owns the way through one line: its tokens. Must not know their order.

use super::Argument;

/// What is left of a line.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a>(&'a str);

impl<'a> Cursor<'a> {
    pub(super) fn new(line: &'a str) -> Self {
        Self(line)
    }

    /// Whether nothing follows but a comment.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.skip_blanks();
        self.0.is_empty() || self.0.starts_with('#')
    }

    pub(super) fn peek(&mut self) -> Option<char> {
        self.skip_blanks();
        self.0.chars().next()
    }

    /// Goes on behind this character if it comes next.
    pub(super) fn take(&mut self, expected: char) -> bool {
        self.skip_blanks();
        match self.0.strip_prefix(expected) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// A name: letters, digits and underscores, no digit first.
    pub(super) fn name(&mut self) -> Result<&'a str, String> {
        self.skip_blanks();
        let is_part = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let end = self.0.find(|character| !is_part(character));
        let (name, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        if name.is_empty() || name.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(format!("a name is expected {}", self.place()));
        }
        self.0 = rest;
        Ok(name)
    }

    /// A number: decimal or hexadecimal, or with a fraction or an exponent.
    pub(super) fn number(&mut self) -> Result<Argument, String> {
        self.skip_blanks();
        let mut before = ' ';
        let end = self.0.find(|character: char| {
            let sign_of_exponent = matches!(character, '+' | '-') && matches!(before, 'e' | 'E');
            let first = before == ' ' && matches!(character, '+' | '-');
            let part = character.is_ascii_alphanumeric() || matches!(character, '.' | '_');
            before = character;
            !(part || sign_of_exponent || first)
        });
        let (text, rest) = self.0.split_at(end.unwrap_or(self.0.len()));
        let argument = number_of(text).ok_or_else(|| format!("`{text}` is no number"))?;
        self.0 = rest;
        Ok(argument)
    }

    /// A text in quotes.
    pub(super) fn text(&mut self) -> Result<String, String> {
        self.take('"');
        let mut text = String::new();
        let mut characters = self.0.chars();
        loop {
            let character = match characters.next() {
                None => return Err("the text in quotes has no end".to_owned()),
                Some('"') => break,
                Some('\\') => escaped(&mut characters)?,
                Some(character) => character,
            };
            if character == '\0' {
                return Err("a C string cannot hold a zero".to_owned());
            }
            text.push(character);
        }
        self.0 = characters.as_str();
        Ok(text)
    }

    /// Where the line is, for an error.
    pub(super) fn place(&mut self) -> String {
        if self.is_at_end() {
            "at the end".to_owned()
        } else {
            format!("at `{}`", self.0.trim_end())
        }
    }

    fn skip_blanks(&mut self) {
        self.0 = self.0.trim_start();
    }
}

fn number_of(text: &str) -> Option<Argument> {
    let digits = text.replace('_', "");
    let (negative, magnitude) = match digits.as_bytes().first()? {
        b'-' => (true, &digits[1..]),
        b'+' => (false, &digits[1..]),
        _ => (false, digits.as_str()),
    };
    // What Rust takes as a number, and Cairo's hints do not: `inf`, `nan`, a second sign.
    if !magnitude.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    let integer = match magnitude
        .strip_prefix("0x")
        .or(magnitude.strip_prefix("0X"))
    {
        Some(hexadecimal) => i128::from_str_radix(hexadecimal, 16).ok(),
        None => magnitude.parse().ok(),
    };
    if let Some(integer) = integer {
        return Some(Argument::Integer(if negative { -integer } else { integer }));
    }
    if !magnitude.contains(['.', 'e', 'E']) || magnitude.starts_with("0x") {
        return None;
    }
    let float: f64 = digits.parse().ok()?;
    float.is_finite().then_some(Argument::Float(float))
}

fn escaped(characters: &mut std::str::Chars<'_>) -> Result<char, String> {
    match characters.next() {
        Some('n') => Ok('\n'),
        Some('r') => Ok('\r'),
        Some('t') => Ok('\t'),
        Some(character @ ('"' | '\\')) => Ok(character),
        Some('x') => hexadecimal(characters, 2),
        Some('u') => hexadecimal(characters, 4),
        Some(other) => Err(format!(
            "`\\{other}` is no escape: there are \\n, \\r, \\t, \\\", \\\\, \\xNN and \\uNNNN"
        )),
        None => Err("the text in quotes has no end".to_owned()),
    }
}

fn hexadecimal(characters: &mut std::str::Chars<'_>, digits: usize) -> Result<char, String> {
    let text: String = characters.take(digits).collect();
    let code = (text.len() == digits).then(|| u32::from_str_radix(&text, 16).ok());
    let character = code.flatten().and_then(char::from_u32);
    character.ok_or_else(|| format!("`{text}` is no code of a character"))
}
