//! What hints logged, as far as a report keeps it: the first records and the last ones. Must not know how they came.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use hint_proto::v1::HintRecord;

use super::text::cut;

/// How many of the first and of the last records are kept.
const KEPT: usize = 250;
/// Most characters of a text.
const TEXT: usize = 400;
/// Most records that wait for whoever follows the run.
const WAITING: usize = 1 << 12;

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logged {
    /// When, in nanoseconds since the run began.
    pub(crate) nanos: u64,
    /// Its level, in one word.
    pub(crate) level: &'static str,
    /// The hint.
    pub(crate) hint: Option<u32>,
    /// Its text with its fields, cut.
    pub(crate) text: String,
}

impl Logged {
    /// What is kept of a record that was written then.
    pub(crate) fn of(record: &HintRecord, nanos: u64) -> Self {
        let mut text = cut(&record.text, TEXT);
        for field in &record.fields {
            if text.chars().count() >= TEXT {
                break;
            }
            text = cut(&format!("{text} {}={}", field.name, field.json), TEXT);
        }
        let level = record.level().as_str_name();
        let level = match level.strip_prefix("RECORD_LEVEL_") {
            Some("OUTPUT") => "output",
            Some("DEBUG") => "debug",
            Some("WARNING") => "warning",
            Some("ERROR") => "error",
            Some("CRITICAL") => "critical",
            _ => "info",
        };
        Self {
            nanos,
            level,
            hint: record.hint_id,
            text,
        }
    }
}

/// The first records and the last ones.
#[derive(Debug, Default)]
pub(crate) struct Records {
    first: Vec<Logged>,
    last: VecDeque<Logged>,
    count: u64,
}

impl Records {
    /// Takes one more.
    pub(crate) fn add(&mut self, record: Logged) {
        self.count += 1;
        if self.first.len() < KEPT {
            self.first.push(record);
            return;
        }
        if self.last.len() == KEPT {
            self.last.pop_front();
        }
        self.last.push_back(record);
    }

    /// Counts records that nobody has any more.
    pub(crate) fn lose(&mut self, count: u64) {
        self.count += count;
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Those that were kept, in their order.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &Logged> {
        self.first.iter().chain(&self.last)
    }

    /// How many are missing between the first and the last ones.
    pub(crate) fn left_out(&self) -> u64 {
        self.count - (self.first.len() + self.last.len()) as u64
    }
}

/// Records on their way from a thread that reads them to whoever follows the run. Never holds up the thread: what
/// does not fit is only counted. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inbox(Arc<Mutex<Waiting>>);

#[derive(Debug, Default)]
struct Waiting {
    records: VecDeque<HintRecord>,
    lost: u64,
}

impl Inbox {
    /// Puts records in.
    pub(crate) fn put(&self, records: impl IntoIterator<Item = HintRecord>) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            if waiting.records.len() == WAITING {
                waiting.records.pop_front();
                waiting.lost += 1;
            }
            waiting.records.push_back(record);
        }
    }

    /// Takes all out, with the number of those that were lost before them.
    pub(super) fn take(&self) -> (VecDeque<HintRecord>, u64) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Waiting { records, lost } = &mut *waiting;
        (std::mem::take(records), std::mem::take(lost))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hint_proto::v1::{RecordField, RecordLevel};

    fn logged(nanos: u64) -> Logged {
        Logged {
            nanos,
            level: "info",
            hint: None,
            text: String::new(),
        }
    }

    #[test]
    fn the_first_and_the_last_are_kept() {
        let mut records = Records::default();
        for nanos in 0..1000 {
            records.add(logged(nanos));
        }
        let kept: Vec<u64> = records.kept().map(|record| record.nanos).collect();
        let expected: Vec<u64> = (0..250).chain(750..1000).collect();
        assert_eq!(kept, expected);
        assert_eq!((records.count(), records.left_out()), (1000, 500));
    }

    #[test]
    fn a_record_is_cut() {
        let mut record = HintRecord {
            text: "ä".repeat(1000),
            hint_id: Some(3),
            ..HintRecord::default()
        };
        record.set_level(RecordLevel::Warning);
        let kept = Logged::of(&record, 5);
        assert_eq!((kept.level, kept.hint, kept.nanos), ("warning", Some(3), 5));
        assert_eq!(kept.text.chars().count(), TEXT + 1);
        record.text = "paid".to_owned();
        record.fields = vec![RecordField {
            name: "account".to_owned(),
            json: "7".to_owned(),
        }];
        assert_eq!(Logged::of(&record, 5).text, "paid account=7");
    }

    #[test]
    fn a_full_inbox_holds_up_nobody() {
        let inbox = Inbox::default();
        inbox.put((0..WAITING + 5).map(|_| HintRecord::default()));
        let (records, lost) = inbox.take();
        assert_eq!((records.len(), lost), (WAITING, 5));
        assert_eq!(inbox.take().1, 0);
    }
}
