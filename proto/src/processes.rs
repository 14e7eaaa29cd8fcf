//! Owns what vm-host and the processes around a worker tell each other in fixed bytes, and how a process ends
//! what others left to it. Must not know what a worker does.

use std::fs;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};

/// Said by a zygote when its runtime is there.
pub const RUNTIME_READY: u8 = 0;
/// Said by a zygote when it has imported what it was told to.
pub const PRELOADED: u8 = 1;

/// A worker that was made for a request, or why there is none. A descriptor of its process goes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Born {
    /// The number that the request had.
    pub request: u64,
    /// The worker's process id; 0 when there is none.
    pub pid: u32,
    /// What the system said when there is none.
    pub error: i32,
}

impl Born {
    /// How many bytes it has.
    pub const BYTES: usize = 16;

    /// As bytes.
    #[must_use]
    pub fn encode(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&self.request.to_le_bytes());
        bytes[8..12].copy_from_slice(&self.pid.to_le_bytes());
        bytes[12..].copy_from_slice(&self.error.to_le_bytes());
        bytes
    }

    /// From bytes; any are fine.
    #[must_use]
    pub fn decode(bytes: [u8; Self::BYTES]) -> Self {
        let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
        let [i, j, k, l, m, n, o, p] = rest;
        Self {
            request: u64::from_le_bytes([a, b, c, d, e, f, g, h]),
            pid: u32::from_le_bytes([i, j, k, l]),
            error: i32::from_le_bytes([m, n, o, p]),
        }
    }
}

/// How a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The signal that ended it, else 0.
    pub signal: i32,
    /// Its exit code.
    pub code: i32,
}

impl Ended {
    /// How many bytes it has.
    pub const BYTES: usize = 8;

    /// As bytes.
    #[must_use]
    pub fn encode(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..4].copy_from_slice(&self.signal.to_le_bytes());
        bytes[4..].copy_from_slice(&self.code.to_le_bytes());
        bytes
    }

    /// From bytes; any are fine.
    #[must_use]
    pub fn decode(bytes: [u8; Self::BYTES]) -> Self {
        let [a, b, c, d, e, f, g, h] = bytes;
        Self {
            signal: i32::from_le_bytes([a, b, c, d]),
            code: i32::from_le_bytes([e, f, g, h]),
        }
    }
}

/// Kills and reaps all children of this process but those to `keep`, and what comes to it when they are gone.
/// Waits for it, for a bounded time.
pub fn end_children(patience: Duration, keep: impl Fn(u32) -> bool) {
    let deadline = Instant::now() + patience;
    loop {
        let left: Vec<Pid> = children()
            .filter(|child| !keep(*child))
            .filter_map(pid)
            .collect();
        if left.is_empty() || Instant::now() > deadline {
            return;
        }
        // All of them first, so that none has the time to make others.
        for child in &left {
            // Nobody else reaps it, so the number is still its own. It may have ended already.
            let _ = kill_process(*child, Signal::KILL);
        }
        for child in left {
            while matches!(waitpid(Some(child), WaitOptions::NOHANG), Ok(None))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_comes_back() {
        let born = Born {
            request: 1 << 40,
            pid: 7,
            error: -11,
        };
        assert_eq!(Born::decode(born.encode()), born);
        let ended = Ended {
            signal: 9,
            code: -3,
        };
        assert_eq!(Ended::decode(ended.encode()), ended);
    }
}
