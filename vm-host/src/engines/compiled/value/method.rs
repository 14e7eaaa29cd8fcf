//! The methods that lists, tuples, strings and integers have. Must not know how a hint names them.

use std::rc::Rc;

use super::arithmetic::extend;
use super::sequence::place;
use super::{Decline, Dict, Fuel, Integer, Journal, List, Part, Value, bytes, dict};
use crate::hexadecimal::hexadecimal;

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
    Get,
    SetDefault,
    Keys,
    Values,
    Items,
    Update,
    Split,
    Strip,
    LeftStrip,
    RightStrip,
    Replace,
    Find,
    IsDigit,
    LeftJustify,
    RightJustify,
    Join,
    StartsWith,
    EndsWith,
    Lower,
    Upper,
    Zfill,
    BitLength,
    Hex,
    Decode,
    Encode,
    ToBytes,
    FromBytes,
    FromHex,
    Digest,
    HexDigest,
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
            "get" => Self::Get,
            "setdefault" => Self::SetDefault,
            "keys" => Self::Keys,
            "values" => Self::Values,
            "items" => Self::Items,
            "update" => Self::Update,
            "split" => Self::Split,
            "strip" => Self::Strip,
            "lstrip" => Self::LeftStrip,
            "rstrip" => Self::RightStrip,
            "replace" => Self::Replace,
            "find" => Self::Find,
            "isdigit" => Self::IsDigit,
            "ljust" => Self::LeftJustify,
            "rjust" => Self::RightJustify,
            "join" => Self::Join,
            "startswith" => Self::StartsWith,
            "endswith" => Self::EndsWith,
            "lower" => Self::Lower,
            "upper" => Self::Upper,
            "zfill" => Self::Zfill,
            "bit_length" => Self::BitLength,
            "hex" => Self::Hex,
            "decode" => Self::Decode,
            "encode" => Self::Encode,
            "to_bytes" => Self::ToBytes,
            "from_bytes" => Self::FromBytes,
            "fromhex" => Self::FromHex,
            "digest" => Self::Digest,
            "hexdigest" => Self::HexDigest,
            _ => return None,
        })
    }

    /// Calls the method of a value; of arguments by name there are the `reverse` of `sort`, and those of numbers as bytes.
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
        if let Some(value) = self.of_numbers(value, arguments, named, fuel)? {
            return Ok(value);
        }
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
            Value::Dict(dict) => self.of_dict(dict, arguments, fuel, journal),
            Value::Tuple(items) => self.of_items(items, arguments, fuel),
            Value::Range(_) => Err(NO_METHOD),
            Value::Text(text) if self == Self::Encode => bytes::encode(text, arguments, fuel),
            Value::Text(text) => self.of_text(text, arguments, fuel),
            Value::Bytes(found) => bytes::call(self, found, arguments, fuel),
            Value::Digest(found) => match (self, arguments) {
                (Self::Digest, []) => Ok(Value::Bytes(Rc::clone(found))),
                (Self::HexDigest, []) => Ok(Value::Text(hexadecimal(found).into())),
                _ => Err(NO_METHOD),
            },
            Value::Function(class) if class.module.is_empty() && class.name == "bytes" => {
                match (self, arguments) {
                    (Self::FromHex, [Value::Text(text)]) => bytes::from_hexadecimal(text, fuel),
                    _ => Err(NO_METHOD),
                }
            }
            Value::Integer(_) | Value::Boolean(_)
                if self == Self::BitLength && arguments.is_empty() =>
            {
                Ok(Integer::from(value.integer()?.bits()).into())
            }
            _ => Err(NO_METHOD),
        }
    }

    /// `to_bytes` of a number and `from_bytes` of its class, with their arguments by place or by name.
    fn of_numbers(
        self,
        value: &Value,
        arguments: &[Value],
        named: &[(&str, Value)],
        fuel: &mut Fuel,
    ) -> Result<Option<Value>, Decline> {
        let first = match self {
            Self::ToBytes => "length",
            Self::FromBytes => "bytes",
            _ => return Ok(None),
        };
        let names = [first, "byteorder", "signed"];
        // The last is given by its name alone.
        let mut given: [Option<&Value>; 3] = [arguments.first(), arguments.get(1), None];
        for (name, value) in named {
            let place = names.iter().position(|known| known == name);
            let place = place.ok_or(NO_METHOD)?;
            if given[place].replace(value).is_some() {
                return Err(NO_METHOD);
            }
        }
        if arguments.len() > 2 {
            return Err(NO_METHOD);
        }
        match (self, value) {
            (Self::ToBytes, Value::Integer(_) | Value::Boolean(_)) => {
                bytes::of_integer(&value.integer()?, given, fuel).map(Some)
            }
            (Self::FromBytes, Value::Function(class))
                if class.module.is_empty() && class.name == "int" =>
            {
                bytes::to_integer(given, fuel).map(Some)
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
                value.check_into(Rc::as_ptr(list).cast(), fuel)?;
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
                value.check_into(Rc::as_ptr(list).cast(), fuel)?;
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

    fn of_dict(
        self,
        dict: &Dict,
        arguments: &[Value],
        fuel: &mut Fuel,
        journal: &mut Journal,
    ) -> Result<Value, Decline> {
        match (self, arguments) {
            (Self::Get, [key]) => Ok(dict::get(dict, key, fuel)?.unwrap_or(Value::None)),
            (Self::Get, [key, default]) => {
                Ok(dict::get(dict, key, fuel)?.unwrap_or_else(|| default.clone()))
            }
            (Self::SetDefault, [key, ..]) if arguments.len() <= 2 => {
                if let Some(value) = dict::get(dict, key, fuel)? {
                    return Ok(value);
                }
                let default = arguments.get(1).cloned().unwrap_or(Value::None);
                dict::set(dict, key, default.clone(), fuel, journal)?;
                Ok(default)
            }
            (Self::Pop, [key]) => dict::remove(dict, key, fuel, journal)?.ok_or(NOT_FOUND),
            (Self::Pop, [key, default]) => {
                let removed = dict::remove(dict, key, fuel, journal)?;
                Ok(removed.unwrap_or_else(|| default.clone()))
            }
            (Self::Keys, []) => Ok(Value::View(Rc::clone(dict), Part::Keys)),
            (Self::Values, []) => Ok(Value::View(Rc::clone(dict), Part::Values)),
            (Self::Items, []) => Ok(Value::View(Rc::clone(dict), Part::Items)),
            (Self::Update, [from]) => {
                if let Value::Iterator(_) | Value::View(..) = from {
                    return Err(Decline("entries of what may change with them"));
                }
                dict::update(dict, from, fuel, journal)?;
                Ok(Value::None)
            }
            (Self::Clear, []) => {
                dict::clear(dict, journal);
                Ok(Value::None)
            }
            (Self::Copy, []) => dict::copy(dict, fuel),
            _ => Err(NO_METHOD),
        }
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
            // What is white space, or a digit, beyond that changes with the version.
            (Self::Split, separators) if text.is_ascii() && separators.len() <= 1 => {
                let parts: Vec<Value> = match separators {
                    [] | [Value::None] => text
                        .split(is_space)
                        .filter(|part| !part.is_empty())
                        .map(Value::text)
                        .collect(),
                    [Value::Text(separator)] if !separator.is_empty() => {
                        text.split(&**separator).map(Value::text).collect()
                    }
                    _ => return Err(NO_METHOD),
                };
                Value::list(parts, fuel)
            }
            (Self::Strip, []) if text.is_ascii() => Ok(Value::text(text.trim_matches(is_space))),
            (Self::LeftStrip, []) if text.is_ascii() => {
                Ok(Value::text(text.trim_start_matches(is_space)))
            }
            (Self::RightStrip, []) if text.is_ascii() => {
                Ok(Value::text(text.trim_end_matches(is_space)))
            }
            (Self::Replace, [Value::Text(from), Value::Text(to)]) if !from.is_empty() => {
                let longest = text.len().saturating_mul(to.len().max(1));
                fuel.spend_items(longest / 8)?;
                Ok(Value::text(&text.replace(&**from, to)))
            }
            (Self::Find, [Value::Text(part)]) if text.is_ascii() => match text.find(&**part) {
                Some(place) => Ok(place.into()),
                None => Ok(Value::from(-1)),
            },
            (Self::IsDigit, []) if text.is_ascii() => {
                let digits = text.bytes().all(|byte| byte.is_ascii_digit());
                Ok((digits && !text.is_empty()).into())
            }
            (Self::LeftJustify | Self::RightJustify, [width]) => {
                let width = width.integer()?.to_i64().ok_or(NO_METHOD)?;
                let width = usize::try_from(width).unwrap_or(0);
                fuel.spend_items(width)?;
                let filling = " ".repeat(width.saturating_sub(text.chars().count()));
                Ok(Value::text(&match self {
                    Self::LeftJustify => format!("{text}{filling}"),
                    _ => format!("{filling}{text}"),
                }))
            }
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

/// What Python takes for white space among the characters of ASCII.
fn is_space(character: char) -> bool {
    matches!(character, '\t'..='\r' | '\x1c'..='\x1f' | ' ')
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
