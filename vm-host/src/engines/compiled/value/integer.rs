//! Python's integers: exact, small ones without an allocation. Every operation is Python's (floor division,
//! the sign of a remainder, shifts of negative numbers), costs fuel by its size, and declines where Python
//! raises or where a number would get too long. Must not know other values.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

use cairo_vm::Felt252;
use cairo_vm::utils::CAIRO_PRIME;
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer as _;
use num_traits::{Signed, ToPrimitive};

use super::{Decline, Fuel};

/// The longest integer that is computed with, in bits.
pub(crate) const MAX_BITS: u64 = 1 << 16;

/// The longest integer that is written in decimal, in bits: those of more than 4300 digits raise in most
/// versions of Python.
const MAX_DECIMAL_BITS: u64 = 14_280;

/// The longest text that is read as an integer, which raises in most versions of Python when it is longer.
const MAX_DIGITS: usize = 4300;

/// The first number that is no felt: 2^251 + 17 * 2^192 + 1, the lowest digit first.
const PRIME: [u64; 4] = [1, 0, 0, 0x0800_0000_0000_0011];

const DIVISION_BY_ZERO: Decline = Decline("it divides by zero");
const TOO_LONG: Decline = Decline("an integer gets too long");
const NEGATIVE_SHIFT: Decline = Decline("it shifts by a negative number");

/// An integer. Equal numbers are represented equally.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Integer(Repr);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Repr {
    Small(i64),
    /// One that is not in the range of the small ones.
    Big(Rc<BigInt>),
}

impl Integer {
    /// The field's prime.
    pub(crate) fn prime() -> Self {
        CAIRO_PRIME.clone().into()
    }

    pub(crate) const ZERO: Self = Self(Repr::Small(0));
    pub(crate) const ONE: Self = Self(Repr::Small(1));

    /// The number of decimal digits behind a sign, as in a constant of Python's.
    pub(crate) fn from_decimal(text: &str) -> Option<Self> {
        Self::from_digits(text, 10)
    }

    /// The number of hexadecimal digits behind a sign, without `0x`.
    pub(crate) fn from_hexadecimal(text: &str) -> Option<Self> {
        Self::from_digits(text, 16)
    }

