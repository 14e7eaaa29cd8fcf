//! What a run's hints cost.

use std::time::Duration;

/// Counters of one session, or of all.
#[derive(Clone, Copy, Debug, Default)]
pub struct Statistics {
    /// Hints that were run in the engine.
    pub hints: u64,
    /// Messages to the engine that were answered, questions of the engine included.
    pub round_trips: u64,
    /// Questions of the engine.
    pub sub_requests: u64,
    /// Executions of hints that had run before.
    pub repeated_hints: u64,
    /// Messages that those took; as many as executions when everything that a hint needs is sent along.
    pub repeated_round_trips: u64,
    /// Time spent waiting for the engine, its start left out.
    pub waiting: Duration,
    /// Time the engine spent on hints.
    pub python: Duration,
}

impl Statistics {
    /// What was added since an earlier time.
    pub(super) fn since(self, earlier: Self) -> Self {
        Self {
            hints: self.hints.saturating_sub(earlier.hints),
            round_trips: self.round_trips.saturating_sub(earlier.round_trips),
            sub_requests: self.sub_requests.saturating_sub(earlier.sub_requests),
            repeated_hints: self.repeated_hints.saturating_sub(earlier.repeated_hints),
            repeated_round_trips: self
                .repeated_round_trips
                .saturating_sub(earlier.repeated_round_trips),
            waiting: self.waiting.saturating_sub(earlier.waiting),
            python: self.python.saturating_sub(earlier.python),
        }
    }

    /// Those of two sessions together.
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            hints: self.hints + other.hints,
            round_trips: self.round_trips + other.round_trips,
            sub_requests: self.sub_requests + other.sub_requests,
            repeated_hints: self.repeated_hints + other.repeated_hints,
            repeated_round_trips: self.repeated_round_trips + other.repeated_round_trips,
            waiting: self.waiting + other.waiting,
            python: self.python + other.python,
        }
    }
}

/// What one hint cost in all its executions.
#[derive(Clone, Copy, Debug, Default)]
pub struct HintCost {
    /// Executions.
    pub count: u64,
    /// Time from the request to the response.
    pub time: Duration,
}
