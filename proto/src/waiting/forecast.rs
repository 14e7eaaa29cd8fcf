//! How long a wait will last, told from the waits of the same kind.

use std::time::Duration;

/// What is assumed of a kind of wait that was never seen, in microseconds.
const UNSEEN: f32 = 25.0;
/// The weight of the newest wait, against that of all before.
const NEWEST: f32 = 0.25;
/// A wait counts for at most this many times the forecast, and [`UNSEEN`] more: one that the scheduler
/// stretched says little about the next one.
const STRETCH: f32 = 2.0;

/// How long waits of one kind last.
#[derive(Clone, Copy, Debug)]
pub struct Forecast {
    /// Microseconds.
    typical: f32,
}

impl Default for Forecast {
    fn default() -> Self {
        Self { typical: UNSEEN }
    }
}

impl Forecast {
    /// Takes note of a wait.
    pub fn learn(&mut self, took: Duration) {
        let took = (took.as_secs_f32() * 1e6).min(STRETCH * self.typical + UNSEEN);
        self.typical += (took - self.typical) * NEWEST;
    }

    /// How long the next wait will probably last.
    #[must_use]
    pub fn typical(self) -> Duration {
        Duration::from_secs_f32(self.typical / 1e6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_long_wait_changes_little() {
        let mut forecast = Forecast::default();
        for _ in 0..50 {
            forecast.learn(Duration::from_micros(10));
        }
        forecast.learn(Duration::from_secs(1));
        assert!(forecast.typical() < Duration::from_micros(30));
    }

    #[test]
    fn a_kind_that_became_long_is_known_soon() {
        let mut forecast = Forecast::default();
        let waits = (1..).find(|_| {
            forecast.learn(Duration::from_millis(10));
            forecast.typical() > Duration::from_millis(1)
        });
        assert!(waits < Some(20), "{waits:?} waits");
    }
}
