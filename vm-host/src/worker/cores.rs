//! The cores of the machine, and keeping a VM with its worker on one of them. Host and worker of a VM are
//! never busy at the same time. As long as there are cores for both, each has its own, and they wait for each
//! other without sleeping; when there are not, they share one: then waking the other costs no change of
//! cores, and the caches are warm for both. Must not know whose turn it is.

use rustix::process::Pid;
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The cores that this process may use, as it was started.
#[derive(Debug)]
pub(super) struct Cores {
    all: CpuSet,
    ids: Vec<usize>,
}

impl Cores {
    /// Asks the system. Without an answer nothing is ever pinned.
    pub(super) fn of_process() -> Self {
        let all = sched_getaffinity(None).unwrap_or_default();
        Self {
            all,
            ids: (0..CpuSet::MAX_CPU)
                .filter(|core| all.is_set(*core))
                .collect(),
        }
    }

    /// Whether so many pairs of host and worker are more than there are cores for.
    pub(super) fn are_short_for(&self, pairs: usize) -> bool {
        !self.ids.is_empty() && 2 * pairs > self.ids.len()
    }

    /// Keeps the calling thread and a worker on one core, the same for equal places.
    pub(super) fn pin(&self, place: usize, worker: Option<Pid>) {
        if let Some(core) = self.ids.get(place % self.ids.len().max(1)) {
            let mut one = CpuSet::new();
            one.set(*core);
            keep_on(&one, worker);
        }
    }

    /// Lets both go anywhere again.
    pub(super) fn unpin(&self, worker: Option<Pid>) {
        if !self.ids.is_empty() {
            keep_on(&self.all, worker);
        }
    }

    /// The same for the worker alone.
    pub(super) fn unpin_worker(&self, worker: Option<Pid>) {
        if let Some(worker) = worker.filter(|_| !self.ids.is_empty()) {
            let _ = sched_setaffinity(Some(worker), &self.all);
        }
    }
}

fn keep_on(cores: &CpuSet, worker: Option<Pid>) {
    // A worker that is gone needs no core; a system that refuses only costs speed.
    let _ = sched_setaffinity(None, cores);
    if let Some(worker) = worker {
        let _ = sched_setaffinity(Some(worker), cores);
    }
}
