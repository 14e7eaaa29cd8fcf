//! The spans that OpenTelemetry gets: how they are told from those of the log, and what they follow from. They are
//! made only while somebody exports them. Must not know who does.

use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tonic::codegen::http::HeaderMap;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// Their target, which the log does not show.
pub(crate) const TARGET: &str = "cairohints::spans";

/// After how many executions of a hint another one has a span: each time there are twice as many, and from here on
/// each time there are so many more.
const SAMPLE: u64 = 1 << 10;

/// Makes `span` part of the trace that the caller's headers name, if they name one (`traceparent`).
pub(crate) fn continue_trace(span: &Span, headers: &HeaderMap) {
    if span.is_disabled() {
        return;
    }
    let context = TraceContextPropagator::new().extract(&Headers(headers));
    // Where nobody exports there is nothing to continue.
    let _ = span.set_parent(context);
}

/// Whether the execution of a hint that ran so often before has a span.
#[inline]
pub(crate) fn is_sampled(executions: u64) -> bool {
    let execution = executions + 1;
    execution.is_power_of_two() || execution.is_multiple_of(SAMPLE)
}

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|key| key.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_and_fewer_executions_are_sampled() {
        let sampled: Vec<u64> = (0..5000).filter(|before| is_sampled(*before)).collect();
        assert_eq!(sampled[..6], [0, 1, 3, 7, 15, 31]);
        assert_eq!(sampled[sampled.len() - 3..], [2047, 3071, 4095]);
    }
}
