//! What watchers of a VM are told. A watcher that reads too slowly misses events and is told how many; it
//! never holds up the VM. Of the records of the log nobody misses any: whoever wants them holds up the hints of
//! this VM, for as long as anything is read.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::Stream;
use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::{
    DroppedEvents, HintRecord, HintRecords, LogLevel, LogRecord, RecordLevel, WatchVmResponse,
};
use prost::Message as _;
use tokio::sync::Notify;
use tokio::time::Instant;
use tonic::Status;

use crate::report::Inbox;

/// Most events that wait for one watcher.
const MAX_EVENTS: usize = 1024;
/// Most bytes of hint output that wait for one watcher.
const MAX_BYTES: usize = 4 << 20;
/// So many bytes of records wait for one watcher, and those that came in one go with the last of them.
const RECORD_BYTES: usize = 1 << 20;
/// Most bytes of records in one event.
const BATCH_BYTES: usize = 64 << 10;
/// How long a watcher may read nothing before records are dropped.
const PATIENCE: Duration = Duration::from_secs(10);
/// Most watchers of one VM.
pub(super) const MAX_WATCHERS: usize = 16;

/// Lines of a VM's log that are kept for watchers who come later.
const KEPT_LINES: usize = 64;

/// The watchers of one VM.
#[derive(Debug, Default)]
pub(super) struct Watchers {
    audience: Mutex<Audience>,
    /// Told when somebody who wants records has read, or has gone.
    read: Arc<Notify>,
    /// Who keeps records for the VM's report, if it has one.
    keeper: OnceLock<Inbox>,
}

#[derive(Debug, Default)]
struct Audience {
    queues: Vec<Arc<Queue>>,
    /// The latest lines of the log.
    log: VecDeque<WatchVmResponse>,
}

#[derive(Debug)]
struct Queue {
    waiting: Mutex<Waiting>,
    news: Notify,
    /// From which level on records are wanted.
    records: Option<RecordLevel>,
}

#[derive(Debug, Default)]
struct Waiting {
    events: VecDeque<WatchVmResponse>,
    bytes: usize,
    /// Events that did not fit. From the first of them on nothing is queued until the watcher has read
    /// all that is.
    dropped: DroppedEvents,
    /// The newest state among them, which must arrive.
    late_state: Option<WatchVmResponse>,
    /// Bytes of records among the events, those in the last of them, and since when there are too many.
    record_bytes: usize,
    batch_bytes: usize,
    full_since: Option<Instant>,
    /// Whether records are dropped until everything is read.
    stalled: bool,
    closed: bool,
    abandoned: bool,
}

impl Watchers {
    /// Adds a watcher, whose first event is `first`; `None` when there are too many. It gets the records of the
    /// log from a level on.
    pub(super) fn add(
        &self,
        first: Event,
        records: RecordLevel,
    ) -> Option<impl Stream<Item = Result<WatchVmResponse, Status>> + Send + use<>> {
        let mut audience = self.lock();
        audience.queues.retain(|queue| !queue.lock().abandoned);
        if audience.queues.len() >= MAX_WATCHERS {
            return None;
        }
        let queue = Arc::new(Queue {
            waiting: Mutex::default(),
            news: Notify::new(),
            records: (records != RecordLevel::Unspecified).then_some(records),
        });
        queue.push(&first);
        queue.lock().events.extend(audience.log.iter().cloned());
        audience.queues.push(Arc::clone(&queue));
        let reader = Reader {
            queue,
            read: Arc::clone(&self.read),
        };
        Some(futures_util::stream::unfold(reader, |reader| async move {
            let event = reader.next().await?;
            Some((Ok(event), reader))
        }))
    }

    /// Tells every watcher.
    pub(super) fn tell(&self, event: &Event) {
        for queue in &self.lock().queues {
            queue.push(event);
        }
    }

    /// Writes a line of the VM's log, and tells every watcher.
    pub(super) fn log(&self, level: LogLevel, message: String) {
        let event = Event::Log(LogRecord {
            level: level.into(),
            message,
        });
        let mut audience = self.lock();
        for queue in &audience.queues {
            queue.push(&event);
        }
        if audience.log.len() >= KEPT_LINES {
            audience.log.pop_front();
        }
        audience.log.push_back(dated(event));
    }

    /// Tells what hints logged to those who want it. There was room.
    pub(super) fn tell_records(&self, records: Vec<HintRecord>) {
        if records.is_empty() {
            return;
        }
        if let Some(keeper) = self.keeper.get() {
            let kept = |record: &&HintRecord| record.level >= RecordLevel::Info as i32;
            keeper.put(records.iter().filter(kept).cloned());
        }
        for queue in &self.lock().queues {
            if let Some(level) = queue.records {
                queue.push_records(records.iter().filter(|found| found.level >= level as i32));
            }
        }
    }

    /// Has records from `info` on kept for a report as well.
    pub(super) fn keep_records(&self, keeper: Inbox) {
        // A VM has one report.
        let _ = self.keeper.set(keeper);
    }

    /// Waits until everybody who wants records has room for some, or has read nothing for too long.
    pub(super) async fn room_for_records(&self) {
        loop {
            // Before one looks, so that who reads meanwhile is not missed.
            let mut read = pin!(self.read.notified());
            read.as_mut().enable();
            let Some(since) = self.full_since() else {
                return;
            };
            if tokio::time::timeout_at(since + PATIENCE, read)
                .await
                .is_err()
            {
                self.give_up(since);
            }
        }
    }