    /// The number of the digits of a base up to 36 behind a sign, without underscores or anything else that
    /// Python allows.
    pub(crate) fn from_digits(text: &str, base: u32) -> Option<Self> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if digits.is_empty()
            || digits.len() > MAX_DIGITS
            || !digits.chars().all(|digit| digit.is_digit(base))
        {
            return None;
        }
        if digits.len() <= 12
            && let Ok(small) = i64::from_str_radix(text, base)
        {
            return Some(small.into());
        }
        BigInt::parse_bytes(text.as_bytes(), base).map(Self::from)
    }

    /// The number as a felt, if it is one as it is: neither negative nor the prime and above.
    pub(crate) fn to_felt(&self) -> Option<Felt252> {
        match &self.0 {
            Repr::Small(small) => u64::try_from(*small).ok().map(Felt252::from),
            Repr::Big(big) => {
                if big.sign() == Sign::Minus || big.bits() > 252 {
                    return None;
                }
                let mut digits = [0; 4];
                for (place, digit) in digits.iter_mut().zip(big.iter_u64_digits()) {
                    *place = digit;
                }
                if digits.iter().rev().ge(PRIME.iter().rev()) {
                    return None;
                }
                let mut bytes = [0; 32];
                for (place, digit) in bytes.chunks_exact_mut(8).zip(digits) {
                    place.copy_from_slice(&digit.to_le_bytes());
                }
                Some(Felt252::from_bytes_le(&bytes))
            }
        }
    }

    pub(crate) fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small(small) => Some(*small),
            Repr::Big(_) => None,
        }
    }

    pub(crate) fn to_u64(&self) -> Option<u64> {
        match &self.0 {
            Repr::Small(small) => u64::try_from(*small).ok(),
            Repr::Big(big) => big.to_u64(),
        }
    }

    pub(crate) fn to_usize(&self) -> Option<usize> {
        self.to_u64()
            .and_then(|number| usize::try_from(number).ok())
    }

    pub(crate) fn to_bigint(&self) -> BigInt {
        self.big().into_owned()
    }

    /// As Python's `bit_length`: of the number without its sign.
    pub(crate) fn bits(&self) -> u64 {
        match &self.0 {
            Repr::Small(small) => u64::from(u64::BITS - small.unsigned_abs().leading_zeros()),
            Repr::Big(big) => big.bits(),
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small(0))
    }

    pub(crate) fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(small) => *small < 0,
            Repr::Big(big) => big.is_negative(),
        }
    }

    pub(crate) fn is_odd(&self) -> bool {
        match &self.0 {
            Repr::Small(small) => small & 1 == 1,
            Repr::Big(big) => big.bit(0),
        }
    }

    /// The decimal digits, where every version of Python writes them.
    pub(crate) fn to_decimal(&self, fuel: &mut Fuel) -> Result<String, Decline> {
        if let Repr::Small(small) = &self.0 {
            return Ok(small.to_string());
        }
        if self.bits() > MAX_DECIMAL_BITS {
            return Err(Decline("an integer is too long for text"));
        }
        fuel.spend(quadratic(self.digits(), self.digits()).saturating_mul(4))?;
        Ok(self.big().to_string())
    }

    /// The digits of base 2, 8 or 16 without a prefix, behind a sign.
    pub(crate) fn to_radix(&self, base: u32, fuel: &mut Fuel) -> Result<String, Decline> {
        fuel.spend(linear(self.bits()))?;
        Ok(self.big().to_str_radix(base))
    }

    pub(crate) fn add(&self, other: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if let (Repr::Small(left), Repr::Small(right)) = (&self.0, &other.0)
            && let Some(sum) = left.checked_add(*right)
        {
            return Ok(sum.into());
        }
        self.spend_linear(other, fuel)?;
        bounded(&*self.big() + &*other.big())
    }

    pub(crate) fn sub(&self, other: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if let (Repr::Small(left), Repr::Small(right)) = (&self.0, &other.0)
            && let Some(difference) = left.checked_sub(*right)
        {
            return Ok(difference.into());
        }
        self.spend_linear(other, fuel)?;
        bounded(&*self.big() - &*other.big())
    }

    pub(crate) fn mul(&self, other: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if let (Repr::Small(left), Repr::Small(right)) = (&self.0, &other.0) {
            // In 128 bits: products of limbs are just beyond 64.
            let product = i128::from(*left) * i128::from(*right);
            return Ok(
                i64::try_from(product).map_or_else(|_| BigInt::from(product).into(), Self::from)
            );
        }
        if self.bits() + other.bits() > MAX_BITS {
            return Err(TOO_LONG);
        }
        fuel.spend(quadratic(self.digits(), other.digits()))?;
        bounded(&*self.big() * &*other.big())
    }

    pub(crate) fn floor_div(&self, other: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if let (Repr::Small(left), Repr::Small(right)) = (&self.0, &other.0)
            && let Some((quotient, _)) = floor_small(*left, *right)
        {
            return Ok(quotient.into());
        }
        self.spend_division(other, fuel)?;
        bounded(self.big().div_floor(&other.big()))
    }

    pub(crate) fn modulo(&self, other: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if let (Repr::Small(left), Repr::Small(right)) = (&self.0, &other.0)
            && let Some((_, remainder)) = floor_small(*left, *right)
        {
            return Ok(remainder.into());
        }
        self.spend_division(other, fuel)?;
        bounded(self.big().mod_floor(&other.big()))
    }

    /// Quotient and remainder.
    pub(crate) fn divmod(&self, other: &Self, fuel: &mut Fuel) -> Result<(Self, Self), Decline> {
        if let (Repr::Small(left), Repr::Small(right)) = (&self.0, &other.0)
            && let Some((quotient, remainder)) = floor_small(*left, *right)
        {
            return Ok((quotient.into(), remainder.into()));
        }
        self.spend_division(other, fuel)?;
        let (quotient, remainder) = self.big().div_mod_floor(&other.big());
        Ok((bounded(quotient)?, bounded(remainder)?))
    }

    /// `self ** exponent`, or `pow(self, exponent, modulus)`, where a negative exponent is one of the inverse.
    pub(crate) fn pow(
        &self,
        exponent: &Self,
        modulus: Option<&Self>,
        fuel: &mut Fuel,
    ) -> Result<Self, Decline> {
        match modulus {
            None => self.power(exponent, fuel),
            Some(modulus) => self.power_modulo(exponent, modulus, fuel),
        }
    }

    /// The number that gives one with this one, modulo `modulus`, from zero to below the modulus.
    pub(crate) fn inverse(&self, modulus: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if !modulus.big().is_positive() {
            return Err(Decline("an inverse of no modulus"));
        }
        // As many steps as half the bits, each over all digits.
        fuel.spend(quadratic(modulus.bits(), 8 * modulus.digits()))?;
        self.spend_division(modulus, fuel)?;
        let reduced = self.big().mod_floor(&modulus.big());
        if modulus == &Self::ONE {
            return Ok(Self::ZERO);
        }
        reduced
            .modinv(&modulus.big())
            .map(Self::from)
            .ok_or(Decline("a number has no inverse"))
    }

    pub(crate) fn shl(&self, by: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if by.is_negative() {
            return Err(NEGATIVE_SHIFT);
        }
        let by = by.to_u64().filter(|by| *by <= MAX_BITS).ok_or(TOO_LONG)?;
        if let Repr::Small(small) = &self.0
            && self.bits() + by < 63
        {
            return Ok((small << by).into());
        }
        if self.bits() + by > MAX_BITS {
            return Err(TOO_LONG);
        }
        fuel.spend(linear(self.digits() + by / 64))?;
        bounded(&*self.big() << by)
    }

    pub(crate) fn shr(&self, by: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if by.is_negative() {
            return Err(NEGATIVE_SHIFT);
        }
        // Beyond all bits it is as good as by any number.
        let by = by.to_u64().unwrap_or(u64::MAX).min(MAX_BITS + 1);
        match &self.0 {
            Repr::Small(small) => Ok((small >> by.min(63)).into()),
            Repr::Big(big) => {
                fuel.spend(linear(self.digits()))?;
                bounded(&**big >> by)
            }
        }
    }

    pub(crate) fn and(&self, other: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if let (Repr::Small(left), Repr::Small(right)) = (&self.0, &other.0) {
            return Ok((left & right).into());
        }
        self.spend_linear(other, fuel)?;
        bounded(&*self.big() & &*other.big())
    }

    pub(crate) fn or(&self, other: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if let (Repr::Small(left), Repr::Small(right)) = (&self.0, &other.0) {
            return Ok((left | right).into());
        }
        self.spend_linear(other, fuel)?;
        bounded(&*self.big() | &*other.big())
    }

    pub(crate) fn xor(&self, other: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if let (Repr::Small(left), Repr::Small(right)) = (&self.0, &other.0) {
            return Ok((left ^ right).into());
        }
        self.spend_linear(other, fuel)?;
        bounded(&*self.big() ^ &*other.big())
    }

    pub(crate) fn neg(&self, fuel: &mut Fuel) -> Result<Self, Decline> {
        Self::ZERO.sub(self, fuel)
    }

    pub(crate) fn invert(&self, fuel: &mut Fuel) -> Result<Self, Decline> {
        Self(Repr::Small(-1)).sub(self, fuel)
    }

    pub(crate) fn abs(&self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if self.is_negative() {
            self.neg(fuel)
        } else {
            Ok(self.clone())
        }
    }

    /// The largest integer whose square is not above this one.
    pub(crate) fn isqrt(&self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if self.is_negative() {
            return Err(Decline("a root of a negative number"));
        }
        fuel.spend(quadratic(self.digits(), self.digits()).saturating_mul(16))?;
        bounded(self.big().sqrt())
    }

    /// The greatest common divisor, which is not negative.
    pub(crate) fn gcd(&self, other: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        let digits = self.digits().max(other.digits());
        fuel.spend(quadratic(256 * digits, digits))?;
        bounded(self.big().gcd(&other.big()))
    }

    fn power(&self, exponent: &Self, fuel: &mut Fuel) -> Result<Self, Decline> {
        if exponent.is_negative() {
            return Err(Decline("a power is no integer"));
        }
        match &self.0 {
            // Also for exponents of any length.
            Repr::Small(0) if exponent.is_zero() => return Ok(Self::ONE),
            Repr::Small(0 | 1) => return Ok(self.clone()),
            Repr::Small(-1) => {
                return Ok(if exponent.is_odd() {
                    self.clone()
                } else {
                    Self::ONE
                });
            }
            Repr::Small(2) => return Self::ONE.shl(exponent, fuel),
            _ => {}
        }
        let exponent = exponent
            .to_u64()
            .filter(|exponent| *exponent <= MAX_BITS)
            .ok_or(TOO_LONG)?;
        let bits = self.bits() * exponent;
        if bits > MAX_BITS {
            return Err(TOO_LONG);
        }
        fuel.spend(quadratic(bits / 64 + 1, bits / 64 + 1).saturating_mul(2))?;
        let exponent = u32::try_from(exponent).map_err(|_| TOO_LONG)?;
        if let Repr::Small(small) = &self.0
            && let Some(power) = small.checked_pow(exponent)
        {
            return Ok(power.into());
        }
        bounded(self.big().pow(exponent))
    }

    fn power_modulo(
        &self,
        exponent: &Self,
        modulus: &Self,
        fuel: &mut Fuel,
    ) -> Result<Self, Decline> {
        if modulus.is_zero() {
            return Err(DIVISION_BY_ZERO);
        }
        let size = modulus.abs(fuel)?;
        if size == Self::ONE {
            return Ok(Self::ZERO);
        }
        let (base, exponent) = if exponent.is_negative() {
            (self.inverse(&size, fuel)?, exponent.neg(fuel)?)
        } else {
            (self.modulo(&size, fuel)?, exponent.clone())
        };
        // An even modulus costs a division for each product.
        fuel.spend(
            quadratic(size.digits(), size.digits()).saturating_mul(exponent.bits() * 2 + 60),
        )?;
        let power = Self::from(base.big().modpow(&exponent.big(), &size.big()));
        // The remainder has the sign of the modulus.
        if modulus.is_negative() && !power.is_zero() {
            power.sub(&size, fuel)
        } else {
            Ok(power)
        }
    }

    /// The digits of 64 bits.
    fn digits(&self) -> u64 {
        self.bits() / 64 + 1
    }

    fn big(&self) -> Cow<'_, BigInt> {
        match &self.0 {
            Repr::Small(small) => Cow::Owned(BigInt::from(*small)),
            Repr::Big(big) => Cow::Borrowed(big),
        }
    }

    fn spend_linear(&self, other: &Self, fuel: &mut Fuel) -> Result<(), Decline> {
        fuel.spend(linear(self.digits() + other.digits()))
    }

    fn spend_division(&self, other: &Self, fuel: &mut Fuel) -> Result<(), Decline> {
        if other.is_zero() {
            return Err(DIVISION_BY_ZERO);
        }
        let quotient = self.digits().saturating_sub(other.digits()) + 1;
        fuel.spend(quadratic(quotient, other.digits()).saturating_mul(4))
    }
}

