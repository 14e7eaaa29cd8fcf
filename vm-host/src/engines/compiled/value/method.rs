//! The methods that lists, tuples, strings and integers have. Must not know how a hint names them.

use std::rc::Rc;

use super::arithmetic::extend;
use super::sequence::place;
use super::{Decline, Fuel, Integer, Journal, List, Value};

const NO_METHOD: Decline = Decline("a method that is not known");
const NOT_FOUND: Decline = Decline("a value that is not in the list");

/// A method by its name, of whichever values have one of that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Append,
    Extend,
    Pop,
    Insert,
    Remove,
    Index,
    Count,
    Reverse,
    Sort,
    Clear,
    Copy,
    Join,
    StartsWith,
    EndsWith,
    Lower,
    Upper,
    Zfill,
    BitLength,
}

impl Method {
    /// The method of a name, if any value here has one.
    pub(crate) fn find(name: &str) -> Option<Self> {
        Some(match name {
            "append" => Self::Append,
            "extend" => Self::Extend,
            "pop" => Self::Pop,
            "insert" => Self::Insert,
            "remove" => Self::Remove,
            "index" => Self::Index,
            "count" => Self::Count,
            "reverse" => Self::Reverse,
            "sort" => Self::Sort,
            "clear" => Self::Clear,
            "copy" => Self::Copy,
            "join" => Self::Join,
            "startswith" => Self::StartsWith,
            "endswith" => Self::EndsWith,
            "lower" => Self::Lower,
            "upper" => Self::Upper,
            "zfill" => Self::Zfill,
            "bit_length" => Self::BitLength,
            _ => return None,
        })
    }

    /// Calls the method of a value; of arguments by name there is only the `reverse` of `sort`.
    ///
    /// # Errors
    /// [`Decline`] where the value has no such method, where Python raises, and where the fuel ends.
    pub(crate) fn call(
        self,
        value: &Value,
        arguments: &[Value],
        named: &[(&str, Value)],
        fuel: &mut Fuel,
        journal: &mut Journal,
    ) -> Result<Value, Decline> {
        let backwards = match named {
            [] => false,
            [("reverse", backwards @ (Value::Boolean(_) | Value::Integer(_)))]
                if self == Self::Sort =>
            {
                backwards.truth()?
            }
            _ => return Err(NO_METHOD),
        };
        match value {
            Value::List(list) if self == Self::Sort && arguments.is_empty() => {
                let items = list.borrow().to_vec();
                journal.rewrite(list, Value::sorted(items, backwards, fuel)?);
                Ok(Value::None)
            }
            Value::List(list) => self.of_list(list, arguments, fuel, journal),
            Value::Tuple(items) => self.of_items(items, arguments, fuel),
            Value::Range(_) => Err(NO_METHOD),
            Value::Text(text) => self.of_text(text, arguments, fuel),
            Value::Integer(_) | Value::Boolean(_)
                if self == Self::BitLength && arguments.is_empty() =>
            {
                Ok(Integer::from(value.integer()?.bits()).into())
            }
            _ => Err(NO_METHOD),
        }
    }

