//! Owns the contract's storage and the mappers on it. Must not know the methods of other values.

use super::dispatch::Arguments;
use super::frame::Interpreter;
use super::places::place_of;
use super::stop::{Run, fault, user};
use crate::engines::contract::codec::decode::DecodeError;
use crate::engines::contract::codec::encode;
use crate::engines::contract::source::types::{IntType, MapperKind, Type};
use crate::engines::contract::values::{Integer, Mapper, Value};
use crate::engines::contract::world::{RESERVED_KEY, Record, is_reserved};

impl Interpreter<'_, '_> {
    pub(crate) fn storage_read(&mut self, key: &[u8]) -> Run<Vec<u8>> {
        let address = self.input.to;
        let value = self.transaction.state.read(&address, key).to_vec();
        self.transaction.meter.bytes(key.len() + value.len())?;
        self.transaction.record(Record::Read {
            address,
            key: key.to_vec(),
            value: value.clone(),
        });
        Ok(value)
    }

    pub(crate) fn storage_write(&mut self, key: &[u8], value: Vec<u8>) -> Run<()> {
        if is_reserved(key) {
            return user(RESERVED_KEY);
        }
        let address = self.input.to;
        self.transaction.meter.bytes(key.len() + value.len())?;
        self.transaction.record(Record::Write {
            address,
            key: key.to_vec(),
            value: value.clone(),
        });
        self.transaction.state.write(address, key.to_vec(), value);
        Ok(())
    }

    pub(crate) fn storage_get(&mut self, key: &[u8], kind: &Type) -> Run {
        let bytes = self.storage_read(key)?;
        let decoded = self.decoder().top(kind, &bytes);
        match decoded {
            Ok(value) => Ok(value),
            Err(DecodeError::Limit(limit)) => Err(limit.into()),
            Err(error) => {
                let key = String::from_utf8_lossy(key);
                user(format!("storage decode error (key: {key}): {error}"))
            }
        }
    }

    pub(crate) fn storage_set(&mut self, key: &[u8], value: Value) -> Run<()> {
        let value = self.target(value)?;
        let bytes = encode::top(&value, &self.objects)?;
        self.storage_write(key, bytes)
    }

    /// Calls a method of a storage mapper.
    pub(crate) fn mapper_method(&mut self, mapper: &Mapper, arguments: &mut Arguments<'_>) -> Run {
        match mapper.kind {
            MapperKind::Single => self.single_method(mapper, arguments),
            MapperKind::Vec => self.vec_method(mapper, arguments),
            MapperKind::UnorderedSet => self.set_method(mapper, arguments),
        }
    }

    fn single_method(&mut self, mapper: &Mapper, arguments: &mut Arguments<'_>) -> Run {
        let Mapper { key, item, .. } = mapper;
        match arguments.name {
            "get" => self.storage_get(key, item),
            "set" => {
                let value = self.next(arguments, Some(item))?;
                self.storage_set(key, value)?;
                Ok(Value::Unit)
            }
            "is_empty" => Ok(Value::Bool(self.storage_read(key)?.is_empty())),
            "set_if_empty" => {
                let value = self.next(arguments, Some(item))?;
                let empty = self.storage_read(key)?.is_empty();
                if empty {
                    self.storage_set(key, value)?;
                }
                Ok(Value::Bool(empty))
            }
            "clear" => {
                self.storage_write(key, Vec::new())?;
                Ok(Value::Unit)
            }
            "update" => {
                let closure = self.next_closure(arguments)?;
                let value = self.storage_get(key, item)?;
                let slot = self.add_slot(value)?;
                let result = self.apply(&closure, vec![Value::Reference(place_of(slot))], None)?;
                let value = self.read(&place_of(slot))?.clone();
                let value = self.convert(value, item)?;
                self.storage_set(key, value)?;
                Ok(result)
            }
            "take" => {
                let value = self.storage_get(key, item)?;
                self.storage_write(key, Vec::new())?;
                Ok(value)
            }
            "replace" => {
                let value = self.next(arguments, Some(item))?;
                let before = self.storage_get(key, item)?;
                self.storage_set(key, value)?;
                Ok(before)
            }
            "raw_byte_length" => {
                let length = self.storage_read(key)?.len();
                Ok(Value::Int(Integer::usize(length)?))
            }
            other => fault(format!("`SingleValueMapper` has no method `{other}` here")),
        }
    }

    /// The length of a list in storage.
    fn stored_length(&mut self, key: &[u8]) -> Run<usize> {
        let key = [key, b".len"].concat();
        let kind = Type::Int(IntType::Usize);
        let length = self.storage_get(&key, &kind)?;
        self.as_index(length)
    }

    fn set_length(&mut self, key: &[u8], length: usize) -> Run<()> {
        let key = [key, b".len"].concat();
        self.storage_write(&key, encode::minimal(length as u128))
    }

    /// An item of a list in storage, which counts from one, or of a single value.
    pub(crate) fn mapper_item(&mut self, mapper: &Mapper, index: usize) -> Run<Option<Value>> {
        if mapper.kind == MapperKind::Single {
            return fault("a `SingleValueMapper` cannot be gone through");
        }
        match index <= self.stored_length(&mapper.key)? {
            true => Ok(Some(
                self.storage_get(&item_key(&mapper.key, index), &mapper.item)?,
            )),
            false => Ok(None),
        }
    }

