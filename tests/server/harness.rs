//! A server in a thread of its own, and a client for it.

use std::time::{Duration, Instant};

use hint_proto::v1::run_vm_request::Until;
use hint_proto::v1::upload_program_request::Part;
use hint_proto::v1::vm_service_client::VmServiceClient;
use hint_proto::v1::*;
use hint_tests::binaries;
use hint_tests::process::PATIENCE;
use hint_tests::record::programs_directory;
use tokio::sync::oneshot;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use vm_host::server::{Listeners, ServeOptions};
use vm_host::worker::Sandbox;

pub(crate) type Client = VmServiceClient<InterceptedService<Channel, Token>>;

/// What a client shows with every call, if anything.
#[derive(Clone, Debug, Default)]
pub(crate) struct Token(Option<MetadataValue<Ascii>>);

impl Interceptor for Token {
    fn call(&mut self, mut request: tonic::Request<()>) -> Result<tonic::Request<()>, Status> {
        if let Some(value) = &self.0 {
            let metadata = request.metadata_mut();
            metadata.insert("authorization", value.clone());
        }
        Ok(request)
    }
}

/// A client that shows nothing.
pub(crate) fn client_on(channel: Channel) -> Client {
    VmServiceClient::with_interceptor(channel, Token::default())
}

/// A client whose calls carry this `authorization`.
pub(crate) fn client_with(channel: Channel, authorization: &str) -> Client {
    let value = authorization.parse().unwrap();
    VmServiceClient::with_interceptor(channel, Token(Some(value)))
}

/// A running server.
pub(crate) struct Server {
    pub(crate) address: std::net::SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    /// For programs whose hints write files.
    pub(crate) fn trusted() -> Self {
        Self::with(|options| options.sandbox = Sandbox::default())
    }

    pub(crate) fn with(change: impl FnOnce(&mut ServeOptions)) -> Self {
        let mut options = ServeOptions::new(binaries::hint_worker());
        options.threads = 2;
        options.grace = Duration::from_secs(1);
        change(&mut options);
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let any = "127.0.0.1:0".parse().unwrap();
                let listeners = Listeners::bind(Some(any), None).await.unwrap();
                let spawner = options.spawner().unwrap();
                tell.send(listeners.address().unwrap()).unwrap();
                let stopped = async { drop(stopped.await) };
                let never = std::future::pending();
                vm_host::server::run(options, spawner, listeners, stopped, never)
                    .await
                    .unwrap();
            });
        });
        Self {
            address: told.recv().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    pub(crate) async fn client(&self) -> Client {
        let endpoint = Channel::from_shared(format!("http://{}", self.address)).unwrap();
        client_on(endpoint.connect().await.unwrap()).max_decoding_message_size(64 << 20)
    }

    /// As SIGTERM does.
    pub(crate) fn stop(&mut self) {
        self.stop.take();
    }

    pub(crate) fn join(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.join();
        }
    }
}

/// A compiled program of the corpus.
pub(crate) fn corpus(name: &str) -> Vec<u8> {
    std::fs::read(programs_directory().join(name)).unwrap()
}

/// A program of `data` whose `main` is at 0, with one hint, if any, at a pc.
pub(crate) fn program(data: &[&str], hint: Option<(u64, &str)>) -> Vec<u8> {
    let mut hints = serde_json::Map::new();
    if let Some((pc, code)) = hint {
        let tracking =
            serde_json::json!({"ap_tracking": {"group": 0, "offset": 0}, "reference_ids": {}});
        let hint = serde_json::json!([{
            "accessible_scopes": ["__main__", "__main__.main"],
            "code": code,
            "flow_tracking_data": tracking,
        }]);
        hints.insert(pc.to_string(), hint);
    }
    let prime = "0x800000000000011000000000000000000000000000000000000000000000001";
    serde_json::json!({
        "prime": prime,
        "builtins": [],
        "data": data,
        "main_scope": "__main__",
        "identifiers": {"__main__.main": {"type": "function", "pc": 0, "decorators": []}},
        "hints": hints,
        "reference_manager": {"references": []},
        "attributes": [],
        "debug_info": null,
        "compiler_version": "test",
    })
    .to_string()
    .into_bytes()
}

/// Counts down from 400,000 in as many times two steps:
/// `[ap] = 400000, ap++; loop: [ap] = [ap - 1] + (-1), ap++; jmp loop if [ap - 1] != 0; ret`.
pub(crate) const COUNTDOWN: [&str; 7] = [
    "0x480680017fff8000",
    "0x61a80",
    "0x482480017fff8000",
    "0x800000000000011000000000000000000000000000000000000000000000000",
    "0x20680017fff7fff",
    "0x800000000000010ffffffffffffffffffffffffffffffffffffffffffffffff",
    "0x208b7fff7fff7ffe",
];
/// Steps of [`COUNTDOWN`].
pub(crate) const COUNTDOWN_STEPS: u64 = 2 + 2 * 400_000;

