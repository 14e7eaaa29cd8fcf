//! Whose turn it is among the VMs of a server. Each has a thread of its own, but only so many are at work at
//! a time. A VM keeps its turn while it waits for a quick hint, so that it and its worker stay in the caches
//! of the cores: going round after every hint costs several times the hint. Must not know what a VM does in
//! its turn, nor how the places go round (`seats`).

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::process::Pid;

use super::cores::Cores;
use super::seats::{Seat, SeatCounts, Seats};

/// How long a turn lasts. A change costs as much as many hints, because the caches are those of another VM.
const TURN: Duration = Duration::from_millis(10);

/// The places of VMs at work. Clones are the same places.
#[derive(Clone, Debug)]
pub struct Places(Arc<Hall>);

#[derive(Debug)]
struct Hall {
    seats: Arc<Seats>,
    cores: Cores,
}

impl Places {
    /// So many VMs at a time.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self(Arc::new(Hall {
            seats: Seats::new(count.max(1)),
            cores: Cores::of_process(),
        }))
    }

    /// What became of each place so far, and how many VMs wait for one.
    #[must_use]
    pub fn counts(&self) -> (Vec<SeatCounts>, usize) {
        self.0.seats.counts()
    }

    /// What a VM of `party` takes its turns with, on the thread where it lives. Parties have equal shares of the
    /// places, however many VMs each has.
    #[must_use]
    pub fn turn(&self, party: Arc<str>) -> Turn {
        Turn {
            places: Some((Arc::clone(&self.0), party)),
            held: Rc::default(),
        }
    }
}

/// A VM's place among the others. Clones are the same place. The default is that of a VM which has the
/// process for itself: there is nobody to wait for.
#[derive(Clone, Debug, Default)]
pub struct Turn {
    places: Option<(Arc<Hall>, Arc<str>)>,
    held: Rc<Held>,
}

#[derive(Debug)]
struct Held {
    place: RefCell<Option<Seat>>,
    since: Cell<Instant>,
    /// The VM's worker, once there is one.
    worker: Cell<Option<Pid>>,
    /// Whether thread and worker are kept on one core.
    pinned: Cell<bool>,
}

impl Default for Held {
    fn default() -> Self {
        Self {
            place: RefCell::default(),
            since: Cell::new(Instant::now()),
            worker: Cell::default(),
            pinned: Cell::default(),
        }
    }
}

/// Ends a turn when it is dropped.
#[derive(Debug)]
pub struct TurnTaken<'a>(&'a Turn);

impl Turn {
    /// Waits for this VM's turn. It lasts until the result is dropped, except while it is given away.
    pub async fn take(&self) -> TurnTaken<'_> {
        self.resume().await;
        TurnTaken(self)
    }

    /// Lets the others go first when the turn has lasted long enough.
    pub async fn pass(&self) {
        if self.held.since.get().elapsed() < TURN {
            return;
        }
        let keeps = self.held.place.borrow().as_ref().is_some_and(Seat::is_due);
        if keeps {
            // It would get the place back before anybody else.
            self.held.since.set(Instant::now());
        } else if self.give_away() {
            // Whoever waits gets the place before this asks for it again.
            self.resume().await;
        }
    }

    /// For work that may take long, called often: lets the other VMs go first when the turn has lasted long
    /// enough, and whoever ends this one.
    pub async fn breathe(&self) {
        if self.is_long() {
            self.pass().await;
            self.held.since.set(Instant::now());
            tokio::task::yield_now().await;
        }
    }

    /// Whether it has lasted long enough for others to go first.
    pub(crate) fn is_long(&self) -> bool {
        self.held.since.get().elapsed() >= TURN
    }

    /// Names the VM's worker, which is kept where the VM's thread is.
    pub fn accompany(&self, worker: Option<u32>) {
        let pid = worker.and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
        self.held.worker.set(pid);
    }

    /// Whether waiting without sleeping would only keep the worker from its core.
    #[must_use]
    pub fn shares_core(&self) -> bool {
        self.held.pinned.get()
    }

    /// Whether it is this VM's turn, which it always is when there are no others.
    #[must_use]
    pub fn is_mine(&self) -> bool {
        self.places.is_none() || self.is_held()
    }

    /// Whether there are others who would go on if this VM let them.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.held.place.borrow().is_some()
    }

    /// Gives the turn, if this VM has it, to the others while `wait` lasts.
    pub async fn lend<F: Future>(&self, wait: F) -> F::Output {
        let held = self.give_away();
        if held && self.held.pinned.get() {
            // Its core is somebody else's now, and a long hint need not stay there.
            self.cores(|cores| cores.unpin_worker(self.held.worker.get()));
        }
        let value = wait.await;
        if held {
            self.resume().await;
        }
        value
    }

    fn give_away(&self) -> bool {
        self.held.place.borrow_mut().take().is_some()
    }

    async fn resume(&self) {
        if let Some((places, party)) = &self.places
            && !self.is_held()
        {
            let seat = places.seats.take(party).await;
            let (number, at_work) = (seat.number(), places.seats.taken());
            *self.held.place.borrow_mut() = Some(seat);
            self.held.since.set(Instant::now());
            let worker = self.held.worker.get();
            if worker.is_some() && places.cores.are_short_for(at_work) {
                places.cores.pin(number, worker);
                self.held.pinned.set(true);
            } else if self.held.pinned.replace(false) {
                places.cores.unpin(worker);
            }
        }
    }

    fn cores(&self, act: impl FnOnce(&Cores)) {
        if let Some((places, _)) = &self.places {
            act(&places.cores);
        }
    }
}

impl Drop for TurnTaken<'_> {
    fn drop(&mut self) {
        self.0.give_away();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "current_thread")]
    async fn turns_go_round_in_order() {
        let places = Places::new(1);
        let party = || Arc::from("somebody");
        let (first, second) = (places.turn(party()), places.turn(party()));
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
                first.pass().await;
                assert!(order.borrow().is_empty(), "a young turn is not passed on");
                std::thread::sleep(TURN);
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
        let places = Places::new(1);
        let first = places.turn("somebody".into());
        let at_work = first.take().await;
        std::mem::forget(at_work);
        drop(first);
        let second = places.turn("somebody".into());
        let taken = tokio::time::timeout(Duration::from_secs(5), second.take()).await;
        assert!(taken.is_ok());
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_vm_alone_waits_for_nobody() {
        let turn = Turn::default();
        let _at_work = turn.take().await;
        assert!(turn.is_mine() && !turn.is_held());
    }
}
