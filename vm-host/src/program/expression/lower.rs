//! Turns a type-simplified expression into what the hint engine evaluates.
//!
//! Keeps the order in which the reference VM evaluates operands and every exception it raises on the
//! way; folds only what cannot be observed.

use hint_proto::v1;
use num_bigint::BigInt;
use num_traits::Zero;

use super::format::format_expression;
use super::tree::{Expression, Node, Operator, Register};
use super::type_system::simplify_types;
use crate::program::names::{CairoType, Identifiers};
use crate::program::number::to_field_element;
use crate::program::places::{Location, SourceFiles};
use crate::program::raised::{Class, Raised};

/// Messages nest twice for each level of an expression, and decoders stop at a hundred.
const MAX_WIRE_DEPTH: usize = 40;

/// Most bytes of error text that one expression carries.
const MAX_TEXT_BYTES: usize = 1 << 20;

/// Most values that are evaluated only for the errors they may raise.
const MAX_SEQUENCE: usize = 30;

/// An expression that either has a value or raises.
#[derive(Clone, Debug)]
pub(in crate::program) enum Value {
    Const(BigInt),
    Register(Register),
    Deref {
        address: Box<Value>,
        location: Option<Location>,
    },
    Operation {
        operator: Operator,
        a: Box<Value>,
        b: Box<Value>,
    },
    Raised(Raised),
}

/// What the evaluator makes of a part of an expression.
enum Part {
    Value(Value),
    /// It has no value; these are evaluated on the way.
    Stuck(Vec<Value>),
}

/// What evaluating the expression gives or raises; an error when it raises at once.
pub(in crate::program) fn lower(
    expression: &Expression,
    identifiers: Option<&Identifiers>,
) -> Result<Value, Raised> {
    let (expression, cairo_type) = simplify_types(expression, identifiers)?;
    if !matches!(cairo_type, CairoType::Felt | CairoType::Pointer(_)) {
        let message = format!("Unable to evaluate expression of type '{cairo_type}'.");
        return Err(Raised::at(Class::Evaluator, message, expression.location));
    }
    Ok(match part(&expression) {
        Part::Value(value) => value,
        Part::Stuck(values) => {
            let raised = match format_expression(&expression) {
                Ok(text) => {
                    let message = format!("Unable to evaluate expression '{text}'.");
                    Raised::new(Class::Assertion, message)
                }
                Err(raised) => raised,
            };
            sequence(values, raised)
        }
    })
}

/// Evaluates the values in order, then raises.
pub(in crate::program) fn sequence(mut values: Vec<Value>, raised: Raised) -> Value {
    values.truncate(MAX_SEQUENCE);
    values
        .into_iter()
        .rev()
        .fold(Value::Raised(raised), |rest, value| Value::Operation {
            operator: Operator::Add,
            a: Box::new(value),
            b: Box::new(rest),
        })
}

impl Part {
    fn into_values(self) -> Vec<Value> {
        match self {
            Self::Value(value) => vec![value],
            Self::Stuck(values) => values,
        }
    }
}

fn part(expression: &Expression) -> Part {
    match &expression.node {
        Node::Const { value, .. } => Part::Value(Value::Const(to_field_element(value))),
        Node::Register(register) => Part::Value(Value::Register(*register)),
        Node::Operator { a, operator, b, .. } => operation(a, *operator, b),
        Node::Pow { a, .. } => {
            // The reference VM fails to construct the evaluator of the exponent.
            let message =
                "__init__() missing 3 required positional arguments: 'ap', 'fp', and 'memory'";
            let values = part(a).into_values();
            Part::Value(sequence(values, Raised::new(Class::Type, message)))
        }
        Node::Neg(inner) => match part(inner) {
            Part::Value(value) => {
                Part::Value(fold(Operator::Sub, Value::Const(BigInt::ZERO), value))
            }
            stuck => stuck,
        },
        Node::Parentheses { inner, .. } => part(inner),
        Node::Deref { address, .. } => match part(address) {
            Part::Value(address) => Part::Value(Value::Deref {
                address: Box::new(address),
                location: expression.location.clone(),
            }),
            stuck => stuck,
        },
        Node::Tuple(members) => Part::Stuck(
            members
                .items
                .iter()
                .flat_map(|item| part(&item.value).into_values())
                .collect(),
        ),
        Node::New { inner, .. } => Part::Stuck(part(inner).into_values()),
        Node::Hint { .. }
        | Node::Identifier { .. }
        | Node::Subscript { .. }
        | Node::Dot { .. }
        | Node::AddressOf(_)
        | Node::Cast { .. }
        | Node::Call(_) => Part::Stuck(Vec::new()),
    }
}

