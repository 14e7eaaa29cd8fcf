//! The parser of expressions. Accepts what the compiler's grammar accepts for them.

use num_bigint::BigInt;
use num_traits::Num;

use super::cursor::{Parsed, Parser};
use super::lexer::{Token, TokenKind};
use super::parse_error::{ParseError, ParseResult, Position};
use super::tree::{Argument, Arguments, Call, Expression, Node, Notes, Operator, Register};
use super::{nondet, short_string};
use crate::program::number::MAX_DIGITS;

pub(in crate::program) fn parse_expression(text: &str) -> ParseResult<Expression> {
    let mut parser = Parser::new(text)?;
    let parsed = parser.sum()?;
    parser.end()?;
    Ok(*parsed.expression)
}

impl Parser<'_> {
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
                        text: Some(text.into()),
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
                text: Some(token.text.into()),
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
        let dest_type = Box::new(dest_type);
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
        let node = Node::Call(Box::new(Call {
            name: *name.expression,
            implicit,
            arguments,
        }));
        self.built(node, start, depth.max(inner))
    }

    fn tuple_or_parentheses(&mut self) -> ParseResult<Parsed> {
        let start = self.take().start;
        let (mut arguments, depth) = self.arguments(")")?;
        let lonely = arguments.items.len() == 1 && arguments.items[0].name.is_none();
        if !lonely || arguments.trailing_comma {
            return self.built(Node::Tuple(Box::new(arguments)), start, depth);
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
}
