//! Owns functions that are called by a path: constructors of the framework's types, functions of the file. Must
//! not know the world.

use std::sync::Arc;

use num_bigint::{BigInt, BigUint};

use super::buffers::EGLD;
use super::dispatch::Arguments;
use super::frame::Interpreter;
use super::stop::{Run, fault};
use crate::engines::contract::source::tree::Expression;
use crate::engines::contract::source::types::{Name, Type};
use crate::engines::contract::values::{Integer, Value};

impl Interpreter<'_, '_> {
    /// Calls a function.
    pub(crate) fn call(
        &mut self,
        path: &[Name],
        of: Option<&Type>,
        written: &[Expression],
        expected: Option<&Type>,
    ) -> Run {
        let Some(name) = path.last() else {
            return fault("an empty path");
        };
        let owner = path.iter().rev().nth(1).map(|owner| &**owner);
        let mut arguments = Arguments::of(name, written, expected);
        match (owner, &**name) {
            (None | Some("Option"), "Some") => {
                let kind = match expected {
                    Some(Type::Option(inner)) => Some(Arc::clone(inner)),
                    _ => None,
                };
                let inner = self.next(&mut arguments, kind.as_deref())?;
                return Ok(Value::Option(Some(Box::new(inner))));
            }
            (Some("OptionalValue"), "Some") => {
                let kind = match expected {
                    Some(Type::OptionalValue(inner)) => Some(Arc::clone(inner)),
                    _ => None,
                };
                let inner = self.next(&mut arguments, kind.as_deref())?;
                return Ok(Value::Optional(Some(Box::new(inner))));
            }
            (_, "min" | "max") if of.is_none() || matches!(owner, Some("cmp")) => {
                let one = self.next(&mut arguments, expected)?;
                let other = self.next(&mut arguments, expected)?;
                return self.least_or_most(&**name == "min", one, other);
            }
            (None, _) => return self.local_call(name, &mut arguments, written),
            _ => {}
        }
        match of {
            Some(kind) => self.constructor(kind, &mut arguments),
            None => {
                let function = self.code.functions.get(name).map(Arc::clone);
                match function {
                    Some(function) => {
                        let values = self.arguments_of(&function, written)?;
                        self.invoke(&function, values)
                    }
                    None => fault(format!("there is no function `{}` here", path.join("::"))),
                }
            }
        }
    }

    /// A function of the file, or a closure in a variable.
    fn local_call(
        &mut self,
        name: &Name,
        arguments: &mut Arguments<'_>,
        written: &[Expression],
    ) -> Run {
        if let Some(slot) = self.local(name) {
            let place = super::places::place_of(slot);
            let Value::Closure(closure) = self.read(&place)?.clone() else {
                return fault(format!("`{name}` is no function"));
            };
            let mut values = Vec::new();
            for _ in 0..arguments.count() {
                values.push(self.next(arguments, None)?);
            }
            return self.apply(&closure, values, arguments.expected);
        }
        let function = self.code.functions.get(name).map(Arc::clone);
        match function {
            Some(function) => {
                let values = self.arguments_of(&function, written)?;
                self.invoke(&function, values)
            }
            None => fault(format!("there is no function `{name}` here")),
        }
    }

