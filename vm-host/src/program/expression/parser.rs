//! The parser of expressions and types. Accepts what the compiler's grammar accepts for them.

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::Num;

use super::super::identifier::ScopedName;
use super::super::location::{InputFile, Location};
use super::super::number::MAX_DIGITS;
use super::cairo_type::{CairoType, TupleMember};
use super::lexer::{Position, Token, TokenKind, tokens};
use super::tree::{Argument, Arguments, Expression, Node, Notes, Operator, Register};
use super::{MAX_DEPTH, nondet, short_string};

/// Longer texts are refused.
const MAX_LENGTH: usize = 1 << 16;

/// Why a text is not an expression or type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct ParseError {
    reason: String,
    position: Position,
}

/// Parses an expression.
pub(in super::super) fn parse_expression(text: &str) -> Result<Expression, ParseError> {
    let mut parser = Parser::new(text)?;
    let parsed = parser.sum()?;
    parser.end()?;
    Ok(*parsed.expression)
}

/// Parses a type.
pub(in super::super) fn parse_type(text: &str) -> Result<CairoType, ParseError> {
    let mut parser = Parser::new(text)?;
    let (cairo_type, _) = parser.cairo_type()?;
    parser.end()?;
    Ok(cairo_type)
}

struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    next: usize,
    nesting: usize,
    file: Arc<InputFile>,
}

/// An expression with its depth.
struct Parsed {
    expression: Box<Expression>,
    depth: usize,
}

type ParseResult<T> = Result<T, ParseError>;

impl std::fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{} at {}:{}",
            self.reason, self.position.line, self.position.col
        )
    }
}

impl ParseError {
    pub(super) fn new(reason: impl Into<String>, position: Position) -> Self {
        Self {
            reason: reason.into(),
            position,
        }
    }
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> ParseResult<Self> {
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

    fn peek(&self) -> Token<'a> {
        // The last token is `End` and is never consumed.
        self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> Token<'a> {
        let token = self.peek();
        self.next += 1;
        token
    }

    fn is(&self, text: &str) -> bool {
        let token = self.peek();
        token.text == text && matches!(token.kind, TokenKind::Symbol | TokenKind::Keyword)
    }

