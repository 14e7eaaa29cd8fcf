//! Many VMs of one server on the cores there are: what they reach together, and whether each gets its share.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hint_proto::v1::run_vm_request::Until;
use hint_proto::v1::upload_program_request::Part;
use hint_proto::v1::vm_service_client::VmServiceClient;
use hint_proto::v1::{
    CreateVmRequest, DeleteVmRequest, ProgramDeclaration, RunVmRequest, StopReason,
    UploadProgramRequest,
};
use hyper_util::rt::TokioIo;
use tonic::transport::{Channel, Endpoint};

use super::table::{Table, median};
use super::{Error, child};

const PROGRAM: &str = "long/hint_dense";
const STEPS_PER_HINT: usize = 7;
const MOST_HINTS: usize = 100_000;
/// How many hints all VMs together run.
const TOTAL: usize = 200_000;
const COUNTS: &[usize] = &[1, 2, 8, 64, 200];
/// Where polling must not cost anything.
const OVERSUBSCRIBED: usize = 64;
const CHUNK: usize = 1 << 20;

/// A running server.
struct Server {
    process: Child,
    _folder: tempfile::TempDir,
    channel: Channel,
}

/// What many VMs at once did.
struct Outcome {
    hints_per_second: f64,
    /// How long the last VM ran, in times that VMs ran on average.
    longest: f64,
}

/// Adds the rows.
pub(crate) fn measure(table: &mut Table, rounds: usize) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let server = Server::start(None).await?;
        let sleeping = Server::start(Some("0")).await?;
        let hash = server.upload(&child::program(PROGRAM)).await?;
        sleeping.upload(&child::program(PROGRAM)).await?;
        let mut outcomes: Vec<Vec<Outcome>> = COUNTS.iter().map(|_| Vec::new()).collect();
        let mut without_polling = Vec::new();
        for _ in 0..rounds.min(3) {
            for (count, outcomes) in COUNTS.iter().zip(&mut outcomes) {
                outcomes.push(server.run(&hash, *count).await?);
                if *count == OVERSUBSCRIBED {
                    without_polling.push(sleeping.run(&hash, *count).await?);
                }
            }
        }
        let of = |outcomes: &[Outcome], figure: fn(&Outcome) -> f64| {
            median(&outcomes.iter().map(figure).collect::<Vec<_>>())
        };
        let two = of(&outcomes[1], |outcome| outcome.hints_per_second);
        table.section("many VMs at once, all together", "hints/s", "× 2 VMs");
        for (count, outcomes) in COUNTS.iter().zip(&outcomes) {
            let speed = of(outcomes, |outcome| outcome.hints_per_second);
            table.row(&format!("{count} VMs"), speed, Some(two));
        }
        let speed = of(&without_polling, |outcome| outcome.hints_per_second);
        table.row(
            &format!("{OVERSUBSCRIBED} VMs, polling switched off"),
            speed,
            Some(two),
        );
        table.section("equal VMs at once: the last to end", "× average", "");
        for (count, outcomes) in COUNTS.iter().zip(&outcomes) {
            let longest = of(outcomes, |outcome| outcome.longest);
            table.row(&format!("{count} VMs"), longest, None);
        }
        Ok(())
    })
}

impl Server {
    async fn start(poll_micros: Option<&str>) -> Result<Self, Error> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("socket");
        let mut command = Command::new(child::binary("vm-host")?);
        if let Some(micros) = poll_micros {
            command.env("CAIROHINTS_POLL_MICROS", micros);
        }
        let process = command
            .args(["serve", "--unix"])
            .arg(&path)
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .spawn()?;
        let channel = connect(path).await?;
        Ok(Self {
            process,
            _folder: folder,
            channel,
        })
    }

    async fn upload(&self, program: &Path) -> Result<String, Error> {
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

    /// Creates VMs, then lets all of them run at once.
    async fn run(&self, hash: &str, count: usize) -> Result<Outcome, Error> {
        let mut names = Vec::new();
        for _ in 0..count {
            let request = CreateVmRequest {
                program_hash: hash.to_owned(),
                ..CreateVmRequest::default()
            };
            let created = VmServiceClient::new(self.channel.clone())
                .create_vm(request)
                .await?;
            names.push(created.into_inner().vm.ok_or("no vm")?.name);
        }
        let hints = (TOTAL / count).min(MOST_HINTS - 1);
        let start = Instant::now();
        let runs = names.iter().map(|name| async {
            let request = RunVmRequest {
                name: name.clone(),
                until: Some(Until::Steps((hints * STEPS_PER_HINT) as u64)),
            };
            let ran = VmServiceClient::new(self.channel.clone())
                .run_vm(request)
                .await?;
            match ran.into_inner().stop_reason() {
                StopReason::Reached => Ok::<_, Error>(start.elapsed().as_secs_f64()),
                other => Err(format!("a vm stopped: `{other:?}`").into()),
            }
        });
        let times = futures_util::future::try_join_all(runs).await?;
        for name in names {
            VmServiceClient::new(self.channel.clone())
                .delete_vm(DeleteVmRequest { name })
                .await?;
        }
        let longest = times.iter().copied().fold(0.0, f64::max);
        let mean = times.iter().sum::<f64>() / times.len() as f64;
        Ok(Outcome {
            hints_per_second: (hints * count) as f64 / longest,
            longest: longest / mean,
        })
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
