//! Going through values one after the other, as Python's iterators do: nothing is made before it is asked for,
//! and a list that changes meanwhile is seen as it is then. Must not know loops.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Decline, Dict, Fuel, Integer, List, Part, Range, Value};

/// How deep iterators may be in each other.
const MAX_NESTED: usize = 8;

/// Where an iterator is.
#[derive(Debug)]
pub(crate) enum Cursor {
    /// At its end, where it stays.
    Done,
    List(List, usize),
    /// From this index down to the first, which is at one.
    Reversed(List, usize),
    Tuple(Rc<[Value]>, usize),
    /// From this one down to the first, which is at one.
    ReversedTuple(Rc<[Value]>, usize),
    /// The byte of the next character.
    Text(Rc<str>, usize),
    Bytes(Rc<[u8]>, usize),
    /// How many of the numbers are behind it.
    Range(Rc<Range>, i64),
    /// The same from the end.
    ReversedRange(Rc<Range>, i64),
    /// The place, and the shape that the dictionary had.
    Dict(Dict, Part, usize, u64),
    Enumerate(Box<Cursor>, Integer),
    Zip(Vec<Cursor>),
    /// An iterator that others may have.
    Shared(Rc<RefCell<Cursor>>),
}

impl Value {
    /// An iterator over this value: what a loop goes through.
    pub(crate) fn iterate(&self) -> Result<Cursor, Decline> {
        match self {
            Self::List(list) => Ok(Cursor::List(Rc::clone(list), 0)),
            Self::Tuple(items) => Ok(Cursor::Tuple(Rc::clone(items), 0)),
            Self::Text(text) => Ok(Cursor::Text(Rc::clone(text), 0)),
            Self::Bytes(bytes) => Ok(Cursor::Bytes(Rc::clone(bytes), 0)),
            Self::Dict(dict) => Ok(Cursor::of_dict(dict, Part::Keys)),
            Self::View(dict, part) => Ok(Cursor::of_dict(dict, *part)),
            Self::Range(range) => Ok(Cursor::Range(Rc::clone(range), 0)),
            Self::Iterator(cursor) => Ok(Cursor::Shared(Rc::clone(cursor))),
            _ => Err(Decline("a value that nothing goes through")),
        }
    }

    /// An iterator from the end of this value, as `reversed` gives it.
    pub(crate) fn iterate_reversed(&self) -> Result<Cursor, Decline> {
        match self {
            Self::List(list) => Ok(Cursor::Reversed(Rc::clone(list), list.borrow().len())),
            Self::Tuple(items) => Ok(Cursor::ReversedTuple(Rc::clone(items), items.len())),
            Self::Range(range) => Ok(Cursor::ReversedRange(Rc::clone(range), range.length)),
            _ => Err(Decline("a value that nothing goes through backwards")),
        }
    }

    /// All that this gives one after the other.
    pub(crate) fn collect(&self, fuel: &mut Fuel) -> Result<Vec<Self>, Decline> {
        match self {
            Self::List(items) => {
                fuel.spend_items(items.borrow().len())?;
                Ok(items.borrow().to_vec())
            }
            Self::Tuple(items) => {
                fuel.spend_items(items.len())?;
                Ok(items.to_vec())
            }
            _ => {
                let mut cursor = self.iterate()?;
                let mut values = Vec::new();
                while let Some(value) = cursor.next(fuel)? {
                    fuel.spend_items(1)?;
                    values.push(value);
                }
                Ok(values)
            }
        }
    }
}

impl Cursor {
    fn of_dict(dict: &Dict, part: Part) -> Self {
        let shape = dict.borrow().shape();
        Self::Dict(Rc::clone(dict), part, 0, shape)
    }

    /// `enumerate` from a number.
    pub(crate) fn enumerate(self, start: Integer) -> Result<Self, Decline> {
        self.checked_depth()?;
        Ok(Self::Enumerate(Box::new(self), start))
    }

    /// `zip`.
    pub(crate) fn zip(cursors: Vec<Self>) -> Result<Self, Decline> {
        for cursor in &cursors {
            cursor.checked_depth()?;
        }
        Ok(if cursors.is_empty() {
            Self::Done
        } else {
            Self::Zip(cursors)
        })
    }

