//! The worker processes of a server: which there are, how many were started and how, and how they ended. Must not know
//! what they do.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::death::Death;
use crate::counts::Durations;

/// How a process came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Start {
    /// From nothing: a zygote.
    Cold,
    /// Forked from a zygote: a worker.
    Zygote,
}

impl Start {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Cold, Self::Zygote];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Zygote => "zygote",
        }
    }
}

/// Why a worker is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkerEnd {
    /// Nobody needed it any more.
    Done,
    /// It exited by itself.
    Exit,
    /// A signal that was not ours.
    Signal,
    /// It closed its connection.
    Disconnected,
    /// It used more memory than it may.
    Memory,
    /// It had more threads than it may.
    Threads,
    /// It used more processor time than it may.
    Cpu,
    /// It did not answer in time.
    Timeout,
    /// It did what is not allowed.
    Refused,
}

impl WorkerEnd {
    /// Each of them.
    pub const ALL: [Self; 9] = [
        Self::Done,
        Self::Exit,
        Self::Signal,
        Self::Disconnected,
        Self::Memory,
        Self::Threads,
        Self::Cpu,
        Self::Timeout,
        Self::Refused,
    ];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Exit => "exit",
            Self::Signal => "signal",
            Self::Disconnected => "disconnected",
            Self::Memory => "memory",
            Self::Threads => "threads",
            Self::Cpu => "cpu",
            Self::Timeout => "timeout",
            Self::Refused => "refused",
        }
    }
}

impl From<Death> for WorkerEnd {
    fn from(death: Death) -> Self {
        match death {
            Death::Signal(_) => Self::Signal,
            Death::Exit(_) => Self::Exit,
            Death::Disconnected | Death::Detached => Self::Disconnected,
            Death::OverLimit(excess) => match excess.of {
                "threads" => Self::Threads,
                "seconds of processor time" => Self::Cpu,
                _ => Self::Memory,
            },
        }
    }
}

/// The processes of a server. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Census(Arc<Mutex<Counts>>);

/// What is known of them.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// The process that forks, if there is one.
    pub zygote: Option<u32>,
    /// The workers that live.
    pub workers: BTreeSet<u32>,
    /// How long it took until a process was ready, by [`Start`].
    pub started: [Durations; Start::ALL.len()],
    /// Starts that failed, by [`Start`].
    pub failed: [u64; Start::ALL.len()],
    /// Workers that are gone, by [`WorkerEnd`].
    pub ended: [u64; WorkerEnd::ALL.len()],
}

/// A worker that is counted among those that live, until it is dropped.
#[derive(Debug)]
pub(super) struct Listed {
    census: Census,
    pid: u32,
}

impl Census {
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.lock().clone()
    }

    /// A process is ready so long after it was asked for, or will never be.
    pub fn started(&self, start: Start, ready: Option<Duration>) {
        let mut counts = self.lock();
        match ready {
            Some(took) => counts.started[start as usize].add(took),
            None => counts.failed[start as usize] += 1,
        }
    }

    /// The process that forks from now on, if there is one.
    pub(super) fn forks(&self, zygote: Option<u32>) {
        self.lock().zygote = zygote;
    }

    /// A worker lives.
    pub(super) fn list(&self, pid: u32) -> Listed {
        self.lock().workers.insert(pid);
        Listed {
            census: self.clone(),
            pid,
        }
    }
}

impl Listed {
    /// It is gone.
    pub(super) fn ended(self, why: WorkerEnd) {
        self.census.lock().ended[why as usize] += 1;
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.census.lock().workers.remove(&self.pid);
    }
}
