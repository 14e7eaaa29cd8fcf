//! Runs of single functions, their checks, and the results of a proof.

use hint_proto::v1::entry_point::Function;
use hint_proto::v1::*;
use tonic::Code;

use crate::harness::*;

const PROGRAM: &[u8] = include_bytes!("programs/function.json");

fn felt(text: &str) -> Argument {
    Argument {
        kind: Some(argument::Kind::Felt(text.to_owned())),
    }
}

fn call(hash: &str, name: &str, arguments: Vec<Argument>) -> CreateVmRequest {
    CreateVmRequest {
        entry_point: Some(EntryPoint {
            function: Some(Function::Name(name.to_owned())),
            arguments,
            ..EntryPoint::default()
        }),
        layout: "small".to_owned(),
        ..request(hash)
    }
}

async fn result(client: &mut Client, request: CreateVmRequest) -> u8 {
    let vm = create(client, request).await;
    let answer = run(client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended, "{:?}", answer.vm);
    let read = ReadReturnValuesRequest {
        name: vm.name,
        count: 1,
    };
    let values = client.read_return_values(read).await.unwrap();
    let values = values.into_inner().values.unwrap().values;
    assert_eq!(values.len(), 32);
    assert!(values[1..].iter().all(|byte| *byte == 0));
    values[0]
}

#[tokio::test]
async fn functions_are_called_by_name() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, PROGRAM).await.unwrap();
    // The pointer of the builtin is ours to give, unless the caller gives it.
    let sum = call(&hash, "add", vec![felt("2"), felt("0x28")]);
    assert_eq!(result(&mut client, sum).await, 42);
    let sum = call(&hash, "__main__.add", vec![felt("2"), felt("3")]);
    assert_eq!(result(&mut client, sum).await, 5);
    let range_check = Argument {
        kind: Some(argument::Kind::Address(Relocatable {
            segment: 3,
            offset: 0,
        })),
    };
    let sum = call(&hash, "add", vec![range_check, felt("2"), felt("3")]);
    assert_eq!(result(&mut client, sum).await, 5);
    let point = |x, y| Argument {
        kind: Some(argument::Kind::List(ArgumentList {
            elements: vec![felt(x), felt(y)],
        })),
    };
    let product = call(&hash, "dot", vec![point("2", "3"), point("4", "5")]);
    assert_eq!(result(&mut client, product).await, 23);
    for (name, arguments, expected) in [
        ("add", vec![felt("2")], "BAD_ARGUMENTS"),
        ("add", vec![felt("two"), felt("3")], "BAD_ARGUMENTS"),
        ("main", vec![felt("2")], "BAD_ARGUMENTS"),
        ("subtract", vec![], "BAD_ENTRY_POINT"),
    ] {
        let status = client.create_vm(call(&hash, name, arguments)).await;
        let expected = (Code::InvalidArgument, expected.to_owned());
        assert_eq!(reason(&status.unwrap_err()), expected, "{name}");
    }
}

#[tokio::test]
async fn a_call_finds_the_builtins_and_segments_that_it_asks_for() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, PROGRAM).await.unwrap();
    let names = ["mul_mod", "range_check", "add_mod"];
    let mut request = call(&hash, "add", vec![felt("2"), felt("0x28")]);
    let entry_point = request.entry_point.as_mut().unwrap();
    entry_point.builtins = names.map(str::to_owned).to_vec();
    entry_point.segments = 2;
    entry_point.temporary_segments = 1;
    let vm = create(&mut client, request).await;
    let list = ListSegmentsRequest {
        name: vm.name.clone(),
        ..Default::default()
    };
    let segments = client.list_segments(list).await.unwrap().into_inner();
    let roles: Vec<_> = segments.segments.iter().map(|s| s.role.as_str()).collect();
    let expected = ["program", "execution", "mul_mod", "range_check", "add_mod"];
    assert_eq!(roles[..5], expected);
    // The segments that were asked for, the one to return to, the temporary one.
    assert_eq!(roles[5..], ["", "", "", ""]);
    let answer = run(&mut client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended, "{:?}", answer.vm);
    let read = ReadMemoryRequest {
        name: vm.name,
        address: Some(Relocatable {
            segment: 1,
            offset: 0,
        }),
        count: 8,
        accesses: true,
    };
    let read = client.read_memory(read).await.unwrap().into_inner();
    let cells = read.cells.unwrap().values;
    // The pointer to the builtin and where the call returns to.
    assert_eq!((cells[8], cells[4 * 32 + 8]), (3, 7));
    let used = [true; 7];
    assert_eq!((&read.accessed[..7], read.accessed[7]), (&used[..], false));
}