    fn vec_method(&mut self, mapper: &Mapper, arguments: &mut Arguments<'_>) -> Run {
        let Mapper { key, item, .. } = mapper;
        let length = self.stored_length(key)?;
        match arguments.name {
            "len" => Ok(Value::Int(Integer::usize(length)?)),
            "is_empty" => Ok(Value::Bool(length == 0)),
            "push" => {
                let value = self.next(arguments, Some(item))?;
                self.storage_set(&item_key(key, length + 1), value)?;
                self.set_length(key, length + 1)?;
                Ok(Value::Int(Integer::usize(length + 1)?))
            }
            "get" | "get_or_else" | "set" | "item_is_empty" | "clear_entry" | "swap_remove" => {
                let name = arguments.name;
                let index = self.next(arguments, Some(&Type::Int(IntType::Usize)))?;
                let index = self.as_index(index)?;
                if index == 0 || index > length {
                    return user("index out of range");
                }
                let place = item_key(key, index);
                match name {
                    "get" => self.storage_get(&place, item),
                    "set" => {
                        let value = self.next(arguments, Some(item))?;
                        self.storage_set(&place, value)?;
                        Ok(Value::Unit)
                    }
                    "item_is_empty" => Ok(Value::Bool(self.storage_read(&place)?.is_empty())),
                    "clear_entry" => {
                        self.storage_write(&place, Vec::new())?;
                        Ok(Value::Unit)
                    }
                    "swap_remove" => {
                        let last = item_key(key, length);
                        let moved = self.storage_read(&last)?;
                        if index != length {
                            self.storage_write(&place, moved)?;
                        }
                        self.storage_write(&last, Vec::new())?;
                        self.set_length(key, length - 1)?;
                        Ok(Value::Unit)
                    }
                    other => fault(format!("`VecMapper` has no method `{other}` here")),
                }
            }
            "clear" => {
                for index in 1..=length {
                    self.storage_write(&item_key(key, index), Vec::new())?;
                }
                self.set_length(key, 0)?;
                Ok(Value::Unit)
            }
            "iter" => self.stored_items(mapper, length),
            other => fault(format!("`VecMapper` has no method `{other}` here")),
        }
    }

    fn stored_items(&mut self, mapper: &Mapper, length: usize) -> Run {
        let mut values = Vec::new();
        for index in 1..=length {
            values.push(self.storage_get(&item_key(&mapper.key, index), &mapper.item)?);
        }
        Ok(Value::Array(values))
    }

    fn set_method(&mut self, mapper: &Mapper, arguments: &mut Arguments<'_>) -> Run {
        let Mapper { key, item, .. } = mapper;
        let length = self.stored_length(key)?;
        match arguments.name {
            "len" => Ok(Value::Int(Integer::usize(length)?)),
            "is_empty" => Ok(Value::Bool(length == 0)),
            "iter" => self.stored_items(mapper, length),
            "clear" => {
                for index in 1..=length {
                    let place = item_key(key, index);
                    let value = self.storage_get(&place, item)?;
                    let index_key = index_key(key, &value, &self.objects)?;
                    self.storage_write(&index_key, Vec::new())?;
                    self.storage_write(&place, Vec::new())?;
                }
                self.set_length(key, 0)?;
                Ok(Value::Unit)
            }
            "get_by_index" => {
                let index = self.next(arguments, Some(&Type::Int(IntType::Usize)))?;
                let index = self.as_index(index)?;
                if index == 0 || index > length {
                    return user("index out of range");
                }
                self.storage_get(&item_key(key, index), item)
            }
            "contains" | "insert" | "swap_remove" | "get_index" => {
                let name = arguments.name;
                let value = self.next_target(arguments, Some(item))?;
                let index_key = index_key(key, &value, &self.objects)?;
                let stored = self.storage_get(&index_key, &Type::Int(IntType::Usize))?;
                let index = self.as_index(stored)?;
                match name {
                    "contains" => Ok(Value::Bool(index != 0)),
                    "get_index" => Ok(Value::Int(Integer::usize(index)?)),
                    "insert" if index != 0 => Ok(Value::Bool(false)),
                    "insert" => {
                        self.storage_set(&item_key(key, length + 1), value)?;
                        self.set_length(key, length + 1)?;
                        self.storage_write(&index_key, encode::minimal(length as u128 + 1))?;
                        Ok(Value::Bool(true))
                    }
                    _ if index == 0 => Ok(Value::Bool(false)),
                    _ => {
                        let last = item_key(key, length);
                        if index != length {
                            let moved = self.storage_get(&last, item)?;
                            let moved_key = self::index_key(key, &moved, &self.objects)?;
                            self.storage_write(&moved_key, encode::minimal(index as u128))?;
                            self.storage_set(&item_key(key, index), moved)?;
                        }
                        self.storage_write(&last, Vec::new())?;
                        self.set_length(key, length - 1)?;
                        self.storage_write(&index_key, Vec::new())?;
                        Ok(Value::Bool(true))
                    }
                }
            }
            other => fault(format!("`UnorderedSetMapper` has no method `{other}` here")),
        }
    }
}

fn item_key(key: &[u8], index: usize) -> Vec<u8> {
    [key, b".item", &encode::length(index)].concat()
}

/// Where a set keeps the index of a value.
fn index_key(
    key: &[u8],
    value: &Value,
    objects: &crate::engines::contract::values::Objects,
) -> Run<Vec<u8>> {
    let mut bytes = [key, b".index"].concat();
    encode::nested(value, objects, &mut bytes)?;
    Ok(bytes)
}
