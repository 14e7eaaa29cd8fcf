//! Integers of the program's JSON: constants of any size and sign, words, the prime.

use cairo_vm::Felt252;
use num_bigint::BigInt;
use num_traits::{FromPrimitive, Num};

/// No integer of a program is longer: reading one takes time quadratic in its digits. Python has the same
/// limit for the same reason.
pub(super) const MAX_DIGITS: usize = 4300;

/// The prime of the VM's field, big-endian.
const PRIME_BYTES: [u8; 32] = {
    let mut bytes = [0; 32];
    (bytes[0], bytes[7], bytes[31]) = (0x08, 0x11, 0x01);
    bytes
};

/// The prime of the VM's field.
pub(super) fn prime() -> BigInt {
    BigInt::from_bytes_be(num_bigint::Sign::Plus, &PRIME_BYTES)
}

/// A word of the program: `0x` and hexadecimal digits, less than the prime.
pub(super) fn felt(text: &str) -> Option<Felt252> {
    let digits = text.strip_prefix("0x")?;
    if digits.is_empty() {
        return None;
    }
    let digits = digits.trim_start_matches('0').as_bytes();
    if digits.len() > 64 {
        return None;
    }
    let mut bytes = [0_u8; 32];
    for (place, digit) in digits.iter().rev().enumerate() {
        let value = char::from(*digit).to_digit(16)? as u8;
        bytes[31 - place / 2] |= value << (4 * (place % 2));
    }
    (bytes < PRIME_BYTES).then(|| Felt252::from_bytes_be(&bytes))
}

/// A JSON number as the integer that Python reads from it.
pub(super) fn integer(number: &serde_json::Number) -> Option<BigInt> {
    let text = number.to_string();
    if text.len() > MAX_DIGITS {
        return None;
    }
    match BigInt::from_str_radix(&text, 10) {
        Ok(value) => Some(value),
        Err(_) => BigInt::from_f64(number.as_f64()?.trunc()),
    }
}

/// The value modulo the prime, in (-prime/2, prime/2).
pub(super) fn to_field_element(value: &BigInt) -> BigInt {
    let prime = prime();
    let half = &prime / 2;
    let reduced: BigInt = (value + &half) % &prime;
    if reduced.sign() == num_bigint::Sign::Minus {
        reduced + prime - half
    } else {
        reduced - half
    }
}

/// The value of a felt in (-prime/2, prime/2), decimal.
pub(super) fn decimal(felt: &Felt252) -> String {
    to_field_element(&felt.to_bigint()).to_string()
}
