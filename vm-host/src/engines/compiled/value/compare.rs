//! Truth, equality, order, identity and membership. Must not know arithmetic.

use std::cmp::Ordering;
use std::rc::Rc;

use cairo_vm::types::relocatable::Relocatable;

use super::{Comparison, Decline, Fuel, MAX_DEPTH, Part, TOO_DEEP, Value, dict, float};

const NO_ORDER: Decline = Decline("values that have no order");
const UNKNOWN_IDENTITY: Decline = Decline("identity that Python decides");

impl Value {
    /// What `if` makes of the value.
    pub(crate) fn truth(&self) -> Result<bool, Decline> {
        match self {
            Self::None => Ok(false),
            Self::Boolean(boolean) => Ok(*boolean),
            Self::Integer(integer) => Ok(!integer.is_zero()),
            Self::Float(number) => Ok(*number != 0.0),
            Self::Text(text) => Ok(!text.is_empty()),
            Self::Bytes(bytes) => Ok(!bytes.is_empty()),
            Self::Tuple(items) => Ok(!items.is_empty()),
            Self::List(items) => Ok(!items.borrow().is_empty()),
            Self::Dict(dict) | Self::Set(dict) | Self::View(dict, _) => Ok(dict.borrow().len() > 0),
            Self::Range(range) => Ok(range.len() > 0),
            Self::Address(_)
            | Self::Iterator(_)
            | Self::Function(_)
            | Self::Module(_)
            | Self::Digest(_)
            | Self::Own(_) => Ok(true),
            Self::Struct(_) => Err(Decline("the truth of a struct")),
        }
    }

    /// Any comparison.
    ///
    /// # Errors
    /// [`Decline`] where Python raises, where it depends on more than the values, and where the fuel ends.
    pub(crate) fn comparison(
        comparison: Comparison,
        left: &Self,
        right: &Self,
        fuel: &mut Fuel,
    ) -> Result<bool, Decline> {
        match comparison {
            Comparison::Equal => left.equals(right, fuel),
            Comparison::NotEqual => Ok(!left.equals(right, fuel)?),
            Comparison::Is => left.is(right, fuel),
            Comparison::IsNot => Ok(!left.is(right, fuel)?),
            Comparison::In => right.contains(left, fuel),
            Comparison::NotIn => Ok(!right.contains(left, fuel)?),
            Comparison::Less => Ok(left.compare(right, fuel)?.is_lt()),
            Comparison::LessEqual => Ok(left.compare(right, fuel)?.is_le()),
            Comparison::Greater => Ok(left.compare(right, fuel)?.is_gt()),
            Comparison::GreaterEqual => Ok(left.compare(right, fuel)?.is_ge()),
        }
    }

    /// `==`.
    pub(crate) fn equals(&self, other: &Self, fuel: &mut Fuel) -> Result<bool, Decline> {
        equal(self, other, MAX_DEPTH, fuel)
    }

    /// The order of two values, where they have one: `<` and all like it.
    pub(crate) fn compare(&self, other: &Self, fuel: &mut Fuel) -> Result<Ordering, Decline> {
        order(self, other, MAX_DEPTH, fuel)
    }

    /// `is`, where it does not depend on which objects Python makes once.
    pub(crate) fn is(&self, other: &Self, fuel: &mut Fuel) -> Result<bool, Decline> {
        match (self, other) {
            (Self::None, Self::None) => Ok(true),
            (Self::Boolean(left), Self::Boolean(right)) => Ok(left == right),
            (Self::List(left), Self::List(right)) => Ok(Rc::ptr_eq(left, right)),
            (Self::Dict(left), Self::Dict(right)) | (Self::Set(left), Self::Set(right)) => {
                Ok(Rc::ptr_eq(left, right))
            }
            (Self::View(..), Self::View(..)) => Err(UNKNOWN_IDENTITY),
            (Self::Module(left), Self::Module(right)) => Ok(left == right),
            (Self::Iterator(left), Self::Iterator(right)) => Ok(Rc::ptr_eq(left, right)),
            (Self::Digest(_), Self::Digest(_)) => Err(UNKNOWN_IDENTITY),
            (Self::Function(left), Self::Function(right)) if std::ptr::eq(*left, *right) => {
                Ok(true)
            }
            (Self::Own(left), Self::Own(right)) => Ok(left.object == right.object),
            (Self::Own(_), Self::Function(_)) | (Self::Function(_), Self::Own(_)) => Ok(false),
            (Self::Struct(_), _) | (_, Self::Struct(_)) => match (self, other) {
                (Self::None, _) | (_, Self::None) => Ok(false),
                _ => Err(UNKNOWN_IDENTITY),
            },
            (Self::Function(left), Self::Function(right)) if left.is_type && right.is_type => {
                Ok(false)
            }
            (Self::Function(_), Self::Function(_)) => Err(UNKNOWN_IDENTITY),
            _ if self.type_name() != other.type_name() => Ok(false),
            // Equal ones may be one object or two.
            _ if self.equals(other, fuel)? => Err(UNKNOWN_IDENTITY),
            _ => Ok(false),
        }
    }

