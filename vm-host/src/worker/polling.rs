//! Waiting for a worker without falling asleep at once: the answer usually comes within microseconds,
//! and waking a sleeping thread costs more than that.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::turn::Turn;

/// Longest time spent polling before going to sleep, in microseconds.
const BUDGET: u64 = 50;
/// Another budget, for measuring what polling is worth; 0 polls not at all.
const BUDGET_VARIABLE: &str = "CAIROHINTS_POLL_MICROS";
/// A gap of this length between two polls means that somebody else needed the core.
const PREEMPTED: Duration = Duration::from_micros(150);
/// How long a VM keeps its turn while it sleeps: the first hint after a change of turns is that slow,
/// because nothing of its worker is in the caches.
const PATIENCE: Duration = Duration::from_millis(1);
/// Most waits that something is left out of after it did not pay.
const MAX_REST: u32 = 256;

fn budget() -> Duration {
    static CHOSEN: OnceLock<Duration> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let chosen = std::env::var(BUDGET_VARIABLE).ok();
        Duration::from_micros(chosen.and_then(|text| text.parse().ok()).unwrap_or(BUDGET))
    })
}

/// Decides for each wait whether to poll.
#[derive(Debug, Default)]
pub(super) struct Polling {
    polling: Habit,
    patience: Habit,
}

/// Something that is done as long as it pays, and less and less often when it does not.
#[derive(Debug, Default)]
struct Habit {
    rest: u32,
    next_rest: u32,
}

impl Habit {
    /// Whether to do it this time.
    fn is_due(&mut self) -> bool {
        let due = self.rest == 0;
        self.rest = self.rest.saturating_sub(1);
        due
    }

    fn paid(&mut self) {
        self.next_rest /= 2;
    }

    fn failed(&mut self) {
        self.next_rest = (self.next_rest * 2).clamp(1, MAX_REST);
        self.rest = self.next_rest;
    }
}

impl Polling {
    /// Waits for `future` until `deadline` (`None` when it passes), polling it first for a bounded time when
    /// that has been paying. Whoever has the `turn` keeps it for a short sleep, too; without it, when it is
    /// somebody else's, nobody polls.
    pub(super) async fn wait<F: Future>(
        &mut self,
        future: F,
        deadline: Option<tokio::time::Instant>,
        turn: &Turn,
    ) -> Option<F::Output> {
        tokio::pin!(future);
        if turn.is_mine() && !turn.shares_core() && !budget().is_zero() && self.polling.is_due() {
            if let Some(value) = poll(&mut future).await {
                self.polling.paid();
                return Some(value);
            }
            self.polling.failed();
        }
        if turn.is_held() && self.patience.is_due() {
            let soon = tokio::time::Instant::now() + PATIENCE;
            let soon = deadline.map_or(soon, |deadline| deadline.min(soon));
            if let Some(value) = sleep(future.as_mut(), Some(soon)).await {
                self.patience.paid();
                return Some(value);
            }
            self.patience.failed();
        }
        turn.lend(sleep(future, deadline)).await
    }
}

/// Polls `future` until it is ready, the budget is used up, or somebody else needs the core.
async fn poll<F: Future>(future: &mut Pin<&mut F>) -> Option<F::Output> {
    let budget = budget();
    let start = Instant::now();
    let mut last = start;
    loop {
        if let Poll::Ready(value) = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
            return Some(value);
        }
        tokio::task::yield_now().await;
        let now = Instant::now();
        if now - last > PREEMPTED || now - start > budget {
            return None;
        }
        last = now;
    }
}

async fn sleep<F: Future>(future: F, deadline: Option<tokio::time::Instant>) -> Option<F::Output> {
    match deadline {
        Some(deadline) => tokio::time::timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}