    /// The next value, until there is none.
    pub(crate) fn next(&mut self, fuel: &mut Fuel) -> Result<Option<Value>, Decline> {
        let value = match self {
            Self::Done => None,
            Self::List(list, index) => {
                let value = list.borrow().get(*index).cloned();
                *index += 1;
                value
            }
            Self::Reversed(list, index) => {
                let value = index
                    .checked_sub(1)
                    .and_then(|before| list.borrow().get(before).cloned());
                *index = index.saturating_sub(1);
                value
            }
            Self::Tuple(items, index) => {
                let value = items.get(*index).cloned();
                *index += 1;
                value
            }
            Self::ReversedTuple(items, index) => {
                let value = index.checked_sub(1).map(|before| items[before].clone());
                *index = index.saturating_sub(1);
                value
            }
            Self::Text(text, byte) => {
                let character = text[*byte..].chars().next();
                character.map(|character| {
                    *byte += character.len_utf8();
                    Value::text(character.encode_utf8(&mut [0; 4]))
                })
            }
            Self::Bytes(bytes, index) => {
                let byte = bytes.get(*index).map(|byte| i64::from(*byte).into());
                *index += 1;
                byte
            }
            Self::Range(range, passed) => (*passed < range.length).then(|| {
                *passed += 1;
                range.at(*passed - 1).into()
            }),
            Self::ReversedRange(range, left) => (*left > 0).then(|| {
                *left -= 1;
                range.at(*left).into()
            }),
            Self::Dict(dict, part, place, shape) => {
                let entries = dict.borrow();
                if entries.shape() != *shape {
                    return Err(Decline(
                        "a dictionary that changes while it is gone through",
                    ));
                }
                let entry = entries.at(*place);
                *place += 1;
                match (entry, part) {
                    (None, _) => None,
                    (Some((key, _)), Part::Keys) => Some(key.clone()),
                    (Some((_, value)), Part::Values) => Some(value.clone()),
                    (Some((key, value)), Part::Items) => {
                        Some(Value::tuple(vec![key.clone(), value.clone()], fuel)?)
                    }
                }
            }
            Self::Enumerate(inner, count) => match inner.next(fuel)? {
                Some(value) => {
                    fuel.spend_items(8)?;
                    let number = Value::Integer(count.clone());
                    *count = count.add(&Integer::ONE, fuel)?;
                    Some(Value::tuple(vec![number, value], fuel)?)
                }
                None => None,
            },
            Self::Zip(cursors) => {
                fuel.spend_items(8)?;
                let mut values = Vec::with_capacity(cursors.len());
                for cursor in cursors {
                    match cursor.next(fuel)? {
                        Some(value) => values.push(value),
                        // Those before it have gone on, and those behind it have not. Python asks them again
                        // when it is asked again.
                        None => return Ok(None),
                    }
                }
                return Ok(Some(Value::tuple(values, fuel)?));
            }
            Self::Shared(cursor) => {
                fuel.spend_items(0)?;
                return cursor.borrow_mut().next(fuel);
            }
        };
        if value.is_none() && !matches!(self, Self::Enumerate(..)) {
            *self = Self::Done;
        }
        Ok(value)
    }

    /// Whether it asks this list for values.
    pub(super) fn goes_through(&self, list: &List) -> bool {
        match self {
            Self::List(other, _) | Self::Reversed(other, _) => Rc::ptr_eq(other, list),
            Self::Enumerate(inner, _) => inner.goes_through(list),
            Self::Zip(cursors) => cursors.iter().any(|cursor| cursor.goes_through(list)),
            Self::Shared(cursor) => cursor.borrow().goes_through(list),
            _ => false,
        }
    }

    fn checked_depth(&self) -> Result<(), Decline> {
        if self.depth() < MAX_NESTED {
            Ok(())
        } else {
            Err(super::TOO_DEEP)
        }
    }

    /// How many iterators are in each other here.
    fn depth(&self) -> usize {
        match self {
            Self::Enumerate(inner, _) => 1 + inner.depth(),
            Self::Zip(cursors) => 1 + cursors.iter().map(Self::depth).max().unwrap_or(0),
            Self::Shared(cursor) => 1 + cursor.borrow().depth(),
            _ => 0,
        }
    }
}
