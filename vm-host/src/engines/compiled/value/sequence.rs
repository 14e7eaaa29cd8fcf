//! Lengths, indexes and slices of what has them. Must not know the methods of lists.

use std::rc::Rc;

use super::{Decline, Fuel, Journal, Value, dict};

const NO_INDEX: Decline = Decline("an index out of range");
const NO_SEQUENCE: Decline = Decline("an index of a value that is no sequence");

impl Value {
    /// `len`.
    pub(crate) fn length(&self, fuel: &mut Fuel) -> Result<usize, Decline> {
        match self {
            Self::Text(text) => {
                fuel.spend_items(text.len() / 8)?;
                Ok(text.chars().count())
            }
            Self::Bytes(bytes) => Ok(bytes.len()),
            Self::Tuple(items) => Ok(items.len()),
            Self::List(items) => Ok(items.borrow().len()),
            Self::Dict(dict) | Self::Set(dict) | Self::View(dict, _) => Ok(dict.borrow().len()),
            Self::Range(range) => Ok(range.len()),
            _ => Err(Decline("the length of a value that is no sequence")),
        }
    }

    /// `self[index]`.
    pub(crate) fn subscript(&self, index: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        match self {
            Self::Tuple(items) => Ok(items[place(index, items.len())?].clone()),
            Self::List(items) => {
                let items = items.borrow();
                Ok(items[place(index, items.len())?].clone())
            }
            Self::Text(text) => {
                let place = place(index, self.length(fuel)?)?;
                let character = text.chars().nth(place).ok_or(NO_INDEX)?;
                Ok(Self::text(character.encode_utf8(&mut [0; 4])))
            }
            Self::Bytes(bytes) => Ok(i64::from(bytes[place(index, bytes.len())?]).into()),
            Self::Dict(dict) => dict::item(dict, index, fuel),
            Self::Range(range) => {
                let place = place(index, range.len())?;
                Ok(range.at(i64::try_from(place).map_err(|_| NO_INDEX)?).into())
            }
            _ => Err(NO_SEQUENCE),
        }
    }

    /// `self[index] = value`, of a list or dictionary.
    pub(crate) fn set_item(
        &self,
        index: &Self,
        value: Self,
        fuel: &mut Fuel,
        journal: &mut Journal,
    ) -> Result<(), Decline> {
        if let Self::Dict(dict) = self {
            return dict::set(dict, index, value, fuel, journal);
        }
        let Self::List(list) = self else {
            return Err(NO_SEQUENCE);
        };
        let place = place(index, list.borrow().len())?;
        value.check_into(Rc::as_ptr(list).cast(), fuel)?;
        journal.replace(list, place, value);
        Ok(())
    }

    /// `del self[index]`, of a list or dictionary.
    pub(crate) fn delete_item(
        &self,
        index: &Self,
        fuel: &mut Fuel,
        journal: &mut Journal,
    ) -> Result<(), Decline> {
        if let Self::Dict(dict) = self {
            let removed = dict::remove(dict, index, fuel, journal)?;
            return removed.map(drop).ok_or(NO_INDEX);
        }
        let Self::List(list) = self else {
            return Err(NO_SEQUENCE);
        };
        let length = list.borrow().len();
        fuel.spend_items(length / 8)?;
        journal.remove(list, place(index, length)?);
        Ok(())
    }

    /// `self[lower:upper:step]`, where what is absent is `None`.
    pub(crate) fn slice(
        &self,
        lower: Option<&Self>,
        upper: Option<&Self>,
        step: Option<&Self>,
        fuel: &mut Fuel,
    ) -> Result<Self, Decline> {
        let length = self.length(fuel)?;
        let indexes = Indexes::new(bound(lower)?, bound(upper)?, bound(step)?, length)?;
        fuel.spend_items(indexes.length)?;
        match self {
            Self::Bytes(bytes) => Self::bytes(indexes.of(bytes), fuel),
            Self::Tuple(items) => Ok(Self::Tuple(indexes.of(items).into())),
            Self::List(items) => Self::list(indexes.of(&items.borrow()), fuel),
            Self::Text(text) => {
                fuel.spend_items(length)?;
                let characters: Vec<char> = text.chars().collect();
                Ok(Self::text(
                    &indexes.of(&characters).into_iter().collect::<String>(),
                ))
            }
            _ => Err(NO_SEQUENCE),
        }
    }
}

/// Where an index is in a sequence of some length.
pub(super) fn place(index: &Value, length: usize) -> Result<usize, Decline> {
    let index = match index {
        Value::Integer(index) => index.to_i64().ok_or(NO_INDEX)?,
        Value::Boolean(index) => i64::from(*index),
        _ => return Err(Decline("an index that is no integer")),
    };
    let length = i64::try_from(length).map_err(|_| NO_INDEX)?;
    let place = if index < 0 { index + length } else { index };
    if (0..length).contains(&place) {
        usize::try_from(place).map_err(|_| NO_INDEX)
    } else {
        Err(NO_INDEX)
    }
}

/// A bound of a slice. Numbers beyond any sequence are as good as the ends.
fn bound(value: Option<&Value>) -> Result<Option<i64>, Decline> {
    match value {
        None | Some(Value::None) => Ok(None),
        Some(value) => {
            let number = value.integer()?;
            let end = if number.is_negative() {
                i64::MIN / 2
            } else {
                i64::MAX / 2
            };
            Ok(Some(number.to_i64().map_or(end, |number| {
                number.clamp(i64::MIN / 2, i64::MAX / 2)
            })))
        }
    }
}

/// The indexes that a slice has.
struct Indexes {
    first: i64,
    step: i64,
    length: usize,
}

impl Indexes {
    fn new(
        lower: Option<i64>,
        upper: Option<i64>,
        step: Option<i64>,
        length: usize,
    ) -> Result<Self, Decline> {
        let length = i64::try_from(length).map_err(|_| NO_INDEX)?;
        let step = step.unwrap_or(1);
        if step == 0 {
            return Err(Decline("a slice without a step"));
        }
        // Backwards, the ends are one before: of the last value, and of the first.
        let (lowest, highest) = if step > 0 {
            (0, length)
        } else {
            (-1, length - 1)
        };
        let within =
            |bound: i64| (if bound < 0 { bound + length } else { bound }).clamp(lowest, highest);
        let (from, to) = if step > 0 {
            (lowest, highest)
        } else {
            (highest, lowest)
        };
        let first = lower.map_or(from, within);
        let end = upper.map_or(to, within);
        let count = if step > 0 {
            (end - first + step - 1) / step
        } else {
            (end - first + step + 1) / step
        };
        Ok(Self {
            first,
            step,
            length: usize::try_from(count).unwrap_or(0),
        })
    }

    fn of<T: Clone>(&self, items: &[T]) -> Vec<T> {
        let mut index = self.first;
        let mut values = Vec::with_capacity(self.length);
        for _ in 0..self.length {
            values.extend(
                usize::try_from(index)
                    .ok()
                    .and_then(|index| items.get(index))
                    .cloned(),
            );
            index += self.step;
        }
        values
    }
}
