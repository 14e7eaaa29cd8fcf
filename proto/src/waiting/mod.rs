//! How the two ends of a link wait for each other: a short wait is cheaper to poll through than to sleep and be woken.
//! Whether one is short is forecast from the waits of its own kind, so that one long hint among many short ones decides
//! for nobody else; whether there is a core to poll on, the system says. Must not know what is waited for.

mod cores;
mod forecast;

pub use forecast::Forecast;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::Poll;
use std::time::{Duration, Instant};

use cores::Cores;

/// The longest wait that is polled through, in microseconds: of longer ones, sleeping and waking both sides is
/// a small part.
const LONGEST: u64 = 250;
/// Another length, for measuring what polling is worth; 0 polls not at all.
const LONGEST_VARIABLE: &str = "CAIROHINTS_POLL_MICROS";
/// How long a wait is polled beyond twice its forecast.
const GRACE: Duration = Duration::from_micros(20);
/// A gap of this length between two polls means that somebody else needed the core.
const PREEMPTED: Duration = Duration::from_micros(150);
/// How long nothing is polled after that.
const REST: Duration = Duration::from_millis(1);

fn longest() -> Duration {
    static CHOSEN: OnceLock<Duration> = OnceLock::new();
    *CHOSEN.get_or_init(|| {
        let chosen = std::env::var(LONGEST_VARIABLE).ok();
        Duration::from_micros(chosen.and_then(|text| text.parse().ok()).unwrap_or(LONGEST))
    })
}

/// One end's polling.
#[derive(Debug, Default)]
pub struct Polling {
    rests_until: Option<Instant>,
    cores: Cores,
}

impl Polling {
    /// Polls `future`, for which one waits since `start`, about as long as the `forecast` says. `None` when it
    /// takes longer, is expected to, or when somebody else needs the core: then sleep.
    pub async fn poll<F: Future>(
        &mut self,
        mut future: Pin<&mut F>,
        start: Instant,
        forecast: Forecast,
    ) -> Option<F::Output> {
        let typical = forecast.typical();
        let longest = longest();
        if typical > longest || longest.is_zero() || self.rests_until.is_some_and(|end| start < end)
        {
            return None;
        }
        let limit = 2 * typical + GRACE;
        let mut last = start;
        loop {
            if let Poll::Ready(value) = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await {
                return Some(value);
            }
            // What is to be sent goes out here, so the other end is awake from now on.
            tokio::task::yield_now().await;
            let now = Instant::now();
            let rest = if now - last > PREEMPTED {
                Some(REST)
            } else {
                self.cores.are_wanted(now)
            };
            if let Some(rest) = rest {
                self.rests_until = Some(now + rest);
                return None;
            }
            if now - start > limit {
                return None;
            }
            last = now;
        }
    }
}
