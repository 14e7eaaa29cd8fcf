//! The places of VMs at work, and who gets the next one: a VM of the party that holds the fewest, among those the
//! party that was served longest ago, and within a party the VM that has waited longest. So parties share the
//! places equally while they want them, and one party alone has them all. Must not know what a party is.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// All places.
#[derive(Debug)]
pub(super) struct Seats {
    count: usize,
    hall: Mutex<Hall>,
}

#[derive(Debug, Default)]
struct Hall {
    /// The numbers of the places that nobody has.
    free: Vec<usize>,
    /// Those who hold places or wait for one.
    parties: HashMap<Arc<str>, Party>,
    /// Counts places that were given.
    clock: u64,
    /// What became of each place so far.
    counts: Vec<SeatCounts>,
    /// Since when each is taken, while it is.
    taken: Vec<Option<Instant>>,
}

/// How often a place was given, and for how long.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SeatCounts {
    /// How often.
    pub turns: u64,
    /// How long it was somebody's.
    pub taken: Duration,
    /// How long those waited who got it.
    pub waited: Duration,
}

#[derive(Debug, Default)]
struct Party {
    holds: usize,
    /// When it was given its last place.
    served: u64,
    waiting: VecDeque<(Instant, oneshot::Sender<Seat>)>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(super) struct Seat {
    number: usize,
    party: Arc<str>,
    /// Absent in a place that was never given.
    seats: Option<Arc<Seats>>,
}

impl Seats {
    pub(super) fn new(count: usize) -> Arc<Self> {
        let hall = Hall {
            free: (0..count).rev().collect(),
            counts: vec![SeatCounts::default(); count],
            taken: vec![None; count],
            ..Hall::default()
        };
        Arc::new(Self {
            count,
            hall: Mutex::new(hall),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Hall> {
        self.hall.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many places somebody has.
    pub(super) fn taken(&self) -> usize {
        self.count - self.lock().free.len()
    }

    /// What became of each place so far, and how many wait for one.
    pub(super) fn counts(&self) -> (Vec<SeatCounts>, usize) {
        let hall = self.lock();
        let now = |(count, since): (&SeatCounts, &Option<Instant>)| SeatCounts {
            taken: count.taken + since.map_or(Duration::ZERO, |since| since.elapsed()),
            ..*count
        };
        let counts = hall.counts.iter().zip(&hall.taken).map(now).collect();
        let waiting = hall.parties.values().flat_map(|party| &party.waiting);
        (
            counts,
            waiting.filter(|(_, give)| !give.is_closed()).count(),
        )
    }

    /// Waits for a place.
    pub(super) async fn take(self: &Arc<Self>, party: &Arc<str>) -> Seat {
        loop {
            let (give, given) = oneshot::channel();
            {
                let mut hall = self.lock();
                let own = hall.parties.entry(Arc::clone(party)).or_default();
                // Those who gave up leave no trace.
                own.waiting.retain(|(_, waiting)| !waiting.is_closed());
                own.waiting.push_back((Instant::now(), give));
            }
            self.settle();
            if let Ok(seat) = given.await {
                return seat;
            }
        }
    }

    /// Gives free places to those who wait.
    fn settle(self: &Arc<Self>) {
        loop {
            let undelivered = {
                let mut hall = self.lock();
                let Some((waiting, seat)) = hall.next(self) else {
                    return;
                };
                waiting.send(seat)
            };
            // Whoever does not want it any more gives it back, which must not happen under the lock.
            drop(undelivered);
        }
    }
}

impl Hall {
    /// A free place, and who gets it.
    fn next(&mut self, seats: &Arc<Seats>) -> Option<(oneshot::Sender<Seat>, Seat)> {
        if self.free.is_empty() {
            return None;
        }
        self.clock += 1;
        let waiting = self.parties.iter_mut();
        let waiting = waiting.filter(|(_, party)| !party.waiting.is_empty());
        let (name, party) = waiting.min_by_key(|(_, party)| (party.holds, party.served))?;
        let (asked, first) = party.waiting.pop_front()?;
        party.holds += 1;
        party.served = self.clock;
        let number = self.free.pop()?;
        let now = Instant::now();
        self.taken[number] = Some(now);
        let counts = &mut self.counts[number];
        counts.turns += 1;
        counts.waited += now.saturating_duration_since(asked);
        let seat = Seat {
            number,
            party: Arc::clone(name),
            seats: Some(Arc::clone(seats)),
        };
        Some((first, seat))
    }
}

impl Seat {
    /// Its number, from 0.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Whether its holder would get it back at once after giving it away and asking again.
    pub(super) fn is_due(&self) -> bool {
        let Some(seats) = &self.seats else {
            return false;
        };
        let hall = seats.lock();
        let own = hall.parties.get(&self.party);
        let Some(own) = own.filter(|own| own.waiting.is_empty()) else {
            // The others of its party have waited longer.
            return false;
        };
        let mut others = hall.parties.iter();
        others.all(|(name, party)| {
            *name == self.party
                || party.waiting.is_empty()
                || own.holds.saturating_sub(1) < party.holds
        })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let Some(seats) = self.seats.take() else {
            return;
        };
        {
            let mut hall = seats.lock();
            hall.free.push(self.number);
            if let Some(since) = hall.taken[self.number].take() {
                hall.counts[self.number].taken += since.elapsed();
            }
            if let Some(party) = hall.parties.get_mut(&self.party) {
                party.holds -= 1;
                if party.holds == 0 && party.waiting.is_empty() {
                    hall.parties.remove(&self.party);
                }
            }
        }
        seats.settle();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;

    use futures_util::FutureExt as _;

    use super::*;

    fn name(text: &str) -> Arc<str> {
        Arc::from(text)
    }

    /// A VM that waits for a place, or has it.
    enum Vm {
        Waits(Pin<Box<dyn Future<Output = Seat>>>),
        Works(Seat),
    }

    /// How many of `rounds` turns the single VM of a party gets beside `others` of another, where every turn
    /// takes as long as any other.
    fn share_of_one(places: usize, others: usize, rounds: usize) -> usize {
        let seats = Seats::new(places);
        let ask = |party: &Arc<str>| {
            let (seats, party) = (Arc::clone(&seats), Arc::clone(party));
            Vm::Waits(Box::pin(async move { seats.take(&party).await }))
        };
        let (many, one) = (name("many"), name("one"));
        let mut vms: Vec<_> = (0..others)
            .map(|_| (Arc::clone(&many), ask(&many)))
            .collect();
        vms.push((Arc::clone(&one), ask(&one)));
        let mut turns = 0;
        for _ in 0..rounds {
            // Everybody who has a place works, and then passes on.
            for (party, vm) in &mut vms {
                if let Vm::Works(seat) = vm {
                    turns += usize::from(*party == one);
                    if !seat.is_due() {
                        *vm = ask(party);
                    }
                }
            }
            for (_, vm) in &mut vms {
                if let Vm::Waits(place) = vm
                    && let Some(seat) = place.now_or_never()
                {
                    *vm = Vm::Works(seat);
                }
            }
        }
        turns
    }

    #[test]
    fn a_single_vm_has_its_share_beside_a_hundred_of_another_party() {
        // One of two places is its own; of a single place it has half.
        let of_two = share_of_one(2, 100, 400);
        assert!(of_two >= 380, "{of_two} of 400 turns");
        let of_one = share_of_one(1, 100, 400);
        assert!((180..=220).contains(&of_one), "{of_one} of 400 turns");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_party_alone_has_all_places_and_its_vms_take_turns() {
        let seats = Seats::new(2);
        let (first, second) = (
            seats.take(&name("one")).await,
            seats.take(&name("one")).await,
        );
        assert_eq!(seats.taken(), 2);
        assert!(first.is_due() && second.is_due());
        let waiting = tokio::spawn({
            let seats = Arc::clone(&seats);
            async move { seats.take(&name("one")).await }
        });
        tokio::task::yield_now().await;
        assert!(!first.is_due(), "another of its party waits");
        drop(first);
        let third = waiting.await.expect("the task ends");
        drop((second, third));
        assert_eq!(seats.taken(), 0);
        assert!(seats.lock().parties.is_empty());
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_place_for_somebody_who_gave_up_goes_to_the_next() {
        let seats = Seats::new(1);
        let first = seats.take(&name("one")).await;
        let party = name("two");
        let mut gave_up = Box::pin(seats.take(&party));
        assert!((&mut gave_up).now_or_never().is_none());
        drop(gave_up);
        let next = tokio::spawn({
            let seats = Arc::clone(&seats);
            async move { seats.take(&name("two")).await }
        });
        tokio::task::yield_now().await;
        drop(first);
        drop(next.await.expect("the task ends"));
        assert_eq!(seats.taken(), 0);
    }
}
