//! A mixed load, good and bad, of two tenants and all engines, while links break, workers are killed and stopped, the
//! zygote dies, and the disk of the log is full. `CAIROHINTS_CHAOS_SECONDS` is how long, for long runs by hand;
//! `CAIROHINTS_CHAOS_SEED` is where it begins.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hint_proto::v1::attach_hints_request::Message as Attaching;
use hint_proto::v1::session_request::Message as Asked;
use hint_proto::v1::session_response::Message as Said;
use hint_proto::v1::*;
use hint_tests::process_table::descendants;
use hint_tests::record::tests_directory;
use hint_tests::run::vm_host;
use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::Numbers;
use super::link::BadLink;
use super::workers::countdown;
use crate::harness::*;
use crate::process::Process;
use crate::tenants::File;

/// Seconds unless the environment says otherwise.
const SECONDS: u64 = 8;
/// Who comes at a time, half of them from each tenant.
const VISITORS: u64 = 8;

const SUMS: &str = r#"(module
    (func (export "plus") (param i64 i64) (result i64) local.get 0 local.get 1 i64.add)
    (func (export "hang") (loop (br 0)))
    (func (export "grow") loop i32.const 64 memory.grow drop br 0 end)
    (memory 1))"#;

/// What a visitor's VM does.
struct Kind {
    name: &'static str,
    request: CreateVmRequest,
    /// Trace and memory of a run that nobody troubles; absent for one that fails.
    reference: Option<[Vec<u8>; 2]>,
    /// How it fails when nobody troubles it; empty for one that does not.
    fails: &'static [&'static str],
}

/// What happens to a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Trouble {
    None,
    /// Its client is behind a bad link.
    Link,
    /// Its client's deadline passes.
    Deadline,
    Delete,
    Pause,
    /// SIGKILL for its worker.
    Kill,
    /// SIGSTOP for its worker.
    Stop,
}
const TROUBLES: [Trouble; 7] = [
    Trouble::None,
    Trouble::Link,
    Trouble::Deadline,
    Trouble::Delete,
    Trouble::Pause,
    Trouble::Kill,
    Trouble::Stop,
];

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Reference,
    /// The VM failed, for this reason.
    Failed(String),
    /// The server refused a call, for this reason.
    Refused(String),
    /// The link broke, or the client's own clock ended the call.
    Lost,
}

