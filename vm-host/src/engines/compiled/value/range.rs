//! Python's `range`. Must not know how it is gone through.

use super::{Decline, Integer};

/// The numbers from `start` on, each `step` further, as many as `length`. All of them are small.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    pub(super) start: i64,
    pub(super) stop: i64,
    pub(super) step: i64,
    pub(super) length: i64,
}

/// Numbers whose sums are small ones.
const BOUND: i64 = 1 << 62;

impl Range {
    /// `range(start, stop, step)`, if it has only small numbers.
    pub(crate) fn new(start: &Integer, stop: &Integer, step: &Integer) -> Result<Self, Decline> {
        let small = |number: &Integer| {
            number
                .to_i64()
                .filter(|number| (-BOUND + 1..BOUND).contains(number))
        };
        let (Some(start), Some(stop), Some(step)) = (small(start), small(stop), small(step)) else {
            return Err(Decline("a range of large numbers"));
        };
        let length = match step {
            0 => return Err(Decline("a range without a step")),
            1.. if start < stop => (stop - start - 1) / step + 1,
            ..=-1 if start > stop => (start - stop - 1) / -step + 1,
            _ => 0,
        };
        Ok(Self {
            start,
            stop,
            step,
            length,
        })
    }

    /// How many numbers it has.
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.length).unwrap_or(usize::MAX)
    }

    /// Its number at an index that it has.
    pub(super) fn at(&self, index: i64) -> i64 {
        self.start + index * self.step
    }

    pub(super) fn contains(&self, number: i64) -> bool {
        let Some(distance) = number.checked_sub(self.start) else {
            return false;
        };
        distance.checked_rem(self.step) == Some(0)
            && distance
                .checked_div(self.step)
                .is_some_and(|index| (0..self.length).contains(&index))
    }

    /// Whether both have the same numbers.
    pub(super) fn equals(&self, other: &Self) -> bool {
        self.length == other.length
            && (self.length == 0 || self.start == other.start)
            && (self.length <= 1 || self.step == other.step)
    }
}
