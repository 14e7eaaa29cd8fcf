//! What workers leave behind: processes that hints started and did not wait for. They end with the worker.
//!
//! A process of ours that ends gives its children to the nearest ancestor that adopts orphans. Live workers
//! adopt those of their own children, so what comes to this process was left by a worker that is gone, and
//! the only other children are those started here.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hint_proto::processes::end_children;

/// How long killed processes may take to be gone.
const PATIENCE: Duration = Duration::from_secs(2);

static ADOPTING: AtomicBool = AtomicBool::new(false);
/// The children that this process started itself and has not reaped.
static OURS: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());

/// From now on this process takes in what workers leave behind, and ends it. For a process whose children are
/// all started by this module: any other child would be ended, too.
pub(crate) fn adopt() {
    // A kernel that refuses lets such processes live on, as everywhere.
    let adopted = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    ADOPTING.store(adopted.is_ok(), Ordering::Relaxed);
}

/// Holds [`end_all`] back while a child is started, which is unknown until then.
#[derive(Debug)]
pub(super) struct Starting(MutexGuard<'static, BTreeSet<u32>>);

/// Called before a child is started.
pub(super) fn starting() -> Starting {
    Starting(ours())
}

impl Starting {
    /// The child is there.
    pub(super) fn started(mut self, child: u32) {
        self.0.insert(child);
    }
}

/// A child of ours was reaped.
pub(super) fn reaped(child: u32) {
    ours().remove(&child);
}

/// Ends all that workers left behind, and what that leaves behind in turn. Waits for it, for a bounded time.
pub(super) fn end_all() {
    if ADOPTING.load(Ordering::Relaxed) {
        let ours = ours();
        end_children(PATIENCE, |child| ours.contains(&child));
    }
}

fn ours() -> MutexGuard<'static, BTreeSet<u32>> {
    OURS.lock().unwrap_or_else(PoisonError::into_inner)
}
