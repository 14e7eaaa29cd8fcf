//! A bad link between clients and a server: bytes come late, stop for a while, or the link breaks. Knows nothing of
//! what is said on it.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::Numbers;

/// Links to one server; they end with this.
pub(super) struct BadLink {
    pub(super) address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl BadLink {
    /// Breaks one link in four, and delays what goes over the others.
    pub(super) async fn to(server: SocketAddr, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let accepting = tokio::spawn(async move {
            let mut numbers = Numbers(seed);
            let mut links = tokio::task::JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let Ok(server) = TcpStream::connect(server).await else {
                    continue;
                };
                let (one, other) = (
                    Numbers(numbers.below(1 << 30)),
                    Numbers(numbers.below(1 << 30)),
                );
                // Bytes until it breaks.
                let left = match numbers.below(4) {
                    0 => numbers.below(20_000),
                    _ => u64::MAX,
                };
                links.spawn(async move {
                    let (from_client, to_client) = client.into_split();
                    let (from_server, to_server) = server.into_split();
                    // When one way ends, both do.
                    tokio::select! {
                        () = carry(from_client, to_server, one, left) => {}
                        () = carry(from_server, to_client, other, left) => {}
                    }
                });
                while links.try_join_next().is_some() {}
            }
        });
        Self { address, accepting }
    }
}

impl Drop for BadLink {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mut numbers: Numbers,
    mut left: u64,
) {
    let mut buffer = vec![0; 4096];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        match numbers.below(20) {
            0 => tokio::time::sleep(Duration::from_millis(numbers.below(200))).await,
            1..4 => tokio::time::sleep(Duration::from_millis(numbers.below(10))).await,
            _ => {}
        }
        let read = read as u64;
        // The last bytes are a part of a message.
        let through = read.min(left) as usize;
        if to.write_all(&buffer[..through]).await.is_err() || left <= read {
            return;
        }
        left -= read;
    }
}
