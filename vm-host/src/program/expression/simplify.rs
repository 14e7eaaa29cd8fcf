//! The simplifier of constant expressions, used for tuple indexes only: it works on plain integers,
//! never modulo the prime.

use num_bigint::{BigInt, Sign};
use num_traits::{One, Pow, ToPrimitive, Zero};

use super::tree::{Arguments, Expression, Node, Operator};
use crate::program::raised::{Class, Raised};

/// Larger powers are left alone: no tuple has so many items.
const MAX_POWER_BITS: u64 = 1 << 14;

pub(super) fn simplify(expression: &Expression) -> Result<Expression, Raised> {
    let location = expression.location.clone();
    let node = match &expression.node {
        Node::Const { value, .. } => return Ok(Expression::number(value.clone(), location)),
        Node::Operator { a, operator, b, .. } => {
            return operation(simplify(a)?, *operator, simplify(b)?, expression);
        }
        Node::Pow { a, b, notes } => {
            let (a, b) = (simplify(a)?, simplify(b)?);
            if let (Some(base), Some(exponent)) = (constant(&a), constant(&b)) {
                if exponent.sign() == Sign::Minus {
                    let message = "Power is not supported with a negative exponent.";
                    return Err(Raised::at(Class::Simplifier, message, location));
                }
                if let Some(value) = power(base, exponent) {
                    return Ok(Expression::number(value, location));
                }
            }
            Node::Pow {
                a: Box::new(a),
                b: Box::new(b),
                notes: notes.clone(),
            }
        }
        Node::Neg(value) => {
            let value = simplify(value)?;
            match constant(&value) {
                Some(number) => return Ok(Expression::number(-number, location)),
                None => Node::Neg(Box::new(value)),
            }
        }
        Node::Parentheses { inner, .. } => return simplify(inner),
        Node::Deref { address, .. } => return Ok(Expression::deref(simplify(address)?, location)),
        Node::Tuple(members) => Node::Tuple(Box::new(list(members)?)),
        Node::New { inner, typed } => Node::New {
            inner: Box::new(simplify(inner)?),
            typed: *typed,
        },
        other => other.clone(),
    };
    Ok(Expression::new(node, location))
}

fn list(arguments: &Arguments) -> Result<Arguments, Raised> {
    let mut simplified = arguments.clone();
    for item in &mut simplified.items {
        item.value = simplify(&item.value)?;
    }
    Ok(simplified)
}

fn constant(expression: &Expression) -> Option<&BigInt> {
    match &expression.node {
        Node::Const { value, .. } => Some(value),
        _ => None,
    }
}

fn power(base: &BigInt, exponent: &BigInt) -> Option<BigInt> {
    let exponent = exponent.to_u64()?;
    let bits = base.bits().checked_mul(exponent)?;
    (bits <= MAX_POWER_BITS).then(|| Pow::pow(base, exponent))
}

fn operation(
    a: Expression,
    operator: Operator,
    b: Expression,
    whole: &Expression,
) -> Result<Expression, Raised> {
    let location = whole.location.clone();
    let (mut a, mut operator, mut b) = (a, operator, b);
    if operator == Operator::Div && constant(&b).is_some_and(BigInt::is_zero) {
        return Err(Raised::at(
            Class::Simplifier,
            "Division by zero.",
            b.location,
        ));
    }
    if let (Some(x), Some(y)) = (constant(&a), constant(&b)) {
        let value = match operator {
            Operator::Add => Some(x + y),
            Operator::Sub => Some(x - y),
            Operator::Mul => Some(x * y),
            Operator::Div => None,
        };
        if let Some(value) = value {
            return Ok(Expression::number(value, location));
        }
    }
    if constant(&a).is_some() && operator == Operator::Add {
        std::mem::swap(&mut a, &mut b);
    }
    if operator == Operator::Sub
        && let Some(number) = constant(&b)
    {
        operator = Operator::Add;
        b = Expression::number(-number, b.location.clone());
    }
    if let Some(number) = constant(&b) {
        let neutral = match operator {
            Operator::Add | Operator::Sub => number.is_zero(),
            Operator::Mul | Operator::Div => number.is_one(),
        };
        if neutral {
            return Ok(a);
        }
    }
    if operator == Operator::Mul && constant(&a).is_some_and(BigInt::is_one) {
        return Ok(b);
    }
    if constant(&b).is_some() {
        match a.node {
            Node::Operator {
                a: first,
                operator: inner,
                b: second,
                ..
            } if rotates(operator, inner) => {
                let tail = Expression::operation(*second, inner, b, location.clone());
                let rotated = Expression::operation(*first, inner, tail, location);
                return simplify(&rotated);
            }
            node => {
                a = Expression {
                    node,
                    location: a.location,
                }
            }
        }
    }
    Ok(Expression::operation(a, operator, b, location))
}

/// Whether `(x inner y) outer constant` becomes `x inner (y inner constant)`.
fn rotates(outer: Operator, inner: Operator) -> bool {
    match outer {
        Operator::Add => matches!(inner, Operator::Add | Operator::Sub),
        Operator::Mul => inner == Operator::Mul,
        Operator::Sub | Operator::Div => false,
    }
}
