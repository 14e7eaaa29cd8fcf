//! What one tenant may have and use: each limit is said with its name, its value and what is used of it, and
//! leaves the others theirs.

use hint_proto::v1::upload_program_request::Part;
use hint_proto::v1::*;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::harness::*;
use crate::process::Process;
use crate::tenants::File;

/// Checks that a refusal says which limit it is; when to try again.
fn names(status: &Status, reasoned: &str, limit: &str, value: u64, used: u64) -> bool {
    let expected = (Code::ResourceExhausted, reasoned.to_owned());
    assert_eq!(reason(status), expected);
    for (key, value) in [
        ("limit_name", limit.to_owned()),
        ("limit", value.to_string()),
        ("used", used.to_string()),
    ] {
        assert_eq!(fact(status, key), Some(value), "{key} of {status:?}");
    }
    let details = status.get_error_details();
    let quota = details.quota_failure().unwrap();
    assert_eq!(quota.violations[0].subject, limit);
    details.retry_info().is_some()
}

/// Two tenants, of whom the first has these limits.
async fn two(limits: &str) -> (Process, Client, Client) {
    let mut file = File::new("");
    let alice = file.tenant("alice", &format!("limits = {{{limits}}}"));
    let bob = file.tenant("bob", "");
    let server = file.serve(&[]);
    let clients = (server.client_of(&alice).await, server.client_of(&bob).await);
    (server, clients.0, clients.1)
}

#[tokio::test]
async fn vms_of_one_tenant_leave_others_theirs() {
    let (_server, mut alice, mut bob) = two("max_vms = 2").await;
    let json = program(&[RET], None);
    let hash = upload(&mut alice, &json).await.unwrap();
    upload(&mut bob, &json).await.unwrap();
    let first = create(&mut alice, request(&hash)).await;
    create(&mut alice, request(&hash)).await;
    let status = alice.create_vm(request(&hash)).await.unwrap_err();
    assert!(!names(&status, "TOO_MANY_VMS", "max_vms", 2, 2));
    for _ in 0..3 {
        create(&mut bob, request(&hash)).await;
    }
    // What is given back can be had again.
    delete(&mut alice, &first.name).await;
    create(&mut alice, request(&hash)).await;
}

#[tokio::test]
async fn one_client_cannot_take_all_vms() {
    let server = Process::start(&["--max-vms", "68"]);
    let (mut greedy, mut other) = (server.client().await, server.unix_client().await);
    let json = program(&[RET], None);
    let hash = upload(&mut greedy, &json).await.unwrap();
    upload(&mut other, &json).await.unwrap();
    let mut created = 0;
    let status = loop {
        match greedy.create_vm(request(&hash)).await {
            Ok(_) => created += 1,
            Err(status) => break status,
        }
        assert!(created <= 68);
    };
    assert_eq!(created, 17);
    names(&status, "TOO_MANY_VMS", "max_vms", 17, 17);
    create(&mut other, request(&hash)).await;
}

#[tokio::test]
async fn whoever_calls_too_often_is_told_when_to_call_again() {
    let (_server, mut alice, mut bob) = two("calls_per_second = 1").await;
    let list = || ListVmsRequest::default();
    let mut refused = None;
    for _ in 0..100 {
        refused = refused.or(alice.list_vms(list()).await.err());
    }
    let status = refused.expect("a hundred calls take less than a hundred seconds");
    assert!(names(&status, "TOO_MANY_CALLS", "calls_per_second", 5, 5));
    let retry = status.get_error_details().retry_info().unwrap().retry_delay;
    assert!(retry.unwrap() <= std::time::Duration::from_secs(1));
    for _ in 0..100 {
        bob.list_vms(list()).await.unwrap();
    }
}

#[tokio::test]
async fn whoever_makes_vms_too_often_is_told_when_to_try_again() {
    let (_server, mut alice, _bob) = two("vms_per_second = 1").await;
    let hash = upload(&mut alice, &program(&[RET], None)).await.unwrap();
    let creations = (0..20).map(|_| {
        let mut client = alice.clone();
        let request = request(&hash);
        tokio::spawn(async move { client.create_vm(request).await })
    });
    let creations: Vec<_> = creations.collect();
    let (mut made, mut refused) = (0, None);
    for creation in creations {
        match creation.await.unwrap() {
            Ok(_) => made += 1,
            Err(status) => refused = Some(status),
        }
    }
    assert!((5..20).contains(&made), "{made}");
    let status = refused.unwrap();
    assert!(names(&status, "TOO_MANY_VMS", "vms_per_second", 5, 5));
}

