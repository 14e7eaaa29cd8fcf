//! The operators between values that give a value: of integers, of addresses, and of what is put together.
//! Must not know comparisons.

use std::rc::Rc;

use cairo_vm::types::relocatable::Relocatable;

use super::{Binary, Decline, Fuel, Integer, Journal, List, Unary, Value, float};

pub(super) const OUT_OF_RANGE: Decline = Decline("an address out of range");
const NO_OPERATION: Decline = Decline("an operation that these values do not have");

impl Value {
    /// What the operator makes of both.
    ///
    /// # Errors
    /// [`Decline`] where Python raises, where the result is none of these values, and where the fuel ends.
    pub(crate) fn binary(
        operator: Binary,
        left: &Self,
        right: &Self,
        fuel: &mut Fuel,
    ) -> Result<Self, Decline> {
        match (left, right) {
            _ if operator == Binary::Divide => float::binary(operator, left, right),
            (Self::Integer(left), Self::Integer(right)) => of_integers(operator, left, right, fuel),
            (Self::Float(_), _) | (_, Self::Float(_)) => float::binary(operator, left, right),
            (Self::Boolean(left), Self::Boolean(right)) => match operator {
                // These stay booleans.
                Binary::And => Ok((left & right).into()),
                Binary::Or => Ok((left | right).into()),
                Binary::Xor => Ok((left ^ right).into()),
                _ => of_integers(operator, &(*left).into(), &(*right).into(), fuel),
            },
            (Self::Integer(left), Self::Boolean(right)) => {
                of_integers(operator, left, &(*right).into(), fuel)
            }
            (Self::Boolean(left), Self::Integer(right)) => {
                of_integers(operator, &(*left).into(), right, fuel)
            }
            (Self::Address(address), Self::Integer(_) | Self::Boolean(_)) => {
                of_address(operator, *address, &right.integer()?, fuel)
            }
            (Self::Integer(_) | Self::Boolean(_), Self::Address(address))
                if operator == Binary::Add =>
            {
                of_address(operator, *address, &left.integer()?, fuel)
            }
            (Self::Address(left), Self::Address(right))
                if operator == Binary::Subtract && left.segment_index == right.segment_index =>
            {
                Ok(Integer::from(left.offset)
                    .sub(&right.offset.into(), fuel)?
                    .into())
            }
            _ if operator == Binary::Add => concatenate(left, right, fuel),
            (
                Self::Text(_) | Self::Bytes(_) | Self::Tuple(_) | Self::List(_),
                Self::Integer(_) | Self::Boolean(_),
            ) if operator == Binary::Multiply => repeat(left, &right.integer()?, fuel),
            (
                Self::Integer(_) | Self::Boolean(_),
                Self::Text(_) | Self::Bytes(_) | Self::Tuple(_) | Self::List(_),
            ) if operator == Binary::Multiply => repeat(right, &left.integer()?, fuel),
            _ => Err(NO_OPERATION),
        }
    }

    /// What an augmented assignment makes of both: a list is changed itself.
    ///
    /// # Errors
    /// As of [`Value::binary`].
    pub(crate) fn binary_in_place(
        operator: Binary,
        left: &Self,
        right: &Self,
        fuel: &mut Fuel,
        journal: &mut Journal,
    ) -> Result<Self, Decline> {
        match (left, operator) {
            (Self::List(list), Binary::Add) => extend(list, right, fuel, journal)?,
            (Self::List(list), Binary::Multiply) => {
                let items = repeated(&list.borrow(), &right.integer()?, fuel)?;
                journal.rewrite(list, items);
            }
            _ => return Self::binary(operator, left, right, fuel),
        }
        Ok(left.clone())
    }

    /// What the operator makes of the value.
    ///
    /// # Errors
    /// As of [`Value::binary`].
    pub(crate) fn unary(operator: Unary, value: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        match operator {
            Unary::Not => Ok((!value.truth()?).into()),
            Unary::Negate | Unary::Plus if let Self::Float(number) = value => match operator {
                Unary::Negate => Ok(Self::Float(-number)),
                _ => Ok(value.clone()),
            },
            Unary::Negate => Ok(value.integer()?.neg(fuel)?.into()),
            Unary::Plus => Ok(value.integer()?.into()),
            // Of a boolean it warns.
            Unary::Invert => match value {
                Self::Integer(integer) => Ok(integer.invert(fuel)?.into()),
                _ => Err(NO_OPERATION),
            },
        }
    }
}

