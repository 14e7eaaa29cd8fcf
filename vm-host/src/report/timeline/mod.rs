//! The timeline for `--timeline`: an array of events in Chrome's format, which Perfetto opens, written while the run
//! goes on. The array need not have an end, so that one of a run that was killed opens as well. Bounded: when half of
//! the room is used, what happens in a window of time becomes one event, and the windows become longer as the rest is
//! used. Must not know what a hint is beyond its name.

mod event;
mod sheet;

use std::io;
use std::time::Duration;

use event::{Event, quoted};
use serde_json::{Value, json};
use sheet::{Sheet, Writer};

use super::longest::Span;
use super::records::Logged;
use super::text::{cut, first_line};
use crate::program::Hint;
use crate::run::HintStatistics;

/// Most bytes of a file.
pub(crate) const MOST_BYTES: u64 = 64 << 20;
/// What is kept for the last events of a file.
const RESERVE: u64 = 4 << 10;
/// The first length of a window, in nanoseconds, and how many times as long the next one is.
const WINDOW: u64 = 1_000_000;
const LONGER: u64 = 4;
/// Most characters of a name.
const NAME: usize = 120;

/// The tracks, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Track {
    Steps = 1,
    Hints,
    Waits,
    Questions,
    Log,
    Worker,
}

const TRACKS: [(Track, &str); 6] = [
    (Track::Steps, "steps in the host"),
    (Track::Hints, "hints"),
    (Track::Waits, "waiting for an engine"),
    (Track::Questions, "questions of engines"),
    (Track::Log, "log"),
    (Track::Worker, "start of the worker"),
];

/// How events call a hint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HintName {
    /// Its first line.
    pub(crate) line: String,
    /// Where it stands.
    pub(crate) place: String,
}

impl HintName {
    /// That of a hint.
    pub(crate) fn of(hint: &Hint) -> Self {
        let place = hint.location.as_ref().map(|hint| {
            let file = hint.location.input_file.filename.as_deref().unwrap_or("");
            format!("{file}:{}", hint.location.start_line)
        });
        Self {
            line: first_line(&hint.code, NAME),
            place: place.unwrap_or_else(|| format!("pc {}", hint.pc)),
        }
    }

    /// What all events of the hint with that id have behind their times.
    fn head(&self, id: u32) -> String {
        let (line, place) = (quoted(&self.line), quoted(&self.place));
        format!(r#","name":{line},"args":{{"hint":{id},"place":{place},"step":"#)
    }
}

/// What became of an execution of a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It ran to its end.
    Ended,
    /// It failed.
    Failed,
    /// The run ended before it did.
    Unfinished,
}

/// What became of a window of time.
#[derive(Clone, Copy, Debug, Default)]
struct Window {
    began: u64,
    ended: u64,
    steps: u64,
    hints: u64,
    questions: u64,
    records: u64,
    waiting: u64,
    python: u64,
}

/// A timeline that is being written.
#[derive(Debug)]
pub(crate) struct Timeline {
    sheet: Sheet,
    /// The beginnings of slices, by their tracks.
    tracks: [String; TRACKS.len()],
    /// The heads of events of hints, by their ids.
    hints: Vec<String>,
    /// How many bytes there may be before windows begin, or become longer.
    threshold: u64,
    most: u64,
    /// How long a window is; 0 while every event is written.
    length: u64,
    window: Option<Window>,
    /// Events that were not written one by one.
    merged: u64,
}

