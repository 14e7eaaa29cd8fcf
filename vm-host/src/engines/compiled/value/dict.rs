//! A dictionary, which several values may be: its keys in the order in which they came. Must not know what is done
//! with it.

use std::cell::RefCell;
use std::mem;
use std::rc::Rc;

use cairo_vm::types::relocatable::Relocatable;
use indexmap::IndexMap;

use super::list::release;
use super::{Decline, Fuel, Integer, Journal, MAX_DEPTH, TOO_DEEP, Value};

/// A dictionary and who else has it.
pub(crate) type Dict = Rc<RefCell<Entries>>;

const NO_KEY: Decline = Decline("a key that is not there");

/// What a dictionary has: for each key the value that it came as, and what it stands for.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    pub(super) map: IndexMap<Key, (Value, Value)>,
    /// Changes with the keys: nothing that goes through them goes on.
    shape: u64,
}

/// What makes keys the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    None,
    /// A boolean is the number that it equals.
    Integer(Integer),
    Text(Rc<str>),
    Bytes(Rc<[u8]>),
    Address(Relocatable),
    Tuple(Vec<Key>),
}

/// What of the entries one goes through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Keys,
    Values,
    Items,
}

impl Key {
    fn of(value: &Value, depth: usize, fuel: &mut Fuel) -> Result<Self, Decline> {
        Ok(match value {
            Value::None => Self::None,
            Value::Integer(integer) => {
                fuel.spend(integer.bits() / 64)?;
                Self::Integer(integer.clone())
            }
            Value::Boolean(boolean) => Self::Integer((*boolean).into()),
            Value::Text(text) => {
                fuel.spend_items(text.len() / 8)?;
                Self::Text(Rc::clone(text))
            }
            Value::Bytes(bytes) => {
                fuel.spend_items(bytes.len() / 8)?;
                Self::Bytes(Rc::clone(bytes))
            }
            Value::Address(address) => Self::Address(*address),
            Value::Tuple(items) => {
                let depth = depth.checked_sub(1).ok_or(TOO_DEEP)?;
                fuel.spend_items(items.len())?;
                let keys = items.iter().map(|item| Self::of(item, depth, fuel));
                Self::Tuple(keys.collect::<Result<_, _>>()?)
            }
            _ => return Err(Decline("a value that is no key")),
        })
    }
}

impl Entries {
    pub(crate) fn len(&self) -> usize {
        self.map.len()
    }

    /// Each key with its value.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Value, &Value)> {
        self.map.values().map(|(key, value)| (key, value))
    }

    pub(super) fn shape(&self) -> u64 {
        self.shape
    }

    /// The entry at a place, if there are so many.
    pub(super) fn at(&self, place: usize) -> Option<&(Value, Value)> {
        self.map.get_index(place).map(|(_, entry)| entry)
    }

    fn reshaped(&mut self) {
        self.shape += 1;
    }
}

/// A dictionary of its own, empty.
pub(crate) fn new() -> Dict {
    Dict::default()
}

impl Value {
    /// A set of these.
    pub(crate) fn set(values: Vec<Self>, fuel: &mut Fuel) -> Result<Self, Decline> {
        let made = new();
        for value in values {
            // Nothing else has it yet.
            set(&made, &value, Self::None, fuel, &mut Journal::default())?;
        }
        Ok(Self::Set(made))
    }

    fn key(&self, fuel: &mut Fuel) -> Result<Key, Decline> {
        fuel.spend(20)?;
        Key::of(self, MAX_DEPTH, fuel)
    }
}

/// What a key stands for, if it is there.
pub(crate) fn get(dict: &Dict, key: &Value, fuel: &mut Fuel) -> Result<Option<Value>, Decline> {
    let key = key.key(fuel)?;
    Ok(dict.borrow().map.get(&key).map(|(_, value)| value.clone()))
}

/// The same of one that is there.
pub(super) fn item(dict: &Dict, key: &Value, fuel: &mut Fuel) -> Result<Value, Decline> {
    get(dict, key, fuel)?.ok_or(NO_KEY)
}