    /// Whether this has the other one: `item in self`.
    pub(crate) fn contains(&self, item: &Self, fuel: &mut Fuel) -> Result<bool, Decline> {
        match (self, item) {
            (Self::Text(text), Self::Text(part)) => {
                fuel.spend_items(text.len())?;
                Ok(text.contains(&**part))
            }
            (Self::Range(range), Self::Integer(_) | Self::Boolean(_)) => Ok(item
                .integer()?
                .to_i64()
                .is_some_and(|number| range.contains(number))),
            (Self::Bytes(bytes), Self::Bytes(part)) => {
                fuel.spend_items(bytes.len().saturating_mul(part.len().max(1)) / 8)?;
                Ok(part.is_empty() || bytes.windows(part.len()).any(|window| window == &**part))
            }
            (Self::Bytes(bytes), Self::Integer(_) | Self::Boolean(_)) => {
                let byte = item.integer()?.to_u64();
                let byte = byte.and_then(|byte| u8::try_from(byte).ok());
                let byte = byte.ok_or(Decline("a number that is no byte"))?;
                Ok(bytes.contains(&byte))
            }
            (Self::Tuple(items), _) => any_equal(items, item, fuel),
            (Self::List(items), _) => any_equal(&items.borrow(), item, fuel),
            (Self::Dict(dict) | Self::Set(dict) | Self::View(dict, Part::Keys), _) => {
                Ok(dict::get(dict, item, fuel)?.is_some())
            }
            (Self::View(dict, Part::Values), _) => {
                let values: Vec<Self> = dict
                    .borrow()
                    .iter()
                    .map(|(_, value)| value.clone())
                    .collect();
                fuel.spend_items(values.len())?;
                any_equal(&values, item, fuel)
            }
            _ => Err(Decline("membership in a value that is no sequence")),
        }
    }
}

