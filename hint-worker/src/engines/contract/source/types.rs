//! Owns the types that a contract can name, read from their Rust spelling. References and the framework's type
//! of the API (`Self::Api`) leave no trace. Must not know values.

use std::fmt;
use std::sync::Arc;

use syn::spanned::Spanned as _;
use syn::{Expr, GenericArgument, Lit, PathArguments};

use super::place::Refused;

/// A name in a source file.
pub(crate) type Name = Arc<str>;

/// The integers of Rust. Contracts run on a machine of 32 bits: `usize` is that wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum IntType {
    U8,
    U16,
    U32,
    U64,
    U128,
    Usize,
    I8,
    I16,
    I32,
    I64,
    I128,
    Isize,
    /// A literal whose type nothing has said yet.
    Literal,
}

impl IntType {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "u8" => Self::U8,
            "u16" => Self::U16,
            "u32" => Self::U32,
            "u64" => Self::U64,
            "u128" => Self::U128,
            "usize" => Self::Usize,
            "i8" => Self::I8,
            "i16" => Self::I16,
            "i32" => Self::I32,
            "i64" => Self::I64,
            "i128" => Self::I128,
            "isize" => Self::Isize,
            _ => return None,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::U8 => "u8",
            Self::U16 => "u16",
            Self::U32 => "u32",
            Self::U64 => "u64",
            Self::U128 => "u128",
            Self::Usize => "usize",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::I64 => "i64",
            Self::I128 => "i128",
            Self::Isize => "isize",
            Self::Literal => "integer",
        }
    }

    /// Width in bytes.
    pub(crate) fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::U16 | Self::I16 => 2,
            Self::U32 | Self::I32 | Self::Usize | Self::Isize => 4,
            Self::U64 | Self::I64 => 8,
            Self::U128 | Self::I128 | Self::Literal => 16,
        }
    }

    pub(crate) fn is_signed(self) -> bool {
        matches!(
            self,
            Self::I8 | Self::I16 | Self::I32 | Self::I64 | Self::I128 | Self::Isize | Self::Literal
        )
    }
}

/// The storage mappers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MapperKind {
    Single,
    Vec,
    UnorderedSet,
}

/// A type as far as execution needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Unit,
    Bool,
    Int(IntType),
    /// `&str` and byte slices.
    Bytes,
    BigUint,
    BigInt,
    ManagedBuffer,
    ManagedAddress,
    TokenIdentifier,
    EgldOrEsdtTokenIdentifier,
    ByteArray(usize),
    ManagedVec(Arc<Type>),
    MultiValueEncoded(Arc<Type>),
    OptionalValue(Arc<Type>),
    MultiValue(Vec<Type>),
    Option(Arc<Type>),
    Tuple(Vec<Type>),
    Array(Arc<Type>, usize),
    Struct(Name),
    Mapper(MapperKind, Arc<Type>),
    /// The proxy of a module.
    Proxy(Name),
    /// Results that nobody reads.
    Ignore,
    /// `_`, and what is not needed.
    Inferred,
}