#[tokio::test]
async fn a_function_that_is_not_secure_fails_unless_that_is_wanted() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, PROGRAM).await.unwrap();
    let outside = call(&hash, "outside", Vec::new());
    let vm = create(&mut client, outside.clone()).await;
    let answer = run(&mut client, &vm.name, None).await;
    let failure = answer.vm.unwrap().failure.unwrap();
    assert_eq!(failure.reason, "END_OF_RUN");
    assert!(
        failure
            .message
            .contains("Out of bounds access to program segment at 0:10"),
        "{}",
        failure.message
    );
    let allowed = [
        CreateVmRequest {
            verify_secure: Some(false),
            ..outside.clone()
        },
        CreateVmRequest {
            program_segment_size: 2000,
            ..outside
        },
    ];
    for request in allowed {
        let vm = create(&mut client, request).await;
        let answer = run(&mut client, &vm.name, None).await;
        assert_eq!(answer.stop_reason(), StopReason::Ended, "{:?}", answer.vm);
    }
    // The same holds for `main`.
    let code = "memory[pc + 1000] = 5";
    let hash = upload(&mut client, &program(&[RET], Some((0, code))))
        .await
        .unwrap();
    for (verify_secure, expected) in [
        (None, StopReason::Failed),
        (Some(true), StopReason::Failed),
        (Some(false), StopReason::Ended),
    ] {
        let request = CreateVmRequest {
            verify_secure,
            ..request(&hash)
        };
        let vm = create(&mut client, request).await;
        let answer = run(&mut client, &vm.name, None).await;
        assert_eq!(answer.stop_reason(), expected, "{verify_secure:?}");
    }
}

#[tokio::test]
async fn a_proof_has_its_inputs() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &corpus("proof/hints.json"))
        .await
        .unwrap();
    let vm = create(
        &mut client,
        CreateVmRequest {
            layout: "small".to_owned(),
            proof_mode: true,
            ..request(&hash)
        },
    )
    .await;
    let answer = run(&mut client, &vm.name, None).await;
    assert_eq!(answer.stop_reason(), StopReason::Ended, "{:?}", answer.vm);
    let json = async |client: &mut Client, artifact: Artifact, paths: [&str; 2]| {
        let read = ReadArtifactRequest {
            name: vm.name.clone(),
            artifact: artifact.into(),
            trace_path: paths[0].to_owned(),
            memory_path: paths[1].to_owned(),
        };
        let mut chunks = client.read_artifact(read).await.unwrap().into_inner();
        let mut bytes = Vec::new();
        while let Some(chunk) = chunks.message().await.unwrap() {
            bytes.extend_from_slice(&chunk.chunk);
        }
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
    };
    let public = json(&mut client, Artifact::AirPublicInput, ["", ""]).await;
    let steps = artifact(&mut client, &vm.name, Artifact::Trace).await.len() / 24;
    assert_eq!(public["n_steps"], steps);
    assert_eq!(public["layout"], "small");
    let paths = ["/proof/trace.bin", "relative/memory.bin"];
    let private = json(&mut client, Artifact::AirPrivateInput, paths).await;
    assert_eq!(private["trace_path"], paths[0]);
    assert_eq!(private["memory_path"], paths[1]);
    // Nothing of the server's own folders.
    let private = json(&mut client, Artifact::AirPrivateInput, ["", ""]).await;
    assert_eq!(private["trace_path"], "");
    assert!(private["range_check"].is_array());
}

#[tokio::test]
async fn racing_creations_with_one_request_id_make_one_vm() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], Some((0, "x = 1"))))
        .await
        .unwrap();
    let request = CreateVmRequest {
        request_id: "0b9f4e5c-0000-4000-8000-000000000000".to_owned(),
        ..request(&hash)
    };
    let creations: Vec<_> = (0..100)
        .map(|_| {
            let (mut client, request) = (client.clone(), request.clone());
            tokio::spawn(async move { create(&mut client, request).await })
        })
        .collect();
    let mut names = std::collections::HashSet::new();
    for creation in creations {
        let vm = creation.await.unwrap();
        names.insert((vm.name, vm.worker_process_id));
    }
    assert_eq!(names.len(), 1);
    let list = client.list_vms(ListVmsRequest::default()).await.unwrap();
    assert_eq!(list.into_inner().vms.len(), 1);
}
