//! Errors of calls have a code and a reason; failures of programs are states.

use hint_proto::v1::*;
use hint_tests::process::PATIENCE;
use tonic::Code;
use tonic_types::StatusExt as _;

use crate::harness::*;
use crate::raw::Bytes;

fn name(name: &str) -> String {
    name.to_owned()
}

#[tokio::test]
async fn every_error_says_what_is_wrong() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], None)).await.unwrap();
    let invalid = |change: fn(&mut CreateVmRequest)| {
        let mut request = request(&hash);
        change(&mut request);
        request
    };
    let creations = [
        (
            invalid(|r| r.vm_id = name("Upper")),
            Code::InvalidArgument,
            "BAD_VM_ID",
        ),
        (
            invalid(|r| r.program_hash = name("0")),
            Code::NotFound,
            "PROGRAM_NOT_FOUND",
        ),
        (
            invalid(|r| r.layout = name("tiny")),
            Code::InvalidArgument,
            "UNKNOWN_LAYOUT",
        ),
        (
            invalid(|r| r.hint_locals_json = name("{")),
            Code::InvalidArgument,
            "BAD_JSON",
        ),
        (
            invalid(|r| r.request_id = "r".repeat(65)),
            Code::InvalidArgument,
            "BAD_REQUEST_ID",
        ),
        (
            invalid(|r| {
                let module = WasmModule {
                    name: name("m"),
                    code: b"(module)".to_vec().into(),
                };
                r.wasm = Some(WasmInputs {
                    modules: vec![module],
                    limits: None,
                });
            }),
            Code::InvalidArgument,
            "BAD_WASM_MODULE",
        ),
        (
            invalid(|r| r.hint_engine = 17),
            Code::InvalidArgument,
            "BAD_ENUM",
        ),
        (
            invalid(|r| r.hint_placement = 17),
            Code::InvalidArgument,
            "BAD_ENUM",
        ),
        (
            invalid(|r| r.dynamic_layout_params_json = name("{}")),
            Code::InvalidArgument,
            "BAD_LAYOUT_PARAMS",
        ),
        (
            invalid(|r| r.layout = name("dynamic")),
            Code::InvalidArgument,
            "BAD_LAYOUT_PARAMS",
        ),
        (
            invalid(|r| r.program_input_json = "1".repeat((16 << 20) + 1)),
            Code::InvalidArgument,
            "JSON_TOO_LARGE",
        ),
        (
            invalid(|r| {
                r.limits = Some(VmLimits {
                    hint_timeout: Some(prost_types::Duration {
                        seconds: -1,
                        nanos: 0,
                    }),
                    ..Default::default()
                });
            }),
            Code::InvalidArgument,
            "BAD_DURATION",
        ),
        (
            invalid(|r| r.proof_mode = true),
            Code::InvalidArgument,
            "PROGRAM_UNFIT",
        ),
        (
            invalid(|r| {
                let function = Some(entry_point::Function::Name(name("nope")));
                r.entry_point = Some(EntryPoint {
                    function,
                    ..EntryPoint::default()
                });
            }),
            Code::InvalidArgument,
            "BAD_ENTRY_POINT",
        ),
        (
            invalid(|r| {
                let deep = |inner| Argument {
                    kind: Some(argument::Kind::List(ArgumentList {
                        elements: vec![inner],
                    })),
                };
                let felt = Argument {
                    kind: Some(argument::Kind::Felt(name("1"))),
                };
                let function = Some(entry_point::Function::Pc(0));
                let arguments = vec![(0..40).fold(felt, |inner, _| deep(inner))];
                r.entry_point = Some(EntryPoint {
                    function,
                    arguments,
                    ..EntryPoint::default()
                });
            }),
            Code::InvalidArgument,
            "BAD_ARGUMENTS",
        ),
        (
            invalid(|r| {
                r.entry_point = Some(EntryPoint {
                    function: Some(entry_point::Function::Pc(0)),
                    builtins: vec![name("pedersen"), name("abacus")],
                    ..EntryPoint::default()
                });
            }),
            Code::InvalidArgument,
            "BAD_ENTRY_POINT",
        ),
    ];
    for (request, code, expected) in creations {
        let status = client.create_vm(request).await.unwrap_err();
        assert_eq!(reason(&status), (code, name(expected)));
        if code == Code::InvalidArgument {
            let details = status.get_error_details();
            let violations = &details.bad_request().unwrap().field_violations;
            assert_eq!(fact(&status, "field").as_ref(), Some(&violations[0].field));
        }
    }
    let status = client
        .get_vm(GetVmRequest {
            name: name("vms/none"),
        })
        .await
        .unwrap_err();
    assert_eq!(reason(&status), (Code::NotFound, name("VM_NOT_FOUND")));
    assert_eq!(fact(&status, "vm"), Some(name("vms/none")));
    let details = status.get_error_details();
    assert_eq!(
        details.resource_info().unwrap().resource_type,
        "cairohints.v1.Vm"
    );
    let status = client
        .get_vm(GetVmRequest { name: name("none") })
        .await
        .unwrap_err();
    assert_eq!(reason(&status), (Code::InvalidArgument, name("BAD_NAME")));
    let request = CreateVmRequest {
        vm_id: name("mine"),
        request_id: name("r1"),
        ..request(&hash)
    };
    let vm = create(&mut client, request.clone()).await;
    assert_eq!(
        create(&mut client, request.clone()).await.create_time,
        vm.create_time
    );
    let other = CreateVmRequest {
        trace: false,
        ..request.clone()
    };
    let status = client.create_vm(other).await.unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::InvalidArgument, name("REQUEST_ID_REUSED"))
    );
    let other = CreateVmRequest {
        request_id: String::new(),
        ..request
    };
    let status = client.create_vm(other).await.unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::AlreadyExists, name("VM_ALREADY_EXISTS"))
    );
    let status = client
        .pause_vm(PauseVmRequest {
            name: vm.name.clone(),
        })
        .await
        .unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::FailedPrecondition, name("VM_NOT_RUNNING"))
    );
    let read = ReadArtifactRequest {
        name: vm.name.clone(),
        artifact: Artifact::Trace.into(),
        ..Default::default()
    };
    let status = client.read_artifact(read).await.unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::FailedPrecondition, name("VM_NOT_SUCCEEDED"))
    );
    run(&mut client, &vm.name, None).await;
    let again = client
        .run_vm(RunVmRequest {
            name: vm.name.clone(),
            until: None,
            ..Default::default()
        })
        .await;
    assert_eq!(
        reason(&again.unwrap_err()),
        (Code::FailedPrecondition, name("VM_ENDED"))
    );
    let artifacts = [
        (Artifact::Unspecified, "", "BAD_ARTIFACT"),
        (Artifact::Trace, "/trace", "BAD_ARTIFACT"),
        (Artifact::AirPublicInput, "", "ARTIFACT_UNAVAILABLE"),
        (Artifact::AirPrivateInput, "/trace", "ARTIFACT_UNAVAILABLE"),
    ];
    for (artifact, path, expected) in artifacts {
        let read = ReadArtifactRequest {
            name: vm.name.clone(),
            artifact: artifact.into(),
            trace_path: name(path),
            ..Default::default()
        };
        let status = client.read_artifact(read).await.unwrap_err();
        assert_eq!(reason(&status).1, expected);
    }
    let read = ReadArtifactRequest {
        name: vm.name.clone(),
        artifact: 17,
        ..Default::default()
    };
    let status = client.read_artifact(read).await.unwrap_err();
    assert_eq!(reason(&status).1, "BAD_ENUM");
}

