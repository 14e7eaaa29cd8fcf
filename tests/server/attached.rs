//! A client that serves the hints of its own VM.

use hint_proto::v1::attach_hints_request::Message as Attaching;
use hint_proto::v1::session_request::Message as Asked;
use hint_proto::v1::session_response::Message as Said;
use hint_proto::v1::*;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;

use crate::harness::*;

fn say(message: Said) -> AttachHintsRequest {
    let response = SessionResponse {
        message: Some(message),
    };
    AttachHintsRequest {
        message: Some(Attaching::Response(response)),
    }
}

/// Serves hints that do nothing; leaves when it is asked to run one after `hints` of them.
pub(crate) async fn serve(mut client: Client, name: String, hints: usize) -> usize {
    let (out, outgoing) = mpsc::channel(2);
    let first = AttachHintsRequest {
        message: Some(Attaching::Name(name)),
    };
    out.send(first).await.unwrap();
    let answer = client
        .attach_hints(ReceiverStream::new(outgoing))
        .await
        .unwrap();
    let mut incoming = answer.into_inner();
    let mut served = 0;
    while let Ok(Some(message)) = incoming.message().await {
        let answer = match message.request.unwrap().message.unwrap() {
            Asked::Start(start) => Said::Started(Started {
                protocol_version: start.protocol_version,
                ..Started::default()
            }),
            Asked::LoadHints(_) => Said::HintsLoaded(HintsLoaded::default()),
            Asked::ExecuteHint(_) if served == hints => break,
            Asked::ExecuteHint(_) => {
                served += 1;
                Said::Done(HintDone::default())
            }
            Asked::EndRun(_) => Said::RunEnded(RunEnded {
                scope_depth: 1,
                ..RunEnded::default()
            }),
            other => panic!("{other:?}"),
        };
        if out.send(say(answer)).await.is_err() {
            break;
        }
    }
    served
}

pub(crate) async fn attached_vm(client: &mut Client, data: &[&str]) -> Vm {
    let hash = upload(client, &program(data, Some((0, "x = 1"))))
        .await
        .unwrap();
    let mut create_request = request(&hash);
    create_request.set_hint_engine(HintEngine::Attached);
    create(client, create_request).await
}

#[tokio::test]
async fn a_client_serves_its_hints() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = attached_vm(&mut client, &[RET]).await;
    assert_eq!((vm.state(), vm.worker_process_id), (VmState::Created, 0));
    let serving = tokio::spawn(serve(client.clone(), vm.name.clone(), 1));
    let answer = run(&mut client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended, "{:?}", answer.vm);
    assert_eq!(answer.vm.unwrap().hints_executed, 1);
    delete(&mut client, &vm.name).await;
    assert_eq!(serving.await.unwrap(), 1);
}

#[tokio::test]
async fn a_client_that_leaves_fails_its_vm() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = attached_vm(&mut client, &LOOP).await;
    let serving = tokio::spawn(serve(client.clone(), vm.name.clone(), 10));
    let answer = run(&mut client, &vm.name, None).await;
    assert_eq!(serving.await.unwrap(), 10);
    assert_eq!(
        answer.vm.unwrap().failure.unwrap().reason,
        "ENGINE_DETACHED"
    );
}

#[tokio::test]
async fn a_vm_has_one_engine_that_keeps_to_the_protocol() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = attached_vm(&mut client, &[RET]).await;
    let named = |name: &str| AttachHintsRequest {
        message: Some(Attaching::Name(name.to_owned())),
    };
    let (out, outgoing) = mpsc::channel(2);
    out.send(named(&vm.name)).await.unwrap();
    let answer = client.attach_hints(ReceiverStream::new(outgoing)).await;
    let mut incoming = answer.unwrap().into_inner();
    let second = client
        .attach_hints(tokio_stream::iter([named(&vm.name)]))
        .await;
    assert_eq!(
        reason(&second.unwrap_err()),
        (Code::FailedPrecondition, "HINT_ENGINE_ATTACHED".to_owned())
    );
    assert!(matches!(
        incoming
            .message()
            .await
            .unwrap()
            .unwrap()
            .request
            .unwrap()
            .message,
        Some(Asked::Start(_))
    ));
    // The engine does not answer; calls to the VM wait, but not any number.
    let get = GetVmRequest {
        name: vm.name.clone(),
    };
    let list = ListHintsRequest {
        name: vm.name.clone(),
        ..Default::default()
    };
    let calls: Vec<_> = (0..70)
        .map(|_| {
            let (mut client, list) = (client.clone(), list.clone());
            tokio::spawn(async move { client.list_hints(list).await })
        })
        .collect();
    client.get_vm(get.clone()).await.unwrap();
    // Those that may not wait are told so at once.
    eventually("the surplus is refused", || {
        calls.iter().filter(|call| call.is_finished()).count() >= 70 - 64
    })
    .await;
    // What it says then is no response.
    out.send(named(&vm.name)).await.unwrap();
    let mut refused = 0;
    for call in calls {
        if let Err(status) = call.await.unwrap() {
            let expected = (Code::ResourceExhausted, "TOO_MANY_CALLS".to_owned());
            assert_eq!(reason(&status), expected);
            let facts = ["limit_name", "limit", "used"].map(|key| fact(&status, key));
            let expected = ["waiting_calls", "64", "64"].map(|fact| Some(fact.to_owned()));
            assert_eq!(facts, expected);
            refused += 1;
        }
    }
    assert_eq!(refused, 70 - 64);
    let status = incoming.message().await.unwrap_err();
    let expected = (Code::InvalidArgument, "ENGINE_PROTOCOL".to_owned());
    assert_eq!(reason(&status), expected, "{status:?}");
    // The VM has not begun: another engine takes the place of this one.
    let vm = client.get_vm(get).await.unwrap().into_inner().vm.unwrap();
    assert_eq!((vm.state(), vm.attached), (VmState::Created, false));
    let serving = tokio::spawn(serve(client.clone(), vm.name.clone(), 1));
    let answer = run(&mut client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended, "{:?}", answer.vm);
    delete(&mut client, &vm.name).await;
    assert_eq!(serving.await.unwrap(), 1);
}

#[tokio::test]
async fn a_vm_whose_client_does_not_come_does_not_run() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = attached_vm(&mut client, &[RET]).await;
    let name = vm.name.clone();
    let status = client
        .run_vm(RunVmRequest {
            name: vm.name,
            until: None,
            ..Default::default()
        })
        .await
        .unwrap_err();
    let expected = (
        Code::FailedPrecondition,
        "HINT_ENGINE_NOT_ATTACHED".to_owned(),
    );
    assert_eq!(reason(&status), expected);
    assert_eq!(fact(&status, "vm"), Some(name));
}
