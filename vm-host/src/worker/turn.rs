//! Whose turn it is among the VMs of a thread. A VM keeps its turn while it waits for a quick hint, so that
//! it and its worker stay in the caches of the cores: going round after every hint costs several times the
//! hint. Must not know what a VM does in its turn.

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

thread_local! {
    /// The one turn of this thread; those who wait for it get it in the order in which they came.
    static THREAD: Arc<Semaphore> = Arc::new(Semaphore::new(1));
}

/// A VM's place among the others of its thread. Clones are the same place. A VM that never takes its turn
/// has the thread for itself.
#[derive(Clone, Debug, Default)]
pub struct Turn(Rc<RefCell<Option<OwnedSemaphorePermit>>>);

/// Ends a turn when it is dropped.
#[derive(Debug)]
pub struct AtWork<'a>(&'a Turn);

impl Turn {
    /// Waits for this VM's turn. It lasts until the result is dropped, except while it is given away.
    pub async fn take(&self) -> AtWork<'_> {
        self.resume().await;
        AtWork(self)
    }

    /// Lets the others go first, if any waits.
    pub async fn pass(&self) {
        if self.give_away() {
            // Whoever waits gets the turn before this asks for it again.
            self.resume().await;
        }
    }

    /// Whether it is this VM's turn.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.0.borrow().is_some()
    }

    /// Gives the turn, if this VM has it, to the others while `wait` lasts.
    pub async fn lend<F: Future>(&self, wait: F) -> F::Output {
        let held = self.give_away();
        let value = wait.await;
        if held {
            self.resume().await;
        }
        value
    }

    fn give_away(&self) -> bool {
        self.0.borrow_mut().take().is_some()
    }

    async fn resume(&self) {
        if !self.is_held() {
            let thread = THREAD.with(Arc::clone);
            // The semaphore is never closed.
            *self.0.borrow_mut() = thread.acquire_owned().await.ok();
        }
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.0.give_away();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn turns_go_round_in_order() {
        let (first, second) = (Turn::default(), Turn::default());
        let at_work = first.take().await;
        let order = Rc::new(RefCell::new(Vec::new()));
        let told = Rc::clone(&order);
        let local = tokio::task::LocalSet::new();
        let waiting = local.spawn_local(async move {
            let _at_work = second.take().await;
            told.borrow_mut().push("second");
        });
        local
            .run_until(async {
                tokio::task::yield_now().await;
                assert!(order.borrow().is_empty());
                first.pass().await;
                assert!(first.is_held());
                assert_eq!(*order.borrow(), ["second"]);
                waiting.await.expect("the task ends");
            })
            .await;
        drop(at_work);
        assert!(!first.is_held());
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_vm_that_is_dropped_leaves_its_turn() {
        let first = Turn::default();
        let at_work = first.take().await;
        std::mem::forget(at_work);
        drop(first);
        let second = Turn::default();
        let taken = tokio::time::timeout(std::time::Duration::from_secs(5), second.take()).await;
        assert!(taken.is_ok());
    }
}