#[tokio::test]
async fn calls_of_one_tenant_are_counted_until_their_streams_end() {
    let (_server, mut alice, mut bob) = two("max_calls = 3").await;
    let json = program(&[RET], None);
    let hash = upload(&mut alice, &json).await.unwrap();
    let vm = create(&mut alice, request(&hash)).await;
    let mut watching = Vec::new();
    for _ in 0..3 {
        let name = vm.name.clone();
        watching.push(
            alice
                .watch_vm(WatchVmRequest {
                    name,
                    ..WatchVmRequest::default()
                })
                .await
                .unwrap(),
        );
    }
    let list = || ListVmsRequest::default();
    let status = alice.list_vms(list()).await.unwrap_err();
    assert!(names(&status, "TOO_MANY_CALLS", "max_calls", 3, 3));
    bob.list_vms(list()).await.unwrap();
    watching.pop();
    // The server learns of it a moment later.
    let start = std::time::Instant::now();
    while let Err(status) = alice.list_vms(list()).await {
        assert_eq!(reason(&status).1, "TOO_MANY_CALLS");
        assert!(start.elapsed() < hint_tests::process::PATIENCE);
    }
}

#[tokio::test]
async fn connections_of_one_tenant_are_counted() {
    let mut file = File::new("");
    let alice = file.tenant("alice", "limits = {max_connections = 2}");
    let bob = file.tenant("bob", "");
    let server = file.serve(&[]);
    let list = || ListVmsRequest::default();
    let mut open = Vec::new();
    for _ in 0..2 {
        let mut client = server.client_of(&alice).await;
        client.list_vms(list()).await.unwrap();
        open.push(client);
    }
    let mut surplus = server.client_of(&alice).await;
    let status = surplus.list_vms(list()).await.unwrap_err();
    assert!(!names(
        &status,
        "TOO_MANY_CONNECTIONS",
        "max_connections",
        2,
        2
    ));
    let mut bob = server.client_of(&bob).await;
    bob.list_vms(list()).await.unwrap();
    // Those that are counted go on.
    open[0].list_vms(list()).await.unwrap();
    open.pop();
    let start = std::time::Instant::now();
    while surplus.list_vms(list()).await.is_err() {
        assert!(start.elapsed() < hint_tests::process::PATIENCE);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// Begins an upload of 64 MiB, sends so many of them, and then nothing more.
async fn stalled(client: &Client, mebibytes: usize) -> tokio::task::JoinHandle<Status> {
    let (parts, sent) = tokio::sync::mpsc::channel(1);
    let part = |part| UploadProgramRequest { part: Some(part) };
    let declaration = ProgramDeclaration {
        size_bytes: 64 << 20,
    };
    let mut client = client.clone();
    let upload = tokio::spawn(async move {
        let sent = tokio_stream::wrappers::ReceiverStream::new(sent);
        client.upload_program(sent).await.unwrap_err()
    });
    tokio::spawn(async move {
        // It may be refused in the middle.
        let _ = parts.send(part(Part::Declaration(declaration))).await;
        for _ in 0..mebibytes {
            let chunk = Part::Chunk(vec![b' '; 1 << 20].into());
            if parts.send(part(chunk)).await.is_err() {
                return;
            }
        }
        parts.closed().await;
    });
    upload
}

/// Eight uploads that reserve all the room that there is for uploads, and stall: with and without sending most of
/// what they declared.
#[tokio::test]
async fn stalled_uploads_are_their_own_tenants() {
    let server = Process::start(&[]);
    let (client, mut other) = (server.client().await, server.unix_client().await);
    let json = program(&[RET], None);
    let mut large = vec![b' '; (63 << 20) - json.len()];
    large.extend_from_slice(&json);
    for mebibytes in [0, 60] {
        let mut stalling = Vec::new();
        for _ in 0..8 {
            stalling.push(stalled(&client, mebibytes).await);
        }
        // Another's program is as large as any.
        upload(&mut other, &large).await.unwrap();
        let (mut surplus, mut late) = (0, 0);
        for status in stalling {
            let status = status.await.unwrap();
            match reason(&status).1.as_str() {
                "TOO_MANY_UPLOADS" => {
                    assert_eq!(fact(&status, "limit_name").unwrap(), "max_upload_bytes");
                    assert_eq!(fact(&status, "limit").unwrap(), (256 << 20).to_string());
                    surplus += 1;
                }
                "UPLOAD_STALLED" => late += 1,
                other => panic!("{other}"),
            }
        }
        assert_eq!(surplus + late, 8);
        assert_eq!(surplus > 0, mebibytes > 0, "{surplus} of 8");
    }
    // Their room is free again.
    upload(&mut client.clone(), &json).await.unwrap();
}

#[tokio::test]
async fn uploads_of_one_tenant_are_counted() {
    let (_server, alice, mut bob) = two("max_uploads = 2").await;
    let json = program(&[RET], None);
    let mut stalling = Vec::new();
    for _ in 0..3 {
        stalling.push(stalled(&alice, 1).await);
    }
    upload(&mut bob, &json).await.unwrap();
    let (mut surplus, mut late) = (0, 0);
    for status in stalling {
        let status = status.await.unwrap();
        if status.code() == Code::ResourceExhausted {
            assert!(names(&status, "TOO_MANY_UPLOADS", "max_uploads", 2, 2));
            surplus += 1;
        } else {
            assert_eq!(reason(&status).1, "UPLOAD_STALLED");
            late += 1;
        }
    }
    assert_eq!((surplus, late), (1, 2));
    upload(&mut alice.clone(), &json).await.unwrap();
}

#[tokio::test]
async fn programs_of_one_tenant_take_the_place_of_its_own() {
    let (_server, mut alice, mut bob) = two("max_programs = 2, max_program_bytes = 100000").await;
    let large = || {
        let mut json = vec![b' '; 100_000];
        json.extend_from_slice(&program(&[RET], None));
        json
    };
    let status = upload(&mut alice, &large()).await.unwrap_err();
    assert_eq!(reason(&status).1, "PROGRAM_TOO_LARGE");
    assert_eq!(fact(&status, "limit"), Some("100000".to_owned()));
    let kept = upload(&mut bob, &large()).await.unwrap();
    for count in 0..4 {
        let hint = format!("x = {count}");
        let json = program(&[RET], Some((0, &hint)));
        upload(&mut alice, &json).await.unwrap();
    }
    let count = async |client: &mut Client| {
        let list = client.list_programs(ListProgramsRequest::default());
        list.await.unwrap().into_inner().programs.len()
    };
    assert_eq!((count(&mut alice).await, count(&mut bob).await), (2, 1));
    create(&mut bob, request(&kept)).await;
}

/// Runs a program that does not end by itself; why it failed.
async fn fails(client: &mut Client, json: &[u8], limits: VmLimits) -> Failure {
    let hash = upload(client, json).await.unwrap();
    let request = CreateVmRequest {
        limits: Some(limits),
        ..request(&hash)
    };
    let vm = create(client, request).await;
    let answer = run(client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Failed);
    let vm = answer.vm.unwrap();
    assert_eq!(vm.state(), VmState::Failed);
    // It can be looked at, as any VM that has failed.
    let list = ListSegmentsRequest {
        name: vm.name.clone(),
        ..Default::default()
    };
    client.list_segments(list).await.unwrap();
    let scopes = ReadHintScopesRequest {
        name: vm.name,
        ..Default::default()
    };
    let status = client.read_hint_scopes(scopes).await.unwrap_err();
    assert_eq!(reason(&status).1, "HINT_ENGINE_GONE");
    vm.failure.unwrap()
}

/// Checks that a run was ended by that limit of so many seconds, and that the text says what was used.
fn ended_by(failure: &Failure, limit: &str, seconds: &str) {
    assert_eq!(failure.reason, "LIMIT_EXCEEDED");
    let text = &failure.message;
    let named = format!("of its limit of `{seconds} s` (`{limit}`)");
    assert!(text.contains(&named), "{text}");
    assert!(
        text.contains("it used `") && text.contains("\nhint: "),
        "{text}"
    );
}

#[tokio::test]
async fn a_run_ends_with_its_time() {
    let (server, mut alice, mut bob) = two("run_seconds = 2").await;
    let waiting = program(&[RET], Some((0, "import time; time.sleep(600)")));
    let failure = fails(&mut alice, &waiting, VmLimits::default()).await;
    ended_by(&failure, "run_time", "2.00");
    // One may ask for less, and not for more.
    let limit = |seconds, nanos| VmLimits {
        run_time: Some(prost_types::Duration { seconds, nanos }),
        ..VmLimits::default()
    };
    let failure = fails(&mut alice, &waiting, limit(0, 300_000_000)).await;
    ended_by(&failure, "run_time", "0.30");
    let failure = fails(&mut alice, &waiting, limit(600, 0)).await;
    ended_by(&failure, "run_time", "2.00");
    // Others do not notice, and the workers are gone.
    let hash = upload(&mut bob, &program(&[RET], Some((0, "x = 1")))).await;
    let vm = create(&mut bob, request(&hash.unwrap())).await;
    let answer = run(&mut bob, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended);
    delete(&mut bob, &vm.name).await;
    let left = "only the zygote and its keeper are left";
    eventually(left, || server.descendants().len() <= 2).await;
}

#[tokio::test]
async fn a_run_ends_with_its_processor_time() {
    let (_server, mut alice, _bob) = two("cpu_seconds = 1").await;
    // The VM's own, and its worker's.
    for json in [
        program(&LOOP, None),
        program(&[RET], Some((0, "while True: pass"))),
    ] {
        let failure = fails(&mut alice, &json, VmLimits::default()).await;
        ended_by(&failure, "cpu_time", "1.00");
    }
    // Waiting takes none.
    let waiting = program(&[RET], Some((0, "import time; time.sleep(2)")));
    let hash = upload(&mut alice, &waiting).await.unwrap();
    let vm = create(&mut alice, request(&hash)).await;
    let answer = run(&mut alice, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended);
}

#[tokio::test]
async fn a_run_ends_with_the_output_that_it_may_make() {
    let (_server, mut alice, _bob) = two("max_output_bytes = 1000000").await;
    // What is logged counts, whether anybody follows it or not.
    for code in [
        "while True: print('x' * 1000)",
        "while True: log.info('x' * 1000)",
    ] {
        let chatty = program(&[RET], Some((0, code)));
        let failure = fails(&mut alice, &chatty, VmLimits::default()).await;
        assert_eq!(failure.reason, "LIMIT_EXCEEDED", "{code}");
        let text = &failure.message;
        assert!(
            text.contains("`1000000 bytes` (`max_output_bytes`)"),
            "{text}"
        );
    }
    // Less than that is nothing to complain about.
    let quiet = program(&[RET], Some((0, "print('x' * 900000)")));
    let hash = upload(&mut alice, &quiet).await.unwrap();
    let vm = create(&mut alice, request(&hash)).await;
    let answer = run(&mut alice, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended);
}

/// The limits that a VM gets whose creator asks for these, and which ends for that reason.
async fn limits_of_one_that_fails(
    client: &mut Client,
    asked: VmLimits,
    hash: &str,
    reason: &str,
) -> VmLimits {
    let request = CreateVmRequest {
        limits: Some(asked),
        ..request(hash)
    };
    let vm = create(client, request).await;
    let failure = run(client, &vm.name, None).await.vm.unwrap().failure;
    assert_eq!(failure.unwrap().reason, reason);
    vm.limits.unwrap()
}

#[tokio::test]
async fn steps_and_hints_have_the_limits_of_the_tenant() {
    let (_server, mut alice, mut bob) = two("max_steps = 1000, hint_seconds = 7").await;
    let json = program(&LOOP, Some((0, "x = 1")));
    let hash = upload(&mut alice, &json).await.unwrap();
    upload(&mut bob, &json).await.unwrap();
    let asked = VmLimits {
        max_steps: 5000,
        hint_timeout: Some(prost_types::Duration {
            seconds: 60,
            nanos: 0,
        }),
        ..VmLimits::default()
    };
    let limits = async |client: &mut Client| {
        let limits = limits_of_one_that_fails(client, asked, &hash, "STEPS_EXHAUSTED").await;
        (limits.max_steps, limits.hint_timeout.unwrap().seconds)
    };
    assert_eq!(limits(&mut alice).await, (1000, 7));
    assert_eq!(limits(&mut bob).await, (5000, 60));
}

#[tokio::test]
async fn memory_and_segments_have_the_limits_of_the_tenant() {
    let (_server, mut alice, mut bob) = two("max_memory_bytes = 50000000, max_segments = 20").await;
    // Its trace grows for ever.
    let json = program(&LOOP, None);
    let hash = upload(&mut alice, &json).await.unwrap();
    upload(&mut bob, &json).await.unwrap();
    let asked = VmLimits {
        max_memory_bytes: 100_000_000,
        max_segments: 1000,
        ..VmLimits::default()
    };
    let limits = async |client: &mut Client| {
        let limits = limits_of_one_that_fails(client, asked, &hash, "LIMIT_EXCEEDED").await;
        (limits.max_memory_bytes, limits.max_segments)
    };
    assert_eq!(limits(&mut alice).await, (50_000_000, 20));
    assert_eq!(limits(&mut bob).await, (100_000_000, 1000));
}

#[tokio::test]
async fn a_vm_that_outlives_its_client_does_so_for_a_while() {
    let (server, mut alice, _bob) = two("time_to_live_seconds = 60, lifetime_seconds = 3").await;
    let json = program(&LOOP, Some((0, "x = 1")));
    let hash = upload(&mut alice, &json).await.unwrap();
    let request = CreateVmRequest {
        limits: Some(VmLimits {
            time_to_live: Some(prost_types::Duration {
                seconds: 3600,
                nanos: 0,
            }),
            ..VmLimits::default()
        }),
        ..request(&hash)
    };
    let vm = create(&mut alice, request).await;
    assert_eq!(vm.limits.unwrap().time_to_live.unwrap().seconds, 3);
    let get = || GetVmRequest {
        name: vm.name.clone(),
    };
    // Being used does not help it.
    let start = std::time::Instant::now();
    let status = loop {
        match alice.get_vm(get()).await {
            Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            Err(status) => break status,
        }
        assert!(start.elapsed() < hint_tests::process::PATIENCE);
    };
    assert_eq!(reason(&status).1, "VM_NOT_FOUND");
    assert!(server.log().contains("lived for too long"));
}
