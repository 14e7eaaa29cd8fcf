//! A server of VMs in a process of its own, and the calls that are measured.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hint_proto::v1::run_vm_request::Until;
use hint_proto::v1::upload_program_request::Part;
use hint_proto::v1::vm_service_client::VmServiceClient;
use hint_proto::v1::{
    CreateVmRequest, DeleteVmRequest, HintPlacement, ProgramDeclaration, RunVmRequest, StopReason,
    UploadProgramRequest,
};
use hyper_util::rt::TokioIo;
use tonic::transport::{Channel, Endpoint};

use super::{Error, child};

const CHUNK: usize = 1 << 20;
/// The socket of the metrics, in the folder of a server.
const METRICS: &str = "metrics";

/// A running server.
pub(crate) struct Server {
    process: Child,
    folder: tempfile::TempDir,
    channel: Channel,
}

impl Server {
    pub(crate) async fn start(poll_micros: Option<&str>) -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("socket");
        let mut command = Command::new(child::binary("vm-host")?);
        if let Some(micros) = poll_micros {
            command.env("CAIROHINTS_POLL_MICROS", micros);
        }
        let process = command
            .args(["serve", "--unix"])
            .arg(&path)
            .arg("--metrics")
            .arg(format!("unix:{}", folder.path().join(METRICS).display()))
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .spawn()?;
        let channel = connect(path).await?;
        Ok(Self {
            process,
            folder,
            channel,
        })
    }

    /// Where its metrics are asked for.
    pub(crate) fn metrics(&self) -> PathBuf {
        self.folder.path().join(METRICS)
    }

    pub(crate) async fn upload(&self, program: &Path) -> Result<String, Error> {
        let json = std::fs::read(program)?;
        let declaration = Part::Declaration(ProgramDeclaration {
            size_bytes: json.len() as u64,
        });
        let chunks = json
            .chunks(CHUNK)
            .map(|chunk| Part::Chunk(chunk.to_vec().into()));
        let parts: Vec<_> = std::iter::once(declaration)
            .chain(chunks)
            .map(|part| UploadProgramRequest { part: Some(part) })
            .collect();
        let uploaded = VmServiceClient::new(self.channel.clone())
            .upload_program(tokio_stream::iter(parts))
            .await?;
        Ok(uploaded.into_inner().program_hash)
    }

    /// Creates a VM with all hints in Python; returns its name.
    pub(crate) async fn create(&self, hash: &str) -> Result<String, Error> {
        let request = CreateVmRequest {
            program_hash: hash.to_owned(),
            hint_placement: HintPlacement::Python.into(),
            ..CreateVmRequest::default()
        };
        let created = VmServiceClient::new(self.channel.clone())
            .create_vm(request)
            .await?;
        Ok(created.into_inner().vm.ok_or("no vm")?.name)
    }

    /// Runs a VM for so many steps.
    pub(crate) async fn run_steps(&self, name: &str, steps: usize) -> Result<(), Error> {
        let request = RunVmRequest {
            name: name.to_owned(),
            until: Some(Until::Steps(steps as u64)),
            ..Default::default()
        };
        let ran = VmServiceClient::new(self.channel.clone())
            .run_vm(request)
            .await?;
        match ran.into_inner().stop_reason() {
            StopReason::Reached => Ok(()),
            other => Err(format!("a vm stopped: `{other:?}`").into()),
        }
    }

    /// Deletes a VM.
    pub(crate) async fn delete(&self, name: String) -> Result<(), Error> {
        VmServiceClient::new(self.channel.clone())
            .delete_vm(DeleteVmRequest { name })
            .await?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only when the server is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn connect(path: PathBuf) -> Result<Channel, Error> {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let path = path.clone();
        let connector = tower::service_fn(move |_| {
            let path = path.clone();
            async move {
                Ok::<_, std::io::Error>(TokioIo::new(tokio::net::UnixStream::connect(path).await?))
            }
        });
        match Endpoint::from_static("http://localhost")
            .connect_with_connector(connector)
            .await
        {
            Ok(channel) => return Ok(channel),
            Err(error) if Instant::now() > deadline => return Err(error.into()),
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}
