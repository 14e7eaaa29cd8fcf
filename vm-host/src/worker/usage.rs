//! What a worker uses, as the system counts it from outside, against what it may use. Must not know what it does.

use std::time::Duration;

use super::death::Excess;
use super::sandbox::WorkerLimits;

/// How often a worker is looked at while somebody waits for it.
pub(super) const INTERVAL: Duration = Duration::from_millis(50);

/// What the process uses too much of.
pub(super) fn excess(pid: u32, limits: &WorkerLimits) -> Option<Excess> {
    if limits.memory.is_none() && limits.threads.is_none() {
        return None;
    }
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| -> Option<u64> {
        let mut lines = status.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        value.split_whitespace().next()?.parse().ok()
    };
    // What it has of its own, written or shared with what it made itself; files are the system's.
    let memory = field("RssAnon")?.checked_add(field("RssShmem")?)? << 10;
    [
        ("bytes of memory", limits.memory, memory),
        ("threads", limits.threads, field("Threads")?),
    ]
    .into_iter()
    .find_map(|(of, limit, used)| {
        let limit = limit?;
        (used > limit).then_some(Excess { of, limit, used })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_process_uses_is_known() {
        let us = std::process::id();
        let one = WorkerLimits {
            memory: Some(1),
            ..WorkerLimits::default()
        };
        let found = excess(us, &one).expect("more than a byte");
        assert_eq!((found.of, found.limit), ("bytes of memory", 1));
        assert!(found.used > 100_000, "{found:?}");
        let none = WorkerLimits {
            threads: Some(0),
            ..WorkerLimits::default()
        };
        let found = excess(us, &none).expect("more than none");
        assert!(found.of == "threads" && found.used >= 1, "{found:?}");
        let enough = WorkerLimits {
            memory: Some(u64::MAX),
            threads: Some(u64::MAX),
            ..WorkerLimits::default()
        };
        assert_eq!(excess(us, &enough), None);
    }
}
