//! Lines of the log about what strangers cause: one a second at most, with how many it stands for, so that whoever
//! tries a thousand times does not fill the log.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Time between two lines.
const INTERVAL: Duration = Duration::from_secs(1);

/// Refusals that the log does not know of, and when it was last told.
#[derive(Debug, Default)]
pub(super) struct Refusals(Mutex<(u64, Option<Instant>)>);

impl Refusals {
    /// Counts one more, and calls `tell` with their number when a line is due.
    pub(super) fn count(&self, tell: impl FnOnce(u64)) {
        let mut refused = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, told) = &mut *refused;
        *count += 1;
        if told.is_none_or(|told| told.elapsed() >= INTERVAL) {
            tell(*count);
            *refused = (0, Some(Instant::now()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_refusals_are_one_line() {
        let refusals = Refusals::default();
        let mut told = Vec::new();
        for _ in 0..1000 {
            refusals.count(|count| told.push(count));
        }
        assert_eq!(told, [1]);
    }
}
