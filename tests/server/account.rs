//! The account of host memory of each VM: whatever makes one VM large ends that VM, typed, and the server lives.

use hint_proto::v1::run_vm_request::Until;
use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::*;
use hint_tests::process::PATIENCE;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::harness::*;
use crate::process::Process;

const MIB: u64 = 1 << 20;
/// What the VMs of these tests may take.
const LIMIT: u64 = 64 * MIB;

/// `[ap] = fp + 2**27, ap++; [ap] = 1, ap++; [[ap - 2]] = [ap - 1]; ret`, which is `assert [fp + 2**27] = 1`.
const FAR_WRITE: [&str; 6] = [
    "0x480a7fff7fff8000",
    "0x482480017fff8000",
    "0x8000000",
    "0x480680017fff8000",
    "0x1",
    "0x400080007ffe7fff",
];
/// `call rel 0`, for ever deeper.
const RECURSION: [&str; 2] = ["0x1104800180018000", "0x0"];

fn limited() -> Server {
    Server::with(|options| options.max_memory = LIMIT as usize)
}

/// Runs a program to its failure.
async fn failure_of(client: &mut Client, json: &[u8], request: CreateVmRequest) -> Failure {
    let hash = upload(client, json).await.unwrap();
    let request = CreateVmRequest {
        program_hash: hash,
        ..request
    };
    let vm = create(client, request).await;
    run(client, &vm.name, None).await;
    let get = GetVmRequest { name: vm.name };
    let vm = client.get_vm(get).await.unwrap().into_inner().vm.unwrap();
    assert_eq!(vm.state(), VmState::Failed, "{vm:?}");
    vm.failure.unwrap()
}

/// The failure names the limit, its value and what was used.
fn is_over_limit(failure: &Failure, limit: u64) {
    assert_eq!(failure.reason, "LIMIT_EXCEEDED", "{failure:?}");
    let text = failure.message.split_once("more than the limit of `");
    let (used, named) = text.unwrap_or_else(|| panic!("{failure:?}"));
    let used = used.rsplit_once("`").unwrap().0.rsplit('`').next().unwrap();
    assert!(used.parse::<u64>().unwrap() > limit, "{failure:?}");
    assert!(named.starts_with(&format!("{limit}`")), "{failure:?}");
    assert!(failure.message.contains("\nhint: "), "{failure:?}");
}

/// The server makes and runs VMs as before.
async fn lives(client: &mut Client) {
    let hash = upload(client, &program(&[RET], None)).await.unwrap();
    let vm = create(client, request(&hash)).await.name;
    let ran = run(client, &vm, None).await;
    assert_eq!(ran.stop_reason(), StopReason::Ended);
}

#[tokio::test]
async fn cairo_code_without_hints_ends_its_own_vm() {
    let server = limited();
    let mut client = server.client().await;
    let cases: [(&[&str], bool); 3] = [(&FAR_WRITE, false), (&RECURSION, false), (&LOOP, true)];
    for (data, trace) in cases {
        let request = CreateVmRequest {
            trace,
            ..request("")
        };
        let failure = failure_of(&mut client, &program(data, None), request).await;
        is_over_limit(&failure, LIMIT);
        assert!(failure.pc.is_some(), "{failure:?}");
        lives(&mut client).await;
    }
}

#[tokio::test]
async fn a_vm_may_ask_for_less_and_not_for_more() {
    let server = limited();
    let mut client = server.client().await;
    for (asked, limit) in [(2 * MIB, 2 * MIB), (0, LIMIT), (1 << 50, LIMIT)] {
        let mut request = request("");
        request.limits = Some(VmLimits {
            max_memory_bytes: asked,
            ..VmLimits::default()
        });
        let failure = failure_of(&mut client, &program(&RECURSION, None), request).await;
        is_over_limit(&failure, limit);
    }
}

#[tokio::test]
async fn small_gaps_count() {
    let server = limited();
    let mut client = server.client().await;
    let code = "for _ in range(100):\n    memory[segments.add() + 4095] = 1";
    let json = program(&LOOP, Some((0, code)));
    let failure = failure_of(&mut client, &json, request("")).await;
    is_over_limit(&failure, LIMIT);
    lives(&mut client).await;
}

#[tokio::test]
async fn segments_count() {
    let server = limited();
    let mut client = server.client().await;
    for placement in [HintPlacement::Python, HintPlacement::Auto] {
        let mut request = request("");
        request.set_hint_placement(placement);
        request.limits = Some(VmLimits {
            max_segments: 500,
            ..VmLimits::default()
        });
        // The hint of `alloc`, which may run in Rust, in a loop.
        let alloc = "memory[ap] = segments.add()";
        let data = [
            "0x40780017fff7fff",
            "0x1",
            "0x10780017fff7fff",
            "0x800000000000010ffffffffffffffffffffffffffffffffffffffffffffffff",
        ];
        let json = program(&data, Some((0, alloc)));
        let failure = failure_of(&mut client, &json, request).await;
        is_over_limit(&failure, 500);
    }
}