#[tokio::test]
async fn every_call_checks_its_request() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], None)).await.unwrap();
    let vm = create(&mut client, request(&hash)).await.name;
    let page = ListVmsRequest {
        page_token: name("x"),
        ..Default::default()
    };
    let status = client.list_vms(page).await.unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::InvalidArgument, name("BAD_PAGE_TOKEN"))
    );
    let address = |segment, offset| Some(Relocatable { segment, offset });
    for (address, count, expected) in [
        (None, 1, "BAD_ADDRESS"),
        (address(0, -1), 1, "BAD_ADDRESS"),
        (address(0, 0), (1 << 16) + 1, "BAD_COUNT"),
    ] {
        let read = ReadMemoryRequest {
            name: vm.clone(),
            address,
            count,
            accesses: false,
        };
        let status = client.read_memory(read).await.unwrap_err();
        assert_eq!(reason(&status), (Code::InvalidArgument, name(expected)));
    }
    use run_vm_request::Until;
    for (until, expected) in [
        (Until::Label(name("nowhere")), "UNKNOWN_LABEL"),
        (Until::Address(address(0, -1).unwrap()), "BAD_ADDRESS"),
    ] {
        let run = RunVmRequest {
            name: vm.clone(),
            until: Some(until),
            ..Default::default()
        };
        let status = client.run_vm(run).await.unwrap_err();
        assert_eq!(reason(&status), (Code::InvalidArgument, name(expected)));
    }
    let far = CellRun {
        segment: 1,
        offset: 1 << 40,
        values: vec![0; 32].into(),
    };
    let cells = |segment, values: Vec<u8>| CellRun {
        segment,
        offset: 0,
        values: values.into(),
    };
    for cells in [
        None,
        Some(far),
        Some(cells(99, vec![0; 32])),
        Some(cells(1, vec![0; 31])),
        Some(cells(1, vec![0xff; 32])),
    ] {
        let write = WriteMemoryRequest {
            name: vm.clone(),
            cells: cells.clone(),
        };
        let status = client.write_memory(write).await.unwrap_err();
        assert_eq!(
            reason(&status),
            (Code::InvalidArgument, name("BAD_CELLS")),
            "{cells:?}"
        );
    }
    let values = ReadReturnValuesRequest {
        name: vm.clone(),
        count: 1,
    };
    let status = client.read_return_values(values.clone()).await.unwrap_err();
    assert_eq!(reason(&status).1, "VM_NOT_SUCCEEDED");
    run(&mut client, &vm, None).await;
    let values = ReadReturnValuesRequest {
        count: 1000,
        ..values
    };
    let status = client.read_return_values(values).await.unwrap_err();
    assert_eq!(reason(&status), (Code::InvalidArgument, name("BAD_COUNT")));
    let attach = |message| {
        let request = AttachHintsRequest { message };
        tokio_stream::iter([request])
    };
    use attach_hints_request::Message;
    let status = client.attach_hints(attach(None)).await.unwrap_err();
    assert_eq!(reason(&status), (Code::InvalidArgument, name("NO_NAME")));
    let status = client
        .attach_hints(attach(Some(Message::Name(vm.clone()))))
        .await
        .unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::FailedPrecondition, name("HINT_ENGINE_IS_WORKER"))
    );
}

