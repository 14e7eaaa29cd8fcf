//! How long something took each time, or how many there were of it: in buckets, which are enough to tell microseconds
//! from seconds and one from many, and no more than a few nanoseconds to note.

use std::fmt::Debug;
use std::marker::PhantomData;
use std::time::Duration;

/// How many buckets have a bound.
const BUCKETS: usize = 16;

/// What is distributed over buckets.
pub trait Unit: Copy + Debug + Default + Send + Sync + 'static {
    /// The upper bounds of the buckets, which belong to them; what is more is in one bucket more.
    const BOUNDS: [u64; BUCKETS];
    /// How many of it readers call one.
    const READABLE: f64;
}

/// Nanoseconds, which readers are told as seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nanoseconds;

impl Unit for Nanoseconds {
    const BOUNDS: [u64; BUCKETS] = [
        10_000,
        20_000,
        50_000,
        100_000,
        200_000,
        500_000,
        1_000_000,
        2_000_000,
        5_000_000,
        10_000_000,
        50_000_000,
        100_000_000,
        500_000_000,
        1_000_000_000,
        10_000_000_000,
        60_000_000_000,
    ];
    const READABLE: f64 = 1e9;
}

/// Pieces of something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pieces;

impl Unit for Pieces {
    const BOUNDS: [u64; BUCKETS] = [
        0, 1, 2, 3, 4, 5, 7, 10, 20, 50, 100, 200, 500, 1_000, 10_000, 100_000,
    ];
    const READABLE: f64 = 1.0;
}

/// Times.
pub type Durations = Distribution<Nanoseconds>;
/// Numbers of something.
pub type Numbers = Distribution<Pieces>;

/// Amounts, counted in buckets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Distribution<U> {
    /// How many are within each bound but not within the one before, and how many are beyond all of them.
    counts: [u64; BUCKETS + 1],
    /// All of them together.
    sum: u64,
    unit: PhantomData<U>,
}

impl Durations {
    /// Notes one more.
    #[inline]
    pub fn add(&mut self, time: Duration) {
        self.note(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
    }
}

impl Numbers {
    /// Notes one more.
    #[inline]
    pub fn add(&mut self, number: u64) {
        self.note(number);
    }
}

impl<U: Unit> Distribution<U> {
    #[inline]
    fn note(&mut self, amount: u64) {
        let bucket = U::BOUNDS.partition_point(|bound| *bound < amount);
        self.counts[bucket] += 1;
        self.sum = self.sum.saturating_add(amount);
    }

    /// Adds those of somebody else.
    pub fn add_all(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.sum = self.sum.saturating_add(other.sum);
    }

    /// Those that were noted since there were `earlier`.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut later = *self;
        for (count, before) in later.counts.iter_mut().zip(earlier.counts) {
            *count = count.saturating_sub(before);
        }
        later.sum = self.sum.saturating_sub(earlier.sum);
        later
    }

    /// Each bound as readers are told it, and how many are within it.
    pub fn within(&self) -> impl Iterator<Item = (f64, u64)> {
        let within = self.counts.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        });
        let bounds = U::BOUNDS.into_iter();
        bounds.map(|bound| bound as f64 / U::READABLE).zip(within)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// All of them together, as readers are told it.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.sum as f64 / U::READABLE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_in_the_first_bucket_whose_bound_it_does_not_pass() {
        let mut times = Durations::default();
        let nanos = [0, 10_000, 10_001, 60_000_000_000, 60_000_000_001, u64::MAX];
        for nanos in nanos {
            times.add(Duration::from_nanos(nanos));
        }
        let within: Vec<(f64, u64)> = times.within().collect();
        assert_eq!(within.len(), BUCKETS);
        assert_eq!(within[..2], [(1e-5, 2), (2e-5, 3)]);
        assert_eq!(within[BUCKETS - 1], (60.0, 4));
        assert_eq!((times.count(), times.sum), (6, u64::MAX));
    }

    #[test]
    fn none_and_one_are_told_apart() {
        let mut numbers = Numbers::default();
        for number in [0, 0, 1, 6, 100_001] {
            numbers.add(number);
        }
        let within: Vec<(f64, u64)> = numbers.within().collect();
        assert_eq!(within[..2], [(0.0, 2), (1.0, 3)]);
        assert_eq!(within[5..7], [(5.0, 3), (7.0, 4)]);
        assert_eq!(within[BUCKETS - 1], (100_000.0, 4));
        assert_eq!((numbers.count(), numbers.sum()), (5, 100_008.0));
    }

    #[test]
    fn bounds_grow() {
        assert!(Nanoseconds::BOUNDS.is_sorted_by(|one, next| one < next));
        assert!(Pieces::BOUNDS.is_sorted_by(|one, next| one < next));
    }

    #[test]
    fn what_came_later_is_the_difference() {
        let mut times = Durations::default();
        times.add(Duration::from_millis(3));
        let earlier = times;
        times.add(Duration::from_micros(30));
        let mut later = times.since(&earlier);
        assert_eq!((later.count(), later.sum()), (1, 30e-6));
        later.add_all(&earlier);
        assert_eq!(later, times);
    }
}
