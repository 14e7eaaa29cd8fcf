//! What workers leave behind: processes that hints started and did not wait for. They end with the worker.
//!
//! A process of ours that ends gives its children to the nearest ancestor that adopts orphans. Live workers
//! adopt those of their own children, so what comes to this process was left by a worker that is gone, and
//! the only other children are those started here.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

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
    if !ADOPTING.load(Ordering::Relaxed) {
        return;
    }
    let ours = ours();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left: Vec<Pid> = children()
            .filter(|child| !ours.contains(child))
            .filter_map(pid)
            .collect();
        if left.is_empty() || Instant::now() > deadline {
            return;
        }
        for orphan in left {
            // Nobody else reaps it, so the number is still its own. It may have ended already.
            let _ = kill_process(orphan, Signal::KILL);
            while matches!(waitpid(Some(orphan), WaitOptions::NOHANG), Ok(None))
                && Instant::now() < deadline
            {
                std::thread::sleep(Duration::from_micros(200));
            }
        }
    }
}

/// The children of the first thread of this process, which is the one that is given orphans.
fn children() -> impl Iterator<Item = u32> {
    let path = format!("/proc/self/task/{}/children", std::process::id());
    let list = fs::read_to_string(path).unwrap_or_default();
    let children: Vec<u32> = list
        .split_whitespace()
        .filter_map(|id| id.parse().ok())
        .collect();
    children.into_iter()
}

fn pid(child: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(child).ok()?)
}

fn ours() -> MutexGuard<'static, BTreeSet<u32>> {
    OURS.lock().unwrap_or_else(PoisonError::into_inner)
}