impl Timeline {
    /// Of a run of that program, whose hints have these names by their ids. At most so many bytes are written.
    pub(crate) fn new(writer: Writer, program: &str, names: &[HintName], most: u64) -> Self {
        let slice = |(track, name): (Track, &str)| {
            let id = track as u64;
            format!(r#"{{"ph":"X","cat":"{name}","pid":1,"tid":{id},"ts":"#)
        };
        let mut timeline = Self {
            sheet: Sheet::new(writer),
            tracks: TRACKS.map(slice),
            hints: (0..).zip(names).map(|(id, name)| name.head(id)).collect(),
            threshold: most / 2,
            most,
            length: 0,
            window: None,
            merged: 0,
        };
        let title = format!("vm-host: {}", cut(program, NAME));
        timeline.describe("process_name", 0, &json!({ "name": title }));
        for (order, (track, name)) in (0_u64..).zip(TRACKS) {
            let id = track as u64;
            timeline.describe("thread_name", id, &json!({ "name": name }));
            timeline.describe("thread_sort_index", id, &json!({ "sort_index": order }));
        }
        timeline
    }

    /// Says something of a track, or of all.
    fn describe(&mut self, what: &str, track: u64, said: &Value) {
        let event = json!({ "name": what, "ph": "M", "pid": 1, "tid": track, "args": said });
        self.emit(|text, _| {
            text.json(&event.to_string());
        });
    }

    /// Whether events are still written one by one.
    pub(super) fn wants_all(&self) -> bool {
        self.length == 0
    }

    /// Steps were made.
    pub(super) fn steps(&mut self, from: u64, to: u64, first: u64, steps: u64) {
        if steps == 0 {
            return;
        }
        if self.length > 0 {
            return self.merge(to, |window| window.steps += steps);
        }
        let span = Span {
            began: from,
            nanos: to.saturating_sub(from),
            ..Span::default()
        };
        let name = if steps == 1 { " step" } else { " steps" };
        self.slice(Track::Steps, span, |event, _| {
            event.json(r#","name":""#).number(steps).json(name);
            event.json(r#"","args":{"first":"#).number(first);
            event.json(r#","steps":"#).number(steps).json("}");
        });
    }

    /// So many hints ran in the host until then. While every event is written, each is told by [`Self::hint`].
    pub(super) fn host_hints(&mut self, now: u64, hints: u64) {
        if self.length > 0 && hints > 0 {
            self.merge(now, |window| window.hints += hints);
        }
    }

    /// A hint ran in that step; engines outside of the host took what they `used`.
    pub(super) fn hint(
        &mut self,
        span: Span,
        step: u64,
        used: Option<&HintStatistics>,
        fate: Fate,
    ) {
        if self.length > 0 && fate == Fate::Ended {
            if let Some(used) = used {
                self.merge(span.end(), |window| {
                    window.hints += 1;
                    window.python += nanos(used.python);
                });
            }
            return;
        }
        self.slice(Track::Hints, span, |event, hints| {
            match hints.get(span.id as usize) {
                Some(head) => event.json(head),
                None => event.json(&unnamed(span.id).head(span.id)),
            };
            event.number(step).json(match span.outside {
                true => r#","runs in":"an engine""#,
                false => r#","runs in":"the host""#,
            });
            if let Some(used) = used {
                let python = nanos(used.python);
                event.json(r#","microseconds in Python":"#).micros(python);
                event.json(r#","questions":"#).number(used.sub_requests);
            }
            event.json(match fate {
                Fate::Ended => "}",
                Fate::Failed => r#","failed":true}"#,
                Fate::Unfinished => r#","unfinished":true}"#,
            });
        });
    }

    /// An engine was waited for.
    pub(super) fn wait(&mut self, span: Span) {
        if self.length > 0 {
            return self.merge(span.end(), |window| window.waiting += span.nanos);
        }
        self.named(Track::Waits, span, "wait");
    }

    /// The host answered a question.
    pub(super) fn question(&mut self, span: Span) {
        if self.length > 0 {
            return self.merge(span.end(), |window| window.questions += 1);
        }
        self.named(Track::Questions, span, "question");
    }

    /// A hint logged something.
    pub(super) fn record(&mut self, record: &Logged) {
        if self.length > 0 {
            return self.merge(record.nanos, |window| window.records += 1);
        }
        let arguments = json!({ "level": record.level, "text": record.text, "hint": record.hint });
        let (name, id) = (quoted(&cut(&record.text, NAME)), Track::Log as u64);
        self.emit(|event, _| {
            event.json(r#"{"ph":"i","s":"t","cat":"log","pid":1,"tid":"#);
            event.number(id).json(r#","ts":"#).micros(record.nanos);
            event.json(r#","name":"#).json(&name);
            event.json(r#","args":"#).json(&arguments.to_string());
            event.json("}");
        });
    }

    /// A worker was started.
    pub(super) fn start(&mut self, span: Span) {
        self.named(Track::Worker, span, "start of the worker");
    }

    /// It is that late.
    pub(super) fn tick(&mut self, now: u64) {
        self.sheet.tick(now);
    }

    /// The run has ended.
    ///
    /// # Errors
    /// When something could not be written.
    pub(super) fn finish(&mut self, now: u64) -> io::Result<()> {
        self.end_window();
        let merged = self.merged;
        self.sheet
            .event(|event| instant(event, "end of the run", now, &json!({ "merged": merged })));
        self.sheet.finish()
    }

    /// Adds to the window of that moment.
    fn merge(&mut self, now: u64, add: impl FnOnce(&mut Window)) {
        self.merged += 1;
        if let Some(window) = &self.window
            && now.saturating_sub(window.began) >= self.length
        {
            self.end_window();
        }
        let began = now - now % self.length.max(1);
        let window = self.window.get_or_insert(Window {
            began,
            ..Window::default()
        });
        window.ended = window.ended.max(now);
        add(window);
        self.tick(now);
    }

    fn end_window(&mut self) {
        let Some(window) = self.window.take() else {
            return;
        };
        let span = Span {
            began: window.began,
            nanos: self.length.min(window.ended.saturating_sub(window.began)),
            ..Span::default()
        };
        let name = format!("{} hints, {} steps", window.hints, window.steps);
        let arguments = json!({
            "hints": window.hints,
            "steps": window.steps,
            "questions": window.questions,
            "records": window.records,
            "microseconds of waiting": micros(window.waiting),
            "microseconds in Python": micros(window.python),
        });
        self.slice(Track::Hints, span, |event, _| {
            event.json(r#","name":"#).text(&name);
            event.json(r#","args":"#).json(&arguments.to_string());
        });
    }

    /// What took time and has nothing but a name, which needs no escapes.
    fn named(&mut self, track: Track, span: Span, name: &str) {
        self.slice(track, span, |event, _| {
            event.json(r#","name":""#).json(name).json("\"");
        });
    }

    /// What took time, with what `more` says of it: its name at least.
    fn slice(&mut self, track: Track, span: Span, more: impl FnOnce(&mut Event<'_>, &[String])) {
        self.emit(|event, timeline| {
            event
                .json(&timeline.0[track as usize - 1])
                .micros(span.began);
            event.json(r#","dur":"#).micros(span.nanos);
            more(event, timeline.1);
            event.json("}");
        });
        self.tick(span.end());
    }

    /// Writes an event if there is room, and begins with longer windows if there is little.
    fn emit(&mut self, write: impl FnOnce(&mut Event<'_>, (&[String], &[String]))) {
        if self.sheet.bytes() + RESERVE > self.most {
            self.merged += 1;
            return;
        }
        let texts = (&self.tracks[..], &self.hints[..]);
        self.sheet.event(|event| write(event, texts));
        if self.sheet.bytes() >= self.threshold {
            self.lengthen();
        }
    }

    /// Begins with windows, or with longer ones.
    fn lengthen(&mut self) {
        let left = self.most.saturating_sub(self.threshold);
        let since = self
            .window
            .map_or(self.sheet.flushed(), |window| window.ended);
        let each = if left < 4 * RESERVE {
            // What comes now is one event, for which there is room.
            (self.threshold, self.length) = (u64::MAX, u64::MAX);
            "until the end".to_owned()
        } else {
            self.threshold += left / 2;
            self.length = match self.length {
                0 => WINDOW,
                length => length.saturating_mul(LONGER),
            };
            format!("for each {:?}", Duration::from_nanos(self.length))
        };
        let text = format!("from here on one event {each}: the file would be too large");
        self.sheet
            .event(|event| instant(event, &text, since, &json!({})));
    }
}

/// A mark through all tracks.
fn instant(event: &mut Event<'_>, name: &str, now: u64, arguments: &Value) {
    let mark = json!({
        "name": name,
        "ph": "i",
        "s": "p",
        "ts": micros(now),
        "pid": 1,
        "tid": Track::Hints as u64,
        "args": arguments,
    });
    event.json(&mark.to_string());
}

/// The name of a hint of a program that another one loaded.
fn unnamed(id: u32) -> HintName {
    HintName {
        line: format!("hint {id}"),
        place: "a program that a hint loaded".to_owned(),
    }
}

/// Microseconds, which the format counts in.
fn micros(nanos: u64) -> f64 {
    nanos as f64 / 1000.0
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::super::longest::span;
    use super::sheet::FLUSH;
    use super::*;

    #[derive(Clone, Debug, Default)]
    struct Memory(Rc<RefCell<Vec<u8>>>);

    impl io::Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn timeline(most: u64) -> (Timeline, Memory) {
        let memory = Memory::default();
        let names = [HintName {
            line: "ids.a = \"</script>\"".to_owned(),
            place: "a.cairo:3".to_owned(),
        }];
        let writer = Box::new(memory.clone());
        (Timeline::new(writer, "a.json", &names, most), memory)
    }

    #[test]
    fn a_hint_that_has_not_ended_is_there_even_in_windows() {
        let (mut timeline, memory) = timeline(100_000);
        while timeline.wants_all() {
            timeline.hint(span(0, 1000), 0, None, Fate::Ended);
        }
        timeline.hint(span(5000, 1000), 9, None, Fate::Unfinished);
        timeline.finish(6000).unwrap();
        let events = events(&memory);
        let unfinished = events
            .iter()
            .filter(|event| event["args"]["unfinished"] == true);
        assert_eq!(unfinished.count(), 1);
    }

    fn events(memory: &Memory) -> Vec<Value> {
        serde_json::from_slice(&memory.0.borrow()).unwrap()
    }

    #[test]
    fn events_name_what_happened() {
        let (mut timeline, memory) = timeline(1 << 20);
        timeline.steps(0, 5000, 0, 7);
        timeline.wait(span(5500, 1000));
        timeline.question(span(6500, 250));
        let used = HintStatistics {
            sub_requests: 1,
            python: Duration::from_nanos(700),
            ..HintStatistics::default()
        };
        timeline.hint(span(5000, 2500), 7, Some(&used), Fate::Ended);
        timeline.finish(8000).unwrap();
        let events = events(&memory);
        let slices: Vec<_> = events.iter().filter(|event| event["ph"] == "X").collect();
        let seen: Vec<_> = slices
            .iter()
            .map(|event| {
                (
                    event["name"].as_str().unwrap(),
                    event["ts"].as_f64().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            seen,
            [
                ("7 steps", 0.0),
                ("wait", 5.5),
                ("question", 6.5),
                ("ids.a = \"</script>\"", 5.0),
            ]
        );
        assert_eq!(slices[3]["args"]["place"], "a.cairo:3");
        assert_eq!(slices[3]["args"]["microseconds in Python"], 0.7);
    }

    #[test]
    fn what_a_killed_run_left_lacks_only_its_end() {
        let (mut timeline, memory) = timeline(1 << 20);
        timeline.hint(span(0, FLUSH), 0, None, Fate::Ended);
        let text = String::from_utf8(memory.0.borrow().clone()).unwrap();
        let events: Vec<Value> = serde_json::from_str(&(text + "]")).unwrap();
        assert_eq!(events.last().unwrap()["args"]["place"], "a.cairo:3");
    }

    #[test]
    fn the_file_is_bounded_and_says_what_it_left_out() {
        let most = 100_000;
        let (mut timeline, memory) = timeline(most);
        for index in 0..1_000_000 {
            timeline.host_hints(index * 10_000 + 1000, 1);
            timeline.hint(span(index * 10_000, 1000), index, None, Fate::Ended);
        }
        timeline.hint(span(10_000_000_000, 1000), 1_000_000, None, Fate::Failed);
        timeline.finish(10_000_010_000).unwrap();
        assert!((memory.0.borrow().len() as u64) < most);
        let events = events(&memory);
        let names = |part: &str| {
            let has = |event: &&Value| event["name"].as_str().unwrap().contains(part);
            events.iter().filter(has).count()
        };
        assert!(names("from here on one event ") > 2);
        let hints = |event: &Value| event["args"]["hints"].as_u64();
        let merged: u64 = events.iter().filter_map(hints).sum();
        let single = names("ids.a") as u64;
        assert_eq!(merged + single, 1_000_001);
    }
}
