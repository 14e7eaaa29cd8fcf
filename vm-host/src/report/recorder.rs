//! Follows a run and keeps what its report shows, in memory that does not grow with the run, and what a timeline is
//! written from. Must not know how either looks.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::buckets::Buckets;
use super::longest::{Longest, Span};
use super::records::{Inbox, Logged, Records};
use super::timeline::{Fate, Timeline};
use crate::run::{HintStatistics, Watcher};

/// How many of the longest executions, and of the longest waits, are kept one by one.
const SPANS: usize = 1500;
/// Most starts of workers that are kept.
const STARTS: usize = 16;
/// Of how many executions in the host one is timed after as many at the beginning: to ask the clock takes as long as a
/// short hint. A prime, so that no pattern of a program has the same period.
pub(super) const SAMPLE: u64 = 61;

/// What one hint took in all its executions so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct HintTimes {
    /// Executions in the host.
    pub(crate) host: u64,
    /// Those of them that were timed, and how long these took.
    pub(crate) timed: u64,
    pub(crate) timed_nanos: u64,
    /// Executions in engines outside of the host.
    pub(crate) outside: u64,
    /// How long these were waited for.
    pub(crate) waiting: u64,
    /// The part of that in which the hint's own code ran.
    pub(crate) python: u64,
    /// Questions that it asked.
    pub(crate) questions: u64,
    /// The longest that was timed.
    pub(crate) worst: u64,
    /// Whether it had not ended when the run did; that execution is one of those outside.
    pub(crate) unfinished: bool,
}

impl HintTimes {
    /// How long its executions in the host took, about.
    pub(crate) fn host_nanos(&self) -> u64 {
        let all = u128::from(self.timed_nanos) * u128::from(self.host);
        u64::try_from(all / u128::from(self.timed.max(1))).unwrap_or(u64::MAX)
    }

    /// How long all of them took, about.
    pub(crate) fn total(&self) -> u64 {
        self.host_nanos().saturating_add(self.waiting)
    }
}

/// The hint that runs.
#[derive(Clone, Copy, Debug)]
struct Running {
    id: u32,
    /// When it began, if somebody looked at the clock.
    began: Option<u64>,
    steps: u64,
}

/// Follows one run.
#[derive(Debug)]
pub(crate) struct Recorder {
    began: Instant,
    /// The same on the clock that records have.
    began_on_wall: u64,
    ended: Option<u64>,
    hints: Vec<HintTimes>,
    running: Option<Running>,
    /// Until when, and until which step, is known what happened.
    known: (u64, u64),
    /// Hints in the host since then.
    host_hints: u64,
    /// When an engine asked a question that is being answered.
    asked: Option<u64>,
    /// How long the wait took that had not ended when the run did.
    waits_still: u64,
    pub(super) executions: Longest,
    pub(super) waits: Longest,
    pub(super) questions: Longest,
    pub(super) starts: Vec<Span>,
    pub(super) records: Records,
    pub(super) buckets: Buckets,
    inbox: Inbox,
    timeline: Option<Timeline>,
}

