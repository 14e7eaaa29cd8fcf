//! RunVm with a request_id, and what is known of a VM's last run.

use hint_proto::v1::run_vm_request::Until;
use hint_proto::v1::*;
use tonic::Code;

use crate::harness::*;

async fn vm(client: &mut Client) -> Vm {
    let hash = upload(client, &program(&COUNTDOWN, None)).await.unwrap();
    create(client, request(&hash)).await
}

fn steps(vm: &Vm, steps: u64, request_id: &str) -> RunVmRequest {
    RunVmRequest {
        name: vm.name.clone(),
        until: Some(Until::Steps(steps)),
        request_id: request_id.to_owned(),
    }
}

async fn run(client: &mut Client, request: RunVmRequest) -> (u64, StopReason) {
    let answer = client.run_vm(request).await.unwrap().into_inner();
    let (reason, vm) = (answer.stop_reason(), answer.vm.unwrap());
    assert_eq!(vm.stop_reason(), reason);
    (vm.current_step, reason)
}

#[tokio::test]
async fn a_repeated_run_does_not_run_again() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = vm(&mut client).await;
    assert_eq!(vm.stop_reason(), StopReason::Unspecified);
    for _ in 0..3 {
        let answer = run(&mut client, steps(&vm, 3, "first")).await;
        assert_eq!(answer, (3, StopReason::Reached));
    }
    assert_eq!(run(&mut client, steps(&vm, 3, "second")).await.0, 6);
    // Late, of an earlier run: the VM as it is now.
    assert_eq!(run(&mut client, steps(&vm, 3, "first")).await.0, 6);
    // Without an id each call is a run.
    assert_eq!(run(&mut client, steps(&vm, 1, "")).await.0, 7);
    assert_eq!(run(&mut client, steps(&vm, 1, "")).await.0, 8);
    let status = client.run_vm(steps(&vm, 4, "first")).await.unwrap_err();
    let reused = (Code::InvalidArgument, "REQUEST_ID_REUSED".to_owned());
    assert_eq!(reason(&status), reused);
    let status = client
        .run_vm(steps(&vm, 4, &"x".repeat(65)))
        .await
        .unwrap_err();
    let bad = (Code::InvalidArgument, "BAD_REQUEST_ID".to_owned());
    assert_eq!(reason(&status), bad);
    let get = GetVmRequest {
        name: vm.name.clone(),
    };
    let vm = client.get_vm(get).await.unwrap().into_inner().vm.unwrap();
    assert_eq!(
        (vm.current_step, vm.stop_reason()),
        (8, StopReason::Reached)
    );
}

#[tokio::test]
async fn a_run_that_was_left_alone_tells_why_it_stopped() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&LOOP, None)).await.unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let forever = RunVmRequest {
        name: vm.name.clone(),
        request_id: "only".to_owned(),
        ..Default::default()
    };
    let calls: Vec<_> = (0..2)
        .map(|_| {
            let (mut client, forever) = (client.clone(), forever.clone());
            tokio::spawn(async move { client.run_vm(forever).await })
        })
        .collect();
    is_running(&mut client, &vm.name).await;
    // The other call waits for the same run.
    let pause = PauseVmRequest {
        name: vm.name.clone(),
    };
    client.pause_vm(pause).await.unwrap();
    let mut steps = Vec::new();
    for call in calls {
        // Whoever came second in the very moment of the start is told that the VM runs.
        match call.await.unwrap() {
            Ok(answer) => {
                let answer = answer.into_inner();
                assert_eq!(answer.stop_reason(), StopReason::Paused);
                steps.push(answer.vm.unwrap().current_step);
            }
            Err(status) => assert_eq!(reason(&status).1, "VM_RUNNING"),
        }
    }
    assert!(!steps.is_empty());
    let (step, why) = run(&mut client, forever).await;
    assert_eq!((step, why), (steps[0], StopReason::Paused));
}

#[tokio::test]
async fn a_vm_shows_what_it_was_made_with() {
    let server = Server::start();
    let mut client = server.client().await;
    let plain = vm(&mut client).await;
    assert_eq!(plain.hint_engine(), HintEngine::Worker);
    assert_eq!(plain.hint_placement(), HintPlacement::Auto);
    assert_eq!((plain.attached, &plain.expire_time), (false, &None));
    let limits = plain.limits.unwrap();
    assert!(limits.max_steps > 0 && limits.hint_timeout.is_some() && limits.time_to_live.is_none());
    let main = entry_point::Function::Name("main".to_owned());
    assert_eq!(plain.entry_point.unwrap().function, Some(main));
    let hash = plain.program_hash;
    let mut other = request(&hash);
    other.set_hint_placement(HintPlacement::Python);
    other.set_hint_engine(HintEngine::Attached);
    other.limits = Some(VmLimits {
        max_steps: 77,
        time_to_live: Some(prost_types::Duration {
            seconds: 600,
            nanos: 0,
        }),
        ..VmLimits::default()
    });
    other.entry_point = Some(EntryPoint {
        function: Some(entry_point::Function::Pc(2)),
        ..EntryPoint::default()
    });
    let other = create(&mut client, other).await;
    assert_eq!(other.hint_engine(), HintEngine::Attached);
    assert_eq!(other.hint_placement(), HintPlacement::Python);
    assert_eq!(other.limits.unwrap().max_steps, 77);
    let function = other.entry_point.unwrap().function;
    assert_eq!(function, Some(entry_point::Function::Pc(2)));
    let left = other.expire_time.unwrap().seconds - other.create_time.unwrap().seconds;
    assert!((590..=601).contains(&left), "{left}");
}

#[tokio::test]
async fn lists_come_in_pages() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = vm(&mut client).await;
    for _ in 0..5 {
        let add = AddSegmentRequest {
            name: vm.name.clone(),
        };
        client.add_segment(add).await.unwrap();
    }
    let page = async |client: &mut Client, page_size, page_token: &str| {
        let list = ListSegmentsRequest {
            name: vm.name.clone(),
            page_size,
            page_token: page_token.to_owned(),
        };
        client
            .list_segments(list)
            .await
            .map(tonic::Response::into_inner)
    };
    let all = page(&mut client, 0, "").await.unwrap();
    assert_eq!(all.next_page_token, "");
    let mut found = Vec::new();
    let mut token = String::new();
    loop {
        let part = page(&mut client, 3, &token).await.unwrap();
        assert!(part.segments.len() <= 3);
        found.extend(part.segments);
        token = part.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(found, all.segments);
    let status = page(&mut client, 3, "x").await.unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::InvalidArgument, "BAD_PAGE_TOKEN".to_owned())
    );
    // Past the end there is nothing.
    assert!(
        page(&mut client, 3, "1000")
            .await
            .unwrap()
            .segments
            .is_empty()
    );
}
