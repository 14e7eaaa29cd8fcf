//! A client of `vm-host serve` in a language other than Python, from the generated code alone: uploads a
//! program, creates a VM, runs it step by step and then to its end, prints what its hints print meanwhile,
//! and downloads the trace.
//!
//! ```sh
//! vm-host serve --unix /tmp/vm.sock &
//! cargo run -p vm-host --example client -- unix:/tmp/vm.sock tests/programs/example/quick_start.json small
//! ```
//!
//! For a server that knows tenants: `CAIROHINTS_TOKEN` is the token, `CAIROHINTS_TLS_CA` the authority of the
//! server's certificate, `CAIROHINTS_TLS_CERT` and `CAIROHINTS_TLS_KEY` the client's own.

use std::io::Write as _;

use hint_proto::v1::run_vm_request::Until;
use hint_proto::v1::upload_program_request::Part;
use hint_proto::v1::vm_service_client::VmServiceClient;
use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::{
    Artifact, CreateVmRequest, ProgramDeclaration, ReadArtifactRequest, RunVmRequest, StopReason,
    UploadProgramRequest, Vm, VmState, WatchVmRequest,
};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic_types::StatusExt as _;

type Error = Box<dyn std::error::Error>;
type Client = VmServiceClient<InterceptedService<Channel, Token>>;

/// Shows whose each call is.
#[derive(Clone)]
struct Token(Option<MetadataValue<Ascii>>);

impl tonic::service::Interceptor for Token {
    fn call(
        &mut self,
        mut request: tonic::Request<()>,
    ) -> Result<tonic::Request<()>, tonic::Status> {
        if let Some(value) = &self.0 {
            request
                .metadata_mut()
                .insert("authorization", value.clone());
        }
        Ok(request)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (address, path, layout) = match arguments.as_slice() {
        [address, path] => (address, path, "plain"),
        [address, path, layout] => (address, path, layout.as_str()),
        _ => return Err("usage: client ADDRESS PROGRAM.json [LAYOUT]".into()),
    };
    let token = std::env::var("CAIROHINTS_TOKEN").ok();
    let token = token.map(|token| format!("Bearer {token}").parse());
    let token = Token(token.transpose()?);
    let channel = endpoint(address)?.connect().await?;
    // The VM lives as long as this connection.
    let mut client = VmServiceClient::with_interceptor(channel, token);
    match run(&mut client, &std::fs::read(path)?, layout).await {
        Err(error) => match error.downcast::<tonic::Status>() {
            Ok(status) => Err(explain(&status).into()),
            Err(error) => Err(error),
        },
        done => done,
    }
}

/// Where the server is: `unix:/path`, or `host:port` over TCP.
fn endpoint(address: &str) -> Result<Endpoint, Error> {
    if address.starts_with("unix:") {
        return Ok(Endpoint::from_shared(address.to_owned())?);
    }
    let file = |name| std::env::var(name).ok().map(std::fs::read).transpose();
    let Some(authority) = file("CAIROHINTS_TLS_CA")? else {
        return Ok(Endpoint::from_shared(format!("http://{address}"))?);
    };
    let mut tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority));
    if let (Some(own), Some(key)) = (file("CAIROHINTS_TLS_CERT")?, file("CAIROHINTS_TLS_KEY")?) {
        tls = tls.identity(Identity::from_pem(own, key));
    }
    Ok(Endpoint::from_shared(format!("https://{address}"))?.tls_config(tls)?)
}

async fn run(client: &mut Client, program: &[u8], layout: &str) -> Result<(), Error> {
    let declaration = ProgramDeclaration {
        size_bytes: program.len() as u64,
    };
    let parts = std::iter::once(Part::Declaration(declaration))
        .chain(
            program
                .chunks(1 << 20)
                .map(|chunk| Part::Chunk(chunk.to_vec().into())),
        )
        .map(|part| UploadProgramRequest { part: Some(part) });
    let uploaded = client
        .upload_program(tokio_stream::iter(parts.collect::<Vec<_>>()))
        .await?
        .into_inner();

    let create = CreateVmRequest {
        program_hash: uploaded.program_hash,
        layout: layout.to_owned(),
        trace: true,
        ..CreateVmRequest::default()
    };
    let vm = client.create_vm(create).await?.into_inner().vm;
    let name = vm.unwrap_or_default().name;
    eprintln!("created {name}");

    let watch = WatchVmRequest {
        name: name.clone(),
        ..WatchVmRequest::default()
    };
    let mut events = client.watch_vm(watch).await?.into_inner();
    let printing = tokio::spawn(async move {
        while let Ok(Some(event)) = events.message().await {
            match event.event {
                Some(Event::HintOutput(output)) => {
                    // Nobody listens any more: nothing is left to do.
                    let _ = std::io::stdout().write_all(&output.data);
                }
                Some(Event::Log(line)) => eprintln!("{}", line.message),
                Some(Event::State(vm))
                    if matches!(vm.state(), VmState::Succeeded | VmState::Failed) =>
                {
                    return;
                }
                _ => {}
            }
        }
    });

    for _ in 0..3 {
        let vm = go_on(client, &name, Some(Until::Steps(1))).await?;
        eprintln!(
            "step {}: pc {}",
            vm.current_step,
            vm.pc.unwrap_or_default().offset
        );
    }
    let vm = go_on(client, &name, None).await?;
    printing.await?;
    if let Some(failure) = vm.failure {
        return Err(failure.message.into());
    }
    for value in &vm.output {
        println!("output {value}");
    }
    let read = ReadArtifactRequest {
        name,
        artifact: Artifact::Trace.into(),
        ..ReadArtifactRequest::default()
    };
    let mut chunks = client.read_artifact(read).await?.into_inner();
    let mut bytes = 0;
    while let Some(chunk) = chunks.message().await? {
        bytes += chunk.chunk.len();
    }
    println!("ran {} steps; the trace has {bytes} bytes", vm.current_step);
    Ok(())
}

/// Runs the VM, unless it has ended.
async fn go_on(client: &mut Client, name: &str, until: Option<Until>) -> Result<Vm, Error> {
    let stops = until.is_some();
    let request = RunVmRequest {
        name: name.to_owned(),
        until,
        ..Default::default()
    };
    let answer = client.run_vm(request).await?.into_inner();
    if stops && answer.stop_reason() != StopReason::Reached {
        return Err("the program ended within its first steps".into());
    }
    Ok(answer.vm.unwrap_or_default())
}

/// An error with its reason and with what can be done about it.
fn explain(status: &tonic::Status) -> String {
    let details = status.get_error_details();
    let reason = details.error_info().map(|info| info.reason.as_str());
    let help = details.help().and_then(|help| help.links.first());
    format!(
        "{} ({}){}",
        status.message(),
        reason.unwrap_or("no reason"),
        help.map(|link| format!("\nhint: {}", link.description))
            .unwrap_or_default()
    )
}
