//! Owns the methods of lists. Must not know other values.

use super::dispatch::Arguments;
use super::frame::Interpreter;
use super::stop::{Run, fault, user};
use crate::engines::contract::source::types::{IntType, Type};
use crate::engines::contract::values::{Integer, Object, ObjectId, Value};

impl Interpreter<'_, '_> {
    pub(super) fn list_method(
        &mut self,
        kind: Type,
        id: ObjectId,
        arguments: &mut Arguments<'_>,
    ) -> Run {
        let item = match &kind {
            Type::ManagedVec(item) | Type::MultiValueEncoded(item) => (**item).clone(),
            _ => Type::Inferred,
        };
        let length = self.objects.values(id).len();
        match arguments.name {
            "len" | "raw_len" => Ok(Value::Int(Integer::usize(length)?)),
            "is_empty" => Ok(Value::Bool(length == 0)),
            "push" => {
                let value = self.next_target(arguments, Some(&item))?;
                self.transaction.meter.bytes(size_of::<Value>())?;
                if let Object::Values(values) = self.objects.get_mut(id) {
                    values.push(value);
                }
                Ok(Value::Unit)
            }
            "get" | "try_get" | "get_mut" => {
                let index = self.next(arguments, Some(&Type::Int(IntType::Usize)))?;
                let index = self.as_index(index)?;
                match (self.objects.values(id).get(index).cloned(), arguments.name) {
                    // Changes of what is taken out this way stay in the list.
                    (Some(value), "get_mut") => Ok(value),
                    (Some(value), name) => {
                        let value = self.copy(value)?;
                        Ok(match name {
                            "get" => value,
                            _ => Value::Option(Some(Box::new(value))),
                        })
                    }
                    (None, "try_get") => Ok(Value::Option(None)),
                    (None, _) => user("ManagedVec index out of range"),
                }
            }
            "set" => {
                let index = self.next(arguments, Some(&Type::Int(IntType::Usize)))?;
                let index = self.as_index(index)?;
                let value = self.next_target(arguments, Some(&item))?;
                let value = self.copy(value)?;
                let Object::Values(values) = self.objects.get_mut(id) else {
                    return fault("no list");
                };
                match values.get_mut(index) {
                    Some(place) => {
                        *place = value;
                        Ok(Value::Option(Some(Box::new(Value::Unit))))
                    }
                    None => Ok(Value::Option(None)),
                }
            }
            "remove" => {
                let index = self.next(arguments, Some(&Type::Int(IntType::Usize)))?;
                let index = self.as_index(index)?;
                match self.objects.get_mut(id) {
                    Object::Values(values) if index < values.len() => {
                        values.remove(index);
                        Ok(Value::Unit)
                    }
                    _ => user("ManagedVec index out of range"),
                }
            }
            "clear" => {
                if let Object::Values(values) = self.objects.get_mut(id) {
                    values.clear();
                }
                Ok(Value::Unit)
            }
            "append_vec" | "extend" => {
                let more = self.next_target(arguments, None)?;
                let Value::Object(_, more) = more else {
                    return fault("a list is expected");
                };
                let more = self.objects.values(more).to_vec();
                self.transaction
                    .meter
                    .bytes(more.len() * size_of::<Value>())?;
                if let Object::Values(values) = self.objects.get_mut(id) {
                    values.extend(more);
                }
                Ok(Value::Unit)
            }
            "contains" | "find" => {
                let wanted = self.next_target(arguments, Some(&item))?;
                let mut found = None;
                for index in 0..length {
                    let Some(value) = self.objects.values(id).get(index).cloned() else {
                        break;
                    };
                    if self.equal(&value, &wanted)? {
                        found = Some(index);
                        break;
                    }
                }
                match (arguments.name, found) {
                    ("contains", found) => Ok(Value::Bool(found.is_some())),
                    (_, None) => Ok(Value::Option(None)),
                    (_, Some(index)) => {
                        let index = Value::Int(Integer::usize(index)?);
                        Ok(Value::Option(Some(Box::new(index))))
                    }
                }
            }
            "to_vec" | "into_vec_of_buffers" | "to_arg_buffer" => {
                let values = self.objects.values(id).to_vec();
                self.list(Type::ManagedVec(item.into()), values)
            }
            "slice" => {
                let start = self.next(arguments, None)?;
                let start = self.as_index(start)?;
                let end = self.next(arguments, None)?;
                let end = self.as_index(end)?;
                let slice = self
                    .objects
                    .values(id)
                    .get(start..end)
                    .map(<[Value]>::to_vec);
                match slice {
                    Some(values) => {
                        let list = self.list(kind, values)?;
                        Ok(Value::Option(Some(Box::new(list))))
                    }
                    None => Ok(Value::Option(None)),
                }
            }
            other => fault(format!("a `{kind}` has no method `{other}` here")),
        }
    }
}
