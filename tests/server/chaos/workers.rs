//! Everything at once: VMs that run while their workers are killed, their callers give up, and others delete
//! them. Each ends as it should, and nothing is left.

use std::time::Duration;

use hint_proto::v1::*;
use rustix::process::{Pid, Signal, kill_process};
use tonic::Code;

use super::Numbers;
use crate::harness::*;
use crate::process::Process;

/// Counts down from 300, with a hint in every turn.
pub(super) fn countdown() -> Vec<u8> {
    let mut data = COUNTDOWN;
    data[1] = "0x12c";
    program(&data, Some((2, "turns = globals().get('turns', 0) + 1")))
}

async fn trouble(server: &Process, hash: &str, expected: &[u8], seed: u64) -> [u32; 4] {
    let mut numbers = Numbers(seed);
    let mut client = server.client().await;
    let mut seen = [0; 4];
    for _ in 0..12 {
        let vm = create(&mut client, request(hash)).await;
        let wait = Duration::from_millis(numbers.below(60));
        let trouble = numbers.below(4);
        let mut run = tonic::Request::new(RunVmRequest {
            name: vm.name.clone(),
            until: None,
            ..Default::default()
        });
        if trouble == 1 {
            run.set_timeout(wait + Duration::from_millis(1));
        }
        let mut runner = client.clone();
        let running = tokio::spawn(async move { runner.run_vm(run).await });
        if trouble > 1 {
            tokio::time::sleep(wait).await;
        }
        if trouble == 2 {
            let pid = Pid::from_raw(vm.worker_process_id.cast_signed()).unwrap();
            // It may have ended before.
            let _ = kill_process(pid, Signal::KILL);
        }
        if trouble == 3 {
            delete(&mut client, &vm.name).await;
        }
        let mut answer = running.await.unwrap();
        if let Err(status) = &answer {
            let (code, word) = reason_or_local(status);
            match trouble {
                1 => assert_eq!(code, Code::DeadlineExceeded, "{word}"),
                3 => assert!(
                    ["VM_DELETED", "VM_NOT_FOUND"].contains(&word.as_str()),
                    "{word}"
                ),
                _ => panic!("{status:?}"),
            }
            seen[trouble as usize] += 1;
            if trouble == 3 {
                continue;
            }
            // It pauses; then it goes on as if nothing had been.
            loop {
                let again = RunVmRequest {
                    name: vm.name.clone(),
                    until: None,
                    ..Default::default()
                };
                answer = client.run_vm(again).await;
                match &answer {
                    Err(status) if reason(status).1 == "VM_RUNNING" => {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                    Err(status) if reason(status).1 == "VM_ENDED" => {
                        // It ended while its caller gave up.
                        answer = Ok(tonic::Response::new(RunVmResponse {
                            vm: None,
                            stop_reason: StopReason::Ended.into(),
                        }));
                        break;
                    }
                    _ => break,
                }
            }
        }
        if trouble == 3 {
            continue;
        }
        let answer = answer.unwrap().into_inner();
        match answer.stop_reason() {
            StopReason::Ended => {
                seen[0] += 1;
                let trace = artifact(&mut client, &vm.name, Artifact::Trace).await;
                assert!(trace == expected, "another trace");
            }
            StopReason::Failed => {
                assert_eq!(trouble, 2, "{:?}", answer.vm);
                assert_eq!(answer.vm.unwrap().failure.unwrap().reason, "WORKER_DIED");
                seen[2] += 1;
            }
            other => panic!("{other:?}"),
        }
        delete(&mut client, &vm.name).await;
    }
    seen
}

/// Our client's own clock may come first.
fn reason_or_local(status: &tonic::Status) -> (Code, String) {
    if status.details().is_empty() {
        (Code::DeadlineExceeded, status.message().to_owned())
    } else {
        reason(status)
    }
}

#[tokio::test]
async fn nothing_is_wrong_and_nothing_is_left() {
    let server = std::sync::Arc::new(Process::start(&["--threads", "3"]));
    let mut client = server.client().await;
    let hash = upload(&mut client, &countdown()).await.unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let answer = run(&mut client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended, "{:?}", answer.vm);
    assert_eq!(answer.vm.unwrap().hints_executed, 300);
    let expected = artifact(&mut client, &vm.name, Artifact::Trace).await;
    delete(&mut client, &vm.name).await;
    let clients: Vec<_> = (0..10)
        .map(|seed| {
            let (server, hash, expected) = (server.clone(), hash.clone(), expected.clone());
            tokio::spawn(async move { trouble(&server, &hash, &expected, seed).await })
        })
        .collect();
    let mut seen = [0; 4];
    for client in clients {
        for (all, some) in seen.iter_mut().zip(client.await.unwrap()) {
            *all += some;
        }
    }
    println!("ended, late, killed, deleted: {seen:?}");
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
    eventually("only the zygote and its keeper are left", || {
        server.descendants().len() == 2
    })
    .await;
    let list = client.list_vms(ListVmsRequest::default()).await.unwrap();
    assert!(list.into_inner().vms.is_empty());
}
