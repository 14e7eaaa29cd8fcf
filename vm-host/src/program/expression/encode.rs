//! Values as messages for the engine.

use hint_proto::v1;

use super::tree::{Operator, Register};
use super::value::Value;
use crate::program::places::{Location, SourceFiles};
use crate::program::raised::{Class, Raised};

/// Messages nest twice for each level of an expression, and decoders stop at a hundred.
const MAX_WIRE_DEPTH: usize = 40;

/// Most bytes of error text that one expression carries: a line of source for each read in it, of lines as
/// long as the program says.
const MAX_TEXT_BYTES: usize = 1 << 20;

impl Value {
    /// The message for the engine.
    pub(in crate::program) fn to_wire(&self) -> v1::Expression {
        let mut budget = MAX_TEXT_BYTES;
        if self.depth() <= MAX_WIRE_DEPTH {
            return self.encode(&mut budget);
        }
        let balanced = self.balanced();
        if balanced.depth() <= MAX_WIRE_DEPTH {
            return balanced.encode(&mut budget);
        }
        let raised = Raised::new(Class::Recursion, "maximum recursion depth exceeded");
        Self::Raised(raised).encode(&mut budget)
    }

    fn encode(&self, budget: &mut usize) -> v1::Expression {
        use v1::expression::Node;
        let node = match self {
            Self::Const(value) => Node::Constant(value.to_string()),
            Self::Register(Register::Ap) => Node::Register(v1::Register::Ap.into()),
            Self::Register(Register::Fp) => Node::Register(v1::Register::Fp.into()),
            Self::Deref { address, location } => {
                let address = address.encode(budget);
                let (error_prefix, error_suffix) = error_texts(location.as_ref(), budget);
                Node::Dereference(Box::new(v1::Dereference {
                    address: Some(Box::new(address)),
                    error_prefix,
                    error_suffix,
                }))
            }
            Self::Operation { operator, a, b } => {
                let operator = match operator {
                    Operator::Add => v1::Operator::Add,
                    Operator::Sub => v1::Operator::Sub,
                    Operator::Mul => v1::Operator::Mul,
                    Operator::Div => v1::Operator::Div,
                };
                Node::Operation(Box::new(v1::Operation {
                    operator: operator.into(),
                    left: Some(Box::new(a.encode(budget))),
                    right: Some(Box::new(b.encode(budget))),
                }))
            }
            Self::Raised(raised) => Node::Raised(raised.to_wire()),
        };
        v1::Expression { node: Some(node) }
    }
}

/// What stands before and after the text of a failed read.
fn error_texts(location: Option<&Location>, budget: &mut usize) -> (String, String) {
    let Some(location) = location else {
        return (String::new(), String::new());
    };
    let prefix = format!("{}: ", location.to_string_with_message(""));
    let suffix = location.to_string_with_content("", SourceFiles::Ignored);
    let suffix = suffix.find('\n').map_or("", |end| &suffix[end..]);
    match budget.checked_sub(prefix.len() + suffix.len()) {
        Some(rest) => {
            *budget = rest;
            (prefix, suffix.to_owned())
        }
        None => (prefix, String::new()),
    }
}
