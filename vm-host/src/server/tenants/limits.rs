//! How much one tenant may have. The server's own limits hold for all tenants together, and nothing here can
//! raise them.

use std::time::Duration;

use serde::Deserialize;

/// What a tenant may have; what its VMs may do. A client may ask for less for its VM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TenantLimits {
    /// VMs at a time.
    pub max_vms: u64,
    /// Connections at a time.
    pub max_connections: u64,
    /// Calls at a time, a stream until it ends.
    pub max_calls: u64,
    /// Calls in a second.
    pub calls_per_second: u64,
    /// VMs that are made in a second.
    pub vms_per_second: u64,
    /// Programs that are uploaded at the same time.
    pub max_uploads: u64,
    /// Bytes of them that have come so far.
    pub max_upload_bytes: u64,
    /// Programs that are kept.
    pub max_programs: u64,
    /// Bytes of them.
    pub max_program_bytes: u64,
    /// Steps of a run.
    pub max_steps: u64,
    /// Bytes of the server's memory for one VM.
    pub max_memory_bytes: u64,
    /// Segments of a VM.
    pub max_segments: u64,
    /// Time of one hint.
    pub hint_time: Duration,
    /// Time that a VM may spend in RunVm; absent without a bound.
    pub run_time: Option<Duration>,
    /// Processor time of a VM and its worker; absent without a bound.
    pub cpu_time: Option<Duration>,
    /// Bytes that the hints of a VM print; absent without a bound.
    pub max_output_bytes: Option<u64>,
    /// How long a VM without a connection may stay unused.
    pub time_to_live: Duration,
    /// How long such a VM may live, used or not.
    pub lifetime: Duration,
}

/// The limits that somebody set.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SetLimits {
    max_vms: Option<u64>,
    max_connections: Option<u64>,
    max_calls: Option<u64>,
    calls_per_second: Option<u64>,
    vms_per_second: Option<u64>,
    max_uploads: Option<u64>,
    max_upload_bytes: Option<u64>,
    max_programs: Option<u64>,
    max_program_bytes: Option<u64>,
    max_steps: Option<u64>,
    max_memory_bytes: Option<u64>,
    max_segments: Option<u64>,
    hint_seconds: Option<u64>,
    run_seconds: Option<u64>,
    cpu_seconds: Option<u64>,
    max_output_bytes: Option<u64>,
    time_to_live_seconds: Option<u64>,
    lifetime_seconds: Option<u64>,
}

impl TenantLimits {
    /// These limits with those that were set, which never exceed `most`.
    pub(super) fn with(self, set: SetLimits, most: &Self) -> Self {
        let time = |set: Option<u64>, own: Duration| set.map_or(own, Duration::from_secs);
        let optional = |set: Option<u64>, own: Option<Duration>, most: Option<Duration>| {
            let wanted = set.map(Duration::from_secs).or(own);
            bounded(wanted, most)
        };
        Self {
            max_vms: set.max_vms.unwrap_or(self.max_vms),
            max_connections: set.max_connections.unwrap_or(self.max_connections),
            max_calls: set.max_calls.unwrap_or(self.max_calls),
            calls_per_second: set.calls_per_second.unwrap_or(self.calls_per_second),
            vms_per_second: set.vms_per_second.unwrap_or(self.vms_per_second),
            max_uploads: set.max_uploads.unwrap_or(self.max_uploads),
            max_upload_bytes: set.max_upload_bytes.unwrap_or(self.max_upload_bytes),
            max_programs: set.max_programs.unwrap_or(self.max_programs),
            max_program_bytes: set.max_program_bytes.unwrap_or(self.max_program_bytes),
            max_steps: set.max_steps.unwrap_or(self.max_steps).min(most.max_steps),
            max_memory_bytes: set
                .max_memory_bytes
                .unwrap_or(self.max_memory_bytes)
                .min(most.max_memory_bytes),
            max_segments: set
                .max_segments
                .unwrap_or(self.max_segments)
                .min(most.max_segments),
            hint_time: time(set.hint_seconds, self.hint_time).min(most.hint_time),
            run_time: optional(set.run_seconds, self.run_time, most.run_time),
            cpu_time: optional(set.cpu_seconds, self.cpu_time, most.cpu_time),
            max_output_bytes: bounded(
                set.max_output_bytes.or(self.max_output_bytes),
                most.max_output_bytes,
            ),
            time_to_live: time(set.time_to_live_seconds, self.time_to_live).min(most.time_to_live),
            lifetime: time(set.lifetime_seconds, self.lifetime).min(most.lifetime),
        }
    }
}

/// The lower of two bounds, either of which may be absent.
pub(in super::super) fn bounded<T: Ord>(wanted: Option<T>, most: Option<T>) -> Option<T> {
    match (wanted, most) {
        (Some(wanted), Some(most)) => Some(wanted.min(most)),
        (wanted, most) => wanted.or(most),
    }
}
