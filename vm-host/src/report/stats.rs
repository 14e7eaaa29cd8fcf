//! The counters and times of a run: what `--stats` writes, and what the page of a report shows.

use std::io::{self, Write};
use std::time::Duration;

use hint_proto::v1::ContractUse;
use serde::Serialize;

use crate::run::Run;

/// What a run cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Stats {
    /// Cairo steps.
    pub steps: u64,
    /// Hints that ran, in either language.
    pub hints_executed: u64,
    /// Those of them that ran in Rust.
    pub hints_native: u64,
    /// The same as a percentage of all, to a tenth; null when none ran.
    pub hints_native_percent: Option<f64>,
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
    /// What hints did with contracts; absent if nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contracts: Option<ContractStats>,
}

/// What hints did with contracts, also what was undone.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct ContractStats {
    /// Calls, from hints and from other contracts.
    pub calls: u64,
    /// Values read from storage and written to it.
    pub storage_accesses: u64,
    /// Events, and entries of the log that transfers make.
    pub events: u64,
    /// The same for each endpoint of each contract.
    pub endpoints: Vec<EndpointStats>,
}

/// What happened in one endpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct EndpointStats {
    /// The contract, or another account; empty for endpoints that were too many to tell apart.
    pub contract: String,
    /// The endpoint; empty for what hints did to storage by themselves.
    pub endpoint: String,
    /// Calls.
    pub calls: u64,
    /// Those of them that failed.
    pub failed_calls: u64,
    /// Values read from storage.
    pub storage_reads: u64,
    /// Values written to storage.
    pub storage_writes: u64,
    /// Entries of the log.
    pub events: u64,
}

/// Most memory that this process held so far, as `/proc` says.
#[must_use]
pub fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}

impl ContractStats {
    /// The figures that engines gave; none if hints did nothing with contracts.
    fn of(used: Vec<ContractUse>) -> Option<Self> {
        let mut all = Self::default();
        for used in used {
            let ContractUse {
                contract,
                endpoint,
                calls,
                failed_calls,
                storage_reads,
                storage_writes,
                events,
            } = used;
            let accesses = storage_reads.saturating_add(storage_writes);
            all.calls = all.calls.saturating_add(calls);
            all.storage_accesses = all.storage_accesses.saturating_add(accesses);
            all.events = all.events.saturating_add(events);
            all.endpoints.push(EndpointStats {
                contract,
                endpoint,
                calls,
                failed_calls,
                storage_reads,
                storage_writes,
                events,
            });
        }
        (!all.endpoints.is_empty()).then_some(all)
    }
}

/// Which part of `all` these are, in percent to a tenth; none of nothing.
fn percent(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| (part as f64 * 1000.0 / all as f64).round() / 10.0)
}

impl Stats {
    /// Those of a run so far, of which the steps and the hints in Rust took `stepping`.
    pub(crate) fn of(run: &Run, stepping: Duration) -> Self {
        let (host, python) = run.hints_by_side();
        let hints = run.hint_statistics();
        let (bytes_to_worker, bytes_from_worker) = run.hint_traffic();
        Self {
            steps: run.current_step(),
            hints_executed: host + python,
            hints_native: host,
            hints_native_percent: percent(host, host + python),
            round_trips: hints.round_trips,
            sub_requests: hints.sub_requests,
            repeated_hints: hints.repeated_hints,
            repeated_round_trips: hints.repeated_round_trips,
            bytes_to_worker,
            bytes_from_worker,
            seconds_starting: run.time_starting().as_secs_f64(),
            seconds_stepping: stepping.as_secs_f64(),
            seconds_waiting: hints.waiting.as_secs_f64(),
            seconds_in_python: hints.python.as_secs_f64(),
            host_peak_bytes: peak_memory_bytes().unwrap_or_default(),
            contracts: ContractStats::of(run.contract_use()),
        }
    }

    /// Writes the counters as JSON.
    pub(crate) fn write(&self, writer: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *writer, self)?;
        writer.write_all(b"\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage_to_a_tenth() {
        assert_eq!(percent(2, 3), Some(66.7));
        assert_eq!(percent(5, 5), Some(100.0));
        assert_eq!(percent(0, 5), Some(0.0));
        assert_eq!(percent(0, 0), None);
    }

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
        assert_eq!(json.as_object().unwrap().len(), 15);
    }
}
