//! What is on an account, and which account a thread has entered.

use std::cell::{Cell, RefCell};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::OverLimit;

/// The numbers of an account. They may lag behind each other: a limit is no invariant that others build on.
#[derive(Debug)]
pub(super) struct Ledger {
    limit: usize,
    used: AtomicUsize,
    /// The most that was found to be too much, 0 when nothing was: what was over its limit stays so.
    refused: AtomicUsize,
    /// What it shares with others.
    sum: Option<Arc<Sum>>,
    /// The same of what all together have, when this account was refused something for that.
    refused_for_all: AtomicUsize,
}

/// What several accounts have together.
#[derive(Debug)]
pub(super) struct Sum {
    limit: usize,
    used: AtomicUsize,
}

impl Ledger {
    pub(super) fn new(limit: usize, sum: Option<Arc<Sum>>) -> Self {
        Self {
            limit,
            used: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            sum,
            refused_for_all: AtomicUsize::new(0),
        }
    }

    pub(super) fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether there is room for so many bytes, and was for all before.
    pub(super) fn check(&self, bytes: usize) -> Result<(), OverLimit> {
        let refused = self.refused.load(Ordering::Relaxed);
        let used = self.used().saturating_add(bytes).max(refused);
        if used > self.limit {
            self.refused.fetch_max(used, Ordering::Relaxed);
            return Err(OverLimit {
                of_all: false,
                limit: self.limit,
                used,
            });
        }
        let Some(sum) = &self.sum else {
            return Ok(());
        };
        let before = self.refused_for_all.load(Ordering::Relaxed);
        let over = match sum.check(bytes) {
            Ok(()) if before == 0 => return Ok(()),
            Ok(()) => sum.over(before),
            Err(over) => sum.over(over.used.max(before)),
        };
        self.refused_for_all.fetch_max(over.used, Ordering::Relaxed);
        Err(over)
    }

    /// Charges a block, unless it `may_be_refused` and there is no room.
    pub(super) fn charge(&self, bytes: usize, may_be_refused: bool) -> bool {
        let used = self.used.fetch_add(bytes, Ordering::Relaxed);
        let used = used.saturating_add(bytes);
        let of_all = self.sum.as_ref().map(|sum| (sum.limit, sum.add(bytes)));
        if !may_be_refused {
            return true;
        }
        if used > self.limit {
            self.refused.fetch_max(used, Ordering::Relaxed);
        } else if let Some((limit, all)) = of_all
            && all > limit
        {
            self.refused_for_all.fetch_max(all, Ordering::Relaxed);
        } else {
            return true;
        }
        self.discharge(bytes);
        false
    }

    pub(super) fn discharge(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
        if let Some(sum) = &self.sum {
            sum.used.fetch_sub(bytes, Ordering::Relaxed);
        }
    }
}

impl Sum {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            used: AtomicUsize::new(0),
        }
    }

    /// What there is, and what there may be.
    pub(super) fn used(&self) -> (usize, usize) {
        (self.used.load(Ordering::Relaxed), self.limit)
    }

    /// Whether there is room for so many bytes.
    pub(super) fn check(&self, bytes: usize) -> Result<(), OverLimit> {
        let used = self.used.load(Ordering::Relaxed).saturating_add(bytes);
        match used > self.limit {
            true => Err(self.over(used)),
            false => Ok(()),
        }
    }

    /// Adds so much; what there is then.
    fn add(&self, bytes: usize) -> usize {
        let used = self.used.fetch_add(bytes, Ordering::Relaxed);
        used.saturating_add(bytes)
    }

    fn over(&self, used: usize) -> OverLimit {
        OverLimit {
            of_all: true,
            limit: self.limit,
            used,
        }
    }
}

thread_local! {
    /// The account that this thread has entered.
    static ENTERED: RefCell<Option<Arc<Ledger>>> = const { RefCell::new(None) };
    /// The same for the allocator, which must not run what an end of a thread runs.
    static CHARGED: Cell<*const Ledger> = const { Cell::new(ptr::null()) };
    static REFUSING: Cell<bool> = const { Cell::new(false) };
}

/// Enters another account; which one was entered before.
pub(super) fn replace(next: Option<Arc<Ledger>>) -> Option<Arc<Ledger>> {
    CHARGED.set(next.as_ref().map_or(ptr::null(), Arc::as_ptr));
    ENTERED.with(|entered| entered.replace(next))
}

/// Has blocks refused, or not; which it was before.
pub(super) fn refuse(whether: bool) -> bool {
    REFUSING.replace(whether)
}

/// Asks this thread's account, if it has entered one.
pub(super) fn current<T>(ask: impl FnOnce(&Ledger) -> T) -> Option<T> {
    ENTERED.with(|entered| entered.borrow().as_deref().map(ask))
}

/// The account that a block of this thread goes to, null without one, and whether blocks may be refused. The
/// account lives for as long as the thread stays in it.
#[inline]
pub(super) fn charged() -> (*const Ledger, bool) {
    (CHARGED.get(), REFUSING.get())
}