#[tokio::test]
async fn limits_say_how_much() {
    let server = Server::with(|options| options.max_vms = 1);
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], None)).await.unwrap();
    let vm = create(&mut client, request(&hash)).await.name;
    let status = client.create_vm(request(&hash)).await.unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::ResourceExhausted, name("TOO_MANY_VMS"))
    );
    assert_eq!(fact(&status, "limit"), Some(name("1")));
    let mut watchers = Vec::new();
    let status = loop {
        match client
            .watch_vm(WatchVmRequest {
                name: vm.clone(),
                ..WatchVmRequest::default()
            })
            .await
        {
            Ok(events) => watchers.push(events),
            Err(status) => break status,
        }
    };
    assert_eq!(
        reason(&status),
        (Code::ResourceExhausted, name("TOO_MANY_WATCHERS"))
    );
    says(
        &status,
        "watchers",
        watchers.len() as u64,
        watchers.len() as u64,
    );
    drop(watchers);
    // Larger than any message may be.
    let large = CreateVmRequest {
        program_input_json: "1".repeat(33 << 20),
        ..request(&hash)
    };
    let status = client.create_vm(large).await.unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::ResourceExhausted, name("MESSAGE_TOO_LARGE"))
    );
    assert_eq!(fact(&status, "limit"), Some((32 << 20).to_string()));
    let large = upload_program_request::Part::Chunk(vec![0; 33 << 20].into());
    let declaration = ProgramDeclaration {
        size_bytes: 1 << 20,
    };
    let parts = [
        upload_program_request::Part::Declaration(declaration),
        large,
    ];
    let parts = parts.map(|part| UploadProgramRequest { part: Some(part) });
    let status = client
        .upload_program(tokio_stream::iter(parts))
        .await
        .unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::ResourceExhausted, name("MESSAGE_TOO_LARGE"))
    );
    // The connection is as good as before.
    let get = GetVmRequest { name: vm };
    client.get_vm(get).await.unwrap();
}

