//! What one VM has done, folded into the metrics of the server now and then: what a run counts for itself costs
//! nobody a lock.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use prometheus::IntCounter;

use super::{COMPILED, Metrics, TWIN};
use crate::run::{Engine, EngineCounts, FailureReason, RunCounts};

/// Time between two looks while a VM runs.
const INTERVAL: Duration = Duration::from_millis(100);

/// The meter of one VM, on its thread.
#[derive(Debug)]
pub(in super::super) struct Meter {
    metrics: Arc<Metrics>,
    tenant: Arc<str>,
    steps: IntCounter,
    /// What was folded in so far.
    folded: RunCounts,
    looked: Cell<Instant>,
}

impl Meter {
    pub(in super::super) fn new(metrics: &Arc<Metrics>, tenant: &Arc<str>) -> Self {
        let label = metrics.tenant(tenant);
        Self {
            steps: metrics.steps_total.with_label_values(&[label]),
            metrics: Arc::clone(metrics),
            tenant: Arc::clone(tenant),
            folded: RunCounts::default(),
            looked: Cell::new(Instant::now()),
        }
    }

    /// The VM failed.
    pub(in super::super) fn failed(&self, reason: FailureReason) {
        let failures = &self.metrics.run_failures_total;
        failures.with_label_values(&[reason.as_str()]).inc();
    }

    /// The metrics of the server.
    pub(in super::super) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Whose VM it is.
    pub(in super::super) fn tenant(&self) -> &Arc<str> {
        &self.tenant
    }

    /// Whether it is time to look.
    pub(in super::super) fn is_due(&self) -> bool {
        self.looked.get().elapsed() >= INTERVAL
    }

    /// Folds in what the run has done since the last time.
    pub(in super::super) fn fold(&mut self, now: RunCounts) {
        self.looked.set(Instant::now());
        let before = &self.folded;
        let (metrics, since) = (&self.metrics, u64::saturating_sub);
        self.steps.inc_by(since(now.steps, before.steps));
        metrics
            .worker_sent_bytes_total
            .inc_by(since(now.sent, before.sent));
        let received = since(now.received, before.received);
        metrics.worker_received_bytes_total.inc_by(received);
        let hints = |engine: &str, count: u64| {
            if count > 0 {
                metrics
                    .hints_total
                    .with_label_values(&[engine])
                    .inc_by(count);
            }
        };
        hints(TWIN, since(now.host.twins, before.host.twins));
        hints(COMPILED, since(now.host.compiled, before.host.compiled));
        for engine in Engine::ALL {
            let (name, done) = (engine.as_str(), of(&now, engine).since(&of(before, engine)));
            hints(name, done.hints);
            if done.round_trips.count() > 0 {
                metrics.hint_round_trips.add(name, &done.round_trips);
                metrics.hint_questions.add(name, &done.questions);
                metrics.hint_engine_seconds.add(name, &done.inside);
                metrics.hint_beyond_seconds.add(name, &done.beyond);
            }
        }
        self.folded = now;
    }
}

/// What a run did in one engine.
fn of(counts: &RunCounts, engine: Engine) -> EngineCounts {
    let mut sum = EngineCounts::default();
    for (_, counts) in counts.outside.iter().filter(|(of, _)| *of == engine) {
        sum.add_all(counts);
    }
    sum
}

/// Why VMs fail, each in the word that clients are told.
pub(in super::super) fn failure_reasons() -> impl Iterator<Item = &'static str> {
    FailureReason::ALL.iter().map(|reason| reason.as_str())
}