    /// Makes a value of a type.
    fn constructor(&mut self, kind: &Type, arguments: &mut Arguments<'_>) -> Run {
        // `ManagedVec::new()` says nothing of its items; what expects it does.
        let kind = match (kind, arguments.expected) {
            (Type::ManagedVec(item), Some(known @ Type::ManagedVec(_)))
            | (Type::MultiValueEncoded(item), Some(known @ Type::MultiValueEncoded(_)))
                if **item == Type::Inferred =>
            {
                known.clone()
            }
            (kind, _) => kind.clone(),
        };
        match (&kind, arguments.name) {
            (_, "default") => self.default_of(&kind),
            (Type::BigUint, "zero") => self.big(BigUint::ZERO),
            (Type::BigInt, "zero") => self.big_signed(BigInt::ZERO),
            (Type::BigUint, "from" | "from_bytes_be_buffer" | "from_bytes_be") => {
                match self.next_target(arguments, None)? {
                    value @ (Value::Bytes(_) | Value::Array(_)) => {
                        let bytes = self.as_bytes(&value)?;
                        self.big(BigUint::from_bytes_be(&bytes))
                    }
                    value @ Value::Object(Type::ManagedBuffer, _) => {
                        let bytes = self.as_bytes(&value)?;
                        self.big(BigUint::from_bytes_be(&bytes))
                    }
                    value => {
                        let number = self.number_of(value)?;
                        self.big(number)
                    }
                }
            }
            (Type::BigInt, "from") => {
                let value = self.next_target(arguments, None)?;
                let number = self.signed(&value)?;
                self.big_signed(number)
            }
            (Type::ManagedAddress, "zero") => self.address([0; 32]),
            (Type::ByteArray(length), "zero") => self.bytes(kind.clone(), vec![0; *length]),
            (Type::ManagedBuffer, "new") => self.bytes(kind, Vec::new()),
            (Type::EgldOrEsdtTokenIdentifier, "egld") => self.bytes(kind, EGLD),
            (Type::EgldOrEsdtTokenIdentifier, "esdt") => {
                let token = self.next(arguments, None)?;
                let token = self.as_bytes(&token)?;
                self.bytes(kind, token)
            }
            (
                Type::ManagedBuffer
                | Type::ManagedAddress
                | Type::TokenIdentifier
                | Type::EgldOrEsdtTokenIdentifier
                | Type::ByteArray(_),
                "from" | "new_from_bytes" | "from_esdt_bytes" | "new",
            ) => {
                let value = self.next_target(arguments, None)?;
                self.convert(value, &kind)
            }
            (Type::ManagedVec(_) | Type::MultiValueEncoded(_), "new") => {
                self.list(kind, Vec::new())
            }
            (Type::ManagedVec(item), "from_single_item") => {
                let value = self.next_target(arguments, Some(item))?;
                self.list(kind.clone(), vec![value])
            }
            (Type::ManagedVec(_) | Type::MultiValueEncoded(_), "from") => {
                let value = self.next_target(arguments, None)?;
                self.convert(value, &kind)
            }
            (Type::MultiValue(_), "from") => {
                let value = self.next(arguments, None)?;
                self.convert(value, &kind)
            }
            (Type::Struct(_), "new") => {
                let mut parts = Vec::new();
                for _ in 0..arguments.count() {
                    parts.push(self.next(arguments, None)?);
                }
                self.convert(Value::Tuple(parts), &kind)
            }
            (Type::Int(_), "from") => {
                let value = self.next_target(arguments, None)?;
                self.convert(value, &kind)
            }
            (kind, name) => fault(format!("`{kind}` has no function `{name}` here")),
        }
    }

    fn default_of(&mut self, kind: &Type) -> Run {
        match kind {
            Type::ManagedAddress => self.address([0; 32]),
            Type::ByteArray(length) => self.bytes(kind.clone(), vec![0; *length]),
            Type::Int(_)
            | Type::Bool
            | Type::BigUint
            | Type::BigInt
            | Type::ManagedBuffer
            | Type::TokenIdentifier
            | Type::EgldOrEsdtTokenIdentifier
            | Type::ManagedVec(_)
            | Type::Option(_) => match self.decoder().top(kind, &[]) {
                Ok(value) => Ok(value),
                Err(error) => fault(error.to_string()),
            },
            other => fault(format!("`{other}` has no default here")),
        }
    }

    /// Hashes.
    pub(crate) fn crypto(&mut self, arguments: &mut Arguments<'_>) -> Run {
        match arguments.name {
            "keccak256" => {
                let bytes = self.next(arguments, None)?;
                let bytes = self.as_bytes(&bytes)?;
                self.transaction.meter.bytes(bytes.len())?;
                let hash = crate::engines::contract::codec::keccak256(&bytes);
                self.bytes(Type::ByteArray(32), hash)
            }
            other => fault(format!("`self.crypto()` has no method `{other}` here")),
        }
    }

    /// A number as a value of 64 bits.
    pub(crate) fn u64_value(&self, number: u64) -> Value {
        Value::Int(Integer::u64(number))
    }
}
