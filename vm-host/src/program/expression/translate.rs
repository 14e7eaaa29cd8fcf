//! Moves an expression to another place of the program, where ap has changed.

use num_bigint::BigInt;

use super::tree::{Arguments, Call, Expression, Node, Operator, Register};

/// Replaces ap by `ap - diff`; with an unknown change fails if ap is used at all.
pub(in crate::program) fn translate_ap(
    expression: &Expression,
    diff: Option<&BigInt>,
) -> Option<Expression> {
    let inner = |expression: &Expression| translate_ap(expression, diff).map(Box::new);
    let list = |arguments: &Arguments| {
        let mut translated = arguments.clone();
        for item in &mut translated.items {
            item.value = translate_ap(&item.value, diff)?;
        }
        Some(translated)
    };
    let node = match &expression.node {
        Node::Register(Register::Ap) => {
            let location = expression.location.clone();
            let register = Expression::new(Node::Register(Register::Ap), location.clone());
            let number = Expression::number(diff?.clone(), location.clone());
            return Some(Expression::operation(
                register,
                Operator::Sub,
                number,
                location,
            ));
        }
        leaf @ (Node::Const { .. }
        | Node::Hint { .. }
        | Node::Identifier { .. }
        | Node::Register(Register::Fp)) => leaf.clone(),
        Node::Operator {
            a,
            operator,
            b,
            notes,
        } => Node::Operator {
            a: inner(a)?,
            operator: *operator,
            b: inner(b)?,
            notes: notes.clone(),
        },
        Node::Pow { a, b, notes } => Node::Pow {
            a: inner(a)?,
            b: inner(b)?,
            notes: notes.clone(),
        },
        Node::Neg(value) => Node::Neg(inner(value)?),
        Node::Parentheses {
            inner: value,
            notes,
        } => Node::Parentheses {
            inner: inner(value)?,
            notes: notes.clone(),
        },
        Node::Deref { address, notes } => Node::Deref {
            address: inner(address)?,
            notes: notes.clone(),
        },
        Node::Subscript {
            inner: value,
            offset,
            notes,
        } => Node::Subscript {
            inner: inner(value)?,
            offset: inner(offset)?,
            notes: notes.clone(),
        },
        Node::Dot {
            inner: value,
            member,
        } => Node::Dot {
            inner: inner(value)?,
            member: member.clone(),
        },
        Node::AddressOf(value) => Node::AddressOf(inner(value)?),
        Node::Cast {
            inner: value,
            dest_type,
            notes,
        } => Node::Cast {
            inner: inner(value)?,
            dest_type: dest_type.clone(),
            notes: notes.clone(),
        },
        Node::Tuple(members) => Node::Tuple(Box::new(list(members)?)),
        Node::New {
            inner: value,
            typed,
        } => Node::New {
            inner: inner(value)?,
            typed: *typed,
        },
        Node::Call(call) => Node::Call(Box::new(Call {
            name: call.name.clone(),
            implicit: match &call.implicit {
                Some(arguments) => Some(list(arguments)?),
                None => None,
            },
            arguments: list(&call.arguments)?,
        })),
    };
    Some(Expression::new(node, expression.location.clone()))
}
