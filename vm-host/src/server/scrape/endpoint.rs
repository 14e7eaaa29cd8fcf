//! The HTTP server: who may connect, for how long, and what is answered. Each connection serves one request.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus::TEXT_FORMAT;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Mutex, oneshot};
use tokio::task::JoinSet;

use super::gather::Gathered;
use crate::server::connection::{Admitted, Gate, Rooms, back_off, peer_of};
use crate::server::listen::Listeners;

/// Connections at a time, on each listener.
const CONNECTIONS: usize = 32;
/// The same of one peer.
const CONNECTIONS_OF_PEER: usize = 8;
/// How long a request may take to come.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);
/// How long all of it may take, until the answer is read.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Headers of a request, and bytes of them.
const MAX_HEADERS: usize = 64;
const MAX_HEADER_BYTES: usize = 16 << 10;
/// How long an answer is good for others who ask.
const FRESH: Duration = Duration::from_millis(100);

/// The server of the metrics. It ends when this is dropped.
#[derive(Debug)]
pub(in super::super) struct Endpoint {
    close: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Endpoint {
    /// Serves what `gathered` finds on these sockets.
    ///
    /// # Errors
    /// When the system gives no thread or event loop.
    pub(in super::super) fn start(
        mut listeners: Listeners,
        gathered: Gathered,
    ) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        // They were opened for the loop of another thread.
        let tcp = listeners
            .tcp
            .take()
            .map(TcpListener::into_std)
            .transpose()?;
        let unix = listeners
            .unix
            .take()
            .map(UnixListener::into_std)
            .transpose()?;
        let (close, closed) = oneshot::channel::<()>();
        let serve = async move {
            let tcp = tcp.map(TcpListener::from_std).transpose()?;
            let unix = unix.map(UnixListener::from_std).transpose()?;
            let page = Page::new(gathered);
            tokio::select! {
                // Dropping the sender closes, too.
                _ = closed => {}
                () = accept(tcp, unix, &page) => {}
            }
            // Its file goes with it.
            drop(listeners);
            io::Result::Ok(())
        };
        let thread = std::thread::Builder::new()
            .name("metrics".to_owned())
            .spawn(move || {
                if let Err(error) = runtime.block_on(serve) {
                    tracing::warn!("cannot serve the metrics: `{error}`");
                }
            })?;
        Ok(Self {
            close: Some(close),
            thread: Some(thread),
        })
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.close = None;
        if let Some(thread) = self.thread.take() {
            // It has said what was wrong.
            let _ = thread.join();
        }
    }
}

/// Accepts connections on both sockets, for ever.
async fn accept(tcp: Option<TcpListener>, unix: Option<UnixListener>, page: &Page) {
    let rooms = Rooms {
        tcp: CONNECTIONS,
        unix: CONNECTIONS,
        of_peer: CONNECTIONS_OF_PEER,
    };
    let gate = Gate::new(rooms, false, Arc::new(|_| {}));
    let mut connections = JoinSet::new();
    let mut pause = Duration::ZERO;
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = next_tcp(tcp.as_ref()) => accepted.map(|(stream, peer)| {
                let admitted = gate.admit(&gate.tcp, peer);
                admitted.map(|admitted| connections.spawn(serve(stream, admitted, page.clone())))
            }),
            accepted = next_unix(unix.as_ref()) => accepted.map(|(stream, peer)| {
                let admitted = gate.admit(&gate.unix, peer);
                admitted.map(|admitted| connections.spawn(serve(stream, admitted, page.clone())))
            }),
        };
        match accepted {
            Ok(_) => pause = Duration::ZERO,
            Err(error) => back_off(&error, &mut pause).await,
        }
    }
}

async fn next_tcp(listener: Option<&TcpListener>) -> io::Result<(tokio::net::TcpStream, String)> {
    match listener {
        Some(listener) => {
            let (stream, address) = listener.accept().await?;
            Ok((stream, peer_of(address.ip())))
        }
        None => std::future::pending().await,
    }
}

async fn next_unix(
    listener: Option<&UnixListener>,
) -> io::Result<(tokio::net::UnixStream, String)> {
    match listener {
        Some(listener) => {
            let (stream, _) = listener.accept().await?;
            let uid = stream.peer_cred()?.uid();
            Ok((stream, format!("unix:{uid}")))
        }
        None => std::future::pending().await,
    }
}

/// Serves one connection.
async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    admitted: Admitted,
    page: Page,
) {
    let _admitted = admitted;
    let answer = service_fn(|request: Request<Incoming>| {
        let page = page.clone();
        async move { Ok::<_, Infallible>(page.answer(request.method(), request.uri().path()).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST_TIMEOUT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        // Whoever keeps a connection keeps a place.
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), answer);
    match tokio::time::timeout(TIMEOUT, connection).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!("a connection for metrics failed: `{error}`"),
        Err(_) => tracing::debug!("a connection for metrics took too long"),
    }
}

/// What is served. Clones are the same.
#[derive(Clone)]
struct Page {
    gathered: Gathered,
    /// The last answer, and when it was made.
    last: Arc<Mutex<Option<(Instant, Bytes)>>>,
}

impl Page {
    fn new(gathered: Gathered) -> Self {
        Self {
            gathered,
            last: Arc::default(),
        }
    }

    async fn answer(&self, method: &Method, path: &str) -> Response<Full<Bytes>> {
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "use GET or HEAD\n".into());
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(ALLOW, allowed);
            return response;
        }
        match path {
            "/metrics" => {
                let mut response = text(StatusCode::OK, self.metrics().await);
                let kind = HeaderValue::from_static(TEXT_FORMAT);
                response.headers_mut().insert(CONTENT_TYPE, kind);
                response
            }
            "/healthz" => match self.gathered.trouble() {
                None => text(StatusCode::OK, "ok\n".into()),
                Some(trouble) => text(
                    StatusCode::SERVICE_UNAVAILABLE,
                    format!("{trouble}\n").into(),
                ),
            },
            _ => text(
                StatusCode::NOT_FOUND,
                "there are /metrics and /healthz\n".into(),
            ),
        }
    }

    async fn metrics(&self) -> Bytes {
        let mut last = self.last.lock().await;
        match &*last {
            Some((made, text)) if made.elapsed() < FRESH => text.clone(),
            _ => {
                let text = Bytes::from(self.gathered.text());
                *last = Some((Instant::now(), text.clone()));
                text
            }
        }
    }
}

fn text(status: StatusCode, text: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(text));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
