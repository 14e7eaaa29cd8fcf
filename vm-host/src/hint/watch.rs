//! Who is told what the hints of a run do, while they do it. Must not know what becomes of that.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::statistics::Statistics;

/// Whoever follows a run.
pub(crate) trait Watcher: fmt::Debug {
    /// A hint begins, after so many steps.
    fn begins(&mut self, id: u32, steps: u64);

    /// No engine in the host ran the hint that began last: those outside are asked now.
    fn leaves(&mut self);

    /// An engine outside of the host was waited for; then it asked a question, or it had done what it was to do.
    fn waited(&mut self, began: Instant, took: Duration, asked: bool);

    /// The hint that began last has ended, and the engines outside of the host took that much for it, if they were
    /// asked. Whether it failed.
    fn ends(&mut self, id: u32, used: Option<&Statistics>, failed: bool);

    /// A worker was started.
    fn started_worker(&mut self, began: Instant, took: Duration);

    /// The run has come so far; told at least after each slice of steps.
    fn comes_to(&mut self, steps: u64);
}

/// Whoever follows a run, if anybody does. Clones are the same.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched(Option<Rc<RefCell<dyn Watcher>>>);

impl Watched {
    /// By this one.
    pub(crate) fn by(watcher: Rc<RefCell<dyn Watcher>>) -> Self {
        Self(Some(watcher))
    }

    /// Whether anybody does.
    #[inline]
    pub(crate) fn is_any(&self) -> bool {
        self.0.is_some()
    }

    /// Tells whoever follows.
    #[inline]
    pub(crate) fn tell(&self, tell: impl FnOnce(&mut dyn Watcher)) {
        if let Some(watcher) = &self.0 {
            tell(&mut *watcher.borrow_mut());
        }
    }
}