/// Has a key stand for a value.
pub(crate) fn set(
    dict: &Dict,
    key: &Value,
    value: Value,
    fuel: &mut Fuel,
    journal: &mut Journal,
) -> Result<(), Decline> {
    let found = key.key(fuel)?;
    key.check_kept(fuel)?;
    value.check_into(Rc::as_ptr(dict).cast(), fuel)?;
    fuel.spend_items(8)?;
    let mut entries = dict.borrow_mut();
    match entries.map.get_full_mut(&found) {
        Some((place, _, entry)) => {
            let earlier = mem::replace(&mut entry.1, value);
            drop(entries);
            journal.replaced_in(dict, place, earlier);
        }
        None => {
            entries.map.insert(found, (key.clone(), value));
            entries.reshaped();
            drop(entries);
            journal.added_to(dict);
        }
    }
    Ok(())
}

/// Takes a key away that is there, and gives what it stood for.
pub(super) fn remove(
    dict: &Dict,
    key: &Value,
    fuel: &mut Fuel,
    journal: &mut Journal,
) -> Result<Option<Value>, Decline> {
    let key = key.key(fuel)?;
    let mut entries = dict.borrow_mut();
    fuel.spend_items(entries.len() / 8)?;
    let Some((place, key, entry)) = entries.map.shift_remove_full(&key) else {
        return Ok(None);
    };
    entries.reshaped();
    drop(entries);
    let value = entry.1.clone();
    journal.removed_from(dict, place, key, entry);
    Ok(Some(value))
}

/// Takes all away.
pub(super) fn clear(dict: &Dict, journal: &mut Journal) {
    let mut entries = dict.borrow_mut();
    let earlier = mem::take(&mut entries.map);
    entries.reshaped();
    drop(entries);
    journal.cleared(dict, earlier);
}

/// Another one with the same entries.
pub(super) fn copy(dict: &Dict, fuel: &mut Fuel) -> Result<Value, Decline> {
    let entries = dict.borrow();
    fuel.spend_items(entries.len().saturating_mul(4))?;
    Ok(Value::Dict(Rc::new(RefCell::new(Entries {
        map: entries.map.clone(),
        shape: 0,
    }))))
}

/// Takes over the entries of another one, or the pairs that a value gives.
pub(crate) fn update(
    dict: &Dict,
    from: &Value,
    fuel: &mut Fuel,
    journal: &mut Journal,
) -> Result<(), Decline> {
    if let Value::Dict(other) = from {
        let entries: Vec<(Value, Value)> = other.borrow().map.values().cloned().collect();
        fuel.spend_items(entries.len())?;
        for (key, value) in entries {
            set(dict, &key, value, fuel, journal)?;
        }
        return Ok(());
    }
    for pair in from.collect(fuel)? {
        match pair.collect(fuel)?.as_slice() {
            [key, value] => set(dict, key, value.clone(), fuel, journal)?,
            _ => return Err(Decline("an entry that is no pair")),
        }
    }
    Ok(())
}

/// Whether both have the same entries, in any order.
pub(super) fn equal(
    left: &Dict,
    right: &Dict,
    fuel: &mut Fuel,
    mut values_equal: impl FnMut(&Value, &Value, &mut Fuel) -> Result<bool, Decline>,
) -> Result<bool, Decline> {
    if Rc::ptr_eq(left, right) {
        return Ok(true);
    }
    let (left, right) = (left.borrow(), right.borrow());
    if left.len() != right.len() {
        return Ok(false);
    }
    for (key, (_, value)) in &left.map {
        fuel.spend_items(4)?;
        let Some((_, other)) = right.map.get(key) else {
            return Ok(false);
        };
        if !values_equal(value, other, fuel)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What a journal makes undone.
impl Entries {
    pub(super) fn drop_last(&mut self) {
        self.map.pop();
    }

    pub(super) fn put_back(&mut self, place: usize, value: Value) {
        if let Some((_, entry)) = self.map.get_index_mut(place) {
            entry.1 = value;
        }
    }

    pub(super) fn insert_at(&mut self, place: usize, key: Key, entry: (Value, Value)) {
        self.map.shift_insert(place, key, entry);
    }
}

/// As lists: without recursion.
impl Drop for Entries {
    fn drop(&mut self) {
        let entries = mem::take(&mut self.map).into_values();
        release(entries.flat_map(|(key, value)| [key, value]).collect());
    }
}
