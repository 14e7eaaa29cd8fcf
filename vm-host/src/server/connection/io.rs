//! One connection as the HTTP/2 library reads and writes it, with what that library does not watch: how long
//! the first bytes take, how long nobody says whose it is, and how many frames it must read for nothing.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::Sleep;
use tokio_rustls::server::TlsStream;
use tonic::transport::server::Connected;

use super::Peer;
use super::frames::Frames;
use super::gate::Admitted;

/// Bytes with which every HTTP/2 connection begins.
const PREFACE_BYTES: usize = 24;
/// How long a client may take for them; hyper itself would wait for ever.
const PREFACE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may stay without a call of a tenant, where there are tenants. Health checks come on
/// connections that nobody owns.
const UNKNOWN_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) enum Socket {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Unix(UnixStream),
}

/// One connection.
pub(in super::super) struct ServerIo {
    socket: Socket,
    /// Bytes of the preface so far, and when they must be there; absent after it.
    preface: Option<(usize, Pin<Box<Sleep>>)>,
    /// When it must be known whose it is; absent when it is, or need not be.
    unknown: Option<Pin<Box<Sleep>>>,
    frames: Frames,
    /// Until when nothing is read.
    pause: Option<Pin<Box<Sleep>>>,
    admitted: Admitted,
}

impl ServerIo {
    pub(super) fn new(socket: Socket, admitted: Admitted, must_be_known: bool) -> Self {
        let sleep = |limit| Box::pin(tokio::time::sleep(limit));
        Self {
            socket,
            preface: Some((0, sleep(PREFACE_TIMEOUT))),
            unknown: must_be_known.then(|| sleep(UNKNOWN_TIMEOUT)),
            frames: Frames::new(Instant::now()),
            pause: None,
            admitted,
        }
    }

    /// Fails when the connection has waited too long with something that it owes.
    fn poll_patience(&mut self, cx: &mut Context<'_>) -> Result<(), std::io::Error> {
        let late = || Err(std::io::ErrorKind::TimedOut.into());
        if let Some((_, deadline)) = &mut self.preface
            && deadline.as_mut().poll(cx).is_ready()
        {
            return late();
        }
        if self.admitted.peer.is_known() {
            self.unknown = None;
        } else if let Some(deadline) = &mut self.unknown
            && deadline.as_mut().poll(cx).is_ready()
        {
            return late();
        }
        Ok(())
    }

    /// Looks at bytes that were read.
    fn saw(&mut self, mut bytes: &[u8]) {
        if let Some((seen, _)) = &mut self.preface {
            let passed = (PREFACE_BYTES - *seen).min(bytes.len());
            *seen += passed;
            bytes = &bytes[passed..];
            if *seen < PREFACE_BYTES {
                return;
            }
            self.preface = None;
        }
        if let Some(pause) = self.frames.pass(bytes, Instant::now()) {
            self.pause = Some(Box::pin(tokio::time::sleep(pause)));
        }
    }
}

impl Connected for ServerIo {
    type ConnectInfo = Peer;

    fn connect_info(&self) -> Peer {
        self.admitted.peer.clone()
    }
}

impl AsyncRead for ServerIo {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let this = self.get_mut();
        if let Some(pause) = &mut this.pause {
            ready!(pause.as_mut().poll(cx));
            this.pause = None;
        }
        let before = buffer.filled().len();
        let result = match &mut this.socket {
            Socket::Tcp(stream) => Pin::new(stream).poll_read(cx, buffer),
            Socket::Tls(stream) => Pin::new(stream.as_mut()).poll_read(cx, buffer),
            Socket::Unix(stream) => Pin::new(stream).poll_read(cx, buffer),
        };
        this.saw(&buffer.filled()[before..]);
        this.poll_patience(cx)?;
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
            Socket::Tls(stream) => Pin::new(stream.as_mut()).poll_write(cx, bytes),
            Socket::Unix(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.get_mut().socket {
            Socket::Tcp(stream) => Pin::new(stream).poll_flush(cx),
            Socket::Tls(stream) => Pin::new(stream.as_mut()).poll_flush(cx),
            Socket::Unix(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        match &mut self.get_mut().socket {
            Socket::Tcp(stream) => Pin::new(stream).poll_shutdown(cx),
            Socket::Tls(stream) => Pin::new(stream.as_mut()).poll_shutdown(cx),
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
            Socket::Tls(stream) => Pin::new(stream.as_mut()).poll_write_vectored(cx, bytes),
            Socket::Unix(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
        }
    }

    fn is_write_vectored(&self) -> bool {
        true
    }
}
