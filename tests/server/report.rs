//! The report of a VM, as clients read it: of one that ended, of one that failed or was ended, and of no other.

use hint_proto::v1::*;
use tonic::Status;

use crate::harness::*;

async fn reported(client: &mut Client, hash: &str) -> Vm {
    let mut wanted = request(hash);
    wanted.report = true;
    create(client, wanted).await
}

async fn page(client: &mut Client, name: &str) -> String {
    String::from_utf8(artifact(client, name, Artifact::Report).await).unwrap()
}

async fn refused(client: &mut Client, name: &str) -> Status {
    let read = ReadArtifactRequest {
        name: name.to_owned(),
        artifact: Artifact::Report.into(),
        ..Default::default()
    };
    client.read_artifact(read).await.unwrap_err()
}

#[tokio::test]
async fn the_report_of_a_vm_says_what_the_vm_says() {
    let server = Server::trusted();
    let mut client = server.client().await;
    let code = "log.warning('logged', n=1)\nlog.debug('quiet')\nids.x = 5";
    let hash = upload(&mut client, &program(&[RET], Some((0, code)))).await;
    let hash = hash.unwrap();
    let vm = reported(&mut client, &hash).await;
    assert_eq!(
        reason(&refused(&mut client, &vm.name).await).1,
        "VM_NOT_SUCCEEDED"
    );
    let failed = run(&mut client, &vm.name, None).await.vm.unwrap();
    // There is no `ids.x`.
    assert_eq!(failed.state(), VmState::Failed);
    let text = page(&mut client, &vm.name).await;
    assert!(text.contains("HINT_RAISED"), "{text}");
    assert!(text.contains("<td>logged n=1</td>"));
    assert!(!text.contains("<td>quiet</td>"));

    let hash = upload(&mut client, &corpus("scope/live_objects.json"))
        .await
        .unwrap();
    let vm = reported(&mut client, &hash).await;
    let ended = run(&mut client, &vm.name, None).await.vm.unwrap();
    assert_eq!(ended.state(), VmState::Succeeded);
    let text = page(&mut client, &vm.name).await;
    let figure = |name: &str, value: u64| format!("data-stat=\"{name}\" data-value=\"{value}\"");
    assert!(text.contains(&figure("steps", ended.current_step)));
    assert!(text.contains(&figure("hints_executed", ended.hints_executed)));
    let holes = ended.execution_resources.unwrap().memory_holes;
    assert!(text.contains(&format!("data-holes=\"{holes}\"")));
    // Nothing of the server's own is in it, and asking again changes nothing.
    assert!(!text.contains("host_peak_bytes"));
    assert_eq!(page(&mut client, &vm.name).await, text);
}

#[tokio::test]
async fn a_vm_that_was_ended_in_a_hint_has_a_report() {
    let server = Server::trusted();
    let mut client = server.client().await;
    let program = program(&[RET], Some((0, "while True: pass")));
    let hash = upload(&mut client, &program).await.unwrap();
    let mut wanted = request(&hash);
    wanted.report = true;
    wanted.limits = Some(VmLimits {
        run_time: Some(prost_types::Duration {
            seconds: 0,
            nanos: 300_000_000,
        }),
        ..VmLimits::default()
    });
    let vm = create(&mut client, wanted).await;
    let ended = run(&mut client, &vm.name, None).await.vm.unwrap();
    assert_eq!(ended.failure.unwrap().reason, "LIMIT_EXCEEDED");
    let text = page(&mut client, &vm.name).await;
    assert!(text.contains("LIMIT_EXCEEDED"));
    assert!(text.contains("Why it failed"), "{text}");
    let (_, hints) = text.split_once("<section id=\"hints\">").unwrap();
    let row = hints
        .split("<tr>")
        .find(|row| row.contains("while True: pass"));
    let row = row.expect("no row of the hint that ran");
    assert!(row.contains("running when the run ended"), "{row}");
    assert!(row.contains("data-count=\"1\""), "{row}");
}

#[tokio::test]
async fn a_vm_that_keeps_nothing_has_no_report() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], None)).await.unwrap();
    let vm = create(&mut client, request(&hash)).await;
    run(&mut client, &vm.name, None).await;
    let status = refused(&mut client, &vm.name).await;
    assert_eq!(reason(&status).1, "ARTIFACT_UNAVAILABLE");
    assert!(status.message().contains("create the VM with `report`"));
}
