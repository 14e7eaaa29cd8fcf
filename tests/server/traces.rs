//! The spans of a server, as a collector of OpenTelemetry gets them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hint_proto::v1::*;
use hint_tests::run::vm_host;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Identity, Server, ServerTlsConfig};
use tonic::{Request, Response, Status};

use crate::harness::*;
use crate::process::Process;
use crate::tls::Files;

/// What a collector was sent.
#[derive(Clone, Debug, Default)]
struct Collector(Arc<Mutex<Vec<ExportTraceServiceRequest>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        self.0.lock().unwrap().push(request.into_inner());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    /// Starts one.
    async fn start() -> (Self, SocketAddr) {
        Self::serve(Server::builder()).await
    }

    async fn serve(mut server: Server) -> (Self, SocketAddr) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let collector = Self::default();
        let service = TraceServiceServer::new(collector.clone());
        tokio::spawn(
            server
                .add_service(service)
                .serve_with_incoming(TcpListenerStream::new(listener)),
        );
        (collector, address)
    }

    fn spans(&self) -> Vec<Span> {
        let requests = self.0.lock().unwrap();
        let resources = requests.iter().flat_map(|request| &request.resource_spans);
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }

    /// The name that the server calls itself by.
    fn service(&self) -> String {
        let requests = self.0.lock().unwrap();
        let resource = requests[0].resource_spans[0].resource.clone().unwrap();
        let mut attributes = resource.attributes.iter();
        let name = attributes.rfind(|pair| pair.key == "service.name");
        text(name.and_then(|pair| pair.value.clone()?.value).as_ref())
    }

    /// Waits for a span of that name with these attributes.
    async fn span(&self, name: &str, with: &[(&str, &str)]) -> Span {
        let fits = |span: &Span| {
            let attributes = attributes(span);
            let has = |(key, value): &(&str, &str)| {
                attributes.get(*key).is_some_and(|found| found == value)
            };
            span.name == name && with.iter().all(has)
        };
        let found = || self.spans().into_iter().find(&fits);
        let start = std::time::Instant::now();
        while found().is_none() {
            let passed = start.elapsed();
            let names: Vec<_> = self.spans().into_iter().map(|span| span.name).collect();
            assert!(
                passed < hint_tests::process::PATIENCE,
                "{name} {with:?}: {names:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        found().unwrap()
    }
}

fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::StringValue(text)) => text.clone(),
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(whether)) => whether.to_string(),
        other => format!("{other:?}"),
    }
}

fn attributes(span: &Span) -> BTreeMap<String, String> {
    let pairs = span.attributes.iter();
    let pairs = pairs.map(|pair| {
        let value = pair.value.as_ref().and_then(|value| value.value.as_ref());
        (pair.key.clone(), text(value))
    });
    pairs.collect()
}

/// A server that sends its spans there, soon.
fn serve(endpoint: &str) -> Process {
    let mut command = vm_host("serve");
    command.env("OTEL_BSP_SCHEDULE_DELAY", "100");
    Process::of(command, &["--otlp", endpoint])
}

#[tokio::test]
async fn a_run_is_a_tree_of_spans_in_its_callers_trace() {
    let (collector, address) = Collector::start().await;
    let server = serve(&format!("http://{address}"));
    let mut client = server.client().await;
    let json = program(&[RET], Some((0, "x = 1")));
    let hash = upload(&mut client, &json).await.unwrap();
    let mut in_python = request(&hash);
    in_python.set_hint_placement(HintPlacement::Python);
    let vm = create(&mut client, in_python).await;
    let (trace, parent) = ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
    let mut call = Request::new(RunVmRequest {
        name: vm.name.clone(),
        ..Default::default()
    });
    let header = format!("00-{trace}-{parent}-01");
    call.metadata_mut()
        .insert("traceparent", header.parse().unwrap());
    call.metadata_mut()
        .insert("x-request-id", "mine-1".parse().unwrap());
    let answer = client.run_vm(call).await.unwrap();
    assert_eq!(answer.metadata().get("x-request-id").unwrap(), "mine-1");
    delete(&mut client, &vm.name).await;

    let name = vm.name.as_str();
    let call = collector
        .span("RunVm", &[("call_id", "mine-1"), ("vm", name)])
        .await;
    assert_eq!(hexadecimal(&call.trace_id), trace);
    assert_eq!(hexadecimal(&call.parent_span_id), parent);
    assert_eq!(attributes(&call)["rpc.grpc.status_code"], "0");
    assert!(attributes(&call).contains_key("tenant"));
    let run = collector.span("run", &[("vm", name), ("hints", "1")]).await;
    assert_eq!(
        (&run.trace_id, &run.parent_span_id),
        (&call.trace_id, &call.span_id)
    );
    assert_eq!(attributes(&run)["stopped"], "STOP_REASON_ENDED");
    let hint = collector
        .span("hint", &[("language", "python"), ("execution", "1")])
        .await;
    assert_eq!(
        (&hint.trace_id, &hint.parent_span_id),
        (&run.trace_id, &run.span_id)
    );
    assert!(run.start_time_unix_nano <= hint.start_time_unix_nano);
    assert!(hint.end_time_unix_nano <= run.end_time_unix_nano);

    // A call that says nothing of a trace begins one.
    let created = collector.span("CreateVm", &[]).await;
    assert!(created.parent_span_id.is_empty() && created.trace_id != call.trace_id);
    let creation = collector.span("create", &[("vm", name)]).await;
    assert_eq!(creation.parent_span_id, created.span_id);
    let worker = collector.span("start worker", &[]).await;
    assert_eq!(worker.parent_span_id, creation.span_id);
    assert_eq!(collector.service(), "cairohints");
    // What is secret, or only the log's, is in none.
    for span in collector.spans() {
        assert!(
            [
                "UploadProgram",
                "CreateVm",
                "RunVm",
                "DeleteVm",
                "create",
                "run",
                "hint",
                "start worker"
            ]
            .contains(&span.name.as_str()),
            "{}",
            span.name
        );
    }
    assert!(
        !server.log().contains("cairohints::spans"),
        "{}",
        server.log()
    );
}

