//! The formats of f-strings and of `format`: of integers, strings and addresses. Must not know where they are
//! written.

use super::{Decline, Fuel, Integer, Value};

/// The widest field that is filled.
const MAX_WIDTH: usize = 1000;

const NO_FORMAT: Decline = Decline("a format that is not known");

/// What stands behind the colon: `[[fill]align][sign][#][0][width][grouping][.precision][type]`.
#[derive(Debug, Default)]
struct Specification {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    alternate: bool,
    zero: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Value {
    /// `format(self, specification)`.
    pub(crate) fn format(&self, specification: &str, fuel: &mut Fuel) -> Result<String, Decline> {
        if specification.is_empty() {
            return Ok(self.to_text(fuel)?.to_string());
        }
        let specification = Specification::parse(specification)?;
        fuel.spend_items(specification.width + 8)?;
        match self {
            Self::Integer(integer) => specification.integer(integer, fuel),
            Self::Boolean(boolean) => specification.integer(&(*boolean).into(), fuel),
            Self::Text(_) | Self::Address(_) => specification.text(&self.to_text(fuel)?, fuel),
            _ => Err(NO_FORMAT),
        }
    }
}

impl Specification {
    fn parse(text: &str) -> Result<Self, Decline> {
        let mut parsed = Self::default();
        let mut rest: Vec<char> = text.chars().rev().collect();
        let is_align = |character: char| matches!(character, '<' | '>' | '=' | '^');
        if let [.., align, fill] = rest[..]
            && is_align(align)
        {
            (parsed.fill, parsed.align) = (Some(fill), Some(align));
            rest.truncate(rest.len() - 2);
        } else {
            parsed.align = take(&mut rest, is_align);
        }
        parsed.sign = take(&mut rest, |character| matches!(character, '+' | '-' | ' '));
        parsed.alternate = take(&mut rest, |character| character == '#').is_some();
        parsed.zero = take(&mut rest, |character| character == '0').is_some();
        parsed.width = number(&mut rest)?.unwrap_or(0);
        parsed.grouping = take(&mut rest, |character| matches!(character, ',' | '_'));
        if take(&mut rest, |character| character == '.').is_some() {
            parsed.precision = Some(number(&mut rest)?.ok_or(NO_FORMAT)?);
        }
        parsed.kind = take(&mut rest, |_| true);
        if rest.is_empty() {
            Ok(parsed)
        } else {
            Err(NO_FORMAT)
        }
    }

    fn integer(&self, integer: &Integer, fuel: &mut Fuel) -> Result<String, Decline> {
        if self.precision.is_some()
            || (self.zero && (self.align.is_some() || self.grouping.is_some()))
        {
            return Err(NO_FORMAT);
        }
        let size = integer.abs(fuel)?;
        let (digits, prefix, group) = match self.kind {
            None | Some('d') => (size.to_decimal(fuel)?, "", 3),
            Some('x') => (size.to_radix(16, fuel)?, "0x", 4),
            Some('X') => (size.to_radix(16, fuel)?.to_uppercase(), "0X", 4),
            Some('o') => (size.to_radix(8, fuel)?, "0o", 4),
            Some('b') => (size.to_radix(2, fuel)?, "0b", 4),
            Some(_) => return Err(NO_FORMAT),
        };
        let digits = match self.grouping {
            Some(',') if group != 3 => return Err(NO_FORMAT),
            Some(separator) => grouped(&digits, group, separator),
            None => digits,
        };
        let sign = match self.sign {
            _ if integer.is_negative() => "-",
            Some('+') => "+",
            Some(' ') => " ",
            _ => "",
        };
        let prefix = if self.alternate { prefix } else { "" };
        let (fill, align) = if self.zero {
            ('0', '=')
        } else {
            (self.fill.unwrap_or(' '), self.align.unwrap_or('>'))
        };
        if align == '=' {
            let missing = self
                .width
                .saturating_sub(sign.len() + prefix.len() + digits.len());
            let filling: String = std::iter::repeat_n(fill, missing).collect();
            return Ok(format!("{sign}{prefix}{filling}{digits}"));
        }
        Ok(aligned(
            &format!("{sign}{prefix}{digits}"),
            fill,
            align,
            self.width,
        ))
    }

    fn text(&self, text: &str, fuel: &mut Fuel) -> Result<String, Decline> {
        let numeric = self.sign.is_some() || self.alternate || self.zero || self.grouping.is_some();
        if numeric || self.align == Some('=') || !matches!(self.kind, None | Some('s')) {
            return Err(NO_FORMAT);
        }
        fuel.spend_items(text.len() / 8)?;
        let shown: String = text
            .chars()
            .take(self.precision.unwrap_or(usize::MAX))
            .collect();
        Ok(aligned(
            &shown,
            self.fill.unwrap_or(' '),
            self.align.unwrap_or('<'),
            self.width,
        ))
    }
}

/// The next character, if it is one of those; they are in reverse.
fn take(rest: &mut Vec<char>, wanted: impl Fn(char) -> bool) -> Option<char> {
    rest.pop_if(|character| wanted(*character))
}

fn number(rest: &mut Vec<char>) -> Result<Option<usize>, Decline> {
    let mut number = None;
    while let Some(digit) = take(rest, |character| character.is_ascii_digit()) {
        let digit = digit.to_digit(10).ok_or(NO_FORMAT)? as usize;
        let sum = number.unwrap_or(0) * 10 + digit;
        if sum > MAX_WIDTH {
            return Err(NO_FORMAT);
        }
        number = Some(sum);
    }
    Ok(number)
}

fn grouped(digits: &str, group: usize, separator: char) -> String {
    let mut out = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(group) {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

fn aligned(text: &str, fill: char, align: char, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let before = match align {
        '<' => 0,
        '^' => missing / 2,
        _ => missing,
    };
    let filling = |count| std::iter::repeat_n(fill, count);
    filling(before)
        .chain(text.chars())
        .chain(filling(missing - before))
        .collect()
}