struct Load {
    server: Process,
    tokens: [String; 2],
    link: BadLink,
    kinds: Vec<Kind>,
    /// The VMs of each tenant.
    names: [Mutex<Vec<String>>; 2],
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The words that a run may fail with when `trouble` befalls it, or the zygote.
fn may_fail(kind: &Kind, trouble: Trouble, reason: &str) -> bool {
    let own = kind.fails.contains(&reason);
    // Workers end with their zygote.
    let always = reason == "WORKER_DIED";
    let by_trouble = match trouble {
        Trouble::Stop => reason == "HINT_TIMEOUT",
        // Hints that a client serves go with its link, or with its call.
        Trouble::Link => reason == "ENGINE_DETACHED",
        _ => false,
    };
    own || always || by_trouble
}

/// The words that a call may be refused with.
fn may_refuse(trouble: Trouble, code: Code, reason: &str) -> bool {
    match reason {
        // The zygote is being replaced.
        "WORKER_NOT_STARTED" => true,
        "VM_DELETED" | "VM_NOT_FOUND" => matches!(trouble, Trouble::Delete | Trouble::Link),
        "VM_RUNNING" => trouble == Trouble::Pause,
        // The client that serves them has left with its VM, or over the same link.
        "HINT_ENGINE_NOT_ATTACHED" => matches!(trouble, Trouble::Delete | Trouble::Link),
        _ => trouble == Trouble::Deadline && code == Code::DeadlineExceeded,
    }
}

fn refused(trouble: Trouble, status: &Status) -> Outcome {
    let details = status.get_error_details();
    let Some(info) = details.error_info() else {
        let ours = matches!(trouble, Trouble::Link | Trouble::Deadline);
        assert!(ours, "{trouble:?}: an error without a reason: {status:?}");
        return Outcome::Lost;
    };
    assert!(
        may_refuse(trouble, status.code(), &info.reason),
        "{trouble:?}: {status:?}"
    );
    Outcome::Refused(info.reason.clone())
}

fn is_about_the_end(status: &Status) -> bool {
    let details = status.get_error_details();
    details
        .error_info()
        .is_some_and(|info| info.reason == "VM_ENDED")
}

/// How a call would have answered that ran a VM to where it is.
fn stopped(vm: Vm) -> RunVmResponse {
    let reason = match vm.state() {
        VmState::Failed => StopReason::Failed,
        _ => StopReason::Ended,
    };
    RunVmResponse {
        vm: Some(vm),
        stop_reason: reason.into(),
    }
}

fn failed(kind: &Kind, trouble: Trouble, vm: Vm) -> Outcome {
    let failure = vm.failure.unwrap();
    assert!(
        may_fail(kind, trouble, &failure.reason),
        "{}, {trouble:?}: {failure:?}",
        kind.name
    );
    assert!(!failure.message.is_empty());
    Outcome::Failed(failure.reason)
}

/// Serves hints that do nothing until the stream ends.
async fn serve_hints(mut client: Client, name: String) {
    let (out, outgoing) = mpsc::channel(2);
    let first = AttachHintsRequest {
        message: Some(Attaching::Name(name)),
    };
    if out.send(first).await.is_err() {
        return;
    }
    let Ok(answer) = client.attach_hints(ReceiverStream::new(outgoing)).await else {
        return;
    };
    let mut incoming = answer.into_inner();
    while let Ok(Some(message)) = incoming.message().await {
        let answer = match message.request.unwrap().message.unwrap() {
            Asked::Start(start) => Said::Started(Started {
                protocol_version: start.protocol_version,
                ..Started::default()
            }),
            Asked::LoadHints(_) => Said::HintsLoaded(HintsLoaded::default()),
            Asked::ExecuteHint(_) => Said::Done(HintDone::default()),
            Asked::EndRun(_) => Said::RunEnded(RunEnded {
                scope_depth: 1,
                ..RunEnded::default()
            }),
            other => panic!("{other:?}"),
        };
        let response = SessionResponse {
            message: Some(answer),
        };
        let request = AttachHintsRequest {
            message: Some(Attaching::Response(response)),
        };
        if out.send(request).await.is_err() {
            return;
        }
    }
}

async fn read(client: &mut Client, name: &str, artifact: Artifact) -> Result<Vec<u8>, Status> {
    let request = ReadArtifactRequest {
        name: name.to_owned(),
        artifact: artifact.into(),
        ..Default::default()
    };
    let mut chunks = client.read_artifact(request).await?.into_inner();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.message().await? {
        bytes.extend_from_slice(&chunk.chunk);
    }
    Ok(bytes)
}

/// A VM of this kind, run to its end.
async fn run_kind(client: &mut Client, kind: &Kind) -> (Vm, [Vec<u8>; 2]) {
    let vm = create(client, kind.request.clone()).await;
    if kind.request.hint_engine() == HintEngine::Attached {
        tokio::spawn(serve_hints(client.clone(), vm.name.clone()));
    }
    let ended = run(client, &vm.name, None).await.vm.unwrap();
    let mut results = [Vec::new(), Vec::new()];
    if ended.state() == VmState::Succeeded {
        for (result, which) in results.iter_mut().zip([Artifact::Trace, Artifact::Memory]) {
            *result = artifact(client, &vm.name, which).await;
        }
    }
    delete(client, &vm.name).await;
    (ended, results)
}

async fn kinds(client: &mut Client) -> Vec<Kind> {
    let contracts = tests_directory().join("contracts");
    let languages = std::fs::read(contracts.join("cairo/languages.json")).unwrap();
    let hint = |code: &str| program(&[RET], Some((0, code)));
    let memory = "kept = []\nwhile True: kept.append(bytearray(b'x') * (1 << 20))";
    let programs: [(&str, Vec<u8>, &[&str]); 11] = [
        ("python", countdown(), &[]),
        ("attached", countdown(), &[]),
        ("twins", corpus("stdlib/default_dict.json"), &[]),
        ("languages", languages, &[]),
        ("raises", hint("raise ValueError('bad')"), &["HINT_RAISED"]),
        ("hangs", hint("while True: pass"), &["HINT_TIMEOUT"]),
        ("exits", hint("import os\nos._exit(0)"), &["WORKER_DIED"]),
        ("eats", hint(memory), &["WORKER_LIMIT"]),
        (
            "wasm hangs",
            hint("# lang: wasm\nsums.hang()"),
            &["HINT_TIMEOUT"],
        ),
        (
            "wasm eats",
            hint("# lang: wasm\nsums.grow()"),
            &["WORKER_LIMIT", "HINT_RAISED"],
        ),
        (
            "lies",
            hint(
                "import os\nfor number in range(3, 20):\n    try:\n        os.write(number, b'\\0' * 64)\n    except OSError:\n        pass",
            ),
            &["PROTOCOL"],
        ),
    ];
    let mut kinds = Vec::new();
    for (name, json, fails) in programs {
        let hash = upload(client, &json).await.unwrap();
        let mut request = CreateVmRequest {
            import_paths: vec![contracts.join("cairo").to_str().unwrap().to_owned()],
            wasm: Some(WasmInputs {
                modules: vec![WasmModule {
                    name: "sums".to_owned(),
                    code: wat::parse_str(SUMS).unwrap().into(),
                }],
                limits: None,
            }),
            ..request(&hash)
        };
        if name == "attached" {
            request.set_hint_engine(HintEngine::Attached);
        }
        if name == "twins" {
            request.set_hint_placement(HintPlacement::Auto);
        }
        if fails == ["HINT_TIMEOUT"] {
            request.limits = Some(short());
        }
        let mut kind = Kind {
            name,
            request,
            reference: None,
            fails,
        };
        let (vm, results) = run_kind(client, &kind).await;
        if fails.is_empty() {
            assert_eq!(vm.state(), VmState::Succeeded, "{name}: {:?}", vm.failure);
            kind.reference = Some(results);
        } else {
            let failure = vm.failure.unwrap();
            assert!(fails.contains(&&*failure.reason), "{name}: {failure:?}");
        }
        kinds.push(kind);
    }
    kinds
}

/// Time for hints that are not expected to end.
fn short() -> VmLimits {
    VmLimits {
        hint_timeout: Some(prost_types::Duration {
            seconds: 0,
            nanos: 300_000_000,
        }),
        ..VmLimits::default()
    }
}

impl Load {
    async fn client(
        &self,
        tenant: usize,
        trouble: Trouble,
    ) -> Result<Client, tonic::transport::Error> {
        let address = match trouble {
            Trouble::Link => self.link.address,
            _ => self.server.address,
        };
        let channel = Channel::from_shared(format!("http://{address}")).unwrap();
        let channel = channel.connect().await?;
        let client = client_with(channel, &format!("Bearer {}", self.tokens[tenant]));
        Ok(client.max_decoding_message_size(64 << 20))
    }

