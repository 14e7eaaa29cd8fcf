//! Owns arithmetic in the field of the VM. Must not know where numbers come from.

use std::fmt;

use crypto_bigint::modular::runtime_mod::{DynResidue, DynResidueParams};
use crypto_bigint::{Encoding as _, NonZero, U256};
use num_bigint::{BigInt, BigUint, Sign};

const LIMBS: usize = U256::LIMBS;

/// A number of the field, below its prime.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Felt(U256);

/// What is no prime of a field of felts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the host sent a prime that felts cannot have")]
pub struct FieldError;

/// The field.
#[derive(Clone, Debug)]
pub struct Field {
    prime: U256,
    half: U256,
    montgomery: DynResidueParams<LIMBS>,
}

impl Felt {
    /// Zero.
    pub const ZERO: Self = Self(U256::ZERO);

    /// 32 bytes, little-endian.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 32] {
        self.0.to_le_bytes()
    }

    /// The number, if it is so small.
    #[must_use]
    pub fn to_u64(self) -> Option<u64> {
        let words = self.0.as_words();
        words[1..].iter().all(|word| *word == 0).then_some(words[0])
    }

    /// A number below the prime of any field.
    #[must_use]
    pub fn of_u64(number: u64) -> Self {
        Self(U256::from_u64(number))
    }
}

impl fmt::Display for Felt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        BigUint::from_bytes_le(&self.to_bytes()).fmt(formatter)
    }
}