    fn of_list(
        self,
        list: &List,
        arguments: &[Value],
        fuel: &mut Fuel,
        journal: &mut Journal,
    ) -> Result<Value, Decline> {
        let length = list.borrow().len();
        match (self, arguments) {
            (Self::Append, [value]) => {
                fuel.spend_items(1)?;
                value.check_into(list, fuel)?;
                journal.grow(list, [value.clone()]);
            }
            (Self::Extend, [values]) => extend(list, values, fuel, journal)?,
            (Self::Pop, []) if length > 0 => return Ok(journal.remove(list, length - 1)),
            (Self::Pop, [index]) => {
                fuel.spend_items(length / 8)?;
                return Ok(journal.remove(list, place(index, length)?));
            }
            (Self::Insert, [index, value]) => {
                fuel.spend_items(length / 8 + 1)?;
                value.check_into(list, fuel)?;
                let index = index
                    .integer()?
                    .to_i64()
                    .ok_or(Decline("an index out of range"))?;
                // Beyond an end is at the end.
                let place = match usize::try_from(index) {
                    Ok(index) => index.min(length),
                    Err(_) => length.saturating_sub(
                        usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX),
                    ),
                };
                journal.insert(list, place, value.clone());
            }
            (Self::Remove, [value]) => {
                fuel.spend_items(length / 8)?;
                let found = position(&list.borrow(), value, fuel)?;
                journal.remove(list, found);
            }
            (Self::Reverse, []) => {
                fuel.spend_items(length)?;
                let mut items = list.borrow().to_vec();
                items.reverse();
                journal.rewrite(list, items);
            }
            (Self::Clear, []) => journal.rewrite(list, Vec::new()),
            (Self::Copy, []) => {
                fuel.spend_items(length)?;
                return Value::list(list.borrow().to_vec(), fuel);
            }
            _ => {
                let items = list.borrow();
                return self.of_items(&items, arguments, fuel);
            }
        }
        Ok(Value::None)
    }

    fn of_items(
        self,
        items: &[Value],
        arguments: &[Value],
        fuel: &mut Fuel,
    ) -> Result<Value, Decline> {
        match (self, arguments) {
            (Self::Index, [value]) => Ok(position(items, value, fuel)?.into()),
            (Self::Count, [value]) => {
                let mut count = 0_usize;
                for item in items {
                    fuel.spend_items(1)?;
                    count += usize::from(item.equals(value, fuel)?);
                }
                Ok(count.into())
            }
            _ => Err(NO_METHOD),
        }
    }

    fn of_text(
        self,
        text: &Rc<str>,
        arguments: &[Value],
        fuel: &mut Fuel,
    ) -> Result<Value, Decline> {
        fuel.spend_items(text.len() / 8)?;
        match (self, arguments) {
            (Self::Join, [values]) => {
                let mut joined = String::new();
                for (index, value) in values.collect(fuel)?.iter().enumerate() {
                    let Value::Text(value) = value else {
                        return Err(Decline("it joins what is no text"));
                    };
                    fuel.spend_items((text.len() + value.len()) / 8)?;
                    if index > 0 {
                        joined.push_str(text);
                    }
                    joined.push_str(value);
                }
                Ok(Value::Text(joined.into()))
            }
            (Self::StartsWith, [Value::Text(start)]) => Ok(text.starts_with(&**start).into()),
            (Self::EndsWith, [Value::Text(end)]) => Ok(text.ends_with(&**end).into()),
            // Other letters are other ones in other versions.
            (Self::Lower, []) if text.is_ascii() => Ok(Value::text(&text.to_ascii_lowercase())),
            (Self::Upper, []) if text.is_ascii() => Ok(Value::text(&text.to_ascii_uppercase())),
            (Self::Zfill, [width]) => {
                let width = width.integer()?.to_i64().ok_or(NO_METHOD)?;
                let width = usize::try_from(width).unwrap_or(0);
                fuel.spend_items(width)?;
                let missing = width.saturating_sub(text.chars().count());
                let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
                let sign = &text[..text.len() - digits.len()];
                Ok(Value::text(&format!(
                    "{sign}{}{digits}",
                    "0".repeat(missing)
                )))
            }
            _ => Err(NO_METHOD),
        }
    }
}

impl Value {
    /// These in order, as `sorted` and `sort` put them: those that are equal stay in theirs, also backwards.
    pub(crate) fn sorted(
        mut items: Vec<Self>,
        backwards: bool,
        fuel: &mut Fuel,
    ) -> Result<Vec<Self>, Decline> {
        if backwards {
            items.reverse();
        }
        let mut sorted = merge_sort(items, fuel)?;
        if backwards {
            sorted.reverse();
        }
        Ok(sorted)
    }
}

/// Sorts with comparisons that may have no answer.
fn merge_sort(mut left: Vec<Value>, fuel: &mut Fuel) -> Result<Vec<Value>, Decline> {
    if left.len() < 2 {
        return Ok(left);
    }
    fuel.spend_items(left.len())?;
    let right = merge_sort(left.split_off(left.len() / 2), fuel)?;
    let left = merge_sort(left, fuel)?;
    let mut sorted = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        fuel.spend_items(1)?;
        // Of equal ones the first comes first.
        let next = if second.compare(first, fuel)?.is_lt() {
            right.next()
        } else {
            left.next()
        };
        sorted.extend(next);
    }
    sorted.extend(left);
    sorted.extend(right);
    Ok(sorted)
}

fn position(items: &[Value], wanted: &Value, fuel: &mut Fuel) -> Result<usize, Decline> {
    for (index, item) in items.iter().enumerate() {
        fuel.spend_items(1)?;
        if item.equals(wanted, fuel)? {
            return Ok(index);
        }
    }
    Err(NOT_FOUND)
}
