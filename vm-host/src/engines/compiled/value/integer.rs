//! Python's integers: exact, small ones without an allocation. Every operation is Python's (floor division,
//! the sign of a remainder, shifts of negative numbers), costs fuel by its size, and declines where Python
//! raises or where a number would get too long. Must not know other values.

use std::rc::Rc;

use cairo_vm::Felt252;
use num_bigint::BigInt;

use super::{Decline, Fuel};

/// The longest integer that is computed with, in bits.
pub(crate) const MAX_BITS: u64 = 1 << 16;

/// An integer. Equal numbers are represented equally.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Integer(Repr);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Repr {
    Small(i64),
    /// One that is not in the range of the small ones.
    Big(Rc<BigInt>),
}
