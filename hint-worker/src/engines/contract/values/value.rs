//! Owns what a contract's variables hold. Data is here; what the framework manages is an entry of the table of
//! objects. Must not know how values are made or changed.

use std::sync::Arc;

use num_bigint::BigUint;

use super::integer::Integer;
use crate::engines::contract::source::tree::{Closure, Struct};
use crate::engines::contract::source::types::{MapperKind, Name, Type};

/// The number of a variable's place.
pub(crate) type SlotId = usize;

/// The number of an entry in the table of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ObjectId(pub(super) u32);

/// A place: a variable, and the way to a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) slot: SlotId,
    pub(crate) path: Vec<usize>,
}

/// The framework's objects without data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Interface {
    Blockchain,
    CallValue,
    Send,
    Crypto,
}

/// A storage mapper: where its values are.
#[derive(Debug)]
pub(crate) struct Mapper {
    pub(crate) kind: MapperKind,
    pub(crate) key: Vec<u8>,
    pub(crate) item: Type,
}

/// A payment in a token of the ecosystem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) token: Vec<u8>,
    pub(crate) nonce: u64,
    pub(crate) amount: BigUint,
}

/// A call of another contract that is being put together.
#[derive(Clone, Debug)]
pub(crate) struct RemoteCall {
    pub(crate) to: [u8; 32],
    pub(crate) endpoint: Vec<u8>,
    pub(crate) arguments: Vec<Vec<u8>>,
    pub(crate) egld: BigUint,
    pub(crate) payments: Vec<Payment>,
    pub(crate) result: Type,
}

impl RemoteCall {
    /// A call to this account that says nothing yet.
    pub(crate) fn to(to: [u8; 32]) -> Self {
        Self {
            to,
            endpoint: Vec::new(),
            arguments: Vec::new(),
            egld: BigUint::ZERO,
            payments: Vec::new(),
            result: Type::Unit,
        }
    }
}

/// What a variable holds.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Unit,
    Bool(bool),
    Int(Integer),
    /// A text or a string of bytes of the source.
    Bytes(Arc<[u8]>),
    /// A managed object, and of which type it is.
    Object(Type, ObjectId),
    Tuple(Vec<Value>),
    Array(Vec<Value>),
    Struct(Arc<Struct>, Vec<Value>),
    Option(Option<Box<Value>>),
    /// `OptionalValue`
    Optional(Option<Box<Value>>),
    /// `MultiValueN`
    Multi(Vec<Value>),
    /// Integers from one on, to another or through it.
    Range(Option<Integer>, Option<Integer>, bool),
    Reference(Reference),
    Closure(Arc<Closure>),
    /// `self`
    Contract,
    Interface(Interface),
    Mapper(Arc<Mapper>),
    /// The proxies of a module, with the address if it is given already.
    Proxy(Name, Option<[u8; 32]>),
    Call(Box<RemoteCall>),
}

impl Value {
    /// What it is, for messages.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Unit => "`()`".to_owned(),
            Self::Bool(_) => "a `bool`".to_owned(),
            Self::Int(number) => {
                format!("`{}` of type `{}`", number.decimal(), number.kind().name())
            }
            Self::Bytes(_) => "a string".to_owned(),
            Self::Object(kind, _) => format!("a `{kind}`"),
            Self::Tuple(values) => format!("a tuple of {}", values.len()),
            Self::Array(values) => format!("an array of {}", values.len()),
            Self::Struct(declared, _) => format!("a `{}`", declared.name),
            Self::Option(_) => "an `Option`".to_owned(),
            Self::Optional(_) => "an `OptionalValue`".to_owned(),
            Self::Multi(values) => format!("a `MultiValue{}`", values.len()),
            Self::Range(..) => "a range".to_owned(),
            Self::Reference(_) => "a reference".to_owned(),
            Self::Closure(_) => "a closure".to_owned(),
            Self::Contract => "the contract".to_owned(),
            Self::Interface(_) => "an interface of the framework".to_owned(),
            Self::Mapper(_) => "a storage mapper".to_owned(),
            Self::Proxy(module, _) => format!("a `{module}::Proxy`"),
            Self::Call(_) => "a call of a contract".to_owned(),
        }
    }

    /// The parts of a compound value.
    pub(crate) fn parts(&self) -> Option<&[Value]> {
        match self {
            Self::Tuple(parts)
            | Self::Array(parts)
            | Self::Struct(_, parts)
            | Self::Multi(parts) => Some(parts),
            Self::Option(Some(inner)) | Self::Optional(Some(inner)) => {
                Some(std::slice::from_ref(inner))
            }
            _ => None,
        }
    }

    pub(crate) fn parts_mut(&mut self) -> Option<&mut [Value]> {
        match self {
            Self::Tuple(parts)
            | Self::Array(parts)
            | Self::Struct(_, parts)
            | Self::Multi(parts) => Some(parts),
            Self::Option(Some(inner)) | Self::Optional(Some(inner)) => {
                Some(std::slice::from_mut(inner))
            }
            _ => None,
        }
    }

    /// About how much memory it takes beyond its own size.
    pub(crate) fn size(&self) -> usize {
        let inside = self.parts().map_or(0, |parts| {
            parts.iter().map(Self::size).fold(0, usize::saturating_add)
        });
        inside.saturating_add(size_of::<Self>())
    }
}
