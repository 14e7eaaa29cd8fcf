//! Floating-point numbers as far as every machine computes them alike: the operations that IEEE 754 rounds correctly,
//! with integers that are exact among them. Must not know how values are written down.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::{Binary, Decline, Integer, Value};

/// Up to here every integer is a floating-point number.
const EXACT: i64 = 1 << 53;

const NO_NUMBER: Decline = Decline("a number that is not exact");

/// A number, unless it is too large for one of these or none.
pub(super) fn of(value: &Value) -> Result<f64, Decline> {
    match value {
        Value::Float(number) => Ok(*number),
        value => {
            let number = value.integer()?.to_i64().ok_or(NO_NUMBER)?;
            match (-EXACT..=EXACT).contains(&number) {
                true => Ok(number as f64),
                false => Err(NO_NUMBER),
            }
        }
    }
}

/// A number that Python computes without raising.
pub(crate) fn finite(number: f64) -> Result<Value, Decline> {
    match number.is_finite() {
        true => Ok(Value::Float(number)),
        false => Err(Decline("a number beyond all others")),
    }
}

/// What an operator makes of two numbers of which one is no integer, or that are divided.
pub(super) fn binary(operator: Binary, left: &Value, right: &Value) -> Result<Value, Decline> {
    let (left, right) = (of(left)?, of(right)?);
    let divides = matches!(
        operator,
        Binary::Divide | Binary::FloorDivide | Binary::Modulo
    );
    if divides && right == 0.0 {
        return Err(Decline("a division by zero"));
    }
    finite(match operator {
        Binary::Add => left + right,
        Binary::Subtract => left - right,
        Binary::Multiply => left * right,
        Binary::Divide => left / right,
        Binary::FloorDivide => floor_divmod(left, right).0,
        Binary::Modulo => floor_divmod(left, right).1,
        _ => return Err(Decline("an operation that numbers do not have")),
    })
}

/// Quotient and remainder as Python has them, whose remainder has the sign of the divisor.
fn floor_divmod(left: f64, right: f64) -> (f64, f64) {
    let mut rest = left % right;
    let mut quotient = (left - rest) / right;
    if rest == 0.0 {
        rest = 0.0_f64.copysign(right);
    } else if (right < 0.0) != (rest < 0.0) {
        rest += right;
        quotient -= 1.0;
    }
    let whole = match quotient == 0.0 {
        true => 0.0_f64.copysign(left / right),
        false => {
            let floor = quotient.floor();
            match quotient - floor > 0.5 {
                true => floor + 1.0,
                false => floor,
            }
        }
    };
    (whole, rest)
}

/// The order of two numbers of which one is no integer.
pub(super) fn compare(left: &Value, right: &Value) -> Result<Ordering, Decline> {
    of(left)?.partial_cmp(&of(right)?).ok_or(NO_NUMBER)
}

/// The integer that a whole number is.
pub(crate) fn whole(number: f64) -> Result<Integer, Decline> {
    // Both bounds are floating-point numbers, and what is between them fits.
    match number.fract() == 0.0 && (-(EXACT as f64)..=EXACT as f64).contains(&number) {
        true => Ok(Integer::from(number as i64)),
        false => Err(NO_NUMBER),
    }
}

/// `repr`: the fewest digits that are this number and no other.
pub(super) fn write(number: f64, out: &mut String) {
    let mut text = format!("{number:e}");
    // Of those as short the nearest, and of two as near the even one.
    let length = text.bytes().take_while(|byte| *byte != b'e');
    let length = length.filter(u8::is_ascii_digit).count();
    let nearest = format!("{number:.*e}", length.saturating_sub(1));
    if nearest.parse() == Ok(number) {
        text = nearest;
    }
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let digits = digits.replace('.', "");
    out.push_str(sign);
    // Writing to a string does not fail.
    let _ = match exponent {
        -4..=-1 => {
            let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
            write!(out, "0.{zeros}{digits}")
        }
        0..=15 => {
            let before = exponent.unsigned_abs() as usize + 1;
            match digits.len() > before {
                true => write!(out, "{}.{}", &digits[..before], &digits[before..]),
                false => write!(out, "{digits}{}.0", "0".repeat(before - digits.len())),
            }
        }
        _ => {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            let sign = if exponent < 0 { '-' } else { '+' };
            write!(
                out,
                "{first}{point}{rest}e{sign}{:02}",
                exponent.unsigned_abs()
            )
        }
    };
}
