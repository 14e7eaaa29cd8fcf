//! How a server ends, and what ends with its clients.

use std::process::Stdio;
use std::time::{Duration, Instant};

use hint_proto::v1::run_vm_request::Until;
use hint_proto::v1::*;
use hint_tests::process::{PATIENCE, Running};
use hint_tests::process_table::{descendants, is_alive};
use hint_tests::record::programs_directory;
use hint_tests::run::vm_host;
use rustix::process::Signal;
use tonic::Code;

use crate::harness::*;
use crate::process::{Process, WRITES_FILES, example_client};

/// A VM that runs for ever, in the middle of its run.
async fn endless(client: &mut Client) -> (Vm, tokio::task::JoinHandle<Result<(), tonic::Status>>) {
    let hash = upload(client, &program(&LOOP, Some((0, "x = 1"))))
        .await
        .unwrap();
    let vm = create(client, request(&hash)).await;
    let (mut runner, name) = (client.clone(), vm.name.clone());
    let running = tokio::spawn(async move {
        let run = RunVmRequest {
            name,
            until: None,
            ..Default::default()
        };
        runner.run_vm(run).await.map(|_| ())
    });
    is_running(client, &vm.name).await;
    (vm, running)
}

/// The exit code of `vm-host health`.
async fn health(address: &str) -> i32 {
    let mut command = vm_host("health");
    command.arg(address);
    // Others of this thread go on meanwhile.
    let output = tokio::task::spawn_blocking(move || command.output());
    output.await.unwrap().unwrap().status.code().unwrap()
}

fn nobody_is_left(server: &Process, before: &[u32]) -> bool {
    // The server is gone; whoever it left is nobody's child any more, so the ids are compared.
    let _ = server;
    before.iter().all(|pid| !is_alive(*pid))
}

#[tokio::test]
async fn an_idle_server_ends_at_once() {
    let mut server = Process::start(&["--grace", "600"]);
    let mut client = server.client().await;
    client.list_vms(ListVmsRequest::default()).await.unwrap();
    server.child.signal(Signal::TERM);
    let status = server.child.ended();
    assert_eq!(status.code(), Some(0), "{}", server.log());
    assert!(!server.socket.exists());
    assert_eq!(health(&server.address.to_string()).await, 1);
    assert_eq!(health("not an address").await, 2);
}

