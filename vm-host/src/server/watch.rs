//! What watchers of a VM are told. A watcher that reads too slowly misses events and is told how many; it
//! never holds up the VM.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use futures_util::Stream;
use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::{DroppedEvents, WatchVmResponse};
use tokio::sync::Notify;
use tonic::Status;

/// Most events that wait for one watcher.
const MAX_EVENTS: usize = 1024;
/// Most bytes of hint output that wait for one watcher.
const MAX_BYTES: usize = 1 << 20;
/// Most watchers of one VM.
const MAX_WATCHERS: usize = 16;

/// The watchers of one VM.
#[derive(Debug, Default)]
pub(super) struct Watchers(Mutex<Vec<Arc<Queue>>>);

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
    dropped: u64,
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
        let mut watchers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        watchers.retain(|queue| !queue.lock().abandoned);
        if watchers.len() >= MAX_WATCHERS {
            return None;
        }
        let queue = Arc::new(Queue::default());
        queue.push(&first);
        watchers.push(Arc::clone(&queue));
        let reader = Reader(queue);
        Some(futures_util::stream::unfold(reader, |reader| async move {
            let event = reader.next().await?;
            Some((Ok(event), reader))
        }))
    }

    /// Tells every watcher.
    pub(super) fn tell(&self, event: &Event) {
        for queue in self.0.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            queue.push(event);
        }
    }

    /// Ends every watcher's stream after what waits for it.
    pub(super) fn close(&self) {
        for queue in self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .drain(..)
        {
            queue.lock().closed = true;
            queue.news.notify_one();
        }
    }

    /// Whether anybody watches.
    pub(super) fn any(&self) -> bool {
        !self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_empty()
    }
}

impl Queue {
    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, event: &Event) {
        let mut waiting = self.lock();
        let size = match event {
            Event::HintOutput(output) => output.data.len(),
            _ => 0,
        };
        let full = waiting.events.len() >= MAX_EVENTS || waiting.bytes + size > MAX_BYTES;
        if !full && waiting.dropped == 0 && waiting.late_state.is_none() {
            waiting.bytes += size;
            waiting.events.push_back(dated(event.clone()));
        } else if let Event::State(_) = event {
            let older = waiting.late_state.replace(dated(event.clone()));
            waiting.dropped += u64::from(older.is_some());
        } else {
            waiting.dropped += 1;
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
                if waiting.dropped > 0 {
                    let count = std::mem::take(&mut waiting.dropped);
                    return Some(dated(Event::Dropped(DroppedEvents { count })));
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
