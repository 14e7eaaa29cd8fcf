//! A line on the terminal that says how a long run gets on, and which hint it waits for. Runs under a second, and
//! runs whose stderr is no terminal, show nothing. What hints print pushes it aside.

use std::cell::RefCell;
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::{Duration, Instant};

use console::{Term, truncate_str};

use crate::report;
use crate::run::{Pace, Progress, RunningHint};
use crate::worker::SharedTerminal;

/// How long a run stays silent, and how long one hint may take before it is named.
const SILENCE: Duration = Duration::from_secs(1);
/// How often the line changes.
const INTERVAL: Duration = Duration::from_millis(100);
/// The terminal's width, if it does not say.
const WIDTH: u16 = 80;

/// The terminal where the line of a run is shown: that of stderr, if it is one and the line is wanted.
pub(super) fn terminal(quiet: bool) -> Option<Arc<SharedTerminal>> {
    if quiet || !io::stderr().is_terminal() {
        return None;
    }
    // Without, the run is as good.
    SharedTerminal::of_stderr().ok().map(Arc::new)
}

/// The progress of one run.
#[derive(Debug)]
pub(super) struct ProgressLine {
    terminal: Option<Arc<SharedTerminal>>,
    hint: RunningHint,
    total: Option<u64>,
    started: Instant,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    progress: Progress,
    shown: Option<Instant>,
    /// The execution of a hint that was running when one looked last, and since when.
    execution: u64,
    since: Instant,
}

impl ProgressLine {
    /// Starts now; shows nothing yet, and never without a terminal. `total` is how many steps there will be, `hint`
    /// the one that runs.
    pub(super) fn start(
        terminal: Option<Arc<SharedTerminal>>,
        total: Option<u64>,
        hint: RunningHint,
    ) -> Self {
        let now = Instant::now();
        Self {
            terminal,
            hint,
            total,
            started: now,
            state: RefCell::new(State {
                progress: Progress::default(),
                shown: None,
                execution: 0,
                since: now,
            }),
        }
    }

    /// Goes on saying how the run gets on while it waits for a hint. Never done.
    pub(super) async fn follow(&self) {
        if self.terminal.is_none() {
            return std::future::pending().await;
        }
        let mut interval = tokio::time::interval(INTERVAL);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            self.tick(None);
        }
    }

    /// Says how far the run is, or what is known of it.
    fn tick(&self, progress: Option<Progress>) {
        let Some(terminal) = &self.terminal else {
            return;
        };
        let now = Instant::now();
        let mut state = self.state.borrow_mut();
        let execution = match progress {
            // Between two steps.
            Some(progress) => {
                state.progress = progress;
                0
            }
            None => self.hint.execution(),
        };
        if execution != state.execution {
            state.execution = execution;
            state.since = now;
        }
        let elapsed = now.duration_since(self.started);
        let recent = |shown| now.duration_since(shown) < INTERVAL;
        if elapsed < SILENCE || (progress.is_some() && state.shown.is_some_and(recent)) {
            return;
        }
        state.shown = Some(now);
        let waiting = now.duration_since(state.since);
        if execution != 0 {
            state.progress.steps = RunningHint::step(execution, state.progress.steps);
        }
        let waiting =
            (execution != 0 && waiting >= SILENCE).then(|| (self.hint.place(execution), waiting));
        let width = Term::stderr()
            .size_checked()
            .map_or(WIDTH, |(_, width)| width);
        let line = message(state.progress, elapsed, self.total, waiting);
        // The cursor stays in the line.
        let line = truncate_str(&line, usize::from(width).saturating_sub(1), "");
        terminal.show(&line, execution);
    }
}

impl Pace for &ProgressLine {
    async fn rest(&mut self, progress: Progress) {
        self.tick(Some(progress));
        // Whatever else the thread does, signals above all.
        tokio::task::yield_now().await;
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if let Some(terminal) = &self.terminal {
            terminal.erase();
        }
    }
}

/// The text of the line, with where a hint stands that is waited for, and how long.
fn message(
    Progress { steps, hints }: Progress,
    elapsed: Duration,
    total: Option<u64>,
    waiting: Option<(String, Duration)>,
) -> String {
    let seconds = elapsed.as_secs_f64().max(f64::MIN_POSITIVE);
    let rate = |count: u64| short(count as f64 / seconds);
    let time = clock(elapsed.as_secs());
    if let Some((place, waiting)) = waiting {
        let waiting = clock(waiting.as_secs());
        let steps = short(steps as f64);
        return format!("{time}  {steps} steps  waiting for the hint at {place} ({waiting})");
    }
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

/// A number with three digits.
fn short(number: f64) -> String {
    report::short(number, ["", "k", "M", "G"])
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELAPSED: Duration = Duration::from_secs(62);

    fn at(steps: u64, hints: u64) -> Progress {
        Progress { steps, hints }
    }

    #[test]
    fn the_line_names_hints_only_if_there_are_some() {
        assert_eq!(
            message(at(6_200_000, 0), ELAPSED, None, None),
            "01:02  6.20M steps (100k/s)"
        );
        assert_eq!(
            message(at(6_200_000, 620), ELAPSED, None, None),
            "01:02  6.20M steps (100k/s)  620 hints (10/s)"
        );
    }

    #[test]
    fn the_line_says_how_much_is_left_when_the_end_is_known() {
        assert_eq!(
            message(at(6_200_000, 0), ELAPSED, Some(24_800_000), None),
            "01:02  6.20M steps (100k/s)  25%  03:06 left"
        );
    }

    #[test]
    fn the_line_says_which_hint_is_waited_for() {
        let waiting = Some(("token.cairo:22".to_owned(), Duration::from_secs(3)));
        assert_eq!(
            message(at(6_200_000, 620), ELAPSED, Some(24_800_000), waiting),
            "01:02  6.20M steps  waiting for the hint at token.cairo:22 (00:03)"
        );
    }
}