impl Recorder {
    /// From now on. Records that somebody puts into `inbox` are of this run.
    pub(crate) fn new(timeline: Option<Timeline>, inbox: Inbox) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Self {
            began: Instant::now(),
            began_on_wall: since.map_or(0, nanos),
            ended: None,
            hints: Vec::new(),
            running: None,
            known: (0, 0),
            host_hints: 0,
            asked: None,
            waits_still: 0,
            executions: Longest::new(SPANS),
            waits: Longest::new(SPANS),
            questions: Longest::new(SPANS),
            starts: Vec::new(),
            records: Records::default(),
            buckets: Buckets::default(),
            inbox,
            timeline,
        }
    }

    /// When the run began, on the clock that people set, in nanoseconds since 1970.
    pub(crate) fn began_on_wall(&self) -> u64 {
        self.began_on_wall
    }

    /// What a hint took so far.
    pub(crate) fn times(&self, id: u32) -> HintTimes {
        self.hints.get(id as usize).copied().unwrap_or_default()
    }

    /// How long ago the run began, in nanoseconds.
    fn now(&self) -> u64 {
        self.at(Instant::now())
    }

    fn at(&self, instant: Instant) -> u64 {
        nanos(instant.saturating_duration_since(self.began))
    }

    /// A record of the run's log.
    pub(crate) fn take(&mut self, record: &hint_proto::v1::HintRecord) {
        // Clocks that people set may stand anywhere.
        let written = record.time_nanos.saturating_sub(self.began_on_wall);
        let written = written.min(self.now());
        let record = Logged::of(record, written);
        self.buckets.at(written).records += 1;
        if let Some(timeline) = &mut self.timeline {
            timeline.record(&record);
        }
        self.records.add(record);
    }

    fn take_records(&mut self) {
        let (records, lost) = self.inbox.take();
        self.records.lose(lost);
        for record in records {
            self.take(&record);
        }
    }

    /// The run has made so many steps by then, and the hints in the host that were counted.
    fn know(&mut self, now: u64, steps: u64) {
        let (since, before) = self.known;
        let (from, to) = (since.min(now), now);
        let made = steps.saturating_sub(before);
        self.buckets
            .spread(from, to, made, |bucket, part| bucket.steps += part);
        let hints = std::mem::take(&mut self.host_hints);
        self.buckets
            .spread(from, to, hints, |bucket, part| bucket.host_hints += part);
        if let Some(timeline) = &mut self.timeline {
            timeline.steps(from, to, before, made);
            timeline.host_hints(to, hints);
        }
        self.known = (to, steps.max(before));
    }

    /// The hints and the steps have ended, after so many of these.
    pub(crate) fn rest(&mut self, steps: u64) {
        self.take_records();
        let now = self.now();
        self.know(now, steps);
        self.ended = Some(now);
        if let Some(running) = self.running.take() {
            self.unfinished(running, now);
        }
    }

    /// The run has ended in the middle of a hint: what it took so far counts.
    fn unfinished(&mut self, running: Running, now: u64) {
        let Running { id, began, steps } = running;
        // One in the host is not waited for; only that it ran is known.
        let began = began.unwrap_or(now);
        let span = Span {
            began,
            nanos: now.saturating_sub(began),
            id,
            inside: 0,
            outside: true,
        };
        // What it was waited for before its last question is known already.
        let since = self.asked.take().unwrap_or(began);
        self.waits_still = now.saturating_sub(since);
        self.buckets
            .spread(since, now, self.waits_still, |bucket, part| {
                bucket.waiting += part;
            });
        self.buckets.at(began).outside_hints += 1;
        self.executions.add(span);
        let hint = self.hint(id);
        hint.outside += 1;
        hint.waiting += span.nanos;
        hint.worst = hint.worst.max(span.nanos);
        hint.unfinished = true;
        if let Some(timeline) = &mut self.timeline {
            timeline.hint(span, steps, None, Fate::Unfinished);
        }
    }

    /// Writes what of the timeline waits to be written.
    pub(crate) fn write(&mut self) {
        self.take_records();
        let now = self.now();
        if let Some(timeline) = &mut self.timeline {
            timeline.tick(now);
        }
    }

    /// Nothing comes any more.
    ///
    /// # Errors
    /// When the timeline could not be written.
    pub(crate) fn finish(&mut self, steps: u64) -> std::io::Result<()> {
        if self.ended.is_none() {
            self.rest(steps);
        }
        self.take_records();
        let now = self.duration();
        match &mut self.timeline {
            Some(timeline) => timeline.finish(now),
            None => Ok(()),
        }
    }

    /// How long the steps and the hints took, with the start of the worker; until now if they go on.
    pub(crate) fn duration(&self) -> u64 {
        self.ended.unwrap_or_else(|| self.now())
    }

    /// How long the run waited for a hint that did not end before it.
    pub(crate) fn waits_still(&self) -> u64 {
        self.waits_still
    }

    /// A hint in the host failed, and nobody else could run it.
    fn failed_here(&mut self, id: u32, began: Option<u64>, steps: u64) {
        let now = self.now();
        let began = began.unwrap_or(now);
        if let Some(timeline) = &mut self.timeline {
            let span = Span {
                began,
                nanos: now.saturating_sub(began),
                id,
                ..Span::default()
            };
            timeline.hint(span, steps, None, Fate::Failed);
        }
    }

    fn hint(&mut self, id: u32) -> &mut HintTimes {
        let index = id as usize;
        if self.hints.len() <= index {
            self.hints.resize(index + 1, HintTimes::default());
        }
        &mut self.hints[index]
    }
}