fn operation(a: &Expression, operator: Operator, b: &Expression) -> Part {
    let (first, second) = (part(a), part(b));
    let by_zero = operator == Operator::Div
        && matches!(&second, Part::Value(Value::Const(value)) if value.is_zero());
    if by_zero {
        let raised = Raised::at(Class::Simplifier, "Division by zero.", b.location.clone());
        return Part::Value(sequence(first.into_values(), raised));
    }
    match (first, second) {
        (Part::Value(a), Part::Value(b)) => Part::Value(fold(operator, a, b)),
        (first, second) => {
            let mut values = first.into_values();
            values.extend(second.into_values());
            Part::Stuck(values)
        }
    }
}

/// The operation, with constants folded.
fn fold(operator: Operator, a: Value, b: Value) -> Value {
    match (operator, a, b) {
        (Operator::Add, Value::Const(a), Value::Const(b)) => {
            Value::Const(to_field_element(&(a + b)))
        }
        (Operator::Sub, Value::Const(a), Value::Const(b)) => {
            Value::Const(to_field_element(&(a - b)))
        }
        (Operator::Mul, Value::Const(a), Value::Const(b)) => {
            Value::Const(to_field_element(&(a * b)))
        }
        (Operator::Sub, a, Value::Const(b)) => fold(Operator::Add, a, Value::Const(-b)),
        (Operator::Add, a @ Value::Const(_), b) => fold(Operator::Add, b, a),
        (Operator::Add, a, Value::Const(b)) if b.is_zero() => a,
        (
            Operator::Add,
            Value::Operation {
                operator: Operator::Add,
                a,
                b,
            },
            Value::Const(c),
        ) => match *b {
            Value::Const(b) => fold(Operator::Add, *a, Value::Const(to_field_element(&(b + c)))),
            b => operate(
                Operator::Add,
                operate(Operator::Add, *a, b),
                Value::Const(c),
            ),
        },
        (operator, a, b) => operate(operator, a, b),
    }
}

fn operate(operator: Operator, a: Value, b: Value) -> Value {
    Value::Operation {
        operator,
        a: Box::new(a),
        b: Box::new(b),
    }
}

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

    fn depth(&self) -> usize {
        match self {
            Self::Const(_) | Self::Register(_) | Self::Raised(_) => 1,
            Self::Deref { address, .. } => 1 + address.depth(),
            Self::Operation { a, b, .. } => 1 + a.depth().max(b.depth()),
        }
    }

    /// The same value with long sums and products as balanced trees.
    fn balanced(&self) -> Self {
        match self {
            Self::Deref { address, location } => Self::Deref {
                address: Box::new(address.balanced()),
                location: location.clone(),
            },
            Self::Operation {
                operator: Operator::Add | Operator::Sub,
                ..
            } => {
                let mut terms = Vec::new();
                self.collect_terms(false, &mut terms);
                sum_of(&mut terms)
            }
            Self::Operation {
                operator: Operator::Mul,
                ..
            } => {
                let mut factors = Vec::new();
                self.collect_factors(&mut factors);
                product_of(&mut factors)
            }
            Self::Operation {
                operator: Operator::Div,
                a,
                b,
            } => operate(Operator::Div, a.balanced(), b.balanced()),
            Self::Const(_) | Self::Register(_) | Self::Raised(_) => self.clone(),
        }
    }

    fn collect_terms(&self, negative: bool, terms: &mut Vec<(bool, Self)>) {
        match self {
            Self::Operation {
                operator: operator @ (Operator::Add | Operator::Sub),
                a,
                b,
            } => {
                a.collect_terms(negative, terms);
                b.collect_terms(negative != (*operator == Operator::Sub), terms);
            }
            other => terms.push((negative, other.balanced())),
        }
    }

    fn collect_factors(&self, factors: &mut Vec<Self>) {
        match self {
            Self::Operation {
                operator: Operator::Mul,
                a,
                b,
            } => {
                a.collect_factors(factors);
                b.collect_factors(factors);
            }
            other => factors.push(other.balanced()),
        }
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

/// The sum of the terms, in order; the flag says that a term is subtracted.
fn sum_of(terms: &mut [(bool, Value)]) -> Value {
    match terms {
        [] => Value::Const(BigInt::ZERO),
        [(negative, value)] => {
            let value = std::mem::replace(value, Value::Const(BigInt::ZERO));
            if *negative {
                fold(Operator::Sub, Value::Const(BigInt::ZERO), value)
            } else {
                value
            }
        }
        _ => {
            let (left, right) = terms.split_at_mut(terms.len() / 2);
            let subtract = right[0].0;
            for term in right.iter_mut() {
                term.0 ^= subtract;
            }
            let operator = if subtract {
                Operator::Sub
            } else {
                Operator::Add
            };
            operate(operator, sum_of(left), sum_of(right))
        }
    }
}

/// The product of the factors, in order.
fn product_of(factors: &mut [Value]) -> Value {
    match factors {
        [] => Value::Const(BigInt::from(1)),
        [value] => std::mem::replace(value, Value::Const(BigInt::ZERO)),
        _ => {
            let (left, right) = factors.split_at_mut(factors.len() / 2);
            operate(Operator::Mul, product_of(left), product_of(right))
        }
    }
}