#[tokio::test]
async fn the_clients_own_writes_share_one_account() {
    let server = limited();
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], None)).await.unwrap();
    for (max_memory_gap, expected) in [(MIB, "MEMORY_LIMIT"), (1 << 16, "BAD_CELLS")] {
        let mut request = request(&hash);
        request.limits = Some(VmLimits {
            max_memory_gap,
            ..VmLimits::default()
        });
        let vm = create(&mut client, request).await.name;
        let mut base = 0;
        let refused = loop {
            if base == 0 || expected == "MEMORY_LIMIT" {
                let add = AddSegmentRequest { name: vm.clone() };
                let added = client.add_segment(add).await.unwrap().into_inner();
                base = added.base.unwrap().segment;
            }
            let write = WriteMemoryRequest {
                name: vm.clone(),
                cells: Some(CellRun {
                    segment: base,
                    offset: (1 << 20) - 1,
                    values: vec![0; 32].into(),
                }),
            };
            if let Err(status) = client.write_memory(write).await {
                break status;
            }
        };
        let info = refused.get_details_error_info().unwrap();
        assert_eq!(info.reason, expected, "{refused:?}");
        if expected == "MEMORY_LIMIT" {
            assert_eq!(refused.code(), Code::ResourceExhausted);
            assert_eq!(info.metadata["limit"], LIMIT.to_string());
            let get = GetVmRequest { name: vm };
            let vm = client.get_vm(get).await.unwrap().into_inner().vm.unwrap();
            is_over_limit(&vm.failure.unwrap(), LIMIT);
        }
        lives(&mut client).await;
    }
}

#[tokio::test]
async fn a_program_that_grows_when_it_is_read_is_refused() {
    let limit = 32 * MIB;
    let server = Server::with(|options| options.program_cache_bytes = limit);
    let empty = String::from_utf8(program(&[RET], None)).unwrap();
    for (member, element) in [
        ("\"attributes\":[]", "{}"),
        ("\"references\":[]", "{\"value\":\"1\"}"),
    ] {
        let count = 16 * MIB as usize / (element.len() + 1);
        let list = vec![element; count].join(",");
        let whole = member.replace("[]", &format!("[{list}]"));
        let json = empty.replace(member, &whole);
        assert!(json.len() > 15 << 20, "{member}");
        // A client that is busy making texts gives no sign of life.
        let mut client = server.client().await;
        let refused = upload(&mut client, json.as_bytes()).await.unwrap_err();
        let info = refused.get_details_error_info().unwrap();
        assert_eq!(info.reason, "BAD_PROGRAM", "{refused:?}");
        let text = format!("bytes of host memory are needed, more than the limit of `{limit}`");
        assert!(refused.message().contains(&text), "{refused:?}");
    }
    lives(&mut server.client().await).await;
}

#[tokio::test]
async fn error_texts_are_cut() {
    let server = Server::start();
    let mut client = server.client().await;
    let code = "raise Exception('x' * (40 << 20))";
    let json = program(&[RET], Some((0, code)));
    for _ in 0..3 {
        let mut request = request("");
        request.limits = Some(VmLimits {
            max_error_text_bytes: 10_000,
            ..VmLimits::default()
        });
        let failure = failure_of(&mut client, &json, request).await;
        assert_eq!(failure.reason, "HINT_RAISED");
        for text in [&failure.message, &failure.exception_message] {
            assert!(text.len() <= 10_000, "{}", text.len());
            assert!(text.contains("more than the limit of `10000`]"), "{text}");
        }
        let length = format!("the text has `{}` bytes", 40 << 20);
        assert!(failure.exception_message.contains(&length));
    }
    let list = client.list_vms(ListVmsRequest::default()).await.unwrap();
    assert_eq!(list.into_inner().vms.len(), 3);
}

/// A debugger has no terminal under a server, and so does not stop the clock.
#[tokio::test]
async fn a_breakpoint_does_not_switch_the_timeout_off() {
    let server = Server::start();
    let mut client = server.client().await;
    let code = "import sys\nsys.breakpointhook = lambda: None\n\
                import pdb\npdb.Pdb.set_trace = lambda *a, **k: None\n\
                breakpoint()\nwhile True: pass";
    let code = format!("{code}\n");
    let mut request = request("");
    request.limits = Some(VmLimits {
        hint_timeout: Some(prost_types::Duration {
            seconds: 1,
            nanos: 0,
        }),
        ..VmLimits::default()
    });
    let json = program(&[RET], Some((0, &code)));
    let failure = failure_of(&mut client, &json, request).await;
    assert_eq!(failure.reason, "HINT_TIMEOUT", "{failure:?}");
}