/// A call that fails says so, and only some executions of a hint have a span.
#[tokio::test]
async fn failures_and_samples() {
    let (collector, address) = Collector::start().await;
    let mut server = serve(&format!("http://{address}"));
    let mut client = server.client().await;
    let get = GetVmRequest {
        name: "vms/none".to_owned(),
    };
    client.get_vm(get).await.unwrap_err();
    let failed = collector.span("GetVm", &[("reason", "VM_NOT_FOUND")]).await;
    assert_eq!(failed.status.unwrap().code, 2);
    // `jmp rel 0`, whose hint runs each time.
    let json = program(&LOOP, Some((0, "x = 1")));
    let hash = upload(&mut client, &json).await.unwrap();
    let mut in_python = request(&hash);
    in_python.set_hint_placement(HintPlacement::Python);
    let vm = create(&mut client, in_python).await;
    let steps = Some(run_vm_request::Until::Steps(100));
    run(&mut client, &vm.name, steps).await;
    delete(&mut client, &vm.name).await;
    // What is left is sent when the server ends.
    terminate(&mut server);
    let spans = collector.spans();
    let mut executions: Vec<u64> = spans
        .iter()
        .filter(|span| span.name == "hint")
        .map(|span| attributes(span)["execution"].parse().unwrap())
        .collect();
    executions.sort_unstable();
    assert_eq!(executions, [1, 2, 4, 8, 16, 32, 64]);
}

/// A collector may be encrypted, and is believed only with a certificate of the authority that was named.
#[tokio::test]
async fn an_encrypted_collector() {
    let (files, strange) = (Files::new(), Files::new());
    let read = |name: &str| std::fs::read(files.path(name)).unwrap();
    let identity = Identity::from_pem(read("cert"), read("key"));
    let tls = ServerTlsConfig::new().identity(identity);
    let server = Server::builder().tls_config(tls).unwrap();
    let (collector, address) = Collector::serve(server).await;
    let endpoint = format!("https://localhost:{}", address.port());
    for (authority, believed) in [(strange.path("ca"), false), (files.path("ca"), true)] {
        let mut command = vm_host("serve");
        command
            .env("OTEL_BSP_SCHEDULE_DELAY", "100")
            .env("OTEL_EXPORTER_OTLP_CERTIFICATE", authority);
        let mut server = Process::of(command, &["--otlp", &endpoint]);
        let mut client = server.client().await;
        upload(&mut client, &program(&[RET], None)).await.unwrap();
        terminate(&mut server);
        assert_eq!(!collector.spans().is_empty(), believed, "{}", server.log());
    }
}

/// Ends a server, which then sends what is left.
fn terminate(server: &mut Process) {
    let pid = rustix::process::Pid::from_raw(server.child.id() as i32).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    assert!(server.child.wait().unwrap().success());
}

/// Where nobody collects, calls go on, and the server ends.
#[tokio::test]
async fn a_collector_that_is_not_there_holds_up_nobody() {
    let mut server = serve("http://127.0.0.1:9");
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], None)).await.unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let ran = run(&mut client, &vm.name, None).await;
    assert_eq!(ran.stop_reason(), StopReason::Ended);
    delete(&mut client, &vm.name).await;
    terminate(&mut server);
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
