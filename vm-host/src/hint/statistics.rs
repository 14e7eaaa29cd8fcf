//! What a run's hints cost.

use std::time::Duration;

use crate::counts::{Durations, Numbers};

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
    pub(super) fn since(self, earlier: &Self) -> Self {
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

/// What the hints in one language of an engine cost so far, for whoever adds up many runs.
#[derive(Clone, Copy, Debug, Default)]
pub struct EngineCounts {
    /// Hints that were given to it and that it did not decline.
    pub hints: u64,
    /// Messages to the engine that were answered for each hint that it was given, its questions included.
    pub round_trips: Numbers,
    /// Its questions in each.
    pub questions: Numbers,
    /// Time of each hint in the engine.
    pub inside: Durations,
    /// Time of each hint beyond the engine: the link, the messages, whoever waits.
    pub beyond: Durations,
}

impl EngineCounts {
    /// Notes a hint that was answered after `took`, of which the engine says that `nanos` nanoseconds were its own.
    pub(super) fn answered(&mut self, took: Duration, nanos: u64) {
        // What an engine says is not believed beyond what was seen.
        let inside = Duration::from_nanos(nanos).min(took);
        self.inside.add(inside);
        self.beyond.add(took - inside);
    }

    /// Adds those of somebody else.
    pub fn add_all(&mut self, other: &Self) {
        self.hints += other.hints;
        self.round_trips.add_all(&other.round_trips);
        self.questions.add_all(&other.questions);
        self.inside.add_all(&other.inside);
        self.beyond.add_all(&other.beyond);
    }

    /// What was added since there were `earlier`.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            hints: self.hints.saturating_sub(earlier.hints),
            round_trips: self.round_trips.since(&earlier.round_trips),
            questions: self.questions.since(&earlier.questions),
            inside: self.inside.since(&earlier.inside),
            beyond: self.beyond.since(&earlier.beyond),
        }
    }
}

/// Where a hint ran outside of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Engine {
    /// Python, in a worker.
    Python,
    /// WebAssembly, in a worker.
    Wasm,
    /// Contracts in Rust, in a worker.
    Contract,
    /// Another language, in a worker.
    Other,
    /// A client that serves the hints of its VM, in whichever language.
    Attached,
}

impl Engine {
    /// Each of them.
    pub const ALL: [Self; 5] = [
        Self::Python,
        Self::Wasm,
        Self::Contract,
        Self::Other,
        Self::Attached,
    ];

    /// That of a language in a worker.
    pub(super) fn of_worker(language: &str) -> Self {
        let known = [Self::Python, Self::Wasm, Self::Contract];
        let named = known.into_iter().find(|engine| engine.as_str() == language);
        named.unwrap_or(Self::Other)
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Wasm => "wasm",
            Self::Contract => "contract",
            Self::Other => "other",
            Self::Attached => "attached",
        }
    }
}

/// How many hints ran inside of the host.
#[derive(Clone, Copy, Debug, Default)]
pub struct HostHints {
    /// As twins.
    pub twins: u64,
    /// Compiled.
    pub compiled: u64,
}