    /// One VM from its creation to its end.
    async fn visit(&self, tenant: usize, kind: &Kind, trouble: Trouble, wait: Duration) -> Outcome {
        let Ok(mut client) = self.client(tenant, trouble).await else {
            assert_eq!(trouble, Trouble::Link, "a connection is refused");
            return Outcome::Lost;
        };
        let mut request = kind.request.clone();
        if trouble == Trouble::Stop && kind.fails.is_empty() {
            request.limits = Some(short());
        }
        let vm = match client.create_vm(request).await {
            Ok(created) => created.into_inner().vm.unwrap(),
            Err(status) => return refused(trouble, &status),
        };
        self.names[tenant].lock().unwrap().push(vm.name.clone());
        let outcome = self.troubled(&mut client, &vm, kind, trouble, wait).await;
        self.look_at_others(&mut client, tenant).await;
        // Over a link that holds, whatever happened to that of the VM.
        let mut client = self.client(tenant, Trouble::None).await.unwrap();
        let request = DeleteVmRequest {
            name: vm.name.clone(),
        };
        if let Err(status) = client.delete_vm(request).await {
            assert_eq!(reason(&status).1, "VM_NOT_FOUND");
        }
        self.names[tenant]
            .lock()
            .unwrap()
            .retain(|name| *name != vm.name);
        outcome
    }

