//! Running in parts gives what running at once gives.

use hint_proto::v1::run_vm_request::Until;
use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::*;
use vm_host::worker::Sandbox;

use crate::harness::*;

const PROGRAM: &str = "scope/live_objects.json";

async fn results(client: &mut Client, name: &str) -> (Vec<u8>, Vec<u8>) {
    (
        artifact(client, name, Artifact::Trace).await,
        artifact(client, name, Artifact::Memory).await,
    )
}

#[tokio::test]
async fn a_pause_anywhere_changes_nothing() {
    let server = Server::trusted();
    let mut client = server.client().await;
    let hash = upload(&mut client, &corpus(PROGRAM)).await.unwrap();
    let whole = create(&mut client, request(&hash)).await;
    let answer = run(&mut client, &whole.name, None).await;
    let vm = answer.vm.unwrap();
    assert_eq!(vm.state(), VmState::Succeeded, "{:?}", vm.failure);
    assert!(vm.hints_executed > 0);
    let expected = results(&mut client, &whole.name).await;
    assert_eq!(expected.0.len() as u64, 24 * vm.current_step);
    for steps in 0..vm.current_step {
        let paused = create(&mut client, request(&hash)).await;
        let answer = run(&mut client, &paused.name, Some(Until::Steps(steps))).await;
        assert_eq!(answer.stop_reason(), StopReason::Reached);
        assert_eq!(answer.vm.as_ref().unwrap().current_step, steps);
        let answer = run(&mut client, &paused.name, None).await;
        assert_eq!(answer.stop_reason(), StopReason::Ended);
        let ended = answer.vm.unwrap();
        assert_eq!(ended.worker_process_id, paused.worker_process_id);
        assert_eq!(ended.output, vm.output);
        assert!(
            results(&mut client, &paused.name).await == expected,
            "paused at {steps}"
        );
        delete(&mut client, &paused.name).await;
    }
}

#[tokio::test]
async fn registers_after_every_number_of_steps_are_those_of_the_trace() {
    let server = Server::trusted();
    let mut client = server.client().await;
    let hash = upload(&mut client, &corpus(PROGRAM)).await.unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let mut registers = vec![vm.clone()];
    loop {
        let answer = run(&mut client, &vm.name, Some(Until::Steps(1))).await;
        let ended = answer.stop_reason() == StopReason::Ended;
        registers.push(answer.vm.unwrap());
        if ended {
            break;
        }
    }
    let trace = artifact(&mut client, &vm.name, Artifact::Trace).await;
    let steps: Vec<[i64; 3]> = trace
        .chunks(24)
        .map(|step| [0, 8, 16].map(|at| i64::from_le_bytes(step[at..at + 8].try_into().unwrap())))
        .collect();
    let offset = |address: &Option<Relocatable>| address.as_ref().unwrap().offset;
    for (k, [ap, fp, pc]) in steps.iter().enumerate() {
        let vm = &registers[k];
        assert_eq!(vm.current_step, k as u64);
        // The program starts at 1; ap and fp move as far as in the trace.
        assert_eq!(offset(&vm.pc) + 1, *pc);
        assert_eq!(offset(&vm.ap) - offset(&registers[0].ap), ap - steps[0][0]);
        assert_eq!(offset(&vm.fp) - offset(&registers[0].fp), fp - steps[0][1]);
    }
    assert_eq!(registers.len(), steps.len() + 1);
}

#[tokio::test]
async fn interleaved_vms_do_not_see_each_other() {
    let server = Server::trusted();
    let mut client = server.client().await;
    let hash = upload(&mut client, &corpus(PROGRAM)).await.unwrap();
    let alone = create(&mut client, request(&hash)).await;
    run(&mut client, &alone.name, None).await;
    let expected = results(&mut client, &alone.name).await;
    let mut names = Vec::new();
    for _ in 0..8 {
        names.push(create(&mut client, request(&hash)).await.name);
    }
    let mut running = names.clone();
    while !running.is_empty() {
        let mut left = Vec::new();
        for name in running {
            let answer = run(&mut client, &name, Some(Until::Steps(3))).await;
            if answer.stop_reason() != StopReason::Ended {
                left.push(name);
            }
        }
        running = left;
    }
    for name in &names {
        assert!(results(&mut client, name).await == expected);
    }
    let list = client
        .list_vms(ListVmsRequest {
            page_size: 5,
            ..Default::default()
        })
        .await;
    let first = list.unwrap().into_inner();
    assert_eq!(first.vms.len(), 5);
    let request = ListVmsRequest {
        page_size: 5,
        page_token: first.next_page_token,
        usage: true,
    };
    let second = client.list_vms(request).await.unwrap().into_inner();
    assert_eq!((second.vms.len(), second.next_page_token.as_str()), (4, ""));
    // What they use is looked up when it is wanted.
    assert!(
        first
            .vms
            .iter()
            .all(|vm| vm.usage.is_none() && vm.tenant == "tcp:127.0.0.1")
    );
    for vm in &second.vms {
        let usage = vm.usage.as_ref().unwrap();
        let has_worker = vm.worker_process_id > 0;
        assert!(usage.memory_bytes > 0, "{usage:?}");
        assert_eq!(usage.worker_memory_bytes > 0, has_worker, "{usage:?}");
        assert_eq!(usage.worker_cpu_time.is_some(), has_worker, "{usage:?}");
    }
}

