//! Owns what the parameters of an endpoint are to a system with other values. Must not know the other system.

use super::source::tree::Method;
use super::source::types::Type;

/// What an endpoint takes where values of another system go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// A number without a sign, or a truth value.
    Unsigned,
    /// A number with a sign.
    Signed,
    /// 32 bytes.
    Address,
    /// A text, or the identifier of a token.
    Bytes,
    /// A list, a struct: something that is written encoded.
    Other,
}

impl ParameterKind {
    fn of(kind: &Type) -> Self {
        match kind {
            Type::Int(kind) if kind.is_signed() => Self::Signed,
            Type::Int(_) | Type::Bool | Type::BigUint => Self::Unsigned,
            Type::BigInt => Self::Signed,
            Type::ManagedAddress => Self::Address,
            Type::Bytes
            | Type::ManagedBuffer
            | Type::TokenIdentifier
            | Type::EgldOrEsdtTokenIdentifier => Self::Bytes,
            Type::OptionalValue(inner) => Self::of(inner),
            _ => Self::Other,
        }
    }

    /// Those that a parameter takes; one that takes any number of them is endless.
    fn each(kind: &Type, out: &mut Vec<Self>) -> bool {
        match kind {
            Type::Unit => false,
            Type::MultiValue(types) => types.iter().any(|kind| Self::each(kind, out)),
            Type::MultiValueEncoded(item) => {
                Self::each(item, out);
                true
            }
            kind => {
                out.push(Self::of(kind));
                false
            }
        }
    }
}

/// The parameters of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// What its arguments are, in order.
    pub parameters: Vec<ParameterKind>,
    /// From which of them on they come again and again.
    pub repeated_from: Option<usize>,
}

impl Signature {
    pub(crate) fn of(method: &Method) -> Self {
        let mut parameters = Vec::new();
        let mut repeated_from = None;
        for parameter in &method.parameters {
            let from = parameters.len();
            if ParameterKind::each(&parameter.declared, &mut parameters) {
                repeated_from = Some(from);
            }
        }
        Self {
            parameters,
            repeated_from,
        }
    }

    /// What the argument at `index` is.
    #[must_use]
    pub fn parameter(&self, index: usize) -> Option<ParameterKind> {
        match (self.parameters.get(index), self.repeated_from) {
            (Some(kind), _) => Some(*kind),
            (None, Some(from)) if from < self.parameters.len() => {
                let length = self.parameters.len() - from;
                self.parameters.get(from + (index - from) % length).copied()
            }
            _ => None,
        }
    }
}
