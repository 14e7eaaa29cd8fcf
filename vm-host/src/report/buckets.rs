//! What happened when, in a fixed number of equal stretches of time: when the run grows beyond them, each two become
//! one. Must not know where the figures are from.

/// Most stretches.
const BUCKETS: usize = 1 << 9;
/// How long each is at first: so many bits of nanoseconds.
const FIRST_WIDTH: u32 = 14;

/// What happened in one stretch of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// Steps.
    pub(crate) steps: u64,
    /// Hints in the host.
    pub(crate) host_hints: u64,
    /// Hints in engines outside of it.
    pub(crate) outside_hints: u64,
    /// Nanoseconds of waiting for these.
    pub(crate) waiting: u64,
    /// The part of them in which the hints' own code ran.
    pub(crate) python: u64,
    /// Questions of engines.
    pub(crate) questions: u64,
    /// Records of the log.
    pub(crate) records: u64,
}

impl Bucket {
    fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.host_hints += other.host_hints;
        self.outside_hints += other.outside_hints;
        self.waiting += other.waiting;
        self.python += other.python;
        self.questions += other.questions;
        self.records += other.records;
    }
}

/// All stretches since the run began.
#[derive(Debug)]
pub(crate) struct Buckets {
    /// How many bits of a time are the place in a stretch.
    bits: u32,
    all: Vec<Bucket>,
}

impl Default for Buckets {
    fn default() -> Self {
        Self {
            bits: FIRST_WIDTH,
            all: Vec::new(),
        }
    }
}

impl Buckets {
    /// How long each stretch is, in nanoseconds.
    pub(crate) fn width(&self) -> u64 {
        1 << self.bits
    }

    /// The stretches, the first one first.
    pub(crate) fn all(&self) -> &[Bucket] {
        &self.all
    }

    /// The stretch of that nanosecond.
    pub(crate) fn at(&mut self, nanos: u64) -> &mut Bucket {
        while nanos >> self.bits >= BUCKETS as u64 {
            self.double();
        }
        let index = (nanos >> self.bits) as usize;
        if self.all.len() <= index {
            self.all.resize(index + 1, Bucket::default());
        }
        &mut self.all[index]
    }

    /// Spreads what happened evenly from one nanosecond to another; `add` gets a stretch and its share of `total`.
    pub(crate) fn spread(
        &mut self,
        from: u64,
        to: u64,
        total: u64,
        add: impl Fn(&mut Bucket, u64),
    ) {
        if total == 0 {
            return;
        }
        let length = u128::from(to.saturating_sub(from));
        // The last one first, so that the stretches get as long as they must.
        self.at(to);
        if length == 0 || from >> self.bits == to >> self.bits {
            return add(self.at(from), total);
        }
        let share = |until: u64| {
            let part = u128::from(total) * u128::from(until - from) / length;
            part as u64
        };
        let (mut start, mut given) = (from, 0);
        while start < to {
            let end = (((start >> self.bits) + 1) << self.bits).min(to);
            let until = share(end);
            add(self.at(start), until - given);
            (start, given) = (end, until);
        }
    }

    /// Makes one stretch of each two.
    fn double(&mut self) {
        self.bits += 1;
        let pairs = self.all.chunks(2).map(|pair| {
            let mut sum = Bucket::default();
            pair.iter().for_each(|bucket| sum.add(*bucket));
            sum
        });
        self.all = pairs.collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(buckets: &Buckets) -> Vec<u64> {
        buckets.all().iter().map(|bucket| bucket.steps).collect()
    }

    #[test]
    fn nothing_is_lost_when_stretches_become_longer() {
        let mut buckets = Buckets::default();
        let mut total = 0;
        for round in 0..2000 {
            buckets.spread(
                round * 50_000,
                (round + 1) * 50_000,
                round,
                |bucket, part| {
                    bucket.steps += part;
                },
            );
            total += round;
        }
        assert_eq!(steps(&buckets).iter().sum::<u64>(), total);
        assert!(buckets.all().len() <= BUCKETS);
        assert!(buckets.width() * BUCKETS as u64 > 100_000_000);
    }

    #[test]
    fn what_takes_long_is_spread_over_its_time() {
        let mut buckets = Buckets::default();
        let width = buckets.width();
        buckets.spread(width / 2, 3 * width, 50, |bucket, part| {
            bucket.steps += part
        });
        assert_eq!(steps(&buckets)[..3], [10, 20, 20]);
        buckets.spread(5, 5, 7, |bucket, part| bucket.steps += part);
        assert_eq!(steps(&buckets)[0], 17);
    }
}
