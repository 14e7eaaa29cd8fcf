//! Where a VM's hints run: as its client asked, and with the same results.

use hint_proto::v1::*;
use tonic::Code;

use crate::harness::*;

/// Hints of its own between known ones, with scopes that one side enters and the other one leaves.
const MIXED: &str = "placement/mixed_scopes.json";
/// A hint of its own defines a class.
const OWN: &str = "placement/own_hints_beside_known_ones.json";
/// Only known hints.
const KNOWN: &str = "stdlib/memcpy.json";

async fn placed(
    client: &mut Client,
    program: &str,
    placement: HintPlacement,
    hint_locals_json: &str,
) -> Vm {
    let hash = upload(client, &corpus(program)).await.unwrap();
    let request = CreateVmRequest {
        hint_placement: placement.into(),
        hint_locals_json: hint_locals_json.to_owned(),
        ..request(&hash)
    };
    create(client, request).await
}

/// Trace, memory and number of hints of a VM that runs to its end.
async fn results(client: &mut Client, vm: &Vm) -> (Vec<u8>, Vec<u8>, u64) {
    let ended = run(client, &vm.name, None).await.vm.unwrap();
    assert_eq!(ended.state(), VmState::Succeeded, "{:?}", ended.failure);
    (
        artifact(client, &vm.name, Artifact::Trace).await,
        artifact(client, &vm.name, Artifact::Memory).await,
        ended.hints_executed,
    )
}

/// How many hints are placed in Rust, and how many there are.
async fn in_rust(client: &mut Client, vm: &Vm) -> (usize, usize) {
    let request = ListHintsRequest {
        name: vm.name.clone(),
        ..Default::default()
    };
    let hints = client.list_hints(request).await.unwrap().into_inner().hints;
    assert!(hints.iter().all(|hint| !hint.reason.is_empty()));
    let native = hints
        .iter()
        .filter(|hint| hint.placement() == HintPlacement::Native);
    (native.count(), hints.len())
}

#[tokio::test]
async fn auto_gives_what_python_gives() {
    let server = Server::start();
    let mut client = server.client().await;
    for program in [MIXED, KNOWN] {
        let python = placed(&mut client, program, HintPlacement::Python, "").await;
        let auto = placed(&mut client, program, HintPlacement::Auto, "").await;
        let unspecified = placed(&mut client, program, HintPlacement::Unspecified, "").await;
        assert_eq!(unspecified.hint_placement(), HintPlacement::Auto);
        let (none, all) = in_rust(&mut client, &python).await;
        assert_eq!(none, 0);
        let (some, same) = in_rust(&mut client, &auto).await;
        assert_eq!(same, all);
        assert!(some > 0, "{program}");
        assert_eq!(in_rust(&mut client, &unspecified).await, (some, same));
        assert_eq!(
            results(&mut client, &auto).await,
            results(&mut client, &python).await,
            "{program}"
        );
    }
}

#[tokio::test]
async fn native_runs_without_a_worker() {
    let server = Server::start();
    let mut client = server.client().await;
    let python = placed(&mut client, KNOWN, HintPlacement::Python, "").await;
    let native = placed(&mut client, KNOWN, HintPlacement::Native, "").await;
    assert_eq!(native.worker_process_id, 0);
    assert_ne!(python.worker_process_id, 0);
    let (rust, all) = in_rust(&mut client, &native).await;
    assert_eq!(rust, all);
    assert_eq!(
        results(&mut client, &native).await,
        results(&mut client, &python).await
    );
}

#[tokio::test]
async fn native_refuses_a_hint_of_the_programs_own() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &corpus(OWN)).await.unwrap();
    let request = CreateVmRequest {
        hint_placement: HintPlacement::Native.into(),
        ..request(&hash)
    };
    let status = client.create_vm(request).await.unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::FailedPrecondition, "HINT_NOT_NATIVE".to_owned())
    );
    assert!(
        status.message().contains("cairo-vm has no twin"),
        "{status}"
    );
}

/// A variable that the client gives to the hints is one that hints in Python see.
#[tokio::test]
async fn a_variable_of_the_client_moves_the_hints_that_use_it() {
    let server = Server::start();
    let mut client = server.client().await;
    let with = |json: &'static str| (KNOWN, HintPlacement::Auto, json);
    let mut counts = Vec::new();
    for (program, placement, json) in [with(""), with(r#"{"own": 1}"#), with(r#"{"n": 1}"#)] {
        let vm = placed(&mut client, program, placement, json).await;
        counts.push(in_rust(&mut client, &vm).await.0);
        results(&mut client, &vm).await;
    }
    assert_eq!(counts[0], counts[1]);
    // Entering the scope defines `n`, the loop uses it.
    assert_eq!(counts[2], counts[0] - 2);
}
