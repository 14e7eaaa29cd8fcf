//! The zygote of a server under faults: what it forgets is done by another one that takes its place.

use std::time::Duration;

use hint_tests::process_table::is_alive;
use rustix::process::{Pid, Signal, kill_process};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::harness::*;
use crate::process::Process;

/// The zygote, which is what has descendants below its keeper.
fn zygote(server: &Process) -> u32 {
    let below = server.descendants();
    assert_eq!(below.len(), 2, "a keeper and a zygote: {below:?}");
    below[1]
}

fn signal(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(pid as i32).unwrap(), signal).unwrap();
}

async fn health(server: &Process) -> ServingStatus {
    let endpoint = tonic::transport::Channel::from_shared(format!("http://{}", server.address));
    let channel = endpoint.unwrap().connect().await.unwrap();
    let request = HealthCheckRequest {
        service: "cairohints.v1.VmService".to_owned(),
    };
    let answer = HealthClient::new(channel).check(request).await.unwrap();
    answer.into_inner().status()
}

/// One that is stopped longer than a fork may take: health says so, another one takes its place and serves the call
/// that waits, and its late answer is nobody's. Those whose workers it forked keep them.
#[tokio::test]
async fn one_that_does_not_answer_is_replaced() {
    let server = Process::start(&[]);
    let first = zygote(&server);
    let mut client = server.client().await;
    let json = program(&[RET], Some((0, "x = 1")));
    let hash = upload(&mut client, &json).await.unwrap();
    let early = create(&mut client, request(&hash)).await;
    signal(first, Signal::STOP);
    let mut waiting = client.clone();
    let waits = request(&hash);
    let waiting = tokio::spawn(async move { waiting.create_vm(waits).await });
    // While the new one starts.
    let mut looks = 0;
    while health(&server).await == ServingStatus::Serving {
        assert!(!waiting.is_finished(), "health never said so");
        looks += 1;
        assert!(looks < 10_000, "no zygote takes its place");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let created = waiting.await.unwrap().unwrap().into_inner();
    let served = created.vm.unwrap();
    assert!(is_alive(served.worker_process_id));
    assert_eq!(health(&server).await, ServingStatus::Serving);
    delete(&mut client, &served.name).await;
    // Now it answers, far too late.
    signal(first, Signal::CONT);
    let mut workers = Vec::new();
    for _ in 0..4 {
        let vm = create(&mut client, request(&hash)).await;
        assert_ne!(vm.worker_process_id, early.worker_process_id);
        workers.push(vm);
    }
    // Deleting one ends its own worker and no other.
    let deleted = workers.remove(0);
    delete(&mut client, &deleted.name).await;
    eventually("the worker of a deleted VM lives on", || {
        !is_alive(deleted.worker_process_id)
    })
    .await;
    for vm in workers.iter().chain([&early]) {
        assert!(is_alive(vm.worker_process_id), "{vm:?}");
        run(&mut client, &vm.name, None).await;
        delete(&mut client, &vm.name).await;
    }
}

/// One that is killed ends its workers, and each of their VMs says so; others get a new one.
#[tokio::test]
async fn one_that_dies_is_replaced() {
    let server = Process::start(&[]);
    let first = zygote(&server);
    let mut client = server.client().await;
    let json = program(&[RET], Some((0, "x = 1")));
    let hash = upload(&mut client, &json).await.unwrap();
    let early = create(&mut client, request(&hash)).await;
    signal(first, Signal::KILL);
    eventually("a worker outlives its zygote", || {
        !is_alive(early.worker_process_id)
    })
    .await;
    let ended = run(&mut client, &early.name, None).await.vm.unwrap();
    assert_eq!(ended.failure.unwrap().reason, "WORKER_DIED");
    let late = create(&mut client, request(&hash)).await;
    run(&mut client, &late.name, None).await;
    assert!(is_alive(late.worker_process_id));
}
