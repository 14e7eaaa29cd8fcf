//! Ctrl-C. While the program runs, it stops the run, which then says where it was. At any other time, and the
//! second time, the command ends at once, as it would if nobody listened.

use std::io;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Notify;

use super::ExitCode;

/// How long the signal may be behind the worker that it killed, too.
const DELAY: Duration = Duration::from_millis(200);

/// Whether somebody pressed Ctrl-C. Nobody does unless [`Interrupts::watch`] made it.
#[derive(Clone, Debug, Default)]
pub(super) struct Interrupts(Arc<State>);

#[derive(Debug, Default)]
struct State {
    /// Whether somebody waits to be told.
    awaited: AtomicBool,
    told: Notify,
}

impl Interrupts {
    /// Listens to SIGINT from now on, on a thread of its own: the run may be busy with something that cannot
    /// be stopped.
    ///
    /// # Errors
    /// When the thread does not start.
    pub(super) fn watch() -> io::Result<Self> {
        let interrupts = Self::default();
        let state = Arc::clone(&interrupts.0);
        let (ready, is_ready) = mpsc::channel();
        std::thread::Builder::new()
            .name("interrupts".to_owned())
            .spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_io()
                    .build();
                let listening = runtime.and_then(|runtime| {
                    let signals = {
                        let _inside = runtime.enter();
                        signal(SignalKind::interrupt())?
                    };
                    Ok((runtime, signals))
                });
                let (runtime, mut signals) = match listening {
                    Ok(listening) => listening,
                    Err(error) => return drop(ready.send(Err(error))),
                };
                drop(ready.send(Ok(())));
                while runtime.block_on(signals.recv()).is_some() {
                    if !state.awaited.swap(false, Ordering::AcqRel) {
                        process::exit(ExitCode::Interrupted.code().into());
                    }
                    state.told.notify_one();
                }
            })?;
        is_ready.recv().map_err(io::Error::other)??;
        Ok(interrupts)
    }

    /// Does `work` to its end, or until it is interrupted: then `None`.
    pub(super) async fn unless<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        self.0.awaited.store(true, Ordering::Release);
        let done = tokio::select! {
            biased;
            () = self.0.told.notified() => None,
            done = work => Some(done),
        };
        self.0.awaited.store(false, Ordering::Release);
        done
    }

    /// Whether there was an interrupt just now. A terminal sends it to the worker as well, which dies of it, and
    /// that may be known first.
    pub(super) async fn came(&self) -> bool {
        let late = tokio::time::timeout(DELAY, self.unless(std::future::pending::<()>()));
        matches!(late.await, Ok(None))
    }
}
