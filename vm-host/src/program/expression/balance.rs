//! Long sums and products as balanced trees, which are flat enough for the wire.

use num_bigint::BigInt;

use super::tree::Operator;
use super::value::{Value, fold, operate};

impl Value {
    pub(super) fn depth(&self) -> usize {
        match self {
            Self::Const(_) | Self::Register(_) | Self::Raised(_) => 1,
            Self::Deref { address, .. } => 1 + address.depth(),
            Self::Operation { a, b, .. } => 1 + a.depth().max(b.depth()),
        }
    }

    /// The same value with long sums and products as balanced trees.
    pub(super) fn balanced(&self) -> Self {
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
