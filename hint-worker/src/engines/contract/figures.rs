//! Owns how often contracts were called, read and wrote storage, and wrote events, by contract and endpoint. Must not
//! know what any of it was.

use std::collections::BTreeMap;

use super::world::{Address, Record, Status};

/// Most endpoints that are told apart: callers may name as many as they like that are not there.
const MOST_ENDPOINTS: usize = 1_000;

/// What happened in one endpoint of one contract.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls, from outside and from contracts.
    pub calls: u64,
    /// Those of them that failed.
    pub failed_calls: u64,
    /// Values read from storage.
    pub reads: u64,
    /// Values written to storage.
    pub writes: u64,
    /// Events, and entries of the log that transfers make.
    pub events: u64,
}

/// A contract, or another account, and an endpoint; no endpoint for what was done from outside of any.
type Place = (Address, Vec<u8>);

/// What happened everywhere, also of what was undone.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    by_endpoint: BTreeMap<Place, Counts>,
    /// What happened in endpoints after there were too many.
    rest: Counts,
    /// The calls that are at work.
    open: Vec<Place>,
}

impl Figures {
    /// Counts something that happened.
    pub(crate) fn count(&mut self, record: &Record) {
        match record {
            Record::Call { to, endpoint, .. } => {
                self.open.push((*to, endpoint.clone()));
                self.here(*to).calls += 1;
            }
            Record::Return { from, status } => {
                if *status != Status::Ok {
                    self.here(*from).failed_calls += 1;
                }
                self.open.pop();
            }
            Record::Read { address, .. } => self.here(*address).reads += 1,
            Record::Write { address, .. } => self.here(*address).writes += 1,
            Record::Log(entry) => self.here(entry.address).events += 1,
            Record::Print(_) => {}
        }
    }

    /// The figures of the innermost call, or of an account outside of any.
    fn here(&mut self, account: Address) -> &mut Counts {
        let full = self.by_endpoint.len() >= MOST_ENDPOINTS;
        let outside;
        let place = match self.open.last() {
            Some(place) => place,
            None => {
                outside = (account, Vec::new());
                &outside
            }
        };
        if full && !self.by_endpoint.contains_key(place) {
            return &mut self.rest;
        }
        // Most often it is there, and no name has to be copied.
        if !self.by_endpoint.contains_key(place) {
            self.by_endpoint.insert(place.clone(), Counts::default());
        }
        self.by_endpoint.get_mut(place).unwrap_or(&mut self.rest)
    }

    /// All places where something happened, in the order of their addresses.
    pub fn by_endpoint(&self) -> impl Iterator<Item = (&Address, &[u8], &Counts)> {
        let places = self.by_endpoint.iter();
        places.map(|((address, endpoint), counts)| (address, endpoint.as_slice(), counts))
    }

    /// What happened in endpoints beyond those that are told apart.
    #[must_use]
    pub fn rest(&self) -> &Counts {
        &self.rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(endpoint: &str) -> Record {
        Record::Call {
            from: Address::default(),
            to: Address([1; 32]),
            endpoint: endpoint.as_bytes().to_vec(),
            arguments: Vec::new(),
        }
    }

    fn read(address: Address) -> Record {
        let (key, value) = (Vec::new(), Vec::new());
        Record::Read {
            address,
            key,
            value,
        }
    }

    #[test]
    fn what_happens_in_a_call_is_that_of_its_endpoint() {
        let mut figures = Figures::default();
        let ends = |status| Record::Return {
            from: Address([1; 32]),
            status,
        };
        for record in [
            &call("outer"),
            &read(Address([1; 32])),
            &call("inner"),
            &read(Address([1; 32])),
            &ends(Status::UserError),
            &read(Address([1; 32])),
            &ends(Status::Ok),
            &read(Address([2; 32])),
        ] {
            figures.count(record);
        }
        let found: Vec<_> = figures
            .by_endpoint()
            .map(|(_, endpoint, counts)| {
                (endpoint, counts.calls, counts.failed_calls, counts.reads)
            })
            .collect();
        let expected: [(&[u8], u64, u64, u64); 3] =
            [(b"inner", 1, 1, 1), (b"outer", 1, 0, 2), (b"", 0, 0, 1)];
        assert_eq!(found, expected);
    }

    #[test]
    fn endpoints_that_callers_make_up_take_no_room() {
        let mut figures = Figures::default();
        for number in 0..2 * MOST_ENDPOINTS {
            figures.count(&call(&number.to_string()));
            figures.count(&Record::Return {
                from: Address([1; 32]),
                status: Status::FunctionNotFound,
            });
        }
        assert_eq!(figures.by_endpoint().count(), MOST_ENDPOINTS);
        let rest = figures.rest();
        let most = MOST_ENDPOINTS as u64;
        assert_eq!((rest.calls, rest.failed_calls), (most, most));
    }
}