fn any_equal(items: &[Value], wanted: &Value, fuel: &mut Fuel) -> Result<bool, Decline> {
    for item in items {
        fuel.spend_items(1)?;
        if item.equals(wanted, fuel)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equal(left: &Value, right: &Value, depth: usize, fuel: &mut Fuel) -> Result<bool, Decline> {
    let depth = depth.checked_sub(1).ok_or(TOO_DEEP)?;
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => {
            if left.bits() > 64 {
                fuel.spend(20 + left.bits() / 64)?;
            }
            Ok(left == right)
        }
        (Value::Integer(_) | Value::Boolean(_), Value::Integer(_) | Value::Boolean(_)) => {
            Ok(left.integer()? == right.integer()?)
        }
        (Value::Float(_), Value::Float(_) | Value::Integer(_) | Value::Boolean(_))
        | (Value::Integer(_) | Value::Boolean(_), Value::Float(_)) => {
            Ok(float::compare(left, right)?.is_eq())
        }
        (Value::Bytes(left), Value::Bytes(right)) => {
            fuel.spend_items(left.len().min(right.len()) / 64)?;
            Ok(left == right)
        }
        (Value::Digest(_), _) | (_, Value::Digest(_)) => Err(UNKNOWN_IDENTITY),
        (Value::None, Value::None) => Ok(true),
        (Value::Text(left), Value::Text(right)) => {
            fuel.spend_items(left.len().min(right.len()) / 64)?;
            Ok(left == right)
        }
        (Value::Address(left), Value::Address(right)) => Ok(left == right),
        (Value::Tuple(left), Value::Tuple(right)) => all_equal(left, right, depth, fuel),
        (Value::List(left), Value::List(right)) => {
            Ok(Rc::ptr_eq(left, right) || all_equal(&left.borrow(), &right.borrow(), depth, fuel)?)
        }
        (Value::Dict(left), Value::Dict(right)) | (Value::Set(left), Value::Set(right)) => {
            dict::equal(left, right, fuel, |left, right, fuel| {
                equal(left, right, depth, fuel)
            })
        }
        (Value::View(..), _) | (_, Value::View(..)) => Err(UNKNOWN_IDENTITY),
        (Value::Module(left), Value::Module(right)) => Ok(left == right),
        (Value::Range(left), Value::Range(right)) => Ok(left.equals(right)),
        (Value::Iterator(left), Value::Iterator(right)) => Ok(Rc::ptr_eq(left, right)),
        (Value::Function(left), Value::Function(right)) if std::ptr::eq(*left, *right) => Ok(true),
        (Value::Function(left), Value::Function(right)) if left.is_type && right.is_type => {
            Ok(false)
        }
        (Value::Struct(_), _) | (_, Value::Struct(_)) => Err(Decline("the equality of structs")),
        (Value::Own(left), Value::Own(right)) => Ok(left.object == right.object),
        (Value::Own(_), Value::Function(_)) | (Value::Function(_), Value::Own(_)) => Ok(false),
        (Value::Function(_), Value::Function(_)) => Err(UNKNOWN_IDENTITY),
        _ => Ok(false),
    }
}

fn all_equal(
    left: &[Value],
    right: &[Value],
    depth: usize,
    fuel: &mut Fuel,
) -> Result<bool, Decline> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (left, right) in left.iter().zip(right) {
        fuel.spend_items(1)?;
        if !equal(left, right, depth, fuel)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn order(left: &Value, right: &Value, depth: usize, fuel: &mut Fuel) -> Result<Ordering, Decline> {
    let depth = depth.checked_sub(1).ok_or(TOO_DEEP)?;
    match (left, right) {
        (Value::Integer(left), Value::Integer(right)) => {
            if left.bits() > 64 {
                fuel.spend(20 + left.bits() / 64)?;
            }
            Ok(left.cmp(right))
        }
        (Value::Integer(_) | Value::Boolean(_), Value::Integer(_) | Value::Boolean(_)) => {
            Ok(left.integer()?.cmp(&right.integer()?))
        }
        (Value::Address(left), Value::Address(right)) => Ok(of_addresses(left, right)),
        (Value::Float(_), Value::Float(_) | Value::Integer(_) | Value::Boolean(_))
        | (Value::Integer(_) | Value::Boolean(_), Value::Float(_)) => float::compare(left, right),
        (Value::Bytes(left), Value::Bytes(right)) => {
            fuel.spend_items(left.len().min(right.len()) / 64)?;
            Ok(left.cmp(right))
        }
        // Every integer is before every address.
        (Value::Integer(_) | Value::Boolean(_), Value::Address(_)) => Ok(Ordering::Less),
        (Value::Address(_), Value::Integer(_) | Value::Boolean(_)) => Ok(Ordering::Greater),
        (Value::Text(left), Value::Text(right)) => {
            fuel.spend_items(left.len().min(right.len()) / 64)?;
            Ok(left.cmp(right))
        }
        (Value::Tuple(left), Value::Tuple(right)) => of_sequences(left, right, depth, fuel),
        (Value::List(left), Value::List(right)) => {
            of_sequences(&left.borrow(), &right.borrow(), depth, fuel)
        }
        _ => Err(NO_ORDER),
    }
}

fn of_addresses(left: &Relocatable, right: &Relocatable) -> Ordering {
    (left.segment_index, left.offset).cmp(&(right.segment_index, right.offset))
}

/// By the first values that are not equal, which need an order only then.
fn of_sequences(
    left: &[Value],
    right: &[Value],
    depth: usize,
    fuel: &mut Fuel,
) -> Result<Ordering, Decline> {
    for (left, right) in left.iter().zip(right) {
        fuel.spend_items(1)?;
        if !equal(left, right, depth, fuel)? {
            return order(left, right, depth, fuel);
        }
    }
    Ok(left.len().cmp(&right.len()))
}
