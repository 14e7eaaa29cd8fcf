//! Waiting for a worker without falling asleep at once: the answer usually comes within microseconds,
//! and waking a sleeping thread costs more than that.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::os::fd::AsFd;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::time::Sleep;

/// Longest time spent polling before going to sleep.
const BUDGET: Duration = Duration::from_micros(50);
/// A gap of this length between two looks means that somebody else needed the core.
const PREEMPTED: Duration = Duration::from_micros(150);
/// How many waits go straight to sleep after polling did not pay.
const MAX_REST: u32 = 256;
/// Looks at the socket before other tasks of the thread get their turn.
const LOOKS: u32 = 16;

/// Decides for each wait whether to poll.
#[derive(Debug, Default)]
pub(super) struct Polling {
    rest: u32,
    next_rest: u32,
    /// Kept between waits: moving a deadline is cheaper than making one.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Polling {
    /// Waits for `future`, which bytes on `socket` complete, until `deadline` (`None` when it passes),
    /// watching the socket for a bounded time first when that has been paying and no other VM of this
    /// thread waits too.
    pub(super) async fn wait<F: Future>(
        &mut self,
        socket: &impl AsFd,
        future: F,
        deadline: Option<tokio::time::Instant>,
    ) -> Option<F::Output> {
        let mut future = pin!(future);
        let waiting = Waiting::enter();
        if self.rest > 0 || waiting.others() {
            self.rest = self.rest.saturating_sub(1);
            return self.sleep(future, deadline).await;
        }
        let first = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
        if let Poll::Ready(value) = first {
            return Some(value);
        }
        if watch(socket, &waiting).await {
            self.next_rest /= 2;
        } else {
            self.next_rest = (self.next_rest * 2).clamp(1, MAX_REST);
            self.rest = self.next_rest;
        }
        self.sleep(future, deadline).await
    }

    async fn sleep<F: Future>(
        &mut self,
        mut future: Pin<&mut F>,
        deadline: Option<tokio::time::Instant>,
    ) -> Option<F::Output> {
        let Some(deadline) = deadline else {
            return Some(future.await);
        };
        let timer = match &mut self.timer {
            Some(timer) => {
                timer.as_mut().reset(deadline);
                timer
            }
            None => self
                .timer
                .insert(Box::pin(tokio::time::sleep_until(deadline))),
        };
        poll_fn(|cx| match future.as_mut().poll(cx) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => timer.as_mut().poll(cx).map(|()| None),
        })
        .await
    }
}

/// Whether bytes arrive before the budget is used up or somebody else needs the core.
async fn watch(socket: &impl AsFd, waiting: &Waiting) -> bool {
    let start = Instant::now();
    let mut last = start;
    loop {
        // The first time, the connection's task writes what was sent before.
        tokio::task::yield_now().await;
        for _ in 0..LOOKS {
            if is_readable(socket) {
                return true;
            }
            let now = Instant::now();
            if now - last > PREEMPTED || now - start > BUDGET || waiting.others() {
                return false;
            }
            last = now;
        }
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

thread_local! {
    static WAITS: Rc<Cell<usize>> = Rc::default();
}

/// One wait of this thread, until dropped.
#[derive(Debug)]
struct Waiting(Rc<Cell<usize>>);

impl Waiting {
    fn enter() -> Self {
        WAITS.with(|waits| {
            waits.set(waits.get() + 1);
            Self(Rc::clone(waits))
        })
    }

    /// Whether other VMs of this thread wait at the same time.
    fn others(&self) -> bool {
        self.0.get() > 1
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