#[tokio::test]
async fn every_call_ends_at_its_deadline() {
    let server = Server::start();
    let mut client = server.client().await;
    let stuck = "import time\ntime.sleep(600)";
    let hash = upload(&mut client, &program(&[RET], Some((0, stuck))))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let limit = std::time::Duration::from_millis(300);
    let mut stuck_vm = vm.name.clone();
    let found = deadline_of_the_server(async || {
        // One that is in the middle of its hint cannot be run again.
        stuck_vm = create(&mut client, request(&hash)).await.name;
        let mut run = tonic::Request::new(RunVmRequest {
            name: stuck_vm.clone(),
            until: None,
            ..Default::default()
        });
        run.set_timeout(limit);
        client.run_vm(run).await
    })
    .await;
    assert_eq!(found, (Code::DeadlineExceeded, name("RUN_DEADLINE")));
    // The VM is in the middle of its hint; whoever waits for it waits no longer than they want.
    let passed = (Code::DeadlineExceeded, name("DEADLINE_PASSED"));
    let found = deadline_of_the_server(async || {
        let mut pause = tonic::Request::new(PauseVmRequest {
            name: stuck_vm.clone(),
        });
        pause.set_timeout(limit);
        client.pause_vm(pause).await
    })
    .await;
    assert_eq!(found, passed);
    // An upload whose client stalls.
    let declaration = ProgramDeclaration { size_bytes: 10 };
    let declared = UploadProgramRequest {
        part: Some(upload_program_request::Part::Declaration(declaration)),
    };
    use tokio_stream::StreamExt as _;
    let found = deadline_of_the_server(async || {
        let parts = tokio_stream::iter([declared.clone()]).chain(tokio_stream::pending());
        let mut stalled = tonic::Request::new(parts);
        stalled.set_timeout(limit);
        client.upload_program(stalled).await
    })
    .await;
    assert_eq!(found, passed);
    // A creation that takes too long is undone: the caller does not know the VM's name.
    let slow = "import time\ndef factory():\n    time.sleep(600)\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("slow_factory.py"), slow).unwrap();
    let text = folder.path().to_str().unwrap();
    let hash = upload(&mut client, &program(&[RET], Some((0, "x = 1"))))
        .await
        .unwrap();
    let server = Server::with(|options| options.import_paths = vec![text.into()]);
    let mut client = server.client().await;
    let _ = hash;
    let hash = upload(&mut client, &program(&[RET], Some((0, "x = 1"))))
        .await
        .unwrap();
    let found = deadline_of_the_server(async || {
        let mut creation = tonic::Request::new(CreateVmRequest {
            syscall_handler: name("slow_factory:factory"),
            ..request(&hash)
        });
        creation.set_timeout(limit);
        client.create_vm(creation).await
    })
    .await;
    assert_eq!(found, passed);
    let start = std::time::Instant::now();
    loop {
        let list = client.list_vms(ListVmsRequest::default()).await.unwrap();
        if list.into_inner().vms.is_empty() {
            break;
        }
        assert!(start.elapsed() < PATIENCE);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn what_the_transport_refuses_has_a_reason_too() {
    let server = Server::start();
    let channel = tonic::transport::Channel::from_shared(format!("http://{}", server.address));
    let channel = channel.unwrap().connect().await.unwrap();
    let mut grpc = tonic::client::Grpc::new(channel);
    let mut call = async |path: &'static str, request: Vec<u8>| {
        grpc.ready().await.unwrap();
        let path = tonic::codegen::http::uri::PathAndQuery::from_static(path);
        let answer: Result<tonic::Response<Vec<u8>>, _> =
            grpc.unary(tonic::Request::new(request), path, Bytes).await;
        answer.unwrap_err()
    };
    let status = call("/cairohints.v1.VmService/MakeCoffee", Vec::new()).await;
    assert_eq!(reason(&status), (Code::Unimplemented, name("UNKNOWN_CALL")));
    let status = call("/cairohints.v1.VmService/GetVm", vec![0xff; 9]).await;
    assert_eq!(reason(&status), (Code::Internal, name("BAD_CALL")));
}

#[tokio::test]
async fn uploads_are_what_they_declare() {
    let server = Server::with(|options| options.max_program_bytes = 1000);
    let mut client = server.client().await;
    let parts = |size_bytes, chunk: &'static [u8]| {
        let declaration =
            upload_program_request::Part::Declaration(ProgramDeclaration { size_bytes });
        let chunk = upload_program_request::Part::Chunk(chunk.into());
        tokio_stream::iter(
            [declaration, chunk].map(|part| UploadProgramRequest { part: Some(part) }),
        )
    };
    let uploads = [
        (parts(1001, b"{}"), "PROGRAM_TOO_LARGE"),
        (parts(1, b"{}"), "SIZE_MISMATCH"),
        (parts(3, b"{}"), "SIZE_MISMATCH"),
        (parts(2, b"{}"), "BAD_PROGRAM"),
    ];
    for (parts, expected) in uploads {
        let status = client.upload_program(parts).await.unwrap_err();
        assert_eq!(reason(&status), (Code::InvalidArgument, name(expected)));
    }
}