/// `jmp rel 0`, for ever.
pub(crate) const LOOP: [&str; 2] = ["0x10780017fff7fff", "0x0"];
/// `ret`.
pub(crate) const RET: &str = "0x208b7fff7fff7ffe";

pub(crate) async fn upload(client: &mut Client, json: &[u8]) -> Result<String, Status> {
    let declaration = ProgramDeclaration {
        size_bytes: json.len() as u64,
    };
    let mut parts = vec![UploadProgramRequest {
        part: Some(Part::Declaration(declaration)),
    }];
    for chunk in json.chunks(1 << 16) {
        parts.push(UploadProgramRequest {
            part: Some(Part::Chunk(chunk.to_vec().into())),
        });
    }
    let answer = client.upload_program(tokio_stream::iter(parts)).await?;
    Ok(answer.into_inner().program_hash)
}

pub(crate) fn request(hash: &str) -> CreateVmRequest {
    CreateVmRequest {
        program_hash: hash.to_owned(),
        layout: "all_cairo".to_owned(),
        trace: true,
        ..CreateVmRequest::default()
    }
}

pub(crate) async fn create(client: &mut Client, request: CreateVmRequest) -> Vm {
    client
        .create_vm(request)
        .await
        .unwrap()
        .into_inner()
        .vm
        .unwrap()
}

pub(crate) async fn run(client: &mut Client, name: &str, until: Option<Until>) -> RunVmResponse {
    let request = RunVmRequest {
        name: name.to_owned(),
        until,
        ..Default::default()
    };
    client.run_vm(request).await.unwrap().into_inner()
}

/// Waits until a VM is at work.
pub(crate) async fn is_running(client: &mut Client, name: &str) {
    let start = Instant::now();
    loop {
        let get = GetVmRequest {
            name: name.to_owned(),
        };
        let vm = client.get_vm(get).await.unwrap().into_inner().vm.unwrap();
        if vm.state() == VmState::Running {
            return;
        }
        assert!(start.elapsed() < PATIENCE, "{vm:?}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until a server that was told to end refuses new VMs; returns what it says. Each try is a sign of life,
/// for which the server waits.
pub(crate) async fn is_draining(client: &mut Client, hash: &str) -> Status {
    let start = Instant::now();
    loop {
        match client.create_vm(request(hash)).await {
            Ok(vm) => delete(client, &vm.into_inner().vm.unwrap().name).await,
            Err(status) => return status,
        }
        assert!(start.elapsed() < PATIENCE, "the server takes new VMs");
    }
}

/// Repeats a call that ends at its deadline until the server is who says so. Our own clock may come first; it
/// gives no reason.
pub(crate) async fn deadline_of_the_server<T>(
    mut call: impl AsyncFnMut() -> Result<T, Status>,
) -> (Code, String) {
    for _ in 0..50 {
        let status = call().await.err().expect("the call takes for ever");
        if !status.details().is_empty() {
            return reason(&status);
        }
        let own = [Code::DeadlineExceeded, Code::Cancelled].contains(&status.code());
        assert!(own && status.message() == "Timeout expired", "{status:?}");
    }
    panic!("the server never says that the deadline passed");
}

pub(crate) async fn delete(client: &mut Client, name: &str) {
    client
        .delete_vm(DeleteVmRequest {
            name: name.to_owned(),
        })
        .await
        .unwrap();
}

pub(crate) async fn artifact(client: &mut Client, name: &str, artifact: Artifact) -> Vec<u8> {
    let request = ReadArtifactRequest {
        name: name.to_owned(),
        artifact: artifact.into(),
        ..Default::default()
    };
    let mut chunks = client.read_artifact(request).await.unwrap().into_inner();
    let mut bytes = Vec::new();
    let mut size = None;
    while let Some(chunk) = chunks.message().await.unwrap() {
        size = size.or(chunk.size_bytes);
        bytes.extend_from_slice(&chunk.chunk);
    }
    assert_eq!(size, Some(bytes.len() as u64));
    bytes
}

/// The code and reason of an error, which also says what to do.
pub(crate) fn reason(status: &Status) -> (Code, String) {
    let details = status.get_error_details();
    let info = details
        .error_info()
        .unwrap_or_else(|| panic!("an error without a reason: {status:?}"));
    assert_eq!(info.domain, "cairohints");
    assert!(info.reason.len() <= 63);
    assert!(!status.message().is_empty(), "{status:?}");
    let help = details.help().and_then(|help| help.links.first());
    assert!(
        help.is_some_and(|link| !link.description.is_empty()),
        "{status:?}"
    );
    (status.code(), info.reason.clone())
}

/// A fact of an error, for programs to read.
pub(crate) fn fact(status: &Status, key: &str) -> Option<String> {
    let details = status.get_error_details();
    details.error_info()?.metadata.get(key).cloned()
}

/// Waits until `condition` holds.
pub(crate) async fn eventually(what: &str, condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