#[tokio::test]
async fn an_endless_run_is_paused_and_others_go_on() {
    let server = Server::with(|options| {
        options.threads = 1;
        options.sandbox = Sandbox::default();
    });
    let mut client = server.client().await;
    let endless = upload(&mut client, &program(&LOOP, None)).await.unwrap();
    let vm = create(&mut client, request(&endless)).await;
    let mut runner = client.clone();
    let name = vm.name.clone();
    let running = tokio::spawn(async move { run(&mut runner, &name, None).await });
    let get = GetVmRequest {
        name: vm.name.clone(),
    };
    loop {
        let now = client
            .get_vm(get.clone())
            .await
            .unwrap()
            .into_inner()
            .vm
            .unwrap();
        if now.current_step > 0 {
            assert_eq!(now.state(), VmState::Running);
            break;
        }
    }
    let again = client
        .run_vm(RunVmRequest {
            name: vm.name.clone(),
            until: None,
            ..Default::default()
        })
        .await;
    assert_eq!(reason(&again.unwrap_err()).1, "VM_RUNNING");
    let hash = upload(&mut client, &corpus(PROGRAM)).await.unwrap();
    let other = create(&mut client, request(&hash)).await;
    assert_eq!(
        run(&mut client, &other.name, None).await.stop_reason(),
        StopReason::Ended
    );
    let paused = client
        .pause_vm(PauseVmRequest {
            name: vm.name.clone(),
        })
        .await
        .unwrap();
    assert_eq!(paused.into_inner().vm.unwrap().state(), VmState::Paused);
    assert_eq!(running.await.unwrap().stop_reason(), StopReason::Paused);
    // A run whose caller gives up pauses as well.
    let mut late = tonic::Request::new(RunVmRequest {
        name: vm.name.clone(),
        until: None,
        ..Default::default()
    });
    late.set_timeout(std::time::Duration::from_millis(300));
    assert_eq!(
        client.run_vm(late).await.unwrap_err().code(),
        tonic::Code::DeadlineExceeded
    );
    let answer = client
        .pause_vm(PauseVmRequest {
            name: vm.name.clone(),
        })
        .await
        .unwrap();
    assert_eq!(answer.into_inner().vm.unwrap().state(), VmState::Paused);
}

#[tokio::test]
async fn a_function_is_called_with_arguments() {
    let server = Server::start();
    let mut client = server.client().await;
    // [ap] = [fp - 3] + [fp - 4]; ap++; ret
    let add = program(&["0x482a7ffc7ffd8000", RET], None);
    let hash = upload(&mut client, &add).await.unwrap();
    let felt = |text: &str| Argument {
        kind: Some(argument::Kind::Felt(text.to_owned())),
    };
    let list = ArgumentList {
        elements: vec![felt("7"), felt("-1")],
    };
    let entry = |arguments| EntryPoint {
        function: Some(entry_point::Function::Pc(0)),
        arguments,
        ..EntryPoint::default()
    };
    let sum = CreateVmRequest {
        entry_point: Some(entry(vec![felt("0x20"), felt("-2")])),
        ..request(&hash)
    };
    let vm = create(&mut client, sum).await;
    let answer = run(&mut client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended, "{:?}", answer.vm);
    let values = client
        .read_return_values(ReadReturnValuesRequest {
            name: vm.name.clone(),
            count: 1,
        })
        .await
        .unwrap();
    let values = values.into_inner().values.unwrap().values;
    assert_eq!(
        (values.len(), values[0], &values[1..]),
        (32, 30, &[0; 31][..])
    );
    // A list is a pointer to a new segment.
    let pointer = CreateVmRequest {
        entry_point: Some(entry(vec![
            Argument {
                kind: Some(argument::Kind::List(list)),
            },
            felt("1"),
        ])),
        ..request(&hash)
    };
    let vm = create(&mut client, pointer).await;
    run(&mut client, &vm.name, None).await;
    let address = Some(Relocatable {
        segment: 2,
        offset: 0,
    });
    let read = ReadMemoryRequest {
        name: vm.name.clone(),
        address,
        count: 3,
        accesses: false,
    };
    let cells = client
        .read_memory(read)
        .await
        .unwrap()
        .into_inner()
        .cells
        .unwrap()
        .values;
    assert_eq!(cells[0], 7);
    assert_eq!(&cells[64..], &[0xff; 32]);
}