#[tokio::test]
async fn uploads_come_in_order_and_in_time() {
    use tokio_stream::StreamExt as _;
    use upload_program_request::Part;
    let server = Server::start();
    let mut client = server.client().await;
    let declare = |size_bytes| Some(Part::Declaration(ProgramDeclaration { size_bytes }));
    let chunk = |size| Some(Part::Chunk(vec![b' '; size].into()));
    let uploads = [
        (vec![], "NO_DECLARATION"),
        (vec![chunk(1)], "NO_DECLARATION"),
        (vec![declare(2), declare(2)], "SECOND_DECLARATION"),
        (vec![declare(2), None], "EMPTY_PART"),
        (
            vec![declare(2 << 20), chunk((1 << 20) + 1)],
            "CHUNK_TOO_LARGE",
        ),
    ];
    for (parts, expected) in uploads {
        let parts = parts.into_iter().map(|part| UploadProgramRequest { part });
        let parts = tokio_stream::iter(parts.collect::<Vec<_>>());
        let status = client.upload_program(parts).await.unwrap_err();
        let expected = (Code::InvalidArgument, name(expected));
        assert_eq!(reason(&status), expected);
    }
    let declared = UploadProgramRequest { part: declare(2) };
    let parts = tokio_stream::iter([declared]).chain(tokio_stream::pending());
    let status = client.upload_program(parts).await.unwrap_err();
    let expected = (Code::DeadlineExceeded, name("UPLOAD_STALLED"));
    assert_eq!(reason(&status), expected);
    upload(&mut client, &program(&[RET], None)).await.unwrap();
}

#[tokio::test]
async fn a_vm_that_goes_says_so_to_those_who_wait() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&LOOP, None)).await.unwrap();
    let vm = create(&mut client, request(&hash)).await.name;
    let run = RunVmRequest {
        name: vm.clone(),
        until: None,
        ..Default::default()
    };
    let mut runner = client.clone();
    let running = tokio::spawn(async move { runner.run_vm(run).await });
    is_running(&mut client, &vm).await;
    delete(&mut client, &vm).await;
    let status = running.await.unwrap().unwrap_err();
    assert_eq!(reason(&status), (Code::Aborted, name("VM_DELETED")));
    assert_eq!(fact(&status, "vm"), Some(vm));
}

#[tokio::test]
async fn what_a_dead_worker_knew_is_gone() {
    let server = Server::start();
    let mut client = server.client().await;
    let code = "import os; os.kill(os.getpid(), 9)";
    let hash = upload(&mut client, &program(&[RET], Some((0, code))))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await.name;
    run(&mut client, &vm, None).await;
    let read = ReadHintScopesRequest {
        name: vm,
        max_text_bytes: 0,
    };
    let status = client.read_hint_scopes(read).await.unwrap_err();
    let expected = (Code::FailedPrecondition, name("HINT_ENGINE_GONE"));
    assert_eq!(reason(&status), expected);
}

#[tokio::test]
async fn a_client_writes_so_much_and_no_more() {
    let server = Server::with(|options| {
        options.max_written_cells = 2;
        options.max_segments = 10;
    });
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], None)).await.unwrap();
    let vm = create(&mut client, request(&hash)).await.name;
    let add = AddSegmentRequest { name: vm.clone() };
    let base = client.add_segment(add.clone()).await.unwrap().into_inner();
    let write = |offset| WriteMemoryRequest {
        name: vm.clone(),
        cells: Some(CellRun {
            segment: base.base.unwrap().segment,
            offset,
            values: vec![0; 64].into(),
        }),
    };
    client.write_memory(write(0)).await.unwrap();
    let status = client.write_memory(write(2)).await.unwrap_err();
    let expected = (Code::ResourceExhausted, name("TOO_MANY_CELLS"));
    assert_eq!(reason(&status), expected);
    assert_eq!(fact(&status, "limit_name"), Some(name("written_cells")));
    let status = loop {
        if let Err(status) = client.add_segment(add.clone()).await {
            break status;
        }
    };
    let expected = (Code::ResourceExhausted, name("TOO_MANY_SEGMENTS"));
    assert_eq!(reason(&status), expected);
    says(&status, "max_segments", 10, 10);
}

