//! How long things took, as a metric that takes in many at once: the library's own histograms take one at a time.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prometheus::Opts;
use prometheus::core::{Collector, Desc};
use prometheus::proto::{Bucket, Histogram, LabelPair, Metric, MetricFamily, MetricType};

use crate::counts::{BOUNDS, Durations};

/// A histogram of times with at most one label. Clones are the same.
#[derive(Clone, Debug)]
pub(in super::super) struct Timings(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    desc: Desc,
    name: String,
    label: Option<&'static str>,
    /// By the values of the label; of the empty one where there is none.
    series: Mutex<BTreeMap<&'static str, Durations>>,
}

impl Timings {
    pub(super) fn new(opts: Opts, labels: &[&'static str]) -> prometheus::Result<Self> {
        let names = labels.iter().map(|label| (*label).to_owned()).collect();
        let desc = Desc::new(opts.name.clone(), opts.help, names, HashMap::new())?;
        Ok(Self(Arc::new(Inner {
            desc,
            name: opts.name,
            label: labels.first().copied(),
            series: Mutex::default(),
        })))
    }

    fn series(&self) -> MutexGuard<'_, BTreeMap<&'static str, Durations>> {
        self.0.series.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes one more.
    pub(super) fn note(&self, value: &'static str, time: Duration) {
        self.series().entry(value).or_default().add(time);
    }

    /// Adds those that somebody has noted.
    pub(super) fn add(&self, value: &'static str, times: &Durations) {
        self.series().entry(value).or_default().add_all(times);
    }

    /// These are all that there were.
    pub(in super::super) fn set(&self, value: &'static str, times: Durations) {
        self.series().insert(value, times);
    }
}

impl Collector for Timings {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.0.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let series = self.series().clone();
        let metrics = series.iter().map(|(value, times)| {
            let label = self.0.label.map(|name| {
                let mut label = LabelPair::default();
                label.set_name(name.to_owned());
                label.set_value((*value).to_owned());
                label
            });
            let mut metric = Metric::from_label(label.into_iter().collect());
            metric.set_histogram(histogram(times));
            metric
        });
        let mut family = MetricFamily::default();
        family.set_name(self.0.name.clone());
        family.set_help(self.0.desc.help.clone());
        family.set_field_type(MetricType::HISTOGRAM);
        family.set_metric(metrics.collect());
        vec![family]
    }
}

fn histogram(times: &Durations) -> Histogram {
    let buckets = BOUNDS.iter().zip(times.cumulative()).map(|(bound, count)| {
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(*bound as f64 / 1e9);
        bucket.set_cumulative_count(count);
        bucket
    });
    let mut histogram = Histogram::default();
    histogram.set_bucket(buckets.collect());
    histogram.set_sample_count(times.count());
    histogram.set_sample_sum(times.sum().as_secs_f64());
    histogram
}

#[cfg(test)]
mod tests {
    use prometheus::TextEncoder;

    use super::*;

    #[test]
    fn the_text_is_that_of_a_histogram() {
        let timings = Timings::new(Opts::new("wait_seconds", "Waits"), &["kind"]).expect("valid");
        timings.note("long", Duration::from_millis(20));
        timings.note("long", Duration::from_secs(100));
        let text = TextEncoder::new().encode_to_string(&timings.collect());
        let text = text.expect("a text");
        for line in [
            "# HELP wait_seconds Waits",
            "# TYPE wait_seconds histogram",
            "wait_seconds_bucket{kind=\"long\",le=\"0.01\"} 0",
            "wait_seconds_bucket{kind=\"long\",le=\"0.05\"} 1",
            "wait_seconds_bucket{kind=\"long\",le=\"60\"} 1",
            "wait_seconds_bucket{kind=\"long\",le=\"+Inf\"} 2",
            "wait_seconds_sum{kind=\"long\"} 100.02",
            "wait_seconds_count{kind=\"long\"} 2",
        ] {
            assert!(
                text.lines().any(|written| written == line),
                "{line}\n{text}"
            );
        }
    }
}
