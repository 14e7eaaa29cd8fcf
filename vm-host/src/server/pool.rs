//! The threads that run VMs. A VM is a task that never leaves its thread; many share one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::LocalBoxFuture;
use tokio::sync::mpsc;
use tokio::task::LocalSet;

/// Makes a task on the thread where it will live.
type Task = Box<dyn FnOnce() -> LocalBoxFuture<'static, ()> + Send>;

/// The threads. They end when this is dropped, and their tasks with them.
#[derive(Debug)]
pub(super) struct Pool {
    threads: Vec<Thread>,
}

#[derive(Debug)]
struct Thread {
    tasks: mpsc::UnboundedSender<Task>,
    load: Arc<AtomicUsize>,
}

impl Pool {
    /// Starts the threads.
    pub(super) fn start(count: usize) -> std::io::Result<Self> {
        let threads = (0..count.max(1)).map(|index| {
            let (tasks, inbox) = mpsc::unbounded_channel();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            std::thread::Builder::new()
                .name(format!("vm-{index}"))
                .spawn(move || LocalSet::new().block_on(&runtime, spawn_all(inbox)))?;
            Ok(Thread {
                tasks,
                load: Arc::default(),
            })
        });
        Ok(Self {
            threads: threads.collect::<std::io::Result<_>>()?,
        })
    }

    /// Starts a task on the thread that has the fewest.
    pub(super) fn spawn<F>(&self, task: impl FnOnce() -> F + Send + 'static)
    where
        F: Future<Output = ()> + 'static,
    {
        let least = self
            .threads
            .iter()
            .min_by_key(|thread| thread.load.load(Ordering::Relaxed));
        let Some(thread) = least else { return };
        thread.load.fetch_add(1, Ordering::Relaxed);
        let load = Load(Arc::clone(&thread.load));
        let task: Task = Box::new(move || {
            Box::pin(async move {
                let _load = load;
                task().await;
            })
        });
        // The threads live as long as the pool.
        let _ = thread.tasks.send(task);
    }
}

/// Counts one task of a thread, until dropped.
struct Load(Arc<AtomicUsize>);

impl Drop for Load {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn spawn_all(mut inbox: mpsc::UnboundedReceiver<Task>) {
    while let Some(task) = inbox.recv().await {
        tokio::task::spawn_local(task());
    }
}
