//! What takes long in one VM is done in slices: the others go on meanwhile, and whoever ends the VM gets through.

use std::time::Duration;

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