    async fn troubled(
        &self,
        client: &mut Client,
        vm: &Vm,
        kind: &Kind,
        trouble: Trouble,
        wait: Duration,
    ) -> Outcome {
        if kind.request.hint_engine() == HintEngine::Attached {
            tokio::spawn(serve_hints(client.clone(), vm.name.clone()));
        }
        let mut call = tonic::Request::new(RunVmRequest {
            name: vm.name.clone(),
            until: None,
            ..Default::default()
        });
        if trouble == Trouble::Deadline {
            call.set_timeout(wait + Duration::from_millis(1));
        }
        let mut runner = client.clone();
        let running = tokio::spawn(async move { runner.run_vm(call).await });
        tokio::time::sleep(wait).await;
        let name = vm.name.clone();
        match trouble {
            Trouble::None | Trouble::Link | Trouble::Deadline => {}
            // It may have ended before.
            Trouble::Delete => drop(client.delete_vm(DeleteVmRequest { name }).await),
            Trouble::Pause => drop(client.pause_vm(PauseVmRequest { name }).await),
            Trouble::Kill | Trouble::Stop => {
                let found = client.get_vm(GetVmRequest { name }).await;
                let found = found.ok().and_then(|found| found.into_inner().vm);
                let pid = found.map_or(0, |vm| vm.worker_process_id);
                let signal = match trouble {
                    Trouble::Kill => Signal::KILL,
                    _ => Signal::STOP,
                };
                let ours = descendants(self.server.child.id()).contains(&pid);
                if let Some(pid) = Pid::from_raw(pid.cast_signed()).filter(|_| ours) {
                    let _ = kill_process(pid, signal);
                }
            }
        }
        let mut answer = running.await.unwrap();
        loop {
            let ended = match answer {
                Ok(ended) => ended.into_inner(),
                // Its worker ended before it began, or it ended while its caller gave up.
                Err(status) if is_about_the_end(&status) => {
                    let name = vm.name.clone();
                    match client.get_vm(GetVmRequest { name }).await {
                        Ok(found) => stopped(found.into_inner().vm.unwrap()),
                        Err(status) => return refused(trouble, &status),
                    }
                }
                Err(status) => return refused(trouble, &status),
            };
            match ended.stop_reason() {
                StopReason::Ended => return self.compared(client, vm, kind, trouble).await,
                StopReason::Failed => return failed(kind, trouble, ended.vm.unwrap()),
                // It goes on as if nothing had been.
                StopReason::Paused => {
                    let again = RunVmRequest {
                        name: vm.name.clone(),
                        until: None,
                        ..Default::default()
                    };
                    answer = client.run_vm(again).await;
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// A run that ended is the one that nobody troubled.
    async fn compared(
        &self,
        client: &mut Client,
        vm: &Vm,
        kind: &Kind,
        trouble: Trouble,
    ) -> Outcome {
        let reference = kind.reference.as_ref();
        let reference = reference.unwrap_or_else(|| panic!("{} ended", kind.name));
        for (expected, which) in reference.iter().zip([Artifact::Trace, Artifact::Memory]) {
            match read(client, &vm.name, which).await {
                Ok(found) => assert!(
                    found == *expected,
                    "{}, {trouble:?}: another {which:?}",
                    kind.name
                ),
                Err(status) => return refused(trouble, &status),
            }
        }
        Outcome::Reference
    }

    /// VMs of the other tenant are none, whatever they are at.
    async fn look_at_others(&self, client: &mut Client, tenant: usize) {
        let other = self.names[1 - tenant].lock().unwrap().last().cloned();
        if let Some(name) = other
            && let Err(status) = client.delete_vm(DeleteVmRequest { name }).await
            && let Some(info) = status.get_error_details().error_info()
        {
            assert_eq!(info.reason, "VM_NOT_FOUND");
        }
    }

    async fn list(&self) -> Vec<Vm> {
        let mut all = Vec::new();
        for tenant in 0..2 {
            let mut client = self.client(tenant, Trouble::None).await.unwrap();
            let list = client.list_vms(ListVmsRequest::default()).await.unwrap();
            all.extend(list.into_inner().vms);
        }
        all
    }
}

/// A server with two tenants whose log is on a disk that is full.
fn server() -> (Process, [String; 2], File) {
    let mut file = File::new("");
    let tokens = ["one", "other"].map(|name| file.tenant(name, ""));
    file.write();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let tenants = file.path().to_str().unwrap().to_owned();
    let worlds = tests_directory().join("contracts");
    let options = [
        "--tenants",
        &tenants,
        "--import-path",
        worlds.to_str().unwrap(),
        "--threads",
        "3",
        "--max-worker-memory",
        "300000000",
        "--max-vms-per-tenant",
        "100",
    ];
    let server = Process::with_log(vm_host("serve"), &options, full);
    (server, tokens, file)
}

#[tokio::test]
async fn every_run_ends_in_its_result_or_in_an_error_with_a_name() {
    let seconds = number("CAIROHINTS_CHAOS_SECONDS").unwrap_or(SECONDS);
    let from_clock = || std::process::id().into();
    let seed = number("CAIROHINTS_CHAOS_SEED").unwrap_or_else(from_clock);
    println!("CAIROHINTS_CHAOS_SEED={seed} CAIROHINTS_CHAOS_SECONDS={seconds}");
    let (server, tokens, _file) = server();
    let mut client = server.client_of(&tokens[0]).await;
    let mut kinds = kinds(&mut client).await;
    // Each tenant has programs of its own.
    let mut other = server.client_of(&tokens[1]).await;
    let same = self::kinds(&mut other).await;
    for (kind, same) in kinds.iter_mut().zip(same) {
        assert!(kind.reference == same.reference, "{}", kind.name);
    }
    drop((client, other));
    let link = BadLink::to(server.address, seed).await;
    eventually("the first VMs are gone", || server.descendants().len() == 2).await;
    let descriptors = server.descriptors();
    let load = Arc::new(Load {
        server,
        tokens,
        link,
        kinds,
        names: Default::default(),
    });
    let end = Instant::now() + Duration::from_secs(seconds);
    let visitors = (0..VISITORS).map(|visitor| {
        let load = Arc::clone(&load);
        tokio::spawn(async move {
            let mut numbers = Numbers(seed.wrapping_mul(1000) + visitor);
            let mut seen: BTreeMap<(Trouble, Outcome), u32> = BTreeMap::new();
            let mut rounds = 0;
            while rounds < 3 || Instant::now() < end {
                let kind = &load.kinds[numbers.below(load.kinds.len() as u64) as usize];
                let trouble = TROUBLES[numbers.below(TROUBLES.len() as u64) as usize];
                let wait = Duration::from_millis(numbers.below(60));
                let tenant = (visitor % 2) as usize;
                let outcome = load.visit(tenant, kind, trouble, wait).await;
                *seen.entry((trouble, outcome)).or_default() += 1;
                rounds += 1;
            }
            seen
        })
    });
    let visitors: Vec<_> = visitors.collect();
    let zygotes = Arc::clone(&load);
    // It is replaced, and the next worker comes from another.
    let killer = tokio::spawn(async move {
        let mut killed = 0;
        loop {
            tokio::time::sleep(Duration::from_millis(1500)).await;
            let keeper = descendants(zygotes.server.child.id()).first().copied();
            let zygote = keeper.and_then(|keeper| descendants(keeper).first().copied());
            if let Some(pid) = zygote.and_then(|pid| Pid::from_raw(pid.cast_signed())) {
                let _ = kill_process(pid, Signal::KILL);
                killed += 1;
                println!("zygotes killed: {killed}");
            }
        }
    });
    let mut seen: BTreeMap<(Trouble, Outcome), u32> = BTreeMap::new();
    for visitor in visitors {
        for (what, count) in visitor.await.unwrap() {
            *seen.entry(what).or_default() += count;
        }
    }
    killer.abort();
    for ((trouble, outcome), count) in &seen {
        println!("{trouble:?}: {outcome:?}: {count}");
    }
    println!("runs: {}", seen.values().sum::<u32>());
    let (troubled, untroubled): (Vec<_>, Vec<_>) = seen
        .keys()
        .partition(|(trouble, _)| *trouble != Trouble::None);
    assert!(!troubled.is_empty() && !untroubled.is_empty());
    // Nothing is left, and the server is what it was.
    let start = Instant::now();
    loop {
        let left = load.list().await;
        if left.is_empty() {
            break;
        }
        assert!(start.elapsed() < hint_tests::process::PATIENCE, "{left:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for tenant in 0..2 {
        let mut client = load.client(tenant, Trouble::None).await.unwrap();
        for kind in load.kinds.iter().filter(|kind| kind.reference.is_some()) {
            let (vm, results) = run_kind(&mut client, kind).await;
            assert_eq!(
                vm.state(),
                VmState::Succeeded,
                "{}: {:?}",
                kind.name,
                vm.failure
            );
            assert!(kind.reference == Some(results), "{}", kind.name);
        }
    }
    let server = &load.server;
    eventually("only the zygote and its keeper are left", || {
        server.descendants().len() == 2
    })
    .await;
    eventually("no descriptor is left", || {
        server.descriptors() <= descriptors + 2
    })
    .await;
}