#[tokio::test]
async fn all_vms_together_have_so_much_and_no_more() {
    const TOTAL: u64 = 96 * MIB;
    let server = Server::with(|options| {
        options.max_memory = TOTAL as usize;
        options.max_total_memory = TOTAL as usize;
    });
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&COUNTDOWN, None))
        .await
        .unwrap();
    let first = create(&mut client, request(&hash)).await.name;
    let ran = run(&mut client, &first, None).await;
    assert_eq!(ran.stop_reason(), StopReason::Ended, "{ran:?}");
    // The second one could have as much if it were alone.
    let failure = failure_of(&mut client, &program(&RECURSION, None), request("")).await;
    is_over_limit(&failure, TOTAL);
    assert!(
        failure.message.contains(" by all VMs together, "),
        "{failure:?}"
    );
    assert!(
        failure.message.contains("--max-total-memory"),
        "{failure:?}"
    );
    delete(&mut client, &first).await;
    let second = create(&mut client, request(&hash)).await.name;
    let ran = run(&mut client, &second, None).await;
    assert_eq!(ran.stop_reason(), StopReason::Ended, "{ran:?}");
    lives(&mut client).await;
}

#[tokio::test]
async fn no_vm_is_made_without_memory_for_it() {
    const TOTAL: u64 = 4 * MIB;
    let server = Server::with(|options| options.max_total_memory = TOTAL as usize);
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&COUNTDOWN, None))
        .await
        .unwrap();
    let mut made = Vec::new();
    let status = loop {
        match client.create_vm(request(&hash)).await {
            Ok(vm) => made.push(vm.into_inner().vm.unwrap().name),
            Err(status) => break status,
        }
        assert!(made.len() < 100);
        // However it ends: what it has taken counts.
        run(
            &mut client,
            &made[made.len() - 1],
            Some(Until::Steps(16_000)),
        )
        .await;
    };
    let expected = (Code::ResourceExhausted, "TOO_MANY_VMS".to_owned());
    assert_eq!(reason(&status), expected);
    let fact = |key| fact(&status, key).unwrap();
    assert_eq!(fact("limit_name"), "max_total_memory");
    assert_eq!(fact("limit"), TOTAL.to_string());
    assert!(fact("used").parse::<u64>().unwrap() > TOTAL);
    assert!(status.get_error_details().retry_info().is_some());
    for name in &made {
        delete(&mut client, name).await;
    }
    create(&mut client, request(&hash)).await;
}

/// A program of so many hints at its only instruction.
fn hints_at_one_place(count: usize) -> Vec<u8> {
    let json = program(&[RET], Some((0, "pass")));
    let mut json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let hint = json["hints"]["0"][0].take();
    json["hints"]["0"] = vec![hint; count].into();
    json.to_string().into_bytes()
}

#[tokio::test]
async fn a_vm_of_hints_without_number_is_made_beside_others_and_can_be_given_up() {
    let server = Server::with(|options| options.threads = 1);
    let mut client = server.client().await;
    let hash = upload(&mut client, &hints_at_one_place(100_000))
        .await
        .unwrap();
    // Not more memory than it may have, which it is told.
    let limits = Some(VmLimits {
        max_memory_bytes: 16 * MIB,
        ..VmLimits::default()
    });
    let small = CreateVmRequest {
        limits,
        ..request(&hash)
    };
    let text = match client.create_vm(small).await {
        Ok(vm) => {
            let vm = vm.into_inner().vm.unwrap();
            assert_eq!(vm.state(), VmState::Failed, "{:?}", vm.state());
            vm.failure.unwrap().message
        }
        Err(status) => status.message().to_owned(),
    };
    assert!(text.contains("more than the limit of `16777216`"), "{text}");
    // Others live whole lives meanwhile.
    let mut other = client.clone();
    let large = request(&hash);
    let creating = tokio::spawn(async move { other.create_vm(large).await });
    let mut others = 0;
    while !creating.is_finished() && others < 5 {
        lives(&mut client).await;
        others += 1;
    }
    assert!(others >= 2, "{others} others ran");
    creating.abort();
    // The server ends although nobody waits for that VM any more.
    drop(server);
}

#[tokio::test]
async fn output_that_nobody_reads_is_bounded_however_many_watch() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let mut watching = server.client().await;
    lives(&mut client).await;
    let loud = "for _ in range(4000): print('x' * 10000)";
    let hash = upload(&mut client, &program(&[RET], Some((0, loud))))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let before = server.memory();
    let watch = WatchVmRequest {
        name: vm.name.clone(),
        ..WatchVmRequest::default()
    };
    let mut events = Vec::new();
    for _ in 0..16 {
        events.push(watching.watch_vm(watch.clone()).await.unwrap().into_inner());
    }
    let ran = run(&mut client, &vm.name, None).await;
    assert_eq!(ran.stop_reason(), StopReason::Ended, "{ran:?}");
    // 640 MB were printed for them.
    let grown = server.memory().saturating_sub(before);
    assert!(grown < 80 << 20, "the server holds {grown} bytes more");
    lives(&mut client).await;
    // All at once: they share the window of one connection.
    let readers = events.into_iter().map(|mut events| {
        tokio::spawn(async move {
            loop {
                let event = events.message().await.unwrap().unwrap().event.unwrap();
                if matches!(&event, Event::State(vm) if vm.state() == VmState::Succeeded) {
                    return;
                }
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    for reader in readers {
        tokio::time::timeout(PATIENCE, reader)
            .await
            .unwrap()
            .unwrap();
    }
}
