//! Owns waiting without falling asleep at once: the answer usually comes within microseconds, and waking
//! a sleeping thread costs more than that. Must not know what is waited for.

use std::future::{Future, poll_fn};
use std::sync::OnceLock;
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::thread::sched_getaffinity;

/// Longest time spent polling before going to sleep, in microseconds.
const BUDGET: u64 = 50;
/// Another budget, for measuring what polling is worth; 0 polls not at all.
const BUDGET_VARIABLE: &str = "CAIROHINTS_POLL_MICROS";
/// A gap of this length between two polls means that somebody else needed the core.
const PREEMPTED: Duration = Duration::from_micros(150);
/// How many waits go straight to sleep after polling did not pay.
const MAX_REST: u32 = 256;

fn budget() -> Duration {
    static CHOSEN: OnceLock<Duration> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let chosen = std::env::var(BUDGET_VARIABLE).ok();
        Duration::from_micros(chosen.and_then(|text| text.parse().ok()).unwrap_or(BUDGET))
    })
}

/// Whether the host keeps this process on one core, where it would only stand in its way.
fn shares_core() -> bool {
    sched_getaffinity(None).is_ok_and(|cores| cores.count() == 1)
}

/// Decides for each wait whether to poll.
#[derive(Debug, Default)]
pub(super) struct Polling {
    rest: u32,
    next_rest: u32,
}

impl Polling {
    /// Waits for `future`, polling it first for a bounded time when that has been paying.
    pub(super) async fn wait<F: Future>(&mut self, future: F) -> F::Output {
        tokio::pin!(future);
        let budget = budget();
        if budget.is_zero() || self.rest > 0 || shares_core() {
            self.rest = self.rest.saturating_sub(1);
            return future.await;
        }
        let start = Instant::now();
        let mut last = start;
        loop {
            if let Poll::Ready(value) = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
                self.next_rest /= 2;
                return value;
            }
            tokio::task::yield_now().await;
            let now = Instant::now();
            if now - last > PREEMPTED || now - start > budget {
                break;
            }
            last = now;
        }
        self.next_rest = (self.next_rest * 2).clamp(1, MAX_REST);
        self.rest = self.next_rest;
        future.await
    }
}
