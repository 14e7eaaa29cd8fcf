//! What a worker logs: read from its pipe as far as those who follow have room, and told to them. A worker that
//! logs faster than they read waits in the kernel, and nobody else does.

use std::os::fd::{AsFd as _, OwnedFd};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hint_proto::v1::LogLevel;
use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::net::unix::pipe::Receiver;
use tokio::sync::Mutex;

use super::super::shared::Shared;
use crate::run::RecordReader;

/// Bytes that are read at once.
const CHUNK: usize = 64 << 10;
/// How long one waits before looking again while a worker logs: to be woken for each record would slow it down.
const INTERVAL: Duration = Duration::from_millis(3);

/// The log of one worker.
#[derive(Debug)]
pub(super) struct WorkerRecords {
    pipe: Rc<Pipe>,
    reader: tokio::task::JoinHandle<()>,
}

#[derive(Debug)]
struct Pipe {
    ours: OwnedFd,
    shared: Arc<Shared>,
    /// Held by whoever reads.
    reading: Mutex<Reading>,
}

#[derive(Debug, Default)]
struct Reading {
    records: RecordReader,
    /// Something came that is no record: what follows is read for the worker's sake alone, which would wait.
    broken: bool,
    /// Nothing comes any more.
    ended: bool,
}

impl WorkerRecords {
    /// Opens the pipe; returns it with the worker's end.
    pub(super) fn open(shared: &Arc<Shared>) -> std::io::Result<(Self, OwnedFd)> {
        let (ours, theirs) = pipe_with(PipeFlags::CLOEXEC)?;
        rustix::io::ioctl_fionbio(&ours, true)?;
        let pipe = Rc::new(Pipe {
            ours,
            shared: Arc::clone(shared),
            reading: Mutex::default(),
        });
        let reader = tokio::task::spawn_local(Rc::clone(&pipe).follow());
        Ok((Self { pipe, reader }, theirs))
    }

    /// Tells what was logged until now, so that it comes before the next change of state.
    pub(super) async fn flush(&self) {
        let there = rustix::io::ioctl_fionread(&self.pipe.ours).unwrap_or_default();
        let mut left = usize::try_from(there).unwrap_or(usize::MAX);
        let mut reading = self.pipe.reading.lock().await;
        while left > 0 {
            match self.pipe.read(&mut reading).await {
                0 => break,
                count => left = left.saturating_sub(count),
            }
        }
    }
}

impl Drop for WorkerRecords {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Pipe {
    /// Reads until nothing will ever come again.
    async fn follow(self: Rc<Self>) {
        loop {
            let Ok(waited) = self.ours.try_clone().and_then(Receiver::from_owned_fd) else {
                return;
            };
            if waited.readable().await.is_err() {
                return;
            }
            // Nothing wakes this thread while it looks from time to time.
            drop(waited);
            loop {
                let (count, ended) = {
                    let mut reading = self.reading.lock().await;
                    (self.read(&mut reading).await, reading.ended)
                };
                if ended {
                    return;
                }
                if count == 0 {
                    break;
                }
                tokio::time::sleep(if count < CHUNK {
                    INTERVAL
                } else {
                    Duration::ZERO
                })
                .await;
            }
        }
    }

    /// Reads what is there, up to a chunk, once there is room for it; returns how much that was.
    async fn read(&self, reading: &mut Reading) -> usize {
        if reading.ended {
            return 0;
        }
        let watchers = &self.shared.watchers;
        watchers.room_for_records().await;
        let mut buffer = vec![0; CHUNK];
        let count = match rustix::io::read(self.ours.as_fd(), &mut buffer) {
            Ok(0) => {
                reading.ended = true;
                return 0;
            }
            Ok(count) => count,
            Err(Errno::AGAIN | Errno::INTR) => return 0,
            Err(_) => {
                reading.ended = true;
                return 0;
            }
        };
        // Whoever may print so much may not log more instead.
        let printed = &self.shared.printed;
        printed.fetch_add(count as u64, Ordering::Relaxed);
        if reading.broken {
            return count;
        }
        let read = &buffer[..count];
        let (wanted, mut records) = (watchers.any_for_records(), Vec::new());
        let pushed = reading.records.push(read, wanted, &mut records);
        watchers.tell_records(records);
        if let Err(error) = pushed {
            reading.broken = true;
            let text = format!(
                "the hint worker wrote {error} into the log: what its hints log is not told any more"
            );
            self.shared.log(LogLevel::Warning, text);
        }
        count
    }
}
