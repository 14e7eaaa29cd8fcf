//! Owns the thread that interrupts running modules so often that they can look at the time. Must not know
//! any deadline.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use wasmtime::Engine;

/// How often modules are interrupted.
const TICK: Duration = Duration::from_millis(10);
/// The thread sleeps when no hint ran for so many ticks.
const IDLE_TICKS: u32 = 100;

/// Interrupts what an engine runs, as long as something runs.
#[derive(Debug)]
pub(super) struct Clock(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// Whether a hint ran since the last tick.
    busy: AtomicBool,
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct State {
    asleep: bool,
    ended: bool,
}

impl Clock {
    /// Starts the thread, which sleeps until a hint runs.
    ///
    /// # Errors
    /// As the system has it.
    pub(super) fn start(engine: Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let ticking = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("wasm-clock".to_owned())
            .stack_size(64 << 10)
            .spawn(move || tick(&engine, &ticking))?;
        Ok(Self(shared))
    }

    /// A hint begins, or goes on. Costs a system call only after a second without one.
    pub(super) fn keep_ticking(&self) {
        if self.0.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        let state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.asleep {
            self.0.wake.notify_one();
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ended = true;
        self.0.wake.notify_one();
    }
}

fn tick(engine: &Engine, shared: &Shared) {
    let mut idle = IDLE_TICKS;
    loop {
        let mut state = shared.state.lock().unwrap_or_else(PoisonError::into_inner);
        if idle >= IDLE_TICKS {
            state.asleep = true;
            while !state.ended && !shared.busy.load(Ordering::Acquire) {
                state = shared
                    .wake
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            state.asleep = false;
        }
        if state.ended {
            return;
        }
        drop(state);
        std::thread::sleep(TICK);
        engine.increment_epoch();
        if shared.busy.swap(false, Ordering::AcqRel) {
            idle = 0;
        } else {
            idle += 1;
        }
    }
}
