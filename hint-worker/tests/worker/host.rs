//! Owns the scripted host: it starts the worker binary as vm-host does, on an inherited socket, and speaks
//! the session with it. Must not know what a test says.

use std::fs::File;
use std::os::fd::AsRawFd as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hint_proto::v1::hint_session_service_client::HintSessionServiceClient;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{SessionRequest, SessionResponse};
use hyper_util::rt::TokioIo;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

/// Far more than anything here takes; a test that waits as long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Descriptors are inheritable only while this is held, so that no other worker gets them.
static SPAWNING: Mutex<()> = Mutex::new(());

/// A worker process, and what it printed.
pub(crate) struct Worker {
    child: Child,
    folder: TempDir,
}

/// How a worker ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) signal: Option<i32>,
    pub(crate) stderr: String,
}

impl Worker {
    /// Starts the worker binary with one end of a socket pair; returns the other end, too.
    pub(crate) fn start(options: &[&str]) -> (Self, UnixStream) {
        let parent = std::process::id().to_string();
        Self::start_for(&parent, options)
    }

    /// The same for another parent than this process.
    pub(crate) fn start_for(parent: &str, options: &[&str]) -> (Self, UnixStream) {
        Self::start_with(&[], parent, options)
    }

    /// The same with these environment variables.
    pub(crate) fn start_in(variables: &[(&str, &Path)], options: &[&str]) -> (Self, UnixStream) {
        Self::start_with(variables, &std::process::id().to_string(), options)
    }

    fn start_with(
        variables: &[(&str, &Path)],
        parent: &str,
        options: &[&str],
    ) -> (Self, UnixStream) {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = |name| Stdio::from(File::create(folder.path().join(name)).unwrap());
        let _inheritable = SPAWNING.lock().unwrap_or_else(PoisonError::into_inner);
        rustix::io::fcntl_setfd(&theirs, rustix::io::FdFlags::empty()).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_hint-worker"))
            .args(["--socket-fd", &theirs.as_raw_fd().to_string()])
            .args(["--parent-pid", parent])
            .args(options)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .unwrap();
        drop(theirs);
        (Self { child, folder }, ours)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it printed so far.
    pub(crate) fn stdout(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("stdout")).unwrap()
    }

    /// Waits for its end.
    #[track_caller]
    pub(crate) fn ended(&mut self) -> Ended {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            match self.child.try_wait().unwrap() {
                Some(status) => break status,
                None if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
                None => panic!("the worker does not end"),
            }
        };
        Ended {
            code: status.code(),
            signal: status.signal(),
            stderr: std::fs::read_to_string(self.folder.path().join("stderr")).unwrap(),
        }
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Fails only when it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The host's end of a session.
pub(crate) struct Link {
    runtime: Runtime,
    /// Closed when there is none.
    requests: Option<mpsc::Sender<SessionRequest>>,
    responses: Streaming<SessionResponse>,
    /// Why the stream broke.
    status: Option<Status>,
}

impl Link {
    /// Opens the session's stream over `socket`.
    pub(crate) fn open(socket: UnixStream) -> Result<Self, String> {
        socket.set_nonblocking(true).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let (requests, outgoing) = mpsc::channel(4);
        let responses = runtime.block_on(async {
            let mut connection = Some(TokioIo::new(
                tokio::net::UnixStream::from_std(socket).unwrap(),
            ));
            let connector = tower::service_fn(move |_| {
                let connection = connection.take();
                async move { connection.ok_or_else(|| std::io::Error::other("handed out")) }
            });
            let open = async {
                let channel = tonic::transport::Endpoint::from_static("http://localhost")
                    .connect_with_connector(connector)
                    .await
                    .map_err(|error| error.to_string())?;
                HintSessionServiceClient::new(channel)
                    .session(ReceiverStream::new(outgoing))
                    .await
                    .map_err(|status| status.to_string())
            };
            tokio::time::timeout(PATIENCE, open).await.unwrap()
        })?;
        Ok(Self {
            runtime,
            requests: Some(requests),
            responses: responses.into_inner(),
            status: None,
        })
    }

    /// Sends a request, or an empty message.
    pub(crate) fn send(&mut self, request: impl Into<Option<Request>>) {
        let request = SessionRequest {
            message: request.into(),
        };
        let requests = self.requests.as_ref().expect("an open session");
        requests.try_send(request).unwrap();
    }

    /// Waits until a hint has made a file. The worker must be silent meanwhile.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, path: &Path) {
        let deadline = Instant::now() + PATIENCE;
        while !path.exists() {
            assert!(Instant::now() < deadline, "no {}", path.display());
            // Requests that were sent leave this process while it waits for a response.
            assert_eq!(self.receive_within(Duration::from_millis(2)), None);
        }
    }

    /// Says that no more requests come.
    pub(crate) fn finish(&mut self) {
        self.requests = None;
    }

    /// Why the worker ended the stream.
    pub(crate) fn status(&self) -> &str {
        self.status.as_ref().map_or("", Status::message)
    }

    /// What the worker says next; nothing when the stream ended or broke.
    #[track_caller]
    pub(crate) fn receive(&mut self) -> Option<Response> {
        self.receive_within(PATIENCE).expect("the worker is silent")
    }

    /// The same; `None` when it says nothing for so long.
    pub(crate) fn receive_within(&mut self, patience: Duration) -> Option<Option<Response>> {
        let Self {
            runtime, responses, ..
        } = self;
        let received: Result<Result<_, Status>, _> =
            runtime.block_on(async { tokio::time::timeout(patience, responses.message()).await });
        let response = match received.ok()? {
            Ok(response) => response,
            Err(status) => {
                self.status = Some(status);
                None
            }
        };
        Some(response.map(|response| response.message.expect("an empty response")))
    }
}

/// A worker with its link.
pub(crate) struct Host {
    pub(crate) worker: Worker,
    pub(crate) link: Link,
}

impl Host {
    /// Starts a worker and opens its session's stream.
    pub(crate) fn connect() -> Self {
        let (worker, socket) = Worker::start(&[]);
        let link = Link::open(socket).unwrap();
        Self { worker, link }
    }

    /// Sends a request and returns what the worker says next.
    #[track_caller]
    pub(crate) fn exchange(&mut self, request: impl Into<Request>) -> Response {
        self.link.send(request.into());
        match self.link.receive() {
            Some(response) => response,
            None => panic!("the worker ended: {:?}", self.worker.ended()),
        }
    }

    /// Closes the session, after which the worker has nothing more to say, and waits for its end.
    #[track_caller]
    pub(crate) fn close(mut self) -> Ended {
        self.link.finish();
        assert_eq!(self.link.receive(), None, "after the end");
        self.worker.ended()
    }

    /// Drops the socket without a word, and waits for the worker's end.
    #[track_caller]
    pub(crate) fn vanish(mut self) -> Ended {
        drop(self.link);
        self.worker.ended()
    }
}

/// A folder with one Python module in it.
pub(crate) fn module(name: &str, source: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(format!("{name}.py")), source).unwrap();
    folder
}