#[tokio::test]
async fn a_vm_that_ends_in_the_grace_period_gives_its_results() {
    let mut server = Process::start(&["--grace", "600"]);
    let mut client = server.client().await;
    let address = server.address.to_string();
    let socket = format!("unix:{}", server.socket.display());
    assert_eq!([health(&address).await, health(&socket).await], [0, 0]);
    let hash = upload(&mut client, &program(&COUNTDOWN, None))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await;
    run(&mut client, &vm.name, Some(Until::Steps(10))).await;
    // A server that is told to end waits a second for a client that says nothing: too short for a busy machine.
    let mut sign = client.clone();
    let signs_of_life = tokio::spawn(async move {
        while sign.list_vms(ListVmsRequest::default()).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    server.child.signal(Signal::TERM);
    let refused = is_draining(&mut client, &hash).await;
    let expected = (Code::Unavailable, "SERVER_DRAINING".to_owned());
    assert_eq!(reason(&refused), expected);
    let json = program(&[RET], None);
    let refused = upload(&mut client, &json).await.unwrap_err();
    assert_eq!(reason(&refused), expected);
    assert_eq!([health(&address).await, health(&socket).await], [1, 1]);
    signs_of_life.abort();
    // The VM goes on, after a pause of its client, too.
    let answer = run(&mut client, &vm.name, Some(Until::Steps(10))).await;
    assert_eq!(answer.vm.unwrap().current_step, 20);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let answer = run(&mut client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended);
    let trace = artifact(&mut client, &vm.name, Artifact::Trace).await;
    assert_eq!(trace.len() as u64, 24 * COUNTDOWN_STEPS);
    // Far before the grace period is over.
    assert_eq!(server.child.ended().code(), Some(0), "{}", server.log());
}

#[tokio::test]
async fn a_second_signal_ends_the_server_at_once() {
    for second in [Signal::TERM, Signal::INT] {
        let mut server = Process::start(&["--grace", "600"]);
        let mut client = server.client().await;
        let hash = upload(&mut client, &program(&[RET], None)).await.unwrap();
        let (_, running) = endless(&mut client).await;
        let processes = server.descendants();
        assert!(processes.len() >= 2);
        server.child.signal(Signal::TERM);
        // Two signals that come at once are one.
        is_draining(&mut client, &hash).await;
        assert!(server.child.try_wait().unwrap().is_none());
        server.child.signal(second);
        let ended = running.await.unwrap().unwrap_err();
        let expected = (Code::Unavailable, "SERVER_SHUTDOWN".to_owned());
        assert_eq!(reason(&ended), expected);
        assert_eq!(server.child.ended().code(), Some(0), "{}", server.log());
        eventually("all workers end", || nobody_is_left(&server, &processes)).await;
    }
}

#[tokio::test]
async fn a_server_ends_with_its_parent() {
    let mut command = vm_host("serve");
    command.stdin(Stdio::piped());
    let mut server = Process::of(command, &["--exit-with-parent", "--grace", "600"]);
    let mut client = server.client().await;
    let (_, running) = endless(&mut client).await;
    let processes = server.descendants();
    // The kernel closes it when the process that holds it ends, also after kill -9.
    drop(server.child.stdin.take());
    assert!(running.await.unwrap().is_err());
    assert_eq!(server.child.ended().code(), Some(0));
    assert!(!server.socket.exists());
    eventually("all workers end", || nobody_is_left(&server, &processes)).await;
}

#[tokio::test]
async fn a_killed_server_leaves_no_process() {
    let mut server = Process::start(&[]);
    let mut client = server.client().await;
    let (_, running) = endless(&mut client).await;
    let processes = server.descendants();
    assert!(processes.len() >= 2);
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    assert!(running.await.unwrap().is_err());
    eventually("all workers end", || nobody_is_left(&server, &processes)).await;
}

#[tokio::test]
async fn the_vms_of_a_killed_client_end_within_seconds() {
    let server = Process::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("endless.json");
    std::fs::write(&path, program(&LOOP, Some((0, "x = 1")))).unwrap();
    let mut child = Running::start(
        example_client()
            .arg(server.address.to_string())
            .arg(&path)
            .stderr(Stdio::null()),
    );
    let mut observer = server.client().await;
    let vms = async |observer: &mut Client| {
        let list = observer.list_vms(ListVmsRequest::default()).await.unwrap();
        list.into_inner().vms
    };
    let start = Instant::now();
    let vm = loop {
        assert!(start.elapsed() < PATIENCE);
        assert!(child.try_wait().unwrap().is_none(), "the client ended");
        if let Some(vm) = vms(&mut observer).await.pop()
            && vm.state() == VmState::Running
            && vm.current_step > 1000
        {
            break vm;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(server.descendants().contains(&vm.worker_process_id));
    child.kill().unwrap();
    child.wait().unwrap();
    let start = Instant::now();
    while !vms(&mut observer).await.is_empty() || is_alive(vm.worker_process_id) {
        // Sooner than the silence of a client would be noticed.
        assert!(start.elapsed() < Duration::from_secs(10), "the VM is left");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // The zygote alone is left, with its keeper.
    assert_eq!(descendants(server.child.id()).len(), 2);
}

#[test]
fn the_example_client_runs_a_program() {
    let server = Process::start(&WRITES_FILES);
    let quick_start = programs_directory().join("scope/live_objects.json");
    let socket = format!("unix:{}", server.socket.display());
    for address in [server.address.to_string(), socket] {
        let mut client = example_client();
        client.arg(address).arg(&quick_start).arg("all_cairo");
        let output = client.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        let stdout = String::from_utf8_lossy(&output.stdout);
        assert!(stdout.contains("the trace has"), "{stdout}");
        assert!(stderr.contains("step 3: pc"), "{stderr}");
        assert!(stderr.contains("started the hint worker"), "{stderr}");
    }
}