impl Watcher for Recorder {
    fn begins(&mut self, id: u32, steps: u64) {
        let all = self.timeline.as_ref().is_some_and(Timeline::wants_all);
        let hint = self.hint(id);
        let timed =
            all || hint.outside > 0 || hint.host < SAMPLE || hint.host.is_multiple_of(SAMPLE);
        let began = timed.then(|| self.now());
        if let Some(now) = began {
            self.know(now, steps);
        }
        self.running = Some(Running { id, began, steps });
    }

    fn leaves(&mut self) {
        if let Some(Running {
            began: None, steps, ..
        }) = self.running
        {
            let now = self.now();
            self.know(now, steps);
            if let Some(running) = &mut self.running {
                running.began = Some(now);
            }
        }
    }

    fn waited(&mut self, began: Instant, took: Duration, asked: bool) {
        let (began, nanos) = (self.at(began), nanos(took));
        if let Some(since) = self.asked.take() {
            let question = Span {
                began: since,
                nanos: began.saturating_sub(since),
                ..Span::default()
            };
            self.questions.add(question);
            if let Some(timeline) = &mut self.timeline {
                timeline.question(question);
            }
        }
        let wait = Span {
            began,
            nanos,
            ..Span::default()
        };
        self.waits.add(wait);
        // What engines take beside, to start above all, is no waiting for hints.
        if self.running.is_some() {
            self.buckets
                .spread(began, wait.end(), nanos, |bucket, part| {
                    bucket.waiting += part;
                });
        }
        if let Some(timeline) = &mut self.timeline {
            timeline.wait(wait);
        }
        if asked {
            self.asked = Some(wait.end());
            self.buckets.at(wait.end()).questions += 1;
        }
    }

    fn ends(&mut self, id: u32, used: Option<&HintStatistics>, failed: bool) {
        let Some(Running { began, steps, .. }) = self.running.take() else {
            return;
        };
        self.asked = None;
        let Some(used) = used.filter(|used| used.hints > 0) else {
            if failed {
                // It did not run to its end, and counts nowhere.
                return self.failed_here(id, began, steps);
            }
            self.host_hints += 1;
            let ended = began.map(|_| self.now());
            let hint = self.hint(id);
            hint.host += 1;
            let (Some(began), Some(ended)) = (began, ended) else {
                return;
            };
            let took = ended.saturating_sub(began);
            hint.timed += 1;
            hint.timed_nanos += took;
            hint.worst = hint.worst.max(took);
            let span = Span {
                began,
                nanos: took,
                id,
                inside: 0,
                outside: false,
            };
            self.executions.add(span);
            self.know(ended, steps);
            if let Some(timeline) = &mut self.timeline {
                timeline.hint(span, steps, None, Fate::Ended);
            }
            return;
        };
        let now = self.now();
        let (waiting, python) = (nanos(used.waiting), nanos(used.python));
        let began = began.unwrap_or_else(|| now.saturating_sub(waiting));
        let took = now.saturating_sub(began);
        let hint = self.hint(id);
        hint.outside += 1;
        hint.waiting += waiting;
        hint.python += python;
        hint.questions += used.sub_requests;
        hint.worst = hint.worst.max(waiting);
        let span = Span {
            began,
            nanos: took,
            id,
            inside: python,
            outside: true,
        };
        self.executions.add(span);
        self.buckets
            .spread(began, now, python, |bucket, part| bucket.python += part);
        self.buckets.at(began).outside_hints += 1;
        self.know(now, steps);
        self.take_records();
        if let Some(timeline) = &mut self.timeline {
            let fate = if failed { Fate::Failed } else { Fate::Ended };
            timeline.hint(span, steps, Some(used), fate);
        }
    }

    fn started_worker(&mut self, began: Instant, took: Duration) {
        let span = Span {
            began: self.at(began),
            nanos: nanos(took),
            ..Span::default()
        };
        if self.starts.len() < STARTS {
            self.starts.push(span);
        }
        if let Some(timeline) = &mut self.timeline {
            timeline.start(span);
        }
    }

    fn comes_to(&mut self, steps: u64) {
        let now = self.now();
        self.know(now, steps);
        self.take_records();
        if let Some(timeline) = &mut self.timeline {
            timeline.tick(now);
        }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