/// Adds to a list what another value gives one after the other, as `+=` and `extend` do.
pub(super) fn extend(
    list: &List,
    values: &Value,
    fuel: &mut Fuel,
    journal: &mut Journal,
) -> Result<(), Decline> {
    if let Value::Iterator(cursor) = values
        && cursor.borrow().goes_through(list)
    {
        return Err(Decline("a list that grows while it is gone through"));
    }
    // All before any: a list may be added to itself.
    let values = values.collect(fuel)?;
    for value in &values {
        value.check_into(Rc::as_ptr(list).cast(), fuel)?;
    }
    journal.grow(list, values);
    Ok(())
}

fn of_integers(
    operator: Binary,
    left: &Integer,
    right: &Integer,
    fuel: &mut Fuel,
) -> Result<Value, Decline> {
    let result = match operator {
        Binary::Add => left.add(right, fuel),
        Binary::Subtract => left.sub(right, fuel),
        Binary::Multiply => left.mul(right, fuel),
        Binary::Divide => Err(NO_OPERATION),
        Binary::FloorDivide => left.floor_div(right, fuel),
        Binary::Modulo => left.modulo(right, fuel),
        Binary::Power => left.pow(right, None, fuel),
        Binary::ShiftLeft => left.shl(right, fuel),
        Binary::ShiftRight => left.shr(right, fuel),
        Binary::And => left.and(right, fuel),
        Binary::Or => left.or(right, fuel),
        Binary::Xor => left.xor(right, fuel),
    };
    result.map(Value::Integer)
}

fn of_address(
    operator: Binary,
    address: Relocatable,
    number: &Integer,
    fuel: &mut Fuel,
) -> Result<Value, Decline> {
    let offset = Integer::from(address.offset);
    let offset = match operator {
        Binary::Add => offset.add(number, fuel)?,
        Binary::Subtract => offset.sub(number, fuel)?,
        Binary::Modulo => offset.modulo(number, fuel)?,
        _ => return Err(NO_OPERATION),
    };
    // Python has addresses before their segment and far behind it; the VM has none.
    let offset = offset
        .to_i64()
        .and_then(|offset| usize::try_from(offset).ok())
        .ok_or(OUT_OF_RANGE)?;
    Ok(Relocatable { offset, ..address }.into())
}

fn concatenate(left: &Value, right: &Value, fuel: &mut Fuel) -> Result<Value, Decline> {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => {
            fuel.spend_items((left.len() + right.len()) / 8)?;
            Ok(Value::Text(format!("{left}{right}").into()))
        }
        (Value::Bytes(left), Value::Bytes(right)) => {
            Value::bytes([&**left, &**right].concat(), fuel)
        }
        (Value::Tuple(left), Value::Tuple(right)) => {
            Value::tuple(left.iter().chain(right.iter()).cloned().collect(), fuel)
        }
        (Value::List(left), Value::List(right)) => {
            let (left, right) = (left.borrow(), right.borrow());
            fuel.spend_items(left.len() + right.len())?;
            Value::list(left.iter().chain(right.iter()).cloned().collect(), fuel)
        }
        _ => Err(NO_OPERATION),
    }
}

fn repeat(value: &Value, times: &Integer, fuel: &mut Fuel) -> Result<Value, Decline> {
    match value {
        Value::Text(text) => {
            let times = times_of(times, text.len())?;
            fuel.spend_items(text.len().saturating_mul(times) / 8)?;
            Ok(Value::Text(text.repeat(times).into()))
        }
        Value::Bytes(bytes) => {
            let times = times_of(times, bytes.len())?;
            fuel.spend_items(bytes.len().saturating_mul(times) / 8)?;
            Value::bytes(bytes.repeat(times), fuel)
        }
        Value::Tuple(items) => Ok(Value::Tuple(Rc::from(repeated(items, times, fuel)?))),
        Value::List(items) => {
            let items = repeated(&items.borrow(), times, fuel)?;
            Value::list(items, fuel)
        }
        _ => Err(NO_OPERATION),
    }
}

fn repeated(items: &[Value], times: &Integer, fuel: &mut Fuel) -> Result<Vec<Value>, Decline> {
    let times = times_of(times, items.len())?;
    fuel.spend_items(items.len().saturating_mul(times))?;
    Ok(items
        .iter()
        .cycle()
        .take(items.len() * times)
        .cloned()
        .collect())
}

/// How often a sequence of some length is repeated: never where the number is negative.
fn times_of(times: &Integer, length: usize) -> Result<usize, Decline> {
    if times.is_negative() || length == 0 {
        // A number too long for an index raises even so.
        return times.to_i64().map(|_| 0).ok_or(OUT_OF_RANGE);
    }
    times.to_usize().ok_or(OUT_OF_RANGE)
}