/// Floor division of small numbers, if the quotient is a small one and there is one at all.
fn floor_small(left: i64, right: i64) -> Option<(i64, i64)> {
    let quotient = left.checked_div(right)?;
    let remainder = left % right;
    // Towards zero is one too many where the exact quotient is negative.
    if remainder != 0 && (remainder < 0) != (right < 0) {
        Some((quotient - 1, remainder + right))
    } else {
        Some((quotient, remainder))
    }
}

fn bounded(number: BigInt) -> Result<Integer, Decline> {
    if number.bits() > MAX_BITS {
        Err(TOO_LONG)
    } else {
        Ok(number.into())
    }
}

/// What an operation of large integers costs beside their digits: mostly what it allocates.
const LARGE: u64 = 60;

/// What work over so many digits costs.
fn linear(digits: u64) -> u64 {
    LARGE + digits
}

/// What work over each pair of digits costs.
fn quadratic(left: u64, right: u64) -> u64 {
    LARGE + left.saturating_mul(right)
}

impl From<i32> for Integer {
    fn from(number: i32) -> Self {
        Self(Repr::Small(number.into()))
    }
}

impl From<i64> for Integer {
    fn from(number: i64) -> Self {
        Self(Repr::Small(number))
    }
}

impl From<u64> for Integer {
    fn from(number: u64) -> Self {
        i64::try_from(number).map_or_else(|_| Self(Repr::Big(Rc::new(number.into()))), Self::from)
    }
}