    fn accept(&mut self, text: &str) -> bool {
        let found = self.is(text);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, text: &str) -> ParseResult<Token<'a>> {
        if self.is(text) {
            Ok(self.take())
        } else {
            Err(self.unexpected())
        }
    }

    fn end(&self) -> ParseResult<()> {
        if self.peek().kind == TokenKind::End {
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn unexpected(&self) -> ParseError {
        let token = self.peek();
        let reason = match token.kind {
            TokenKind::End => "unexpected end".to_owned(),
            TokenKind::NewLine => "unexpected new line".to_owned(),
            _ => format!("unexpected `{}`", super::super::error::excerpt(token.text)),
        };
        ParseError::new(reason, token.start)
    }

    /// From that position to the end of the last token that was taken.
    fn location(&self, start: Position) -> Option<Location> {
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

    fn built(&self, node: Node, start: Position, depth: usize) -> ParseResult<Parsed> {
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

    fn enter(&mut self) -> ParseResult<()> {
        self.nesting += 1;
        if self.nesting <= MAX_DEPTH {
            return Ok(());
        }
        let reason = format!("nested more than `{MAX_DEPTH}` deep");
        Err(ParseError::new(reason, self.peek().start))
    }

    /// New lines and comments.
    fn notes(&mut self) -> Notes {
        let mut notes = Notes::default();
        let start = self.peek().start;
        let first = self.next;
        loop {
            let token = self.peek();
            match token.kind {
                TokenKind::NewLine => notes.starts_new_line |= notes.comments.is_empty(),
                TokenKind::Comment => notes.comments.push(token.text.to_owned()),
                _ => break,
            }
            self.next += 1;
        }
        if self.next > first {
            notes.location = self.location(start);
        }
        notes
    }

    fn sum(&mut self) -> ParseResult<Parsed> {
        self.enter()?;
        let start = self.peek().start;
        let mut a = self.product()?;
        loop {
            let operator = match self.peek() {
                Token {
                    kind: TokenKind::Symbol,
                    text: "+",
                    ..
                } => Operator::Add,
                Token {
                    kind: TokenKind::Symbol,
                    text: "-",
                    ..
                } => Operator::Sub,
                _ => break,
            };
            self.next += 1;
            let notes = self.notes();
            let b = self.product()?;
            a = self.operation(a, operator, b, notes, start)?;
        }
        self.nesting -= 1;
        Ok(a)
    }

    fn product(&mut self) -> ParseResult<Parsed> {
        let start = self.peek().start;
        let mut a = self.unary()?;
        loop {
            let operator = match self.peek() {
                Token {
                    kind: TokenKind::Symbol,
                    text: "*",
                    ..
                } => Operator::Mul,
                Token {
                    kind: TokenKind::Symbol,
                    text: "/",
                    ..
                } => Operator::Div,
                _ => return Ok(a),
            };
            self.next += 1;
            let notes = self.notes();
            let b = self.unary()?;
            a = self.operation(a, operator, b, notes, start)?;
        }
    }

    fn operation(
        &self,
        a: Parsed,
        operator: Operator,
        b: Parsed,
        notes: Notes,
        start: Position,
    ) -> ParseResult<Parsed> {
        let depth = a.depth.max(b.depth);
        let node = Node::Operator {
            a: a.expression,
            operator,
            b: b.expression,
            notes,
        };
        self.built(node, start, depth)
    }

    fn unary(&mut self) -> ParseResult<Parsed> {
        let token = self.peek();
        let prefix: fn(Box<Expression>) -> Node = match token.text {
            "&" => Node::AddressOf,
            "-" => Node::Neg,
            "new" => |inner| Node::New { inner, typed: true },
            _ => return self.pow(),
        };
        self.enter()?;
        self.next += 1;
        let inner = self.unary()?;
        self.nesting -= 1;
        self.built(prefix(inner.expression), token.start, inner.depth)
    }

    fn pow(&mut self) -> ParseResult<Parsed> {
        let start = self.peek().start;
        let a = self.atom()?;
        if !self.accept("**") {
            return Ok(a);
        }
        let notes = self.notes();
        self.enter()?;
        let b = self.pow()?;
        self.nesting -= 1;
        let depth = a.depth.max(b.depth);
        self.built(
            Node::Pow {
                a: a.expression,
                b: b.expression,
                notes,
            },
            start,
            depth,
        )
    }

    fn atom(&mut self) -> ParseResult<Parsed> {
        let start = self.peek().start;
        let mut inner = self.simple_atom()?;
        loop {
            if self.accept("[") {
                let before = self.notes();
                let offset = self.sum()?;
                let notes = before.join(self.notes());
                self.expect("]")?;
                let depth = inner.depth.max(offset.depth);
                let (inner_, offset) = (inner.expression, offset.expression);
                inner = self.built(
                    Node::Subscript {
                        inner: inner_,
                        offset,
                        notes,
                    },
                    start,
                    depth,
                )?;
            } else if self.accept(".") {
                let member = self.name()?.to_owned();
                let depth = inner.depth;
                inner = self.built(
                    Node::Dot {
                        inner: inner.expression,
                        member,
                    },
                    start,
                    depth,
                )?;
            } else {
                return Ok(inner);
            }
        }
    }

    fn simple_atom(&mut self) -> ParseResult<Parsed> {
        let token = self.peek();
        match (token.kind, token.text) {
            (TokenKind::Integer, text) => self.number(text, 10),
            (TokenKind::HexInteger, text) => self.number(&text[2..], 16),
            (TokenKind::ShortString, text) => {
                let value = short_string::value(text);
                let value = value.map_err(|reason| ParseError::new(reason, token.start))?;
                self.next += 1;
                self.built(
                    Node::Const {
                        value,
                        text: Some(text.to_owned()),
                    },
                    token.start,
                    0,
                )
            }
            (TokenKind::Keyword, "nondet") => {
                self.next += 1;
                let hint = self.peek();
                if hint.kind != TokenKind::Hint {
                    return Err(self.unexpected());
                }
                self.next += 1;
                self.built(
                    Node::Hint {
                        code: nondet::code(hint.text),
                    },
                    token.start,
                    0,
                )
            }
            (TokenKind::Keyword, "ap" | "fp") => {
                let register = if token.text == "ap" {
                    Register::Ap
                } else {
                    Register::Fp
                };
                self.next += 1;
                self.built(Node::Register(register), token.start, 0)
            }
            (TokenKind::Keyword, "cast") => self.cast(),
            (TokenKind::Identifier, _) => self.identifier_or_call(),
            (TokenKind::Symbol, "[") => {
                self.next += 1;
                let before = self.notes();
                let address = self.sum()?;
                let notes = before.join(self.notes());
                self.expect("]")?;
                let depth = address.depth;
                self.built(
                    Node::Deref {
                        address: address.expression,
                        notes,
                    },
                    token.start,
                    depth,
                )
            }
            (TokenKind::Symbol, "(") => self.tuple_or_parentheses(),
            _ => Err(self.unexpected()),
        }
    }

    fn number(&mut self, digits: &str, radix: u32) -> ParseResult<Parsed> {
        let token = self.peek();
        if digits.len() > MAX_DIGITS {
            return Err(ParseError::new("a number is too long", token.start));
        }
        let Ok(value) = BigInt::from_str_radix(digits, radix) else {
            return Err(self.unexpected());
        };
        self.next += 1;
        self.built(
            Node::Const {
                value,
                text: Some(token.text.to_owned()),
            },
            token.start,
            0,
        )
    }

    fn cast(&mut self) -> ParseResult<Parsed> {
        let start = self.take().start;
        self.expect("(")?;
        let notes = self.notes();
        let inner = self.sum()?;
        self.expect(",")?;
        let notes = notes.join(self.notes());
        let (dest_type, type_depth) = self.cairo_type()?;
        self.accept(",");
        let notes = notes.join(self.notes());
        self.expect(")")?;
        let depth = inner.depth.max(type_depth);
        self.built(
            Node::Cast {
                inner: inner.expression,
                dest_type,
                notes,
            },
            start,
            depth,
        )
    }

    fn name(&mut self) -> ParseResult<&'a str> {
        if self.peek().kind != TokenKind::Identifier {
            return Err(self.unexpected());
        }
        Ok(self.take().text)
    }

    fn dotted_name(&mut self) -> ParseResult<String> {
        let mut name = self.name()?.to_owned();
        while self.accept(".") {
            name.push('.');
            name.push_str(self.name()?);
        }
        Ok(name)
    }

    fn identifier_or_call(&mut self) -> ParseResult<Parsed> {
        let start = self.peek().start;
        let name = self.dotted_name()?;
        let name = self.built(Node::Identifier { name }, start, 0)?;
        let mut depth = name.depth;
        let implicit = if self.accept("{") {
            let (arguments, inner) = self.arguments("}")?;
            depth = depth.max(inner);
            self.expect("(")?;
            Some(arguments)
        } else if self.accept("(") {
            None
        } else {
            return Ok(name);
        };
        let (arguments, inner) = self.arguments(")")?;
        let node = Node::Call {
            name: name.expression,
            implicit,
            arguments,
        };
        self.built(node, start, depth.max(inner))
    }

    fn tuple_or_parentheses(&mut self) -> ParseResult<Parsed> {
        let start = self.take().start;
        let (mut arguments, depth) = self.arguments(")")?;
        let lonely = arguments.items.len() == 1 && arguments.items[0].name.is_none();
        if !lonely || arguments.trailing_comma {
            return self.built(Node::Tuple(arguments), start, depth);
        }
        let notes = arguments.notes.swap_remove(0);
        let inner = Box::new(arguments.items.swap_remove(0).value);
        self.built(Node::Parentheses { inner, notes }, start, depth)
    }

    /// Arguments up to and including the closing bracket.
    fn arguments(&mut self, close: &str) -> ParseResult<(Arguments, usize)> {
        let mut arguments = Arguments {
            items: Vec::new(),
            notes: Vec::new(),
            trailing_comma: false,
        };
        let mut depth = 0;
        let mut notes = self.notes();
        while !self.accept(close) {
            let name = self.argument_name();
            let value = self.sum()?;
            depth = depth.max(value.depth);
            arguments.items.push(Argument {
                name,
                value: *value.expression,
            });
            arguments.notes.push(notes);
            notes = self.notes();
            arguments.trailing_comma = self.accept(",");
            if arguments.trailing_comma {
                notes = notes.join(self.notes());
            } else if !self.is(close) {
                return Err(self.unexpected());
            }
        }
        arguments.notes.push(notes);
        Ok((arguments, depth))
    }

    /// `name =`, if it comes next.
    fn argument_name(&mut self) -> Option<String> {
        let token = self.peek();
        let after = self.tokens.get(self.next + 1)?;
        let named = token.kind == TokenKind::Identifier
            && after.kind == TokenKind::Symbol
            && after.text == "=";
        named.then(|| {
            self.next += 2;
            token.text.to_owned()
        })
    }

    fn cairo_type(&mut self) -> ParseResult<(CairoType, usize)> {
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
