//! Connections of clients: accepting them within bounds, giving up on those that never say anything, and
//! noticing their end, with which their VMs end.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Sleep;
use tonic::transport::server::Connected;

/// Bytes with which every HTTP/2 connection begins.
const PREFACE_BYTES: usize = 24;
/// How long a client may take for them; hyper itself would wait for ever.
const PREFACE_TIMEOUT: Duration = Duration::from_secs(10);
/// First and longest pause after a failed accept, for example without free descriptors.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));

/// Who is at the other end of a connection.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The connection's number.
    pub(super) connection: u64,
    /// Whose VMs the caller sees.
    pub(super) tenant: Arc<str>,
    alive: Arc<AtomicBool>,
}

impl Caller {
    /// Whether the connection is open.
    pub(super) fn is_alive(&self) -> bool {
        self.alive.load(Ordering::Acquire)
    }
}

/// Called with the number of a connection that closed.
pub(super) type OnClose = Arc<dyn Fn(u64) + Send + Sync>;

/// Lets connections in.
#[derive(Clone)]
pub(super) struct Gate {
    free: Arc<Semaphore>,
    next: Arc<AtomicU64>,
    of_tenants: OfTenants,
    max_of_tenant: usize,
    refused: Arc<Mutex<Refused>>,
    on_close: OnClose,
}

/// Refused connections that the log does not know of, and when it was last told.
#[derive(Default)]
struct Refused {
    count: u64,
    told: Option<Instant>,
}

/// Connections that each tenant has.
type OfTenants = Arc<Mutex<HashMap<Arc<str>, usize>>>;

/// The place that a connection takes until it is dropped.
struct Slot {
    tenant: Arc<str>,
    of_tenants: OfTenants,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut of_tenants = self
            .of_tenants
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = of_tenants.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                of_tenants.remove(&self.tenant);
            }
        }
    }
}

impl Gate {
    pub(super) fn new(max_connections: usize, max_of_tenant: usize, on_close: OnClose) -> Self {
        let free = Arc::new(Semaphore::new(max_connections));
        Self {
            free,
            next: Arc::default(),
            of_tenants: OfTenants::default(),
            max_of_tenant,
            refused: Arc::default(),
            on_close,
        }
    }

    fn admit(&self, socket: Socket, tenant: String) -> Option<ServerIo> {
        // Without a free place the connection is closed at once.
        let tenant: Arc<str> = tenant.into();
        let place = self.place(&tenant);
        if place.is_none() {
            self.tell_refused(&tenant);
        }
        let place = place?;
        let peer = Caller {
            connection: self.next.fetch_add(1, Ordering::Relaxed),
            tenant,
            alive: Arc::new(AtomicBool::new(true)),
        };
        Some(ServerIo {
            socket,
            peer,
            preface: Some((0, Box::pin(tokio::time::sleep(PREFACE_TIMEOUT)))),
            on_close: Arc::clone(&self.on_close),
            _place: place,
        })
    }

    /// Notes a refused connection in the log, which whoever tries a thousand times does not fill.
    fn tell_refused(&self, tenant: &str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.count += 1;
        let due = refused
            .told
            .is_none_or(|told| told.elapsed() >= Duration::from_secs(1));
        if due {
            tracing::warn!(
                "refused `{}` connections, the last of `{tenant}`: there are too many",
                refused.count
            );
            refused.count = 0;
            refused.told = Some(Instant::now());
        }
    }

    fn place(&self, tenant: &Arc<str>) -> Option<Slot> {
        let permit = Arc::clone(&self.free).try_acquire_owned().ok()?;
        let mut of_tenants = self
            .of_tenants
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let count = of_tenants.entry(Arc::clone(tenant)).or_default();
        if *count >= self.max_of_tenant {
            return None;
        }
        *count += 1;
        Some(Slot {
            tenant: Arc::clone(tenant),
            of_tenants: Arc::clone(&self.of_tenants),
            _permit: permit,
        })
    }
}

/// Accepts TCP connections until nobody wants them any more.
pub(super) async fn accept_tcp(
    listener: TcpListener,
    gate: Gate,
    out: mpsc::Sender<std::io::Result<ServerIo>>,
) {
    let mut pause = BACK_OFF.0;
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                pause = BACK_OFF.0;
                // Small messages must not wait for each other.
                let _ = stream.set_nodelay(true);
                let tenant = format!("tcp:{}", address.ip());
                if let Some(io) = gate.admit(Socket::Tcp(stream), tenant)
                    && out.send(Ok(io)).await.is_err()
                {
                    return;
                }
            }
            Err(error) => back_off(&error, &mut pause).await,
        }
    }
}

/// Accepts connections on a Unix socket until nobody wants them any more.
pub(super) async fn accept_unix(
    listener: UnixListener,
    gate: Gate,
    out: mpsc::Sender<std::io::Result<ServerIo>>,
) {
    let mut pause = BACK_OFF.0;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                pause = BACK_OFF.0;
                let tenant = match stream.peer_cred() {
                    Ok(credentials) => format!("unix:{}", credentials.uid()),
                    Err(_) => continue,
                };
                if let Some(io) = gate.admit(Socket::Unix(stream), tenant)
                    && out.send(Ok(io)).await.is_err()
                {
                    return;
                }
            }
            Err(error) => back_off(&error, &mut pause).await,
        }
    }
}

async fn back_off(error: &std::io::Error, pause: &mut Duration) {
    tracing::warn!("cannot accept a connection: `{error}`");
    tokio::time::sleep(*pause).await;
    *pause = (*pause * 2).min(BACK_OFF.1);
}

enum Socket {
    Tcp(TcpStream),
    Unix(UnixStream),
}

/// One connection.
pub(super) struct ServerIo {
    socket: Socket,
    peer: Caller,
    /// Bytes of the preface so far, and when they must be there; absent after it.
    preface: Option<(usize, Pin<Box<Sleep>>)>,
    on_close: OnClose,
    _place: Slot,
}

impl Connected for ServerIo {
    type ConnectInfo = Caller;

    fn connect_info(&self) -> Caller {
        self.peer.clone()
    }
}

impl Drop for ServerIo {
    fn drop(&mut self) {
        self.peer.alive.store(false, Ordering::Release);
        (self.on_close)(self.peer.connection);
    }
}

impl AsyncRead for ServerIo {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let result = match &mut this.socket {
            Socket::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
            Socket::Unix(stream) => Pin::new(stream).poll_read(cx, buffer),
        };
        if let Some((bytes, deadline)) = &mut this.preface {
            *bytes += buffer.filled().len() - before;
            if *bytes >= PREFACE_BYTES {
                this.preface = None;
            } else if deadline.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(std::io::ErrorKind::TimedOut.into()));
            }
        }
        result
    }
}

impl AsyncWrite for ServerIo {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        match &mut self.get_mut().socket {
            Socket::Tcp(stream) => Pin::new(stream).poll_write(cx, bytes),
            Socket::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.get_mut().socket {
            Socket::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Socket::Unix(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.get_mut().socket {
            Socket::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Socket::Unix(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        match &mut self.get_mut().socket {
            Socket::Tcp(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
            Socket::Unix(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}