#[tokio::test]
async fn memory_is_written_before_the_first_step_only() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], None)).await.unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let base = client
        .add_segment(AddSegmentRequest {
            name: vm.name.clone(),
        })
        .await
        .unwrap();
    let base = base.into_inner().base.unwrap();
    let mut felt = vec![0; 32];
    felt[0] = 9;
    let cells = CellRun {
        segment: base.segment,
        offset: 1,
        values: felt.clone().into(),
    };
    let write = WriteMemoryRequest {
        name: vm.name.clone(),
        cells: Some(cells),
    };
    client.write_memory(write.clone()).await.unwrap();
    let read = ReadMemoryRequest {
        name: vm.name.clone(),
        address: Some(base),
        count: 2,
        accesses: false,
    };
    let cells = client
        .read_memory(read)
        .await
        .unwrap()
        .into_inner()
        .cells
        .unwrap()
        .values;
    assert_eq!((&cells[..32], &cells[32..]), (&[0xff; 32][..], &felt[..]));
    let list = ListSegmentsRequest {
        name: vm.name.clone(),
        ..Default::default()
    };
    let segments = async |client: &mut Client| {
        let answer = client.list_segments(list.clone()).await.unwrap();
        answer.into_inner().segments
    };
    let before = segments(&mut client).await;
    let place = usize::try_from(base.segment).unwrap();
    assert_eq!(before[0].role, "program");
    assert_eq!(
        (before[0].length, before[0].base),
        (Some(1), Some(Relocatable::default()))
    );
    assert_eq!(before[1].role, "execution");
    assert_eq!(
        (before[place].length, before[place].base),
        (Some(2), Some(base))
    );
    let mut other = write.clone();
    felt[0] = 8;
    other.cells.as_mut().unwrap().values = felt.into();
    let refused = client.write_memory(other).await.unwrap_err();
    assert_eq!(
        reason(&refused),
        (tonic::Code::InvalidArgument, "BAD_CELLS".to_owned())
    );
    run(&mut client, &vm.name, None).await;
    let after = segments(&mut client).await;
    assert_eq!(after.len(), before.len());
    assert_eq!(after[place], before[place]);
    assert_eq!(
        reason(&client.write_memory(write).await.unwrap_err()).1,
        "VM_STARTED"
    );
}

#[tokio::test]
async fn a_slow_watcher_misses_output_but_not_the_end() {
    let server = Server::start();
    let mut client = server.client().await;
    let code =
        "import sys\nfor _ in range(2000):\n    print('x' * 10000)\nprint('end', file=sys.stderr)";
    let hash = upload(&mut client, &program(&[RET], Some((0, code))))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let watch = WatchVmRequest {
        name: vm.name.clone(),
        ..WatchVmRequest::default()
    };
    let mut events = client.watch_vm(watch).await.unwrap().into_inner();
    let answer = run(&mut client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended, "{:?}", answer.vm);
    let (mut printed, mut dropped, mut states) = (0, 0, Vec::new());
    while states.last() != Some(&VmState::Succeeded) {
        match events.message().await.unwrap().unwrap().event.unwrap() {
            Event::State(vm) => states.push(vm.state()),
            Event::HintOutput(output) => printed += output.data.len(),
            Event::Dropped(events) => dropped += events.count,
            Event::Progress(_) | Event::Log(_) | Event::Records(_) => {}
        }
    }
    assert_eq!(
        states,
        [VmState::Created, VmState::Running, VmState::Succeeded]
    );
    // What waits here and in the server; the rest is lost.
    assert!(printed > 4 << 20 && printed < 10 << 20, "{printed}");
    assert!(dropped > 0);
}

#[tokio::test]
async fn hints_and_their_variables_can_be_looked_at() {
    let server = Server::start();
    let mut client = server.client().await;
    let code = "found = [1, program_input['n'], extra]";
    let hash = upload(&mut client, &program(&[RET], Some((0, code))))
        .await
        .unwrap();
    let create_request = CreateVmRequest {
        program_input_json: r#"{"n": 2}"#.to_owned(),
        hint_locals_json: r#"{"extra": "three"}"#.to_owned(),
        ..request(&hash)
    };
    let vm = create(&mut client, create_request).await;
    let hints = client
        .list_hints(ListHintsRequest {
            name: vm.name.clone(),
            ..Default::default()
        })
        .await
        .unwrap();
    let hints = hints.into_inner().hints;
    assert_eq!((hints.len(), hints[0].first_line.as_str()), (1, code));
    run(&mut client, &vm.name, None).await;
    let read = ReadHintScopesRequest {
        name: vm.name.clone(),
        max_text_bytes: 0,
    };
    let scopes = client
        .read_hint_scopes(read)
        .await
        .unwrap()
        .into_inner()
        .scopes;
    let found = scopes[0]
        .variables
        .iter()
        .find(|variable| variable.name == "found")
        .unwrap();
    assert_eq!(found.text, "[1, 2, 'three']");
}
