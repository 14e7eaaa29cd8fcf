//! What a tenant has at this moment, and how often it does something, counted.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::rate::{Bucket, TooOften};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Resource {
    /// VMs.
    Vms,
    /// Connections.
    Connections,
    /// Calls that go on.
    Calls,
    /// Programs that are being uploaded.
    Uploads,
    /// Bytes of them.
    UploadBytes,
}

/// How many kinds there are.
const KINDS: usize = 5;

/// What may come so often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Event {
    /// A call begins.
    Call,
    /// A VM is made.
    Creation,
}

/// How many kinds of those there are.
const EVENTS: usize = 2;

/// The counts of one tenant.
#[derive(Debug, Default)]
pub(in super::super) struct Usage {
    counts: Mutex<[u64; KINDS]>,
    rates: [Bucket; EVENTS],
}

/// So much of something, until it is dropped.
#[derive(Debug)]
pub(in super::super) struct Share {
    usage: Arc<Usage>,
    resource: Resource,
    amount: u64,
}

/// There would be more than there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Full {
    /// How many there are.
    pub(in super::super) used: u64,
}

impl Usage {
    /// Counts so much more, unless that is more than `limit` together.
    pub(super) fn take(
        self: &Arc<Self>,
        resource: Resource,
        amount: u64,
        limit: u64,
    ) -> Result<Share, Full> {
        self.add(resource, amount, limit)?;
        Ok(Share {
            usage: Arc::clone(self),
            resource,
            amount,
        })
    }

    fn add(&self, resource: Resource, amount: u64, limit: u64) -> Result<(), Full> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = &mut counts[resource as usize];
        match count.checked_add(amount).filter(|sum| *sum <= limit) {
            Some(sum) => *count = sum,
            None => return Err(Full { used: *count }),
        }
        Ok(())
    }

    /// Counts that something happens, unless it does more often than so many times in a second.
    pub(super) fn happens(&self, event: Event, per_second: u64) -> Result<(), TooOften> {
        self.rates[event as usize].take(per_second, Instant::now())
    }

    /// Whether nothing is counted, nor was of late.
    pub(super) fn is_empty(&self) -> bool {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        counts.iter().all(|count| *count == 0) && self.rates.iter().all(|rate| rate.is_full(now))
    }
}

impl Share {
    /// Counts so much more with it, within the same `limit`.
    pub(super) fn grow(&mut self, amount: u64, limit: u64) -> Result<(), Full> {
        self.usage.add(self.resource, amount, limit)?;
        self.amount += amount;
        Ok(())
    }

    pub(super) fn resource(&self) -> Resource {
        self.resource
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counts = self
            .usage
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        counts[self.resource as usize] -= self.amount;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_given_back_when_it_is_dropped() {
        let usage = Arc::new(Usage::default());
        let first = usage.take(Resource::Vms, 1, 2);
        let second = usage.take(Resource::Vms, 1, 2);
        assert!(first.is_ok() && second.is_ok());
        let full = usage.take(Resource::Vms, 1, 2).err();
        assert_eq!(full, Some(Full { used: 2 }));
        // Each kind is counted for itself.
        assert!(usage.take(Resource::Uploads, 1, 1).is_ok());
        drop(first);
        assert!(usage.take(Resource::Vms, 1, 2).is_ok());
        assert!(!usage.is_empty());
        drop(second);
        assert!(usage.is_empty());
        let mut bytes = usage.take(Resource::UploadBytes, 0, 10).ok();
        let grow = |bytes: &mut Option<Share>, by| bytes.as_mut().map(|share| share.grow(by, 10));
        assert_eq!(grow(&mut bytes, 8), Some(Ok(())));
        assert_eq!(grow(&mut bytes, 3), Some(Err(Full { used: 8 })));
        assert_eq!(grow(&mut bytes, 2), Some(Ok(())));
        drop(bytes);
        assert!(usage.is_empty());
    }
}
