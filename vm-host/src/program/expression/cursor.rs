//! The tokens in front of the parser, and what all its parts share: places, notes, names, limits.

use std::sync::Arc;

use super::lexer::{Token, TokenKind, tokens};
use super::parse_error::{ParseError, ParseResult, Position};
use super::tree::{Expression, MAX_DEPTH, Node, NoteText, Notes};
use crate::program::error::excerpt;
use crate::program::places::{InputFile, Location};

/// Brackets, signs and powers inside each other; sums may be longer than that. The parser is recursive.
const MAX_NESTING: usize = 100;

/// Longer texts are refused: a program has thousands of references, each with this limit.
const MAX_LENGTH: usize = 1 << 16;

pub(super) struct Parser<'a> {
    pub(super) tokens: Vec<Token<'a>>,
    pub(super) next: usize,
    pub(super) nesting: usize,
    pub(super) file: Arc<InputFile>,
}

/// An expression with its depth.
pub(super) struct Parsed {
    pub(super) expression: Box<Expression>,
    pub(super) depth: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> ParseResult<Self> {
        if text.len() > MAX_LENGTH {
            let reason = format!("more than `{MAX_LENGTH}` bytes");
            return Err(ParseError::new(reason, Position { line: 1, col: 1 }));
        }
        let file = Arc::new(InputFile {
            filename: None,
            content: Some(text.into()),
        });
        Ok(Self {
            tokens: tokens(text)?,
            next: 0,
            nesting: 0,
            file,
        })
    }

    pub(super) fn peek(&self) -> Token<'a> {
        // The last token is `End` and is never consumed.
        self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    pub(super) fn take(&mut self) -> Token<'a> {
        let token = self.peek();
        self.next += 1;
        token
    }

    pub(super) fn is(&self, text: &str) -> bool {
        let token = self.peek();
        token.text == text && matches!(token.kind, TokenKind::Symbol | TokenKind::Keyword)
    }

    pub(super) fn accept(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.next += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, text: &str) -> ParseResult<Token<'a>> {
        if self.is(text) {
            Ok(self.take())
        } else {
            Err(self.unexpected())
        }
    }

    pub(super) fn end(&self) -> ParseResult<()> {
        if self.peek().kind == TokenKind::End {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    pub(super) fn unexpected(&self) -> ParseError {
        let token = self.peek();
        let reason = match token.kind {
            TokenKind::End => "unexpected end".to_owned(),
            TokenKind::NewLine => "unexpected new line".to_owned(),
            _ => format!("unexpected `{}`", excerpt(token.text)),
        };
        ParseError::new(reason, token.start)
    }

    /// From that position to the end of the last token that was taken.
    pub(super) fn location(&self, start: Position) -> Option<Location> {
        let end = self.tokens[self.next.saturating_sub(1)].end;
        Some(Location {
            start_line: start.line,
            start_col: start.col,
            end_line: end.line,
            end_col: end.col,
            input_file: self.file.clone(),
            parent_location: None,
        })
    }

    pub(super) fn built(&self, node: Node, start: Position, depth: usize) -> ParseResult<Parsed> {
        if depth >= MAX_DEPTH {
            return Err(ParseError::new(
                format!("nested more than `{MAX_DEPTH}` deep"),
                start,
            ));
        }
        let expression = Box::new(Expression::new(node, self.location(start)));
        Ok(Parsed {
            expression,
            depth: depth + 1,
        })
    }

    pub(super) fn enter(&mut self) -> ParseResult<()> {
        self.nesting += 1;
        if self.nesting <= MAX_NESTING {
            return Ok(());
        }
        let reason = format!("nested more than `{MAX_NESTING}` deep");
        Err(ParseError::new(reason, self.peek().start))
    }

    pub(super) fn notes(&mut self) -> Notes {
        if !matches!(self.peek().kind, TokenKind::NewLine | TokenKind::Comment) {
            return Notes::default();
        }
        let start = self.peek().start;
        let mut text = NoteText::default();
        loop {
            let token = self.peek();
            match token.kind {
                TokenKind::NewLine => text.starts_new_line |= text.comments.is_empty(),
                TokenKind::Comment => text.comments.push(token.text.to_owned()),
                _ => break,
            }
            self.next += 1;
        }
        text.location = self.location(start);
        Notes::new(text)
    }

    pub(super) fn name(&mut self) -> ParseResult<&'a str> {
        if self.peek().kind != TokenKind::Identifier {
            return Err(self.unexpected());
        }
        Ok(self.take().text)
    }

    pub(super) fn dotted_name(&mut self) -> ParseResult<String> {
        let mut name = self.name()?.to_owned();
        while self.accept(".") {
            name.push('.');
            name.push_str(self.name()?);
        }
        Ok(name)
    }
}
