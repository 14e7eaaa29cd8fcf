//! The account of host memory of one VM: every block of some size that a thread takes is charged to the account
//! which that thread has entered, until it is given back, whoever does that. Must not know what the memory is for.
//!
//! The allocator counts ([`Charged`]); nothing is counted in a program that has another one. Large blocks are
//! mappings, which grow without being copied. A table that grows
//! is noticed at the next [`check`]. What may grow at once by more than there is, the cells of segments, is
//! refused before it is taken, for as long as a [`Refusing`] lasts.

mod allocator;
mod ledger;
mod machine;
mod mapping;

use std::marker::PhantomData;
use std::sync::Arc;

pub use allocator::{Charged, give_back};
use ledger::{Ledger, Sum};
pub use machine::machine_memory;

/// More host memory than a limit allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{used}` bytes of host memory are needed{}, more than the limit of `{limit}`", self.whose())]
pub struct OverLimit {
    /// Whether it is that of all accounts of a pool together.
    pub of_all: bool,
    /// The limit, in bytes.
    pub limit: usize,
    /// What is used, with what was asked for last.
    pub used: usize,
}

/// An account. Clones are the same.
#[derive(Clone, Debug)]
pub struct Account(Arc<Ledger>);

impl Account {
    /// One with nothing on it, that may grow to so many bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Ledger::new(limit, None)))
    }

    /// Charges what this thread takes from now on to this account, until the result is dropped.
    #[must_use]
    pub fn enter(&self) -> Entered {
        Entered {
            before: ledger::replace(Some(Arc::clone(&self.0))),
            of_this_thread: PhantomData,
        }
    }

    /// What is on it, in bytes.
    #[must_use]
    pub fn used(&self) -> usize {
        self.0.used()
    }
}

impl OverLimit {
    fn whose(&self) -> &'static str {
        match self.of_all {
            true => " by all VMs together",
            false => "",
        }
    }
}

/// What several accounts may grow to together. Clones are the same.
#[derive(Clone, Debug)]
pub struct Pool(Arc<Sum>);

impl Pool {
    /// One without accounts.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Sum::new(limit)))
    }

    /// An account that counts here, too, with nothing on it, that may grow to so many bytes.
    #[must_use]
    pub fn account(&self, limit: usize) -> Account {
        Account(Arc::new(Ledger::new(limit, Some(Arc::clone(&self.0)))))
    }

    /// What all its accounts have, in bytes, and what they may have.
    #[must_use]
    pub fn used(&self) -> (usize, usize) {
        self.0.used()
    }

    /// Whether there is room for so many bytes.
    ///
    /// # Errors
    /// [`OverLimit`] when there is none.
    pub fn check(&self, bytes: usize) -> Result<(), OverLimit> {
        self.0.check(bytes)
    }
}

/// A thread's stay in an account.
#[derive(Debug)]
pub struct Entered {
    before: Option<Arc<Ledger>>,
    of_this_thread: PhantomData<*const ()>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        ledger::replace(self.before.take());
    }
}

/// While it lasts, cells of memory are refused that would go over the limit. Only for code that minds whether it
/// gets memory, as cairo-vm does where a cell is written.
#[derive(Debug)]
pub struct Refusing {
    before: bool,
    of_this_thread: PhantomData<*const ()>,
}

impl Refusing {
    /// From now on.
    #[must_use]
    pub fn start() -> Self {
        Self {
            before: ledger::refuse(true),
            of_this_thread: PhantomData,
        }
    }
}

impl Drop for Refusing {
    fn drop(&mut self) {
        ledger::refuse(self.before);
    }
}

/// Whether this thread's account is within its limit.
///
/// # Errors
/// [`OverLimit`] when it is not, or something was refused.
pub fn check() -> Result<(), OverLimit> {
    require(0)
}

/// Whether this thread's account has room for so many bytes.
///
/// # Errors
/// [`OverLimit`] when it has not.
pub fn require(bytes: usize) -> Result<(), OverLimit> {
    ledger::current(|ledger| ledger.check(bytes)).unwrap_or(Ok(()))
}

#[cfg(test)]
mod tests;
