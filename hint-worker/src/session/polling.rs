//! Waiting without falling asleep at once: the answer usually comes within microseconds, and waking
//! a sleeping thread costs more than that.

use std::future::Future;
use std::os::fd::AsFd;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Longest time spent polling before going to sleep.
const BUDGET: Duration = Duration::from_micros(50);
/// A gap of this length between two looks means that somebody else needed the core.
const PREEMPTED: Duration = Duration::from_micros(150);
/// How many waits go straight to sleep after polling did not pay.
const MAX_REST: u32 = 256;

/// Decides for each wait whether to poll.
#[derive(Debug, Default)]
pub(crate) struct Polling {
    rest: u32,
    next_rest: u32,
}

impl Polling {
    /// Waits for `future`, which bytes on `socket` complete, watching the socket for a bounded time first
    /// when that has been paying.
    pub(crate) async fn wait<F: Future>(&mut self, socket: &impl AsFd, future: F) -> F::Output {
        let mut future = pin!(future);
        if self.rest > 0 {
            self.rest -= 1;
            return future.await;
        }
        let first = std::future::poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
        if let Poll::Ready(value) = first {
            return value;
        }
        // The connection's task writes what was sent before.
        tokio::task::yield_now().await;
        if watch(socket) {
            self.next_rest /= 2;
        } else {
            self.next_rest = (self.next_rest * 2).clamp(1, MAX_REST);
            self.rest = self.next_rest;
        }
        future.await
    }
}

/// Whether bytes arrive before the budget is used up or somebody else takes the core.
fn watch(socket: &impl AsFd) -> bool {
    let start = Instant::now();
    let mut last = start;
    loop {
        if is_readable(socket) {
            return true;
        }
        let now = Instant::now();
        if now - last > PREEMPTED || now - start > BUDGET {
            return false;
        }
        last = now;
    }
}

/// Asking the socket itself is several times cheaper than a turn of the runtime.
fn is_readable(socket: &impl AsFd) -> bool {
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let mut polled = [PollFd::new(socket, PollFlags::IN)];
    matches!(poll(&mut polled, Some(&now)), Ok(1..))
}
