//! Whole sessions with an engine whose messages are damaged, as a worker or an attached client may send them: every
//! session ends, nothing panics, and cells that were written keep their values.

use std::sync::Arc;

use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::ask::Question;
use hint_proto::v1::attach_hints_request::Message as Attaching;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::*;
use prost::Message as _;
use tokio::sync::mpsc;
use tonic::Status;

use super::answer::tests::{Unread, program};
use super::error::HintError;
use super::inputs::SessionInputs;
use super::limits::Limits;
use super::peer::{AttachedClient, Peer};
use super::run_state::RunState;
use super::session::HintSession;
use super::testing::{EXECUTION, PROGRAM, SEGMENTS, at, int, pointer, run_of, vm};
use crate::program::fuzzing::fuzz;
use crate::program::{CompiledProgram, ExceptionContext, SourceFiles};

/// Messages of one session, one after the other as a stream has them.
fn stream(responses: Vec<Response>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for response in responses {
        let response = SessionResponse {
            message: Some(response),
        };
        let request = AttachHintsRequest {
            message: Some(Attaching::Response(response)),
        };
        request.encode_length_delimited(&mut bytes).expect("room");
    }
    bytes
}

/// What a server passes on to the session: responses, up to the first thing that is none.
fn messages(mut bytes: &[u8]) -> Vec<Result<SessionResponse, Status>> {
    let mut found = Vec::new();
    while !bytes.is_empty() && found.len() < 64 {
        match AttachHintsRequest::decode_length_delimited(&mut bytes) {
            Ok(AttachHintsRequest {
                message: Some(Attaching::Response(response)),
            }) => found.push(Ok(response)),
            Ok(_) => {
                found.push(Err(Status::internal("a message that is no response")));
                break;
            }
            Err(error) => {
                found.push(Err(Status::internal(error.to_string())));
                break;
            }
        }
    }
    found
}

fn opened() -> [Response; 2] {
    [
        Response::Started(Started {
            protocol_version: *hint_proto::PROTOCOL_VERSIONS.end(),
            ..Started::default()
        }),
        Response::HintsLoaded(HintsLoaded {
            hints: vec![HintNames {
                hint_id: 0,
                names: vec!["ids".to_owned(), "x".to_owned(), "p".to_owned()],
            }],
            ..HintsLoaded::default()
        }),
    ]
}

fn asks(question: Question) -> Response {
    Response::Ask(Ask {
        question: Some(question),
    })
}

fn done() -> Response {
    let effects = Effects {
        writes: vec![
            run_of(EXECUTION, 2, &[int(22)]),
            run_of(SEGMENTS, 0, &[int(60), pointer(EXECUTION, 0)]),
        ],
        added_segments: vec![AddedSegment { size: Some(5) }],
        rules: vec![Rule {
            id: 1,
            kind: RuleKind::Validation.into(),
            segment: EXECUTION as i64,
        }],
        scopes: Some(ScopeChange {
            left: 0,
            entered: 1,
        }),
        hint_nanos: 7,
        ..Effects::default()
    };
    Response::Done(HintDone {
        effects: Some(effects),
    })
}

fn failed() -> Response {
    Response::Failed(Failed {
        message: "as it is".to_owned(),
        effects: Some(Effects::default()),
        python: Some(PythonException {
            traceback: "Traceback\n  File \"a.cairo\", line 1\nValueError: as it is\n".to_owned(),
            class_path: "builtins.ValueError".to_owned(),
            missing_lines: vec![MissingLine {
                at: 33,
                filename: "a.cairo".to_owned(),
                line: 1,
            }],
            ..PythonException::default()
        }),
        ..Failed::default()
    })
}

