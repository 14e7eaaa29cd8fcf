//! Felts as clients write them.

use cairo_vm::Felt252;
use num_bigint::BigInt;

/// Longest text of a felt: 252 bits are 76 decimal digits.
const MAX_DIGITS: usize = 160;

/// A felt, decimal or 0x-hexadecimal, reduced by the prime; may be negative.
pub(super) fn felt(text: &str) -> Option<Felt252> {
    if text.len() > MAX_DIGITS {
        return None;
    }
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (radix, digits) = match digits.strip_prefix("0x") {
        Some(digits) => (16, digits),
        None => (10, digits),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let value = Felt252::from(BigInt::parse_bytes(digits.as_bytes(), radix)?);
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn felts_are_decimal_or_hexadecimal() {
        assert_eq!(felt("17"), Some(Felt252::from(17)));
        assert_eq!(felt("-0x11"), Some(-Felt252::from(17)));
        for text in ["", "-", "0x", "1_0", "+1", "ff", " 1"] {
            assert_eq!(felt(text), None, "{text}");
        }
    }
}
