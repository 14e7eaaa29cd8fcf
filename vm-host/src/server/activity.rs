//! Whether anybody uses the server: what a server that is about to end waits for.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Counts what goes on. Clones count the same.
#[derive(Clone, Debug)]
pub(super) struct Activity(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// Calls and downloads that go on.
    at_work: usize,
    /// When the last of them ended.
    last: Instant,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            at_work: 0,
            last: Instant::now(),
        })))
    }

    /// Notes that something goes on, until the answer is dropped.
    pub(super) fn enter(&self) -> AtWork {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .at_work += 1;
        AtWork(self.clone())
    }

    /// Whether nothing has gone on for so long.
    pub(super) fn rests_for(&self, time: Duration) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.at_work == 0 && state.last.elapsed() >= time
    }
}

/// Something that goes on.
#[derive(Debug)]
pub(super) struct AtWork(Activity);

impl Drop for AtWork {
    fn drop(&mut self) {
        let mut state = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.at_work -= 1;
        state.last = Instant::now();
    }
}