/// Streams of good engines: one that runs all, one that asks, one that fails, one that declines.
fn good() -> Vec<Vec<u8>> {
    let ended = Response::RunEnded(RunEnded {
        scope_depth: 1,
        ..RunEnded::default()
    });
    let scopes = Response::Scopes(Scopes {
        scopes: vec![Scope::default()],
    });
    let none = || Response::Done(HintDone::default());
    let ruled = || Response::RuleResult(RuleResult::default());
    let with = |rest: Vec<Response>| stream([opened().into(), rest].concat());
    vec![
        with(vec![done(), none(), ruled(), ended.clone(), scopes.clone()]),
        with(vec![
            asks(Question::ReadMemory(ReadMemory {
                segment: EXECUTION as i64,
                offset: 0,
                count: 3,
            })),
            asks(Question::ResolveName(ResolveName {
                hint_id: 0,
                scope: String::new(),
                name: "x".to_owned(),
            })),
            asks(Question::IsAccessed(Relocatable {
                segment: EXECUTION as i64,
                offset: 0,
            })),
            done(),
            none(),
            ruled(),
            ended.clone(),
            scopes.clone(),
        ]),
        with(vec![none(), failed(), ended.clone(), scopes.clone()]),
        with(vec![
            Response::Declined(Declined {
                reason: "not mine".to_owned(),
            }),
            none(),
            ended,
            scopes,
        ]),
    ]
}

/// What a run does with an engine, as far as it comes.
async fn run(vm: &mut VirtualMachine, state: &mut RunState, peer: Peer) -> Result<(), HintError> {
    let inputs = SessionInputs::default();
    let mut session = HintSession::start((0, peer), &inputs, Vec::new(), state, vm).await?;
    session.load(vm, state, [0]).await?;
    let mut failure = None;
    for _ in 0..2 {
        if let Err(error) = session.execute(vm, state, 0).await {
            session.end_after(&error);
            failure = Some(error);
            break;
        }
    }
    for rule in state.rules.clone().into_iter().take(2) {
        session.call_rule(vm, state, rule, at(EXECUTION, 0)).await?;
    }
    session.end_run(vm, state).await?;
    session.read_scopes(vm, state, 100).await?;
    failure.map_or(Ok(()), Err)
}

#[test]
fn a_session_ends_whatever_its_engine_says() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let json: Arc<[u8]> = program("ids.x = 1").to_string().into_bytes().into();
    let compiled = Arc::new(CompiledProgram::from_json(&json).expect("a program"));
    let mut seen = [0_u64; 3];
    fuzz("session", &good(), |bytes| {
        let messages = messages(bytes);
        let (to_engine, mut requests) = mpsc::channel(1);
        let (responses, from_engine) = mpsc::channel(messages.len() + 1);
        for message in messages {
            responses.try_send(message).expect("room");
        }
        // It leaves when all is said.
        drop(responses);
        let peer = Peer::Attached(AttachedClient {
            ending: Arc::default(),
            requests: Some(to_engine),
            responses: from_engine,
            records: Arc::new(Unread),
        });
        let mut vm = vm();
        let loaded = (Arc::clone(&compiled), at(PROGRAM, 0), Arc::clone(&json));
        let mut state = RunState::new(loaded, Limits::default());
        let result = runtime.block_on(async {
            let heard = async {
                while let Some(request) = requests.recv().await {
                    assert!(request.message.is_some());
                }
                std::future::pending::<std::convert::Infallible>().await
            };
            tokio::select! {
                result = run(&mut vm, &mut state, peer) => result,
                never = heard => match never {},
            }
        });
        for (cell, value) in [(at(PROGRAM, 0), 10), (at(EXECUTION, 0), 20)] {
            assert_eq!(vm.get_maybe(&cell), Some(int(value)), "{cell}");
        }
        match result {
            Ok(()) => seen[0] += 1,
            Err(HintError::Raised(mut failed)) => {
                seen[1] += 1;
                let context = ExceptionContext::new(
                    Arc::clone(&compiled),
                    at(PROGRAM, 0),
                    SourceFiles::Ignored,
                );
                context.complete(&mut failed);
            }
            Err(_) => {
                seen[2] += 1;
                return false;
            }
        }
        true
    });
    assert!(seen.iter().all(|count| *count > 10), "{seen:?}");
}
