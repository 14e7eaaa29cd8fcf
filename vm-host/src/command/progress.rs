//! A line on the terminal that says how a long run gets on. Runs under a second, and runs whose stderr is
//! no terminal, show nothing.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::run::{Pace, Progress};

/// How long a run stays silent.
const SILENCE: Duration = Duration::from_secs(1);
/// How often the line changes.
const INTERVAL: Duration = Duration::from_millis(100);

/// The progress of one run.
#[derive(Debug)]
pub(super) struct ProgressLine {
    enabled: bool,
    total: Option<u64>,
    started: Instant,
    shown: Instant,
    bar: Option<ProgressBar>,
}

impl ProgressLine {
    /// Starts now; shows nothing yet, and never if it is to be `quiet`. `total` is how many steps there will be.
    pub(super) fn start(quiet: bool, total: Option<u64>) -> Self {
        let now = Instant::now();
        Self {
            enabled: !quiet && io::stderr().is_terminal(),
            total,
            started: now,
            shown: now,
            bar: None,
        }
    }

    /// Says how many steps and hints have run.
    fn tick(&mut self, Progress { steps, hints }: Progress) {
        if !self.enabled {
            return;
        }
        let now = Instant::now();
        let elapsed = now.duration_since(self.started);
        if elapsed < SILENCE || (self.bar.is_some() && now.duration_since(self.shown) < INTERVAL) {
            return;
        }
        self.shown = now;
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(ProgressStyle::default_spinner());
            bar
        });
        bar.set_message(message(steps, hints, elapsed, self.total));
        bar.tick();
    }

    /// Takes the line away.
    fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Pace for ProgressLine {
    async fn rest(&mut self, progress: Progress) {
        self.tick(progress);
        // Whatever else the thread does, signals above all.
        tokio::task::yield_now().await;
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.finish();
    }
}

fn message(steps: u64, hints: u64, elapsed: Duration, total: Option<u64>) -> String {
    let seconds = elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
    let rate = |count: u64| short(count as f64 / seconds);
    let time = clock(elapsed.as_secs());
    let mut message = format!("{time}  {} steps ({}/s)", short(steps as f64), rate(steps));
    if hints > 0 {
        message += &format!("  {} hints ({}/s)", short(hints as f64), rate(hints));
    }
    if let Some(total) = total.filter(|total| (1..=*total).contains(&steps)) {
        let done = steps as f64 / total as f64;
        let left = clock((seconds / done * (1.0 - done)).round() as u64);
        message += &format!("  {:.0}%  {left} left", (done * 100.0).floor());
    }
    message
}

/// Minutes and seconds.
fn clock(seconds: u64) -> String {
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

/// A number with three significant digits.
fn short(number: f64) -> String {
    let (number, unit) = match number {
        number if number < 1e3 => return format!("{number:.0}"),
        number if number < 999.5e3 => (number / 1e3, "k"),
        number if number < 999.5e6 => (number / 1e6, "M"),
        number => (number / 1e9, "G"),
    };
    let digits = match number {
        number if number < 9.995 => 2,
        number if number < 99.95 => 1,
        _ => 0,
    };
    format!("{number:.digits$}{unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (number, text) in [
            (0.0, "0"),
            (999.0, "999"),
            (1000.0, "1.00k"),
            (65_536.0, "65.5k"),
            (123_456_789.0, "123M"),
            (999_999.0, "1.00M"),
            (5e9, "5.00G"),
        ] {
            assert_eq!(short(number), text);
        }
    }

    #[test]
    fn the_line_names_hints_only_if_there_are_some() {
        let elapsed = Duration::from_secs(62);
        assert_eq!(
            message(6_200_000, 0, elapsed, None),
            "01:02  6.20M steps (100k/s)"
        );
        assert_eq!(
            message(6_200_000, 620, elapsed, None),
            "01:02  6.20M steps (100k/s)  620 hints (10/s)"
        );
    }

    #[test]
    fn the_line_says_how_much_is_left_when_the_end_is_known() {
        let elapsed = Duration::from_secs(62);
        assert_eq!(
            message(6_200_000, 0, elapsed, Some(24_800_000)),
            "01:02  6.20M steps (100k/s)  25%  03:06 left"
        );
    }

    fn at(steps: u64, hints: u64) -> Progress {
        Progress { steps, hints }
    }

    #[test]
    fn a_short_run_shows_nothing() {
        let mut progress = ProgressLine::start(false, None);
        progress.enabled = true;
        progress.tick(at(1 << 16, 10));
        assert!(progress.bar.is_none());
        progress.started -= Duration::from_secs(2);
        progress.tick(at(1 << 17, 20));
        assert!(progress.bar.is_some());
        progress.finish();
        assert!(progress.bar.is_none());
    }
}
