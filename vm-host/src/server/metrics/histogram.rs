//! How long things took and how many they were, as metrics that take in many at once: the library's own histograms take
//! one at a time.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use prometheus::Opts;
use prometheus::core::{Collector, Desc};
use prometheus::proto::{Bucket, Histogram, LabelPair, Metric, MetricFamily, MetricType};

use crate::counts::{Distribution, Nanoseconds, Pieces, Unit};

/// Times.
pub(in super::super) type Timings = Histograms<Nanoseconds>;
/// Numbers of something.
pub(in super::super) type Tallies = Histograms<Pieces>;

/// Histograms by at most one label. Clones are the same.
#[derive(Clone, Debug)]
pub(in super::super) struct Histograms<U>(Arc<Inner<U>>);

#[derive(Debug)]
struct Inner<U> {
    desc: Desc,
    name: String,
    label: Option<&'static str>,
    /// By the values of the label; of the empty one where there is none.
    series: Mutex<BTreeMap<&'static str, Distribution<U>>>,
}

impl<U: Unit> Histograms<U> {
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

    fn series(&self) -> MutexGuard<'_, BTreeMap<&'static str, Distribution<U>>> {
        self.0.series.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds those that somebody has noted.
    pub(super) fn add(&self, value: &'static str, amounts: &Distribution<U>) {
        self.series().entry(value).or_default().add_all(amounts);
    }

    /// These are all that there were.
    pub(in super::super) fn set(&self, value: &'static str, amounts: Distribution<U>) {
        self.series().insert(value, amounts);
    }
}

impl Timings {
    /// Notes one more.
    pub(super) fn note(&self, value: &'static str, time: Duration) {
        self.series().entry(value).or_default().add(time);
    }
}

impl<U: Unit> Collector for Histograms<U> {
    fn desc(&self) -> Vec<&Desc> {
        vec![&self.0.desc]
    }

    fn collect(&self) -> Vec<MetricFamily> {
        let series = self.series().clone();
        let metrics = series.iter().map(|(value, amounts)| {
            let label = self.0.label.map(|name| {
                let mut label = LabelPair::default();
                label.set_name(name.to_owned());
                label.set_value((*value).to_owned());
                label
            });
            let mut metric = Metric::from_label(label.into_iter().collect());
            metric.set_histogram(histogram(amounts));
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

fn histogram<U: Unit>(amounts: &Distribution<U>) -> Histogram {
    let buckets = amounts.within().map(|(bound, count)| {
        let mut bucket = Bucket::default();
        bucket.set_upper_bound(bound);
        bucket.set_cumulative_count(count);
        bucket
    });
    let mut histogram = Histogram::default();
    histogram.set_bucket(buckets.collect());
    histogram.set_sample_count(amounts.count());
    histogram.set_sample_sum(amounts.sum());
    histogram
}

#[cfg(test)]
mod tests {
    use prometheus::TextEncoder;

    use super::*;
    use crate::counts::Numbers;

    /// That the text has these lines.
    #[track_caller]
    fn check(collector: &impl Collector, lines: &[&str]) {
        let text = TextEncoder::new().encode_to_string(&collector.collect());
        let text = text.expect("a text");
        for line in lines {
            assert!(
                text.lines().any(|written| written == *line),
                "{line}\n{text}"
            );
        }
    }

    #[test]
    fn numbers_are_told_as_they_are() {
        let tallies = Tallies::new(Opts::new("questions", "Questions"), &["kind"]).expect("valid");
        let mut numbers = Numbers::default();
        numbers.add(0);
        numbers.add(7);
        tallies.add("any", &numbers);
        let lines = [
            "questions_bucket{kind=\"any\",le=\"0\"} 1",
            "questions_bucket{kind=\"any\",le=\"5\"} 1",
            "questions_bucket{kind=\"any\",le=\"7\"} 2",
            "questions_sum{kind=\"any\"} 7",
            "questions_count{kind=\"any\"} 2",
        ];
        check(&tallies, &lines);
    }

    #[test]
    fn the_text_is_that_of_a_histogram() {
        let timings = Timings::new(Opts::new("wait_seconds", "Waits"), &["kind"]).expect("valid");
        timings.note("long", Duration::from_millis(20));
        timings.note("long", Duration::from_secs(100));
        let lines = [
            "# HELP wait_seconds Waits",
            "# TYPE wait_seconds histogram",
            "wait_seconds_bucket{kind=\"long\",le=\"0.01\"} 0",
            "wait_seconds_bucket{kind=\"long\",le=\"0.05\"} 1",
            "wait_seconds_bucket{kind=\"long\",le=\"60\"} 1",
            "wait_seconds_bucket{kind=\"long\",le=\"+Inf\"} 2",
            "wait_seconds_sum{kind=\"long\"} 100.02",
            "wait_seconds_count{kind=\"long\"} 2",
        ];
        check(&timings, &lines);
    }
}
