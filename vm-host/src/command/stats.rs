//! The counters and times of a run, for `--stats`.

use serde::Serialize;
use std::io::{self, Write};

/// What a run cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub(super) struct Stats {
    /// Cairo steps.
    pub steps: u64,
    /// Hints that ran, in either language.
    pub hints_executed: u64,
    /// Those of them that ran in Rust.
    pub hints_native: u64,
    /// Requests to the hint worker that were answered.
    pub round_trips: u64,
    /// Questions that the worker asked while a hint ran.
    pub sub_requests: u64,
    /// Executions of hints in Python that had run before.
    pub repeated_hints: u64,
    /// Requests that those took: as many as executions when a hint is sent all that it needs.
    pub repeated_round_trips: u64,
    /// Bytes sent to the worker.
    pub bytes_to_worker: u64,
    /// Bytes received from the worker.
    pub bytes_from_worker: u64,
    /// Time that the worker took to start, before the first step or when the first hint needed it.
    pub seconds_starting: f64,
    /// Time spent in Cairo instructions and in hints in Rust.
    pub seconds_stepping: f64,
    /// Time spent waiting for hints in the worker, its Python included.
    pub seconds_waiting: f64,
    /// Time that the worker spent in Python, as it says.
    pub seconds_in_python: f64,
    /// Most memory that this process held; the worker's is not in it. 0 when the system does not say.
    pub host_peak_bytes: u64,
}

/// Most memory that this process held so far, as `/proc` says.
#[must_use]
pub fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

impl Stats {
    /// Writes the counters as JSON.
    pub(super) fn write(&self, writer: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *writer, self)?;
        writer.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_counter_is_in_the_file() {
        let stats = Stats {
            steps: 3,
            seconds_stepping: 0.5,
            ..Stats::default()
        };
        let mut bytes = Vec::new();
        stats.write(&mut bytes).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(json["steps"], 3);
        assert_eq!(json["seconds_stepping"], 0.5);
        assert_eq!(json.as_object().unwrap().len(), 14);
    }
}