impl Field {
    /// The field of the prime in these bytes, little-endian.
    ///
    /// # Errors
    /// [`FieldError`] when it is not 32 bytes, or not an odd number that a cell can hold and of more than 64
    /// bits.
    pub fn of_bytes(bytes: &[u8]) -> Result<Self, FieldError> {
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| FieldError)?;
        let prime = U256::from_le_bytes(bytes);
        if bytes[0] & 1 == 0 || bytes[31] >= 0x80 || prime.bits_vartime() <= 64 {
            return Err(FieldError);
        }
        Ok(Self {
            prime,
            half: prime.shr_vartime(1),
            montgomery: DynResidueParams::new(&prime),
        })
    }

    /// The felt in these bytes, little-endian, if they are below the prime.
    #[must_use]
    pub fn felt(&self, bytes: [u8; 32]) -> Option<Felt> {
        let number = U256::from_le_bytes(bytes);
        (number < self.prime).then_some(Felt(number))
    }

    /// A number of any size, modulo the prime.
    #[must_use]
    pub fn reduce(&self, number: &BigInt) -> Felt {
        let prime = BigInt::from_bytes_le(Sign::Plus, &self.prime.to_le_bytes());
        let mut reduced = number % &prime;
        if reduced.sign() == Sign::Minus {
            reduced += prime;
        }
        let mut bytes = [0; 32];
        let (_, digits) = reduced.to_bytes_le();
        bytes[..digits.len()].copy_from_slice(&digits);
        Felt(U256::from_le_bytes(bytes))
    }

    /// A number, modulo the prime.
    #[must_use]
    pub fn of_i64(&self, number: i64) -> Felt {
        let magnitude = Felt::of_u64(number.unsigned_abs());
        if number < 0 {
            self.neg(magnitude)
        } else {
            magnitude
        }
    }

    /// Whether the felt stands for a negative number: it is above half of the prime.
    #[must_use]
    pub fn is_negative(&self, felt: Felt) -> bool {
        felt.0 > self.half
    }

    /// The number around zero that the felt stands for: its sign, and its magnitude if that fits.
    #[must_use]
    pub fn signed(&self, felt: Felt) -> (bool, Option<u64>) {
        if self.is_negative(felt) {
            (true, self.neg(felt).to_u64())
        } else {
            (false, felt.to_u64())
        }
    }

    /// The number around zero that the felt stands for, if it fits.
    #[must_use]
    pub fn to_i64(&self, felt: Felt) -> Option<i64> {
        match self.signed(felt) {
            (true, Some(magnitude)) => 0_i64.checked_sub_unsigned(magnitude),
            (false, Some(magnitude)) => i64::try_from(magnitude).ok(),
            (_, None) => None,
        }
    }

    /// The number around zero that the felt stands for, for people.
    #[must_use]
    pub fn text(&self, felt: Felt) -> String {
        if self.is_negative(felt) {
            format!("-{}", self.neg(felt))
        } else {
            felt.to_string()
        }
    }

    /// The sum.
    #[must_use]
    pub fn add(&self, left: Felt, right: Felt) -> Felt {
        Felt(left.0.add_mod(&right.0, &self.prime))
    }

    /// The difference.
    #[must_use]
    pub fn sub(&self, left: Felt, right: Felt) -> Felt {
        Felt(left.0.sub_mod(&right.0, &self.prime))
    }

    /// The negative number.
    #[must_use]
    pub fn neg(&self, felt: Felt) -> Felt {
        Felt(felt.0.neg_mod(&self.prime))
    }

    /// The product.
    #[must_use]
    pub fn mul(&self, left: Felt, right: Felt) -> Felt {
        let residue = |felt: Felt| DynResidue::new(&felt.0, self.montgomery);
        Felt(residue(left).mul(&residue(right)).retrieve())
    }

    /// The quotient in the field; nothing for the divisor zero.
    #[must_use]
    pub fn div(&self, left: Felt, right: Felt) -> Option<Felt> {
        let prime = BigUint::from_bytes_le(&self.prime.to_le_bytes());
        let inverse = BigUint::from_bytes_le(&right.to_bytes()).modinv(&prime)?;
        Some(self.mul(left, self.reduce(&inverse.into())))
    }

    /// The whole number of times that `right` is in `left`, and what is left; nothing for the divisor zero.
    #[must_use]
    pub fn divmod(&self, left: Felt, right: Felt) -> Option<(Felt, Felt)> {
        let divisor = Option::<NonZero<U256>>::from(NonZero::new(right.0))?;
        let (quotient, remainder) = left.0.div_rem(&divisor);
        Some((Felt(quotient), Felt(remainder)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engines::view::testing::field;

    #[test]
    fn arithmetic_is_that_of_big_numbers() {
        let field = field();
        let prime = BigInt::from_bytes_le(Sign::Plus, &field.prime.to_le_bytes());
        let numbers: Vec<BigInt> = [
            "0",
            "1",
            "2",
            "3618502788666131213697322783095070105623107215331596699973092056135872020480",
            "1809251394333065606848661391547535052811553607665798349986546028067936010240",
            "1809251394333065606848661391547535052811553607665798349986546028067936010241",
            "123456789012345678901234567890123456789012345678901234567890",
            "18446744073709551616",
        ]
        .iter()
        .map(|text| text.parse().expect("a number"))
        .collect();
        for left in &numbers {
            for right in &numbers {
                let (a, b) = (field.reduce(left), field.reduce(right));
                assert_eq!(
                    field.add(a, b),
                    field.reduce(&(left + right)),
                    "{left} + {right}"
                );
                assert_eq!(
                    field.sub(a, b),
                    field.reduce(&(left - right)),
                    "{left} - {right}"
                );
                assert_eq!(
                    field.mul(a, b),
                    field.reduce(&(left * right)),
                    "{left} * {right}"
                );
                match field.div(a, b) {
                    Some(quotient) => assert_eq!(field.mul(quotient, b), a, "{left} / {right}"),
                    None => assert_eq!(b, Felt::ZERO, "{left} / {right}"),
                }
                if let Some((quotient, remainder)) = field.divmod(a, b) {
                    assert_eq!(field.add(field.mul(quotient, b), remainder), a);
                    assert!(remainder < b);
                }
            }
        }
        assert_eq!(field.reduce(&(-prime.clone())), Felt::ZERO);
    }

    #[test]
    fn numbers_around_zero_come_back() {
        let field = field();
        for number in [0, 1, -1, i64::MAX, i64::MIN] {
            assert_eq!(field.to_i64(field.of_i64(number)), Some(number));
            assert_eq!(field.text(field.of_i64(number)), number.to_string());
        }
        let above = field.add(field.of_i64(i64::MAX), Felt::of_u64(1));
        assert_eq!(field.to_i64(above), None);
        assert_eq!(
            field.to_i64(field.sub(field.of_i64(i64::MIN), Felt::of_u64(1))),
            None
        );
    }

    #[test]
    fn what_is_no_prime_is_refused() {
        for bytes in [vec![7; 31], vec![8; 32], vec![0xff; 32], vec![1; 8]] {
            assert!(Field::of_bytes(&bytes).is_err(), "{bytes:?}");
        }
    }
}
