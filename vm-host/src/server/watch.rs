//! What watchers of a VM are told. A watcher that reads too slowly misses events and is told how many; it
//! never holds up the VM.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use futures_util::Stream;
use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::{DroppedEvents, LogLevel, LogRecord, WatchVmResponse};
use tokio::sync::Notify;
use tonic::Status;

/// Most events that wait for one watcher.
const MAX_EVENTS: usize = 1024;
/// Most bytes of hint output that wait for one watcher.
const MAX_BYTES: usize = 1 << 20;
/// Most watchers of one VM.
pub(super) const MAX_WATCHERS: usize = 16;

/// Lines of a VM's log that are kept for watchers who come later.
const KEPT_LINES: usize = 64;

/// The watchers of one VM.
#[derive(Debug, Default)]
pub(super) struct Watchers(Mutex<Audience>);

#[derive(Debug, Default)]
struct Audience {
    queues: Vec<Arc<Queue>>,
    /// The latest lines of the log.
    log: VecDeque<WatchVmResponse>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    news: Notify,
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
    closed: bool,
    abandoned: bool,
}

impl Watchers {
    /// Adds a watcher, whose first event is `first`; `None` when there are too many.
    pub(super) fn add(
        &self,
        first: Event,
    ) -> Option<impl Stream<Item = Result<WatchVmResponse, Status>> + Send + use<>> {
        let mut audience = self.lock();
        audience.queues.retain(|queue| !queue.lock().abandoned);
        if audience.queues.len() >= MAX_WATCHERS {
            return None;
        }
        let queue = Arc::new(Queue::default());
        queue.push(&first);
        queue.lock().events.extend(audience.log.iter().cloned());
        audience.queues.push(Arc::clone(&queue));
        let reader = Reader(queue);
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
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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
        } else if let Event::Dropped(more) = event {
            waiting.dropped.count += more.count;
            waiting.dropped.hint_output_bytes += more.hint_output_bytes;
        } else {
            waiting.dropped.count += 1;
            waiting.dropped.hint_output_bytes += size as u64;
        }
        drop(waiting);
        self.news.notify_one();
    }
}

fn dated(event: Event) -> WatchVmResponse {
    WatchVmResponse {
        time: Some(SystemTime::now().into()),
        event: Some(event),
    }
}

/// The watcher's end.
struct Reader(Arc<Queue>);

impl Reader {
    async fn next(&self) -> Option<WatchVmResponse> {
        loop {
            {
                let mut waiting = self.0.lock();
                if let Some(event) = waiting.events.pop_front() {
                    if let Some(Event::HintOutput(output)) = &event.event {
                        waiting.bytes -= output.data.len();
                    }
                    return Some(event);
                }
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
            self.0.news.notified().await;
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        waiting.abandoned = true;
        waiting.events.clear();
    }
}