    /// Since when the first of them has no room.
    fn full_since(&self) -> Option<Instant> {
        let audience = self.lock();
        let full = audience
            .queues
            .iter()
            .filter_map(|queue| queue.lock().full_since);
        full.min()
    }

    /// Goes on without those who have had no room since then.
    fn give_up(&self, since: Instant) {
        for queue in &self.lock().queues {
            let mut waiting = queue.lock();
            if waiting.full_since.is_some_and(|full| full <= since) {
                waiting.full_since = None;
                waiting.stalled = true;
            }
        }
    }

    /// Whether anybody wants records.
    pub(super) fn any_for_records(&self) -> bool {
        let audience = self.lock();
        let mut queues = audience.queues.iter();
        self.keeper.get().is_some()
            || queues.any(|queue| queue.records.is_some() && !queue.lock().abandoned)
    }

    /// Ends every watcher's stream after what waits for it.
    pub(super) fn close(&self) {
        for queue in self.lock().queues.drain(..) {
            queue.lock().closed = true;
            queue.news.notify_one();
        }
    }

    /// Whether anybody watches.
    pub(super) fn any(&self) -> bool {
        !self.lock().queues.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, Audience> {
        self.audience.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, event: &Event) {
        let mut waiting = self.lock();
        let size = match event {
            Event::HintOutput(output) => output.data.len(),
            _ => 0,
        };
        let full = waiting.events.len() >= MAX_EVENTS || waiting.bytes + size > MAX_BYTES;
        if !full && waiting.dropped.count == 0 && waiting.late_state.is_none() {
            waiting.bytes += size;
            waiting.events.push_back(dated(event.clone()));
        } else if let Event::State(_) = event {
            let older = waiting.late_state.replace(dated(event.clone()));
            waiting.dropped.count += u64::from(older.is_some());
        } else {
            waiting.dropped.count += 1;
            waiting.dropped.hint_output_bytes += size as u64;
        }
        drop(waiting);
        self.news.notify_one();
    }
}

/// Adding records.
impl Queue {
    fn push_records<'a>(&self, records: impl Iterator<Item = &'a HintRecord>) {
        let mut waiting = self.lock();
        if waiting.closed || waiting.abandoned {
            return;
        }
        for record in records {
            waiting.push_record(record);
        }
        drop(waiting);
        self.news.notify_one();
    }
}

impl Waiting {
    fn push_record(&mut self, record: &HintRecord) {
        if self.stalled {
            self.dropped.count += 1;
            self.dropped.records += 1;
            return;
        }
        let size = record.encoded_len();
        self.record_bytes += size;
        match self
            .events
            .back_mut()
            .and_then(|event| event.event.as_mut())
        {
            Some(Event::Records(batch)) if self.batch_bytes + size <= BATCH_BYTES => {
                self.batch_bytes += size;
                batch.records.push(record.clone());
            }
            _ => {
                self.batch_bytes = size;
                let records = vec![record.clone()];
                self.events
                    .push_back(dated(Event::Records(HintRecords { records })));
            }
        }
        if self.record_bytes >= RECORD_BYTES && self.full_since.is_none() {
            self.full_since = Some(Instant::now());
        }
    }

    /// The next event, with what it leaves room for; the second says whether somebody may wait for that.
    fn pop(&mut self) -> Option<(WatchVmResponse, bool)> {
        let event = self.events.pop_front()?;
        let mut records = false;
        match &event.event {
            Some(Event::HintOutput(output)) => self.bytes -= output.data.len(),
            Some(Event::Records(batch)) => {
                let sizes = batch.records.iter().map(HintRecord::encoded_len);
                self.record_bytes -= sizes.sum::<usize>();
                let full = self.record_bytes >= RECORD_BYTES;
                self.full_since = full.then(Instant::now);
                records = true;
            }
            _ => {}
        }
        Some((event, records))
    }
}

fn dated(event: Event) -> WatchVmResponse {
    WatchVmResponse {
        time: Some(SystemTime::now().into()),
        event: Some(event),
    }
}

/// The watcher's end.
struct Reader {
    queue: Arc<Queue>,
    /// Told when there is room for records.
    read: Arc<Notify>,
}

impl Reader {
    async fn next(&self) -> Option<WatchVmResponse> {
        loop {
            {
                let mut waiting = self.queue.lock();
                if let Some((event, makes_room)) = waiting.pop() {
                    if makes_room {
                        self.read.notify_waiters();
                    }
                    return Some(event);
                }
                waiting.stalled = false;
                if waiting.dropped.count > 0 {
                    let dropped = std::mem::take(&mut waiting.dropped);
                    return Some(dated(Event::Dropped(dropped)));
                }
                if let Some(state) = waiting.late_state.take() {
                    return Some(state);
                }
                if waiting.closed {
                    return None;
                }
            }
            self.queue.news.notified().await;
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut waiting = self.queue.lock();
        waiting.abandoned = true;
        waiting.full_since = None;
        waiting.events.clear();
        drop(waiting);
        self.read.notify_waiters();
    }
}