impl From<usize> for Integer {
    fn from(number: usize) -> Self {
        i64::try_from(number).map_or_else(|_| Self(Repr::Big(Rc::new(number.into()))), Self::from)
    }
}

impl From<bool> for Integer {
    fn from(number: bool) -> Self {
        Self(Repr::Small(number.into()))
    }
}

impl From<BigInt> for Integer {
    fn from(number: BigInt) -> Self {
        match number.to_i64() {
            Some(small) => Self(Repr::Small(small)),
            None => Self(Repr::Big(Rc::new(number))),
        }
    }
}

impl From<BigUint> for Integer {
    fn from(number: BigUint) -> Self {
        BigInt::from(number).into()
    }
}

impl From<&Felt252> for Integer {
    fn from(felt: &Felt252) -> Self {
        let digits = felt.to_le_digits();
        if let [lowest, 0, 0, 0] = digits {
            return lowest.into();
        }
        let halves = digits.iter().flat_map(|digit| {
            #[expect(clippy::cast_possible_truncation, reason = "the halves of a digit")]
            [*digit as u32, (*digit >> 32) as u32]
        });
        Self(Repr::Big(Rc::new(BigInt::from_biguint(
            Sign::Plus,
            BigUint::new(halves.collect()),
        ))))
    }
}

impl PartialOrd for Integer {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Integer {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Small(left), Repr::Small(right)) => left.cmp(right),
            (Repr::Big(left), Repr::Big(right)) => left.cmp(right),
            // What is not small is beyond all small ones, on the side of its sign.
            (Repr::Small(_), Repr::Big(_)) if other.is_negative() => Ordering::Greater,
            (Repr::Small(_), Repr::Big(_)) => Ordering::Less,
            (Repr::Big(_), Repr::Small(_)) if self.is_negative() => Ordering::Less,
            (Repr::Big(_), Repr::Small(_)) => Ordering::Greater,
        }
    }
}

/// In decimal, however long: for messages and tests. What a hint writes is `to_decimal`.
impl fmt::Display for Integer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(small) => fmt::Display::fmt(small, formatter),
            Repr::Big(big) => fmt::Display::fmt(big, formatter),
        }
    }
}

impl fmt::Debug for Integer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