/// A limit is said with its name, its value and what is used of it.
#[track_caller]
fn says(status: &tonic::Status, limit: &str, value: u64, used: u64) {
    let facts = ["limit_name", "limit", "used"].map(|key| fact(status, key));
    let expected = [name(limit), value.to_string(), used.to_string()].map(Some);
    assert_eq!(facts, expected, "{status:?}");
}

/// Every reason of the proto is in some test, but for those that only a fault or a race brings about.
#[test]
fn every_reason_is_tested() {
    let proto = include_str!("../../proto/cairohints/v1/vm_service.proto");
    let tests = [
        include_str!("account.rs"),
        include_str!("attached.rs"),
        include_str!("connections.rs"),
        include_str!("ending.rs"),
        include_str!("engines.rs"),
        include_str!("errors.rs"),
        include_str!("functions.rs"),
        include_str!("life.rs"),
        include_str!("placed.rs"),
        include_str!("programs.rs"),
        include_str!("quotas.rs"),
        include_str!("repeating.rs"),
        include_str!("running.rs"),
        include_str!("tenants.rs"),
    ]
    .concat();
    let untested = ["INTERNAL", "CONNECTION_CLOSED", "NO_SPACE"];
    let mut reasons = 0;
    for line in proto.lines().filter_map(|line| line.strip_prefix("// - ")) {
        let (_, listed) = line.split_once(": ").unwrap();
        for reason in listed
            .split(", ")
            .filter(|reason| !untested.contains(reason))
        {
            reasons += 1;
            assert!(tests.contains(&format!("\"{reason}\"")), "{reason}");
        }
    }
    assert!(reasons > 50);
}

#[tokio::test]
async fn a_failed_program_is_a_state() {
    let server = Server::start();
    let mut client = server.client().await;
    let failures = [
        ("raise ValueError('no')", "HINT_RAISED", "no"),
        ("import sys; sys.exit(3)", "EXIT", ""),
        ("memory[ap] = = 1", "HINT_RAISED", ""),
        ("import os; os.kill(os.getpid(), 9)", "WORKER_DIED", ""),
        ("while True: pass", "HINT_TIMEOUT", ""),
    ];
    for (code, expected, message) in failures {
        let hash = upload(&mut client, &program(&[RET], Some((0, code))))
            .await
            .unwrap();
        let limits = VmLimits {
            hint_timeout: Some(prost_types::Duration {
                seconds: 1,
                nanos: 0,
            }),
            ..Default::default()
        };
        let create_request = CreateVmRequest {
            limits: Some(limits),
            ..request(&hash)
        };
        let mut vm = create(&mut client, create_request).await;
        if vm.state() != VmState::Failed {
            let answer = run(&mut client, &vm.name, None).await;
            assert_eq!(answer.stop_reason(), StopReason::Failed, "{code}");
            vm = answer.vm.unwrap();
        }
        assert_eq!(vm.state(), VmState::Failed);
        let failure = vm.failure.unwrap();
        assert_eq!(failure.reason, expected, "{}", failure.message);
        if expected == "HINT_RAISED" && !message.is_empty() {
            assert_eq!(failure.exception_class, "builtins.ValueError");
            assert_eq!(failure.exception_message, message);
            assert!(
                failure
                    .message
                    .contains("Got an exception while executing a hint.")
            );
            assert!(failure.python_traceback.contains("ValueError: no"));
        }
        if expected == "EXIT" {
            assert_eq!(failure.exit_code, Some(3));
        }
    }
    let endless = upload(&mut client, &program(&LOOP, None)).await.unwrap();
    let limits = VmLimits {
        max_steps: 100,
        ..Default::default()
    };
    let vm = create(
        &mut client,
        CreateVmRequest {
            limits: Some(limits),
            ..request(&endless)
        },
    )
    .await;
    let vm = run(&mut client, &vm.name, None).await.vm.unwrap();
    assert_eq!(vm.current_step, 100);
    assert_eq!(vm.failure.unwrap().reason, "STEPS_EXHAUSTED");
}