impl fmt::Display for Type {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |formatter: &mut fmt::Formatter<'_>, types: &[Type]| {
            for (index, inner) in types.iter().enumerate() {
                let comma = if index == 0 { "" } else { ", " };
                write!(formatter, "{comma}{inner}")?;
            }
            Ok(())
        };
        match self {
            Self::Unit => write!(formatter, "()"),
            Self::Bool => write!(formatter, "bool"),
            Self::Int(kind) => write!(formatter, "{}", kind.name()),
            Self::Bytes => write!(formatter, "&[u8]"),
            Self::BigUint => write!(formatter, "BigUint"),
            Self::BigInt => write!(formatter, "BigInt"),
            Self::ManagedBuffer => write!(formatter, "ManagedBuffer"),
            Self::ManagedAddress => write!(formatter, "ManagedAddress"),
            Self::TokenIdentifier => write!(formatter, "TokenIdentifier"),
            Self::EgldOrEsdtTokenIdentifier => write!(formatter, "EgldOrEsdtTokenIdentifier"),
            Self::ByteArray(length) => write!(formatter, "ManagedByteArray<{length}>"),
            Self::ManagedVec(inner) => write!(formatter, "ManagedVec<{inner}>"),
            Self::MultiValueEncoded(inner) => write!(formatter, "MultiValueEncoded<{inner}>"),
            Self::OptionalValue(inner) => write!(formatter, "OptionalValue<{inner}>"),
            Self::MultiValue(inner) => {
                write!(formatter, "MultiValue{}<", inner.len())?;
                list(formatter, inner)?;
                write!(formatter, ">")
            }
            Self::Option(inner) => write!(formatter, "Option<{inner}>"),
            Self::Tuple(inner) => {
                write!(formatter, "(")?;
                list(formatter, inner)?;
                write!(formatter, ")")
            }
            Self::Array(inner, length) => write!(formatter, "[{inner}; {length}]"),
            Self::Struct(name) => write!(formatter, "{name}"),
            Self::Mapper(MapperKind::Single, inner) => {
                write!(formatter, "SingleValueMapper<{inner}>")
            }
            Self::Mapper(MapperKind::Vec, inner) => write!(formatter, "VecMapper<{inner}>"),
            Self::Mapper(MapperKind::UnorderedSet, inner) => {
                write!(formatter, "UnorderedSetMapper<{inner}>")
            }
            Self::Proxy(module) => write!(formatter, "{module}::Proxy"),
            Self::Ignore => write!(formatter, "IgnoreValue"),
            Self::Inferred => write!(formatter, "_"),
        }
    }
}

/// What the spelling of a type may refer to.
pub(crate) trait Names {
    /// Whether a struct of that name is declared, or the framework's.
    fn is_struct(&self, name: &str) -> bool;
    /// The value of a constant that is an integer.
    fn length(&self, name: &str) -> Option<usize>;
}

/// Reads a type.
pub(crate) fn type_of(written: &syn::Type, names: &dyn Names) -> Result<Type, Refused> {
    match written {
        syn::Type::Reference(reference) => type_of(&reference.elem, names),
        syn::Type::Paren(inner) => type_of(&inner.elem, names),
        syn::Type::Group(inner) => type_of(&inner.elem, names),
        syn::Type::Infer(_) => Ok(Type::Inferred),
        syn::Type::Slice(_) => Ok(Type::Bytes),
        syn::Type::Array(array) => {
            let inner = type_of(&array.elem, names)?;
            Ok(Type::Array(Arc::new(inner), length_of(&array.len, names)?))
        }
        syn::Type::Tuple(tuple) if tuple.elems.is_empty() => Ok(Type::Unit),
        syn::Type::Tuple(tuple) => {
            let inner = tuple.elems.iter().map(|inner| type_of(inner, names));
            Ok(Type::Tuple(inner.collect::<Result<_, _>>()?))
        }
        syn::Type::Path(path) if path.qself.is_none() => path_type(&path.path, names),
        other => Err(Refused::at(other.span(), "this type is not handled")),
    }
}

