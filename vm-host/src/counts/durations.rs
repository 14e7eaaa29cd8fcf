//! How long something took each time, in buckets: enough to tell microseconds from seconds, and no more than a few
//! nanoseconds to note.

use std::time::Duration;

/// The upper bounds of the buckets, which belong to them, in nanoseconds; what took longer is in one more.
pub const BOUNDS: [u64; 16] = [
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

/// Times, counted in buckets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    /// How many are within each bound but not within the one before, and how many are beyond all of them.
    counts: [u64; BOUNDS.len() + 1],
    /// All of them together, in nanoseconds.
    sum: u64,
}

impl Durations {
    /// Notes one more.
    #[inline]
    pub fn add(&mut self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < nanos);
        self.counts[bucket] += 1;
        self.sum = self.sum.saturating_add(nanos);
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

    /// How many are within each bound, and how many there are in all.
    pub fn cumulative(&self) -> impl Iterator<Item = u64> {
        self.counts.iter().scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// All of them together.
    #[must_use]
    pub fn sum(&self) -> Duration {
        Duration::from_nanos(self.sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_in_the_first_bucket_whose_bound_it_does_not_pass() {
        let mut times = Durations::default();
        let nanos = [0, 10_000, 10_001, 60_000_000_000, 60_000_000_001, u64::MAX];
        for nanos in nanos {
            times.add(Duration::from_nanos(nanos));
        }
        let cumulative: Vec<u64> = times.cumulative().collect();
        assert_eq!(cumulative.len(), BOUNDS.len() + 1);
        assert_eq!(cumulative[..2], [2, 3]);
        assert_eq!(cumulative[BOUNDS.len() - 1..], [4, 6]);
        assert_eq!((times.count(), times.sum), (6, u64::MAX));
    }

    #[test]
    fn what_came_later_is_the_difference() {
        let mut times = Durations::default();
        times.add(Duration::from_millis(3));
        let earlier = times;
        times.add(Duration::from_micros(30));
        let mut later = times.since(&earlier);
        assert_eq!((later.count(), later.sum()), (1, Duration::from_micros(30)));
        later.add_all(&earlier);
        assert_eq!(later, times);
    }
}
