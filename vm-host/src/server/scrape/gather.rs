//! The metrics that nobody counts as they change: what there is at this moment is looked up when somebody asks, and
//! so is what others count for themselves.

use std::collections::BTreeMap;
use std::sync::Arc;

use prometheus::{IntCounterVec, IntGauge, TextEncoder};

use crate::server::connection::Gate;
use crate::server::metrics::Metrics;
use crate::server::process;
use crate::server::registry::Registry;
use crate::server::tenants::Tenants;
use crate::worker::{Start, WorkerEnd};

/// Where everything is that is looked up.
#[derive(Clone)]
pub(in super::super) struct Gathered {
    registry: Arc<Registry>,
    gate: Gate,
}

impl Gathered {
    /// `python` is the version of the Python in the workers, if it is known.
    pub(in super::super) fn new(registry: Arc<Registry>, gate: Gate, python: &str) -> Self {
        let metrics = &registry.metrics;
        let commit = env!("VM_HOST_COMMIT").trim_start_matches("commit ");
        let build = [env!("CARGO_PKG_VERSION"), commit, python];
        metrics.build_info.with_label_values(&build).set(1);
        metrics.start_time_seconds.set(process::started());
        Self { registry, gate }
    }

    /// Why no VM can be made, if none can.
    pub(super) fn trouble(&self) -> Option<&'static str> {
        if self.registry.is_draining() {
            return Some("draining");
        }
        let zygote = self.registry.supplies().spawner.census().counts().zygote;
        zygote.is_none().then_some("no workers")
    }

    /// All metrics, as the text that Prometheus reads.
    pub(super) fn text(&self) -> String {
        let metrics = &self.registry.metrics;
        self.look_at_vms(metrics);
        self.look_at_turns(metrics);
        self.look_at_workers(metrics);
        self.look_at_connections(metrics);
        self.look_at_process(metrics);
        let mut text = String::new();
        // What cannot be written has no series.
        if let Err(error) = TextEncoder::new().encode_utf8(&metrics.gather(), &mut text) {
            tracing::warn!("cannot write the metrics: `{error}`");
        }
        text
    }

    fn look_at_vms(&self, metrics: &Metrics) {
        let handles = self.registry.all();
        let mut vms = BTreeMap::new();
        let mut jobs = 0;
        for handle in &handles {
            let state = handle.shared.lock().state();
            let tenant = metrics.tenant(&handle.tenant);
            *vms.entry((tenant, state)).or_default() += 1;
            jobs += handle.jobs.max_capacity() - handle.jobs.capacity();
        }
        let options = &self.registry.options;
        let tenants = options.tenants.as_ref().map(Tenants::names);
        metrics.vms_are(&vms, &tenants.unwrap_or_default());
        set(&metrics.jobs_waiting, jobs);
        set(&metrics.vms_limit, options.max_vms);
        set(&metrics.threads, options.threads);
        metrics.draining.set(self.registry.is_draining().into());
        let (programs, bytes) = self.registry.programs.sizes();
        set(&metrics.programs, programs);
        metrics
            .program_bytes
            .set(i64::try_from(bytes).unwrap_or(i64::MAX));
        let (used, limit) = self.registry.supplies().memory.used();
        set(&metrics.vm_memory_bytes, used);
        set(&metrics.vm_memory_limit_bytes, limit);
    }

    fn look_at_turns(&self, metrics: &Metrics) {
        let (seats, waiting) = self.registry.supplies().places.counts();
        set(&metrics.turns_waiting, waiting);
        metrics.turns_total.reset();
        metrics.turn_seconds_total.reset();
        metrics.turn_wait_seconds_total.reset();
        for (thread, counts) in seats.iter().enumerate() {
            let thread = thread.to_string();
            let label = [thread.as_str()];
            metrics
                .turns_total
                .with_label_values(&label)
                .inc_by(counts.turns);
            let taken = metrics.turn_seconds_total.with_label_values(&label);
            taken.inc_by(counts.taken.as_secs_f64());
            let waited = metrics.turn_wait_seconds_total.with_label_values(&label);
            waited.inc_by(counts.waited.as_secs_f64());
        }
    }

    fn look_at_workers(&self, metrics: &Metrics) {
        let census = self.registry.supplies().spawner.census().counts();
        set(&metrics.workers, census.workers.len());
        metrics.zygote_up.set(census.zygote.is_some().into());
        for start in Start::ALL {
            let times = census.started[start as usize];
            metrics.worker_start_seconds.set(start.as_str(), times);
            counts_are(&metrics.worker_starts_total, start.as_str(), times.count());
            let failed = census.failed[start as usize];
            counts_are(&metrics.worker_start_failures_total, start.as_str(), failed);
        }
        for end in WorkerEnd::ALL {
            let count = census.ended[end as usize];
            counts_are(&metrics.worker_ends_total, end.as_str(), count);
        }
        let resident = |process: &str, bytes: u64| {
            let gauge = metrics.resident_memory_bytes.with_label_values(&[process]);
            gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        };
        let workers = census.workers.iter();
        resident("workers", workers.map(|pid| process::resident(*pid)).sum());
        resident("zygote", census.zygote.map_or(0, process::resident));
        resident("host", process::resident(std::process::id()));
    }

    fn look_at_connections(&self, metrics: &Metrics) {
        for (listener, room) in [("tcp", &self.gate.tcp), ("unix", &self.gate.unix)] {
            let open = metrics.connections.with_label_values(&[listener]);
            set(&open, room.taken());
            let refused = room.refused();
            counts_are(&metrics.connections_refused_total, listener, refused);
        }
    }

    fn look_at_process(&self, metrics: &Metrics) {
        let (open, limit) = process::descriptors();
        metrics
            .open_fds
            .set(i64::try_from(open).unwrap_or(i64::MAX));
        let limit = limit.and_then(|limit| i64::try_from(limit).ok());
        metrics.max_fds.set(limit.unwrap_or(i64::MAX));
        metrics.cpu_seconds_total.reset();
        let cpu = metrics.cpu_seconds_total.with_label_values(&["host"]);
        cpu.inc_by(process::cpu_time(std::process::id()).as_secs_f64());
    }
}

fn set(gauge: &IntGauge, value: usize) {
    gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
}

/// Takes over a count that somebody else keeps. Only the thread that gathers does so.
fn counts_are(counters: &IntCounterVec, label: &str, count: u64) {
    let counter = counters.with_label_values(&[label]);
    counter.inc_by(count.saturating_sub(counter.get()));
}
