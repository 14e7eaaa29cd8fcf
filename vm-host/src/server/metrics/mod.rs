//! What a server counts, by the names that Prometheus knows it by: one place where every metric is declared. Whoever
//! works counts for itself and folds that in here now and then; nothing here is asked for in a step or a hint. Must
//! not know who reads it (`scrape`).

mod histogram;
mod meter;

pub(super) use meter::{Meter, failure_reasons};

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use hint_proto::v1::{StopReason, VmState};
use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{
    CounterVec, Gauge, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
};

use super::error::Reason;
use super::shared::End;
use crate::counts::{Durations, Numbers};
use crate::run::Engine;
use crate::worker::{Start, WorkerEnd};
use histogram::{Tallies, Timings};

/// What every name begins with.
const PREFIX: &str = "cairohints";
/// Whose everything is where callers are not tenants of a file. Whoever comes is no label.
const PEERS: &str = "peers";
/// What is none of those that have a name.
pub(super) const OTHER: &str = "other";
/// Engines inside of the host, as labels.
const TWIN: &str = "twin";
const COMPILED: &str = "compiled";
/// Why a VM ended that nobody ended.
const NOT_CREATED: &str = "not_created";
const FAULT: &str = "fault";

/// Declares the metrics: name, type, labels, help.
macro_rules! metrics {
    ($($(#[doc = $doc:literal])* $field:ident: $kind:ident $([$($label:literal),*])?;)*) => {
        /// The metrics. What is a gauge is set when somebody looks (`scrape`).
        #[derive(Debug)]
        pub(super) struct Metrics {
            registry: Registry,
            /// Whether tenants have names that nobody else chooses.
            named_tenants: bool,
            $($(#[doc = $doc])* pub(super) $field: $kind,)*
        }

        impl Metrics {
            fn declare(named_tenants: bool) -> prometheus::Result<Self> {
                let registry = Registry::new_custom(Some(PREFIX.to_owned()), None)?;
                $(
                    let help = concat!($($doc),*).trim();
                    let opts = Opts::new(stringify!($field), help);
                    let $field = <$kind as Declared>::declare(opts, &[$($($label),*)?])?;
                    registry.register(Box::new($field.clone()))?;
                )*
                Ok(Self { registry, named_tenants, $($field,)* })
            }
        }
    };
}

metrics! {
    /// Always 1; what is served, and the Python of its hints
    build_info: IntGaugeVec ["version", "commit", "python"];
    /// When the server started, in seconds since 1970
    start_time_seconds: Gauge;
    /// 1 while no VM is made because the server is about to end
    draining: IntGauge;

    /// VMs that exist
    vms: IntGaugeVec ["tenant", "state"];
    /// Most VMs at a time
    vms_limit: IntGauge;
    /// VMs that were made
    vms_created_total: IntCounterVec ["tenant"];
    /// VMs that are gone
    vms_ended_total: IntCounterVec ["reason"];
    /// Calls of RunVm that stopped
    runs_total: IntCounterVec ["tenant", "result"];
    /// Time of one call of RunVm, from its first turn
    run_seconds: Timings;
    /// VMs that failed, by the reason that clients are told
    run_failures_total: IntCounterVec ["reason"];
    /// Cairo steps
    steps_total: IntCounterVec ["tenant"];

    /// Hints that ran
    hints_total: IntCounterVec ["engine"];
    /// Time of one hint in its engine, which is Python for most
    hint_engine_seconds: Timings ["engine"];
    /// Time of one hint beyond its engine: link, messages, questions, waiting
    hint_beyond_seconds: Timings ["engine"];
    /// Messages to its engine that were answered for one hint, its questions included
    hint_round_trips: Tallies ["engine"];
    /// Questions of one hint to the host
    hint_questions: Tallies ["engine"];
    /// Bytes that hints printed and logged
    hint_output_bytes_total: IntCounter;

    /// Bytes to hint workers
    worker_sent_bytes_total: IntCounter;
    /// Bytes from hint workers
    worker_received_bytes_total: IntCounter;
    /// Hint workers that live
    workers: IntGauge;
    /// Processes that were started: cold a zygote from nothing, zygote a worker forked from one
    worker_starts_total: IntCounterVec ["kind"];
    /// Starts that failed
    worker_start_failures_total: IntCounterVec ["kind"];
    /// Time until a process was ready
    worker_start_seconds: Timings ["kind"];
    /// Workers that are gone; done when nobody needed them any more
    worker_ends_total: IntCounterVec ["reason"];
    /// 1 while workers can be made
    zygote_up: IntGauge;

    /// VMs that may be at work at a time
    threads: IntGauge;
    /// Turns of VMs
    turns_total: IntCounterVec ["thread"];
    /// Time that VMs were at work
    turn_seconds_total: CounterVec ["thread"];
    /// Time that VMs waited for their turns
    turn_wait_seconds_total: CounterVec ["thread"];
    /// VMs that wait for a turn
    turns_waiting: IntGauge;
    /// Calls that wait for the thread of their VM
    jobs_waiting: IntGauge;

    /// Calls that were answered
    calls_total: IntCounterVec ["method", "code"];
    /// Time until the answer of a call had ended
    call_seconds: Timings ["method"];
    /// Calls that are under way
    calls_in_flight: IntGauge;
    /// Calls that ended with an error, by the reason that clients are told
    calls_refused_total: IntCounterVec ["reason"];
    /// Open connections
    connections: IntGaugeVec ["listener"];
    /// Connections that were closed at once, because there were too many
    connections_refused_total: IntCounterVec ["listener"];

    /// Programs that are kept
    programs: IntGauge;
    /// Bytes of the programs that are kept
    program_bytes: IntGauge;
    /// Host memory that is charged to VMs
    vm_memory_bytes: IntGauge;
    /// Most host memory of all VMs together
    vm_memory_limit_bytes: IntGauge;
    /// Resident memory; what forked workers share counts for each
    resident_memory_bytes: IntGaugeVec ["process"];
    /// Processor time
    cpu_seconds_total: CounterVec ["process"];
    /// Open descriptors of the server
    open_fds: IntGauge;
    /// Most open descriptors of the server
    max_fds: IntGauge;
}

/// A kind of metric that is declared with its labels.
trait Declared: Collector + Clone + Sized {
    fn declare(opts: Opts, labels: &[&'static str]) -> prometheus::Result<Self>;
}

macro_rules! with_labels {
    ($($kind:ty)*) => {$(
        impl Declared for $kind {
            fn declare(opts: Opts, labels: &[&'static str]) -> prometheus::Result<Self> {
                Self::new(opts, labels)
            }
        }
    )*};
}
with_labels! { IntCounterVec CounterVec IntGaugeVec Timings Tallies }

macro_rules! without_labels {
    ($($kind:ty)*) => {$(
        impl Declared for $kind {
            fn declare(opts: Opts, _: &[&'static str]) -> prometheus::Result<Self> {
                Self::with_opts(opts)
            }
        }
    )*};
}
without_labels! { IntCounter IntGauge Gauge }

impl Metrics {
    /// The metrics of a server that just started. Everything that has a fixed name is there from the start, as 0, so
    /// that its first move is seen.
    ///
    /// # Errors
    /// When two have the same name, or a name or label is none.
    pub(super) fn new(named_tenants: bool) -> prometheus::Result<Self> {
        let metrics = Self::declare(named_tenants)?;
        let engines = Engine::ALL.map(Engine::as_str);
        for engine in engines {
            for times in [&metrics.hint_engine_seconds, &metrics.hint_beyond_seconds] {
                times.add(engine, &Durations::default());
            }
            for numbers in [&metrics.hint_round_trips, &metrics.hint_questions] {
                numbers.add(engine, &Numbers::default());
            }
        }
        metrics.run_seconds.add("", &Durations::default());
        let zero = |counters: &IntCounterVec, labels: &mut dyn Iterator<Item = &'static str>| {
            for label in labels {
                counters.with_label_values(&[label]);
            }
        };
        zero(
            &metrics.hints_total,
            &mut engines.into_iter().chain([TWIN, COMPILED]),
        );
        zero(&metrics.run_failures_total, &mut failure_reasons());
        zero(
            &metrics.calls_refused_total,
            &mut Reason::ALL.iter().map(|reason| reason.as_str()),
        );
        let ends = End::ALL.iter().map(|end| end.label());
        zero(
            &metrics.vms_ended_total,
            &mut ends.chain([NOT_CREATED, FAULT]),
        );
        zero(
            &metrics.worker_ends_total,
            &mut WorkerEnd::ALL.into_iter().map(WorkerEnd::as_str),
        );
        let starts = Start::ALL.map(Start::as_str);
        zero(&metrics.worker_starts_total, &mut starts.into_iter());
        zero(
            &metrics.worker_start_failures_total,
            &mut starts.into_iter(),
        );
        zero(
            &metrics.connections_refused_total,
            &mut ["tcp", "unix"].into_iter(),
        );
        Ok(metrics)
    }

    /// All metrics as they are now.
    pub(super) fn gather(&self) -> Vec<MetricFamily> {
        self.registry.gather()
    }

    /// The label of a tenant.
    pub(super) fn tenant<'a>(&self, name: &'a str) -> &'a str {
        match self.named_tenants {
            true => name,
            false => PEERS,
        }
    }

    /// A VM was made.
    pub(super) fn created(&self, tenant: &str) {
        let tenant = self.tenant(tenant);
        self.vms_created_total.with_label_values(&[tenant]).inc();
    }

    /// A VM is gone, for this reason if there is one; or nothing came of it.
    pub(super) fn ended(&self, why: Option<End>, created: bool) {
        let reason = match why {
            Some(end) => end.label(),
            None if created => FAULT,
            None => NOT_CREATED,
        };
        self.vms_ended_total.with_label_values(&[reason]).inc();
    }

    /// A call of RunVm stopped.
    pub(super) fn stopped(&self, tenant: &str, why: StopReason, took: Duration) {
        let result = match why {
            StopReason::Ended => "ended",
            StopReason::Reached => "reached",
            StopReason::Paused => "paused",
            StopReason::Failed | StopReason::Unspecified => "failed",
        };
        let labels = [self.tenant(tenant), result];
        self.runs_total.with_label_values(&labels).inc();
        self.run_seconds.note("", took);
    }

    /// A call was answered: with what code and, when it was an error, for which reason.
    pub(super) fn answered(
        &self,
        method: &'static str,
        code: &str,
        reason: Option<Reason>,
        took: Duration,
    ) {
        self.calls_total.with_label_values(&[method, code]).inc();
        self.call_seconds.note(method, took);
        if let Some(reason) = reason {
            let refused = self
                .calls_refused_total
                .with_label_values(&[reason.as_str()]);
            refused.inc();
        }
    }

    /// These are the VMs that exist, by the names of their tenants. Of those that are tenants, each state is there.
    pub(super) fn vms_are(&self, count: &BTreeMap<(&str, VmState), i64>, tenants: &[Arc<str>]) {
        // A tenant that is none any more leaves no series.
        self.vms.reset();
        let peers = (!self.named_tenants).then_some(PEERS);
        let tenants = tenants.iter().map(|tenant| self.tenant(tenant));
        for tenant in tenants.chain(peers) {
            for state in VM_STATES {
                self.vms.with_label_values(&[tenant, state_label(state)]);
            }
        }
        for ((tenant, state), count) in count {
            let labels = [self.tenant(tenant), state_label(*state)];
            self.vms.with_label_values(&labels).add(*count);
        }
    }

    /// Forgets the tenants that are none any more.
    pub(super) fn keep_tenants(&self, is_tenant: impl Fn(&str) -> bool) {
        if !self.named_tenants {
            return;
        }
        for counters in [&self.vms_created_total, &self.runs_total, &self.steps_total] {
            let gone = tenants_of(counters).into_iter().filter(|labels| {
                let tenant = labels.get("tenant");
                tenant.is_some_and(|tenant| !is_tenant(tenant))
            });
            for labels in gone {
                let labels: HashMap<&str, &String> = labels
                    .iter()
                    .map(|(name, value)| (name.as_str(), value))
                    .collect();
                // Nobody else takes them away.
                let _ = counters.remove(&labels);
            }
        }
    }
}

/// The states that a VM can be in.
const VM_STATES: [VmState; 5] = [
    VmState::Created,
    VmState::Running,
    VmState::Paused,
    VmState::Succeeded,
    VmState::Failed,
];

fn state_label(state: VmState) -> &'static str {
    match state {
        VmState::Created | VmState::Unspecified => "created",
        VmState::Running => "running",
        VmState::Paused => "paused",
        VmState::Succeeded => "succeeded",
        VmState::Failed => "failed",
    }
}

/// The labels of each series.
fn tenants_of(counters: &IntCounterVec) -> Vec<BTreeMap<String, String>> {
    let families = counters.collect();
    let series = families.iter().flat_map(MetricFamily::get_metric);
    let labels = series.map(|metric| {
        let labels = metric.get_label().iter();
        labels
            .map(|label| (label.name().to_owned(), label.value().to_owned()))
            .collect()
    });
    labels.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_conventions() {
        let metrics = Metrics::new(true).expect("metrics");
        // A metric without a series is not there.
        metrics.vms_are(&[(("one", VmState::Running), 1)].into(), &[]);
        for family in metrics.gather() {
            let (name, help) = (family.name(), family.help());
            assert!(name.starts_with("cairohints_"), "{name}");
            assert!(!help.is_empty() && !help.ends_with('.'), "{name}: {help}");
            let counts = family.get_field_type() == prometheus::proto::MetricType::COUNTER;
            assert_eq!(counts, name.ends_with("_total"), "{name}");
            for unit in ["millis", "micros", "kilo", "_ms", "_kb"] {
                assert!(!name.contains(unit), "{name}");
            }
        }
    }

    #[test]
    fn tenants_that_are_gone_leave_no_series() {
        let metrics = Metrics::new(true).expect("metrics");
        for tenant in ["one", "other"] {
            metrics.created(tenant);
            metrics.stopped(tenant, StopReason::Ended, Duration::ZERO);
        }
        metrics.keep_tenants(|tenant| tenant == "one");
        for counters in [&metrics.vms_created_total, &metrics.runs_total] {
            let left = tenants_of(counters);
            assert_eq!(left.len(), 1, "{left:?}");
            assert_eq!(left[0]["tenant"], "one");
        }
    }

    #[test]
    fn each_state_of_each_tenant_is_there() {
        let series = |metrics: &Metrics| {
            let gauges = metrics.vms.collect();
            let gauges = gauges.iter().flat_map(MetricFamily::get_metric);
            let values = gauges.map(|metric| metric.get_gauge().get_value() as i64);
            values.collect::<Vec<_>>()
        };
        let metrics = Metrics::new(false).expect("metrics");
        metrics.vms_are(&BTreeMap::new(), &[]);
        assert_eq!(series(&metrics), [0; 5]);
        let metrics = Metrics::new(true).expect("metrics");
        let tenants = ["one".into(), "other".into()];
        let running = (("one", VmState::Running), 3);
        metrics.vms_are(&[running].into(), &tenants);
        let counted = series(&metrics);
        assert_eq!((counted.len(), counted.iter().sum::<i64>()), (10, 3));
        metrics.vms_are(&BTreeMap::new(), &tenants[..1]);
        assert_eq!(series(&metrics), [0; 5]);
    }

    #[test]
    fn peers_are_no_labels() {
        let metrics = Metrics::new(false).expect("metrics");
        for peer in ["tcp:10.0.0.1", "unix:1000"] {
            metrics.created(peer);
        }
        let series = tenants_of(&metrics.vms_created_total);
        assert_eq!(series.len(), 1, "{series:?}");
        assert_eq!(series[0]["tenant"], PEERS);
    }
}
