//! Who is let in: so many connections on each listener, so many of each peer.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Peer;
use crate::server::refusals::Refusals;

/// Called with the number of a connection that closed.
type OnClose = Arc<dyn Fn(u64) + Send + Sync>;

/// How many connections there may be.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Rooms {
    /// Over TCP.
    pub(in super::super) tcp: usize,
    /// On the Unix socket; whoever takes all of the others leaves these.
    pub(in super::super) unix: usize,
    /// Of one peer.
    pub(in super::super) of_peer: usize,
}

impl Rooms {
    /// Divides `all` between the listeners that there are.
    pub(in super::super) fn divide(all: usize, of_peer: usize, tcp: bool, unix: bool) -> Self {
        let unix = match (tcp, unix) {
            (_, false) => 0,
            (false, true) => all,
            (true, true) => all.div_ceil(4),
        };
        Self {
            tcp: all.saturating_sub(unix),
            unix,
            of_peer,
        }
    }
}

/// The places of one listener.
#[derive(Debug)]
pub(in super::super) struct Room {
    places: Arc<Semaphore>,
    count: usize,
    refused: AtomicU64,
}

impl Room {
    fn new(count: usize) -> Arc<Self> {
        Arc::new(Self {
            places: Arc::new(Semaphore::new(count)),
            count,
            refused: AtomicU64::new(0),
        })
    }

    /// Connections that have a place.
    pub(in super::super) fn taken(&self) -> usize {
        self.count - self.places.available_permits()
    }

    /// Connections that got none.
    pub(in super::super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

/// Lets connections in.
#[derive(Clone)]
pub(in super::super) struct Gate {
    pub(in super::super) tcp: Arc<Room>,
    pub(in super::super) unix: Arc<Room>,
    next: Arc<AtomicU64>,
    of_peers: OfPeers,
    max_of_peer: usize,
    /// Whether a connection must soon say whose it is.
    pub(super) must_be_known: bool,
    refused: Arc<Refusals>,
    on_close: OnClose,
}

/// Connections that each peer has.
type OfPeers = Arc<Mutex<HashMap<Arc<str>, usize>>>;

/// A connection that was let in, and the place that it takes until it is dropped.
pub(in super::super) struct Admitted {
    pub(super) peer: Peer,
    of_peers: OfPeers,
    on_close: OnClose,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.peer.close();
        (self.on_close)(self.peer.connection);
        let of_peers = self.of_peers.lock();
        let mut of_peers = of_peers.unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = of_peers.get_mut(&self.peer.name) {
            *count -= 1;
            if *count == 0 {
                of_peers.remove(&self.peer.name);
            }
        }
    }
}

impl Gate {
    pub(in super::super) fn new(rooms: Rooms, must_be_known: bool, on_close: OnClose) -> Self {
        Self {
            tcp: Room::new(rooms.tcp),
            unix: Room::new(rooms.unix),
            next: Arc::default(),
            of_peers: OfPeers::default(),
            max_of_peer: rooms.of_peer,
            must_be_known,
            refused: Arc::default(),
            on_close,
        }
    }

    /// Lets a connection of `peer` in; without a free place it must be closed at once.
    pub(in super::super) fn admit(&self, room: &Room, peer: String) -> Option<Admitted> {
        let peer: Arc<str> = peer.into();
        let admitted = self.place(room, &peer);
        if admitted.is_none() {
            room.refused.fetch_add(1, Ordering::Relaxed);
            self.refused.count(|count| {
                tracing::warn!(
                    "refused `{count}` connections, the last of `{peer}`: there are too many"
                );
            });
        }
        admitted
    }

    fn place(&self, room: &Room, peer: &Arc<str>) -> Option<Admitted> {
        let permit = Arc::clone(&room.places).try_acquire_owned().ok()?;
        let of_peers = self.of_peers.lock();
        let mut of_peers = of_peers.unwrap_or_else(PoisonError::into_inner);
        let count = of_peers.get(peer).copied().unwrap_or_default();
        if count >= self.max_of_peer {
            return None;
        }
        of_peers.insert(Arc::clone(peer), count + 1);
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        Some(Admitted {
            peer: Peer::new(number, Arc::clone(peer)),
            of_peers: Arc::clone(&self.of_peers),
            on_close: Arc::clone(&self.on_close),
            _permit: permit,
        })
    }
}

/// What an address is counted as: whoever has one has all that are taken together here.
pub(in super::super) fn peer_of(address: IpAddr) -> String {
    match address.to_canonical() {
        // The whole 127.0.0.0/8 is this machine.
        address if address.is_loopback() => "tcp:127.0.0.1".to_owned(),
        IpAddr::V4(address) => format!("tcp:{address}"),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            let network = std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0);
            format!("tcp:{network}/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_machine_or_network_are_one_peer() {
        for (address, peer) in [
            ("127.0.0.1", "tcp:127.0.0.1"),
            ("127.3.4.5", "tcp:127.0.0.1"),
            ("::1", "tcp:127.0.0.1"),
            ("::ffff:127.9.9.9", "tcp:127.0.0.1"),
            ("10.1.2.3", "tcp:10.1.2.3"),
            ("::ffff:10.1.2.3", "tcp:10.1.2.3"),
            ("2001:db8:1:2:3:4:5:6", "tcp:2001:db8:1:2::/64"),
        ] {
            let address: IpAddr = address.parse().expect("an address");
            assert_eq!(peer_of(address), peer);
        }
    }

    #[test]
    fn the_unix_socket_has_places_of_its_own() {
        let rooms = Rooms::divide(1024, 64, true, true);
        assert_eq!((rooms.tcp, rooms.unix), (768, 256));
        let rooms = Rooms::divide(1024, 64, true, false);
        assert_eq!((rooms.tcp, rooms.unix), (1024, 0));
        let rooms = Rooms::divide(1024, 64, false, true);
        assert_eq!((rooms.tcp, rooms.unix), (0, 1024));
    }
}
