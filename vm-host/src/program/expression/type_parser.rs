//! The parser of types. Accepts what the compiler's grammar accepts for them.

use super::cursor::Parser;
use super::parse_error::{ParseError, ParseResult, Position};
use super::tree::MAX_DEPTH;
use crate::program::names::{CairoType, ScopedName, TupleMember};

pub(in crate::program) fn parse_type(text: &str) -> ParseResult<CairoType> {
    let mut parser = Parser::new(text)?;
    let (cairo_type, _) = parser.cairo_type()?;
    parser.end()?;
    Ok(cairo_type)
}

impl Parser<'_> {
    /// A type and its depth.
    pub(super) fn cairo_type(&mut self) -> ParseResult<(CairoType, usize)> {
        let start = self.peek().start;
        let (mut cairo_type, mut depth) = if self.accept("felt") {
            (CairoType::Felt, 1)
        } else if self.accept("codeoffset") {
            (CairoType::Codeoffset, 1)
        } else if self.accept("(") {
            self.enter()?;
            let tuple = self.tuple_type()?;
            self.nesting -= 1;
            tuple
        } else {
            let name = self.dotted_name()?;
            (self.struct_type(&name, start)?, 1)
        };
        loop {
            let levels = match self.peek().text {
                "*" => 1,
                "**" => 2,
                _ => return Ok((cairo_type, depth)),
            };
            self.next += 1;
            depth += levels;
            if depth > MAX_DEPTH {
                return Err(ParseError::new(
                    format!("nested more than `{MAX_DEPTH}` deep"),
                    start,
                ));
            }
            for _ in 0..levels {
                cairo_type = cairo_type.pointer();
            }
        }
    }

    fn struct_type(&self, name: &str, start: Position) -> ParseResult<CairoType> {
        let parsed = ScopedName::parse(name);
        let name = parsed.ok_or_else(|| ParseError::new("a name has too many parts", start))?;
        Ok(CairoType::Struct {
            name,
            location: self.location(start),
        })
    }

    /// The members of a tuple type, up to and including the closing parenthesis.
    fn tuple_type(&mut self) -> ParseResult<(CairoType, usize)> {
        let mut members = Vec::new();
        let mut depth = 0;
        self.notes();
        while !self.accept(")") {
            let start = self.peek().start;
            let colon = self
                .tokens
                .get(self.next + 1)
                .is_some_and(|token| token.text == ":");
            let name = if colon {
                Some(self.name()?.to_owned())
            } else {
                None
            };
            self.next += usize::from(colon);
            let (cairo_type, inner) = self.cairo_type()?;
            depth = depth.max(inner);
            members.push(TupleMember { name, cairo_type });
            self.notes();
            if self.accept(",") {
                self.notes();
            } else if !self.is(")") {
                return Err(self.unexpected());
            }
            if depth >= MAX_DEPTH {
                return Err(ParseError::new(
                    format!("nested more than `{MAX_DEPTH}` deep"),
                    start,
                ));
            }
        }
        Ok((CairoType::Tuple(members), depth + 1))
    }
}
