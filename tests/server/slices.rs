//! What takes long in one VM is done in slices: the others go on meanwhile, and whoever ends the VM gets through.

use std::time::Duration;

use hint_proto::v1::run_vm_request::Until;
use hint_proto::v1::*;
use hint_tests::process::PATIENCE;

use crate::harness::*;

/// Asks the host something, for ever.
const ASKING: &str = "while True: is_accessed(fp)";

#[tokio::test]
async fn a_hint_that_asks_in_a_loop_leaves_others_their_turns() {
    let server = Server::with(|options| options.threads = 1);
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], Some((0, ASKING))))
        .await
        .unwrap();
    let asking = create(&mut client, request(&hash)).await.name;
    let mut other = client.clone();
    let name = asking.clone();
    let endless = tokio::spawn(async move {
        let request = RunVmRequest {
            name,
            ..RunVmRequest::default()
        };
        other.run_vm(request).await
    });
    is_running(&mut client, &asking).await;
    let hash = upload(&mut client, &program(&COUNTDOWN, None))
        .await
        .unwrap();
    for _ in 0..3 {
        let vm = create(&mut client, request(&hash)).await.name;
        let ran = tokio::time::timeout(PATIENCE, run(&mut client, &vm, None));
        assert_eq!(ran.await.unwrap().stop_reason(), StopReason::Ended);
    }
    let delete = DeleteVmRequest { name: asking };
    let deleted = tokio::time::timeout(PATIENCE, client.delete_vm(delete));
    deleted.await.unwrap().unwrap();
    assert!(endless.await.unwrap().is_err());
}

#[tokio::test]
async fn large_effects_leave_others_their_turns() {
    let server = Server::with(|options| options.threads = 1);
    let mut client = server.client().await;
    let code = "p = segments.add()\nsegments.write_arg(p, [0] * (1 << 18))";
    let json = program(&LOOP, Some((0, code)));
    let hash = upload(&mut client, &json).await.unwrap();
    let writing = create(&mut client, request(&hash)).await.name;
    let mut other = client.clone();
    let name = writing.clone();
    tokio::spawn(async move {
        let request = RunVmRequest {
            name,
            ..RunVmRequest::default()
        };
        other.run_vm(request).await
    });
    is_running(&mut client, &writing).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let delete = DeleteVmRequest { name: writing };
    let deleted = tokio::time::timeout(PATIENCE, client.delete_vm(delete));
    deleted.await.unwrap().unwrap();
}

/// Instances of a builtin whose outputs nobody has asked for: each is computed twice at the end of the run.
const INSTANCES: usize = 60_000;

/// A program whose end takes some thousand times as long as its steps: `[ap] = [fp - 3] + 3 * INSTANCES, ap++; ret`.
fn long_end() -> Vec<u8> {
    let code = format!(
        "p = memory[fp - 3]\nfor i in range({INSTANCES}):\n    memory[p + 3 * i] = i\n    memory[p + 3 * i + 1] = 1"
    );
    let size = format!("{:#x}", 3 * INSTANCES);
    let json = program(&["0x482680017ffd8000", &size, RET], Some((0, &code)));
    let mut json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    json["builtins"] = serde_json::json!(["pedersen"]);
    json.to_string().into_bytes()
}

/// Makes a VM that has to make one step before its end, and lets it make that.
async fn begin_ending(client: &mut Client, hash: &str) -> (String, Ending) {
    let name = create(client, request(hash)).await.name;
    let first = run(client, &name, Some(Until::Steps(1))).await;
    assert_eq!(first.stop_reason(), StopReason::Reached, "{first:?}");
    let request = RunVmRequest {
        name: name.clone(),
        ..RunVmRequest::default()
    };
    let mut other = client.clone();
    let ending = tokio::spawn(async move { other.run_vm(request).await });
    is_running(client, &name).await;
    (name, ending)
}

type Ending = tokio::task::JoinHandle<Result<tonic::Response<RunVmResponse>, tonic::Status>>;

async fn state(client: &mut Client, name: &str) -> VmState {
    let name = name.to_owned();
    let vm = client.get_vm(GetVmRequest { name }).await.unwrap();
    vm.into_inner().vm.unwrap().state()
}

