//! How often a tenant does something: a bucket that fills with time, from which each takes. Must not know what is
//! done.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What may come at once after a pause: as much as comes in this time.
const BURST: Duration = Duration::from_secs(5);

/// A bucket, kept as the time at which it would be full again.
#[derive(Debug, Default)]
pub(super) struct Bucket(Mutex<Option<Instant>>);

/// It comes too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct TooOften {
    /// How many may come at once.
    pub(in super::super) limit: u64,
    /// How many of them have come.
    pub(in super::super) used: u64,
    /// When the next one may.
    pub(in super::super) retry: Duration,
}

impl Bucket {
    /// Takes one of so many for each second.
    pub(super) fn take(&self, per_second: u64, now: Instant) -> Result<(), TooOften> {
        // Beyond that it is no limit that a clock could hold.
        let per_second = per_second.clamp(1, 1_000_000_000);
        let each = Duration::from_nanos(1_000_000_000 / per_second);
        let mut full = self.lock();
        let until = full.map_or(now, |full| full.max(now));
        let taken = until.saturating_duration_since(now);
        if let Some(late) = (taken + each)
            .checked_sub(BURST)
            .filter(|late| !late.is_zero())
        {
            return Err(TooOften {
                limit: count(BURST, each),
                used: count(taken, each),
                retry: late,
            });
        }
        *full = Some(until + each);
        Ok(())
    }

    /// Whether nothing is missing in it.
    pub(super) fn is_full(&self, now: Instant) -> bool {
        self.lock().is_none_or(|full| full <= now)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(time: Duration, each: Duration) -> u64 {
    let count = time.as_nanos().div_ceil(each.as_nanos().max(1));
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_too_often_is_refused_until_there_was_time() {
        let (bucket, start) = (Bucket::default(), Instant::now());
        assert!(bucket.is_full(start));
        for _ in 0..50 {
            bucket.take(10, start).unwrap();
        }
        let tenth = Duration::from_millis(100);
        let over = TooOften {
            limit: 50,
            used: 50,
            retry: tenth,
        };
        assert_eq!(bucket.take(10, start), Err(over));
        assert_eq!(bucket.take(10, start + tenth), Ok(()));
        assert!(bucket.take(10, start + tenth).is_err());
        assert!(!bucket.is_full(start + tenth));
        // After a long time there is no more than at the beginning.
        let later = start + Duration::from_secs(3600);
        assert!(bucket.is_full(later));
        let taken = (0..100).filter(|_| bucket.take(10, later).is_ok()).count();
        assert_eq!(taken, 50);
    }

    #[test]
    fn without_a_limit_nothing_is_refused() {
        let (bucket, start) = (Bucket::default(), Instant::now());
        assert!((0..100_000).all(|_| bucket.take(u64::MAX, start).is_ok()));
        // None in a second would never end.
        assert!(bucket.take(0, start + BURST).is_ok());
    }
}
