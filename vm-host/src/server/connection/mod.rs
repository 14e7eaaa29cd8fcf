//! Connections of clients: accepting them within bounds, giving up on those that never say anything or never
//! say who they are, and noticing their end, with which their VMs end.
//!
//! Reading order: this file (who calls), `gate` (who is let in), `accept`, `tls`, `io` (one connection),
//! `frames` (what it may cost).

mod accept;
mod frames;
mod gate;
mod io;
mod tls;

pub(super) use accept::{accept_tcp, accept_unix, back_off};
pub(super) use gate::{Admitted, Gate, Rooms, peer_of};
pub use tls::{Tls, TlsError};

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::tenants::{Full, Identity, Resource, Share, Tenant};

/// A connection, before anybody said whose it is.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    /// Its number.
    pub(super) connection: u64,
    /// The user at the Unix socket, or the address.
    pub(super) name: Arc<str>,
    /// What the connection itself says of who is there.
    pub(super) identity: Arc<Identity>,
    state: Arc<State>,
}

/// Who calls.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// Where from.
    pub(super) peer: Peer,
    /// Whose VMs and programs the caller sees.
    pub(super) tenant: Arc<Tenant>,
}

#[derive(Debug, Default)]
struct State {
    closed: AtomicBool,
    /// Whether a tenant has called.
    known: AtomicBool,
    /// The tenants that called, each with its place. A proxy may call for several.
    tenants: Mutex<Vec<(Arc<str>, Share)>>,
}

impl Peer {
    fn new(connection: u64, name: Arc<str>) -> Self {
        Self {
            connection,
            name,
            identity: Arc::default(),
            state: Arc::default(),
        }
    }

    /// Whether the connection is open.
    pub(super) fn is_alive(&self) -> bool {
        !self.state.closed.load(Ordering::Acquire)
    }

    /// Counts the connection among those of `tenant`, which calls on it.
    pub(super) fn belongs_to(&self, tenant: &Tenant) -> Result<(), Full> {
        let tenants = self.state.tenants.lock();
        let mut tenants = tenants.unwrap_or_else(PoisonError::into_inner);
        if !tenants.iter().any(|(name, _)| *name == tenant.name) {
            let share = tenant.take(Resource::Connections)?;
            tenants.push((Arc::clone(&tenant.name), share));
            self.state.known.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn is_known(&self) -> bool {
        self.state.known.load(Ordering::Acquire)
    }

    fn close(&self) {
        self.state.closed.store(true, Ordering::Release);
        let tenants = self.state.tenants.lock();
        tenants.unwrap_or_else(PoisonError::into_inner).clear();
    }
}