fn path_type(path: &syn::Path, names: &dyn Names) -> Result<Type, Refused> {
    let refused = |reason: String| Err(Refused::at(path.span(), reason));
    let Some(last) = path.segments.last() else {
        return refused("this type is not handled".to_owned());
    };
    let name = last.ident.to_string();
    if name == "Proxy" {
        let module = path.segments.iter().rev().nth(1);
        return match module {
            Some(module) => Ok(Type::Proxy(module.ident.to_string().into())),
            None => refused("a proxy needs its module: `module::Proxy<Self::Api>`".to_owned()),
        };
    }
    let mut inner = arguments(&last.arguments, names)?;
    let one = |inner: &mut Vec<Argument>| match (inner.pop(), inner.len()) {
        (Some(Argument::Type(inner)), 0) => Ok(Arc::new(inner)),
        (None, _) => Ok(Arc::new(Type::Inferred)),
        _ => Err(Refused::at(path.span(), format!("`{name}` takes one type"))),
    };
    if let Some(kind) = IntType::named(&name) {
        return Ok(Type::Int(kind));
    }
    Ok(match name.as_str() {
        "bool" => Type::Bool,
        "str" | "String" | "BoxedBytes" => Type::Bytes,
        // The second is what earlier contracts say.
        "BigUint" | "BaseBigUint" => Type::BigUint,
        "BigInt" => Type::BigInt,
        "ManagedBuffer" => Type::ManagedBuffer,
        "ManagedAddress" | "Address" => Type::ManagedAddress,
        "TokenIdentifier" | "EsdtTokenIdentifier" => Type::TokenIdentifier,
        "EgldOrEsdtTokenIdentifier" => Type::EgldOrEsdtTokenIdentifier,
        "ManagedByteArray" => match inner.pop() {
            Some(Argument::Length(length)) => Type::ByteArray(length),
            _ => return refused("`ManagedByteArray` needs its length".to_owned()),
        },
        "ManagedVec" | "Vec" => Type::ManagedVec(one(&mut inner)?),
        "MultiValueEncoded" | "MultiValueVec" | "MultiValueManagedVec" => {
            Type::MultiValueEncoded(one(&mut inner)?)
        }
        "OptionalValue" => Type::OptionalValue(one(&mut inner)?),
        "Option" => Type::Option(one(&mut inner)?),
        "ManagedRef" | "ManagedRefMut" => (*one(&mut inner)?).clone(),
        "SingleValueMapper" => Type::Mapper(MapperKind::Single, one(&mut inner)?),
        "VecMapper" => Type::Mapper(MapperKind::Vec, one(&mut inner)?),
        "UnorderedSetMapper" => Type::Mapper(MapperKind::UnorderedSet, one(&mut inner)?),
        "IgnoreValue" => Type::Ignore,
        _ if multi_value_arity(&name) == Some(inner.len()) => {
            let types = inner.into_iter().map(|argument| match argument {
                Argument::Type(inner) => Ok(inner),
                Argument::Length(_) => Err(Refused::at(path.span(), "a type is expected")),
            });
            Type::MultiValue(types.collect::<Result<_, _>>()?)
        }
        "Self" => return refused("`Self` as a type or value is not handled".to_owned()),
        _ if names.is_struct(&name) => Type::Struct(name.into()),
        _ => return refused(format!("the type `{name}` is not handled")),
    })
}

fn multi_value_arity(name: &str) -> Option<usize> {
    let number = name.strip_prefix("MultiValue")?.parse().ok()?;
    (2..=16).contains(&number).then_some(number)
}

enum Argument {
    Type(Type),
    Length(usize),
}

/// The arguments of a type, without those that stand for the API.
fn arguments(written: &PathArguments, names: &dyn Names) -> Result<Vec<Argument>, Refused> {
    let PathArguments::AngleBracketed(written) = written else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    for argument in &written.args {
        match argument {
            GenericArgument::Type(inner) if is_api(inner) => {}
            GenericArgument::Lifetime(_) => {}
            GenericArgument::Type(syn::Type::Path(path))
                if path
                    .path
                    .get_ident()
                    .is_some_and(|name| names.length(&name.to_string()).is_some()) =>
            {
                let name = path.path.get_ident().map(ToString::to_string);
                found.extend(
                    name.and_then(|name| names.length(&name))
                        .map(Argument::Length),
                );
            }
            GenericArgument::Type(inner) => found.push(Argument::Type(type_of(inner, names)?)),
            GenericArgument::Const(length) => {
                found.push(Argument::Length(length_of(length, names)?));
            }
            other => return Err(Refused::at(other.span(), "this argument is not handled")),
        }
    }
    Ok(found)
}

/// `Self::Api`, and the parameter that stands for it in structs (`M: ManagedTypeApi`).
fn is_api(written: &syn::Type) -> bool {
    let syn::Type::Path(path) = written else {
        return false;
    };
    let segments: Vec<String> = (path.path.segments.iter())
        .map(|segment| segment.ident.to_string())
        .collect();
    match segments.as_slice() {
        [one] => matches!(one.as_str(), "M" | "A" | "Api" | "SA"),
        [first, second] => first == "Self" && second == "Api",
        _ => false,
    }
}

fn length_of(written: &Expr, names: &dyn Names) -> Result<usize, Refused> {
    let found = match written {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) => number.base10_parse().ok(),
            _ => None,
        },
        Expr::Path(path) => path
            .path
            .get_ident()
            .and_then(|name| names.length(&name.to_string())),
        _ => None,
    };
    found.ok_or_else(|| Refused::at(written.span(), "a length is a literal or a constant"))
}
