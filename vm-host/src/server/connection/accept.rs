//! Accepting connections, for ever: also when there are no descriptors for a while.

use std::time::Duration;

use tokio::net::{TcpListener, UnixListener};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::gate::{Gate, peer_of};
use super::io::{ServerIo, Socket};
use super::tls::Tls;
use crate::server::tenants::Identity;

/// First and longest pause after a failed accept, for example without free descriptors.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));
/// How long a client may take for the handshake of TLS.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// Where accepted connections go.
type Out = mpsc::Sender<std::io::Result<ServerIo>>;

/// Accepts TCP connections until nobody wants them any more.
pub(in super::super) async fn accept_tcp(
    listener: TcpListener,
    tls: Option<Tls>,
    gate: Gate,
    out: Out,
) {
    let mut pause = BACK_OFF.0;
    // They end with this.
    let mut handshakes = JoinSet::new();
    loop {
        while handshakes.try_join_next().is_some() {}
        let (stream, address) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                back_off(&error, &mut pause).await;
                continue;
            }
        };
        pause = BACK_OFF.0;
        // Small messages must not wait for each other.
        let _ = stream.set_nodelay(true);
        let Some(mut admitted) = gate.admit(&gate.tcp, peer_of(address.ip())) else {
            continue;
        };
        let must_be_known = gate.must_be_known;
        let Some(tls) = tls.clone() else {
            let io = ServerIo::new(Socket::Tcp(stream), admitted, must_be_known);
            if out.send(Ok(io)).await.is_err() {
                return;
            }
            continue;
        };
        let out = out.clone();
        handshakes.spawn(async move {
            let shaken = tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)).await;
            let (stream, certificate_names) = match shaken {
                Ok(Ok(shaken)) => shaken,
                Ok(Err(error)) => {
                    tracing::debug!(peer = &*admitted.peer.name, "no handshake: `{error}`");
                    return;
                }
                Err(_) => return,
            };
            admitted.peer.identity = std::sync::Arc::new(Identity {
                certificate_names,
                ..Identity::default()
            });
            let io = ServerIo::new(Socket::Tls(stream), admitted, must_be_known);
            // Without a server there is nobody to tell.
            let _ = out.send(Ok(io)).await;
        });
    }
}

/// Accepts connections on a Unix socket until nobody wants them any more.
pub(in super::super) async fn accept_unix(listener: UnixListener, gate: Gate, out: Out) {
    let mut pause = BACK_OFF.0;
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                back_off(&error, &mut pause).await;
                continue;
            }
        };
        pause = BACK_OFF.0;
        let Ok(credentials) = stream.peer_cred() else {
            continue;
        };
        let uid = credentials.uid();
        let Some(mut admitted) = gate.admit(&gate.unix, format!("unix:{uid}")) else {
            continue;
        };
        admitted.peer.identity = std::sync::Arc::new(Identity {
            uid: Some(uid),
            ..Identity::default()
        });
        let io = ServerIo::new(Socket::Unix(stream), admitted, gate.must_be_known);
        if out.send(Ok(io)).await.is_err() {
            return;
        }
    }
}

/// Waits after a failed accept, longer each time.
pub(in super::super) async fn back_off(error: &std::io::Error, pause: &mut Duration) {
    *pause = (*pause).max(BACK_OFF.0);
    tracing::warn!("cannot accept a connection: `{error}`");
    tokio::time::sleep(*pause).await;
    *pause = (*pause * 2).min(BACK_OFF.1);
}
