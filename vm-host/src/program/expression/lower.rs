//! Turns a type-simplified expression into what the hint engine evaluates.
//!
//! Keeps the order in which the reference VM evaluates operands and every exception it raises on the
//! way; folds only what cannot be observed.

use num_bigint::BigInt;
use num_traits::Zero;

use super::format::format_expression;
use super::tree::{Expression, Node, Operator};
use super::type_system::simplify_types;
use super::value::{Value, fold, sequence};
use crate::program::names::{CairoType, Identifiers};
use crate::program::number::to_field_element;
use crate::program::raised::{Class, Raised};

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