#[tokio::test]
async fn a_long_end_leaves_others_their_turns() {
    let server = Server::with(|options| options.threads = 1);
    let mut client = server.client().await;
    let hash = upload(&mut client, &long_end()).await.unwrap();
    let steps = program(&[RET], Some((0, "pass")));
    let steps = upload(&mut client, &steps).await.unwrap();
    let (ending, ended) = begin_ending(&mut client, &hash).await;
    // Whole lives of others pass while it ends.
    let mut others = 0;
    while state(&mut client, &ending).await == VmState::Running {
        let vm = create(&mut client, request(&steps)).await.name;
        let ran = run(&mut client, &vm, None).await;
        assert_eq!(ran.stop_reason(), StopReason::Ended);
        delete(&mut client, &vm).await;
        others += 1;
    }
    assert!(others >= 5, "{others} others ran");
    let ended = ended.await.unwrap().unwrap().into_inner();
    let vm = ended.vm.unwrap();
    assert_eq!(vm.state(), VmState::Succeeded, "{vm:?}");
    let instances = &vm.execution_resources.unwrap().builtin_instances;
    assert_eq!(instances["pedersen"], INSTANCES as u64);
}

#[tokio::test]
async fn a_vm_is_deleted_in_the_middle_of_its_end() {
    let mut server = Server::with(|options| options.grace = Duration::ZERO);
    let mut client = server.client().await;
    let hash = upload(&mut client, &long_end()).await.unwrap();
    let (name, ended) = begin_ending(&mut client, &hash).await;
    let deleted = tokio::time::timeout(PATIENCE, delete(&mut client, &name));
    deleted.await.unwrap();
    let status = ended.await.unwrap().unwrap_err();
    assert_eq!(reason(&status).1, "VM_DELETED");
    // So does the end of the server.
    let (_, ended) = begin_ending(&mut client, &hash).await;
    server.stop();
    let status = ended.await.unwrap().unwrap_err();
    assert_eq!(reason(&status).1, "SERVER_SHUTDOWN");
}

#[tokio::test]
async fn a_vm_is_deleted_while_a_result_of_it_is_made() {
    let server = Server::with(|options| options.threads = 1);
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&COUNTDOWN, None))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await.name;
    let ran = run(&mut client, &vm, None).await;
    assert_eq!(ran.stop_reason(), StopReason::Ended);
    let read = ReadArtifactRequest {
        name: vm.clone(),
        artifact: Artifact::CairoPie.into(),
        ..ReadArtifactRequest::default()
    };
    let mut other = client.clone();
    let reading = tokio::spawn(async move { other.read_artifact(read).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let deleted = tokio::time::timeout(PATIENCE, delete(&mut client, &vm));
    deleted.await.unwrap();
    let status = reading.await.unwrap().unwrap_err();
    assert_eq!(reason(&status).1, "VM_DELETED");
}

/// The steps that are added to a trace for the proof are steps.
#[tokio::test]
async fn padding_stays_within_the_limit_of_steps() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &corpus("proof/hints.json"))
        .await
        .unwrap();
    for (max_steps, expected) in [(0, None), (400, Some("STEPS_EXHAUSTED"))] {
        let vm = create(
            &mut client,
            CreateVmRequest {
                layout: "recursive".to_owned(),
                proof_mode: true,
                limits: Some(VmLimits {
                    max_steps,
                    ..VmLimits::default()
                }),
                ..request(&hash)
            },
        )
        .await;
        run(&mut client, &vm.name, None).await;
        let get = GetVmRequest { name: vm.name };
        let vm = client.get_vm(get).await.unwrap().into_inner().vm.unwrap();
        let failure = vm.failure.as_ref();
        let reason = failure.map(|failure| failure.reason.as_str());
        assert_eq!(reason, expected, "{vm:?}");
        if expected.is_some() {
            assert_eq!(vm.current_step, max_steps);
        } else {
            assert!(vm.current_step > 400 && vm.current_step.is_power_of_two());
        }
    }
}
