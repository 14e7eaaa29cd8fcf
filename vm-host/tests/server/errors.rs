//! Errors of calls have a code and a reason; failures of programs are states.

use hint_proto::v1::*;
use tonic::Code;

use crate::harness::*;

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
            invalid(|r| {
                let function = Some(entry_point::Function::Name(name("nope")));
                r.entry_point = Some(EntryPoint {
                    function,
                    arguments: Vec::new(),
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
                });
            }),
            Code::InvalidArgument,
            "BAD_ARGUMENTS",
        ),
    ];
    for (request, code, expected) in creations {
        let status = client.create_vm(request).await.unwrap_err();
        assert_eq!(reason(&status), (code, name(expected)));
    }
    let status = client
        .get_vm(GetVmRequest {
            name: name("vms/none"),
        })
        .await
        .unwrap_err();
    assert_eq!(reason(&status), (Code::NotFound, name("VM_NOT_FOUND")));
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
    };
    let status = client.read_artifact(read).await.unwrap_err();
    assert_eq!(
        reason(&status),
        (Code::FailedPrecondition, name("VM_NOT_SUCCEEDED"))
    );
    run(&mut client, &vm.name, None).await;
    let again = client
        .run_vm(RunVmRequest {
            name: vm.name,
            until: None,
        })
        .await;
    assert_eq!(
        reason(&again.unwrap_err()),
        (Code::FailedPrecondition, name("VM_ENDED"))
    );
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
