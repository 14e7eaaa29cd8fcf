//! Several engines of one VM: a client that serves a language or some hints, a worker or twins for the rest.

use std::time::{Duration, Instant};

use hint_proto::cell::Cell;
use hint_proto::v1::answer::Answer as Reply;
use hint_proto::v1::ask::Question;
use hint_proto::v1::attach_hints_request::Message as Attaching;
use hint_proto::v1::session_request::Message as Asked;
use hint_proto::v1::session_response::Message as Said;
use hint_proto::v1::*;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

use crate::harness::*;

/// `ap += 1`.
const ADD_AP: [&str; 2] = ["0x40780017fff7fff", "0x1"];
/// The hint of `alloc()`.
const ALLOC: &str = "memory[ap] = segments.add()";

/// A program of steps that move ap by one, each with the hint before it.
fn steps(hints: &[&str]) -> Vec<u8> {
    let mut data: Vec<&str> = hints.iter().flat_map(|_| ADD_AP).collect();
    data.push(RET);
    let mut all: serde_json::Value = serde_json::from_slice(&program(&data, None)).unwrap();
    for (index, code) in hints.iter().enumerate() {
        let one: serde_json::Value =
            serde_json::from_slice(&program(&data, Some((2 * index as u64, code)))).unwrap();
        let pc = (2 * index).to_string();
        all["hints"][&pc] = one["hints"][&pc].clone();
    }
    all.to_string().into_bytes()
}

/// A client as an engine.
struct Engine {
    say: Option<mpsc::Sender<AttachHintsRequest>>,
    incoming: Streaming<AttachHintsResponse>,
}

impl Engine {
    async fn attach(client: &mut Client, name: &str) -> Result<Self, Status> {
        let (say, outgoing) = mpsc::channel(4);
        let first = AttachHintsRequest {
            message: Some(Attaching::Name(name.to_owned())),
        };
        say.send(first).await.unwrap();
        let answer = client.attach_hints(ReceiverStream::new(outgoing)).await?;
        Ok(Self {
            say: Some(say),
            incoming: answer.into_inner(),
        })
    }

    async fn hear(&mut self) -> Result<Option<Asked>, Status> {
        let message = tokio::time::timeout(Duration::from_secs(20), self.incoming.message());
        let message = message.await.expect("the server is silent")?;
        Ok(message.map(|message| message.request.unwrap().message.unwrap()))
    }

    async fn say(&mut self, message: Said) {
        let response = SessionResponse {
            message: Some(message),
        };
        let request = AttachHintsRequest {
            message: Some(Attaching::Response(response)),
        };
        self.say.as_ref().unwrap().send(request).await.unwrap();
    }

    /// Opens the session and loads hints, but for those that it declines; the codes that it was sent.
    async fn open(&mut self, languages: &[&str], declines: fn(&Hint) -> bool) -> Vec<String> {
        let Asked::Start(start) = self.hear().await.unwrap().unwrap() else {
            panic!("no start");
        };
        assert!(start.min_protocol_version <= start.protocol_version);
        self.say(Said::Started(Started {
            protocol_version: start.protocol_version,
            languages: languages.iter().map(|name| (*name).to_owned()).collect(),
            ..Started::default()
        }))
        .await;
        let Asked::LoadHints(load) = self.hear().await.unwrap().unwrap() else {
            panic!("no hints");
        };
        let declined = load.hints.iter().filter(|hint| declines(hint));
        let declined = declined.map(|hint| hint.id).collect();
        self.say(Said::HintsLoaded(HintsLoaded {
            declined,
            ..HintsLoaded::default()
        }))
        .await;
        load.hints.into_iter().map(|hint| hint.code).collect()
    }

    /// The next hint to run.
    async fn hint(&mut self) -> ExecuteHint {
        match self.hear().await.unwrap().unwrap() {
            Asked::ExecuteHint(hint) => hint,
            other => panic!("{other:?}"),
        }
    }

    async fn ask(&mut self, question: Question) -> Reply {
        self.say(Said::Ask(Ask {
            question: Some(question),
        }))
        .await;
        match self.hear().await.unwrap().unwrap() {
            Asked::Answer(answer) => answer.answer.unwrap(),
            other => panic!("{other:?}"),
        }
    }

    async fn done(&mut self, effects: Effects) {
        let effects = Some(effects);
        self.say(Said::Done(HintDone { effects })).await;
    }

    /// Answers what is asked at the end of the run, then hears how the stream ends.
    async fn end(mut self) -> Option<Status> {
        loop {
            match self.hear().await {
                Ok(Some(Asked::EndRun(_))) => {
                    self.say(Said::RunEnded(RunEnded::default())).await;
                }
                Ok(Some(other)) => panic!("{other:?}"),
                Ok(None) => return None,
                Err(status) => return Some(status),
            }
        }
    }
}

fn felt(value: u8) -> Cell {
    let mut bytes = [0; 32];
    bytes[0] = value;
    Cell::Felt(bytes)
}

fn cells(address: &Relocatable, values: &[u8]) -> CellRun {
    let mut bytes = Vec::new();
    for value in values {
        felt(*value).encode(&mut bytes);
    }
    CellRun {
        segment: address.segment,
        offset: address.offset as u64,
        values: bytes.into(),
    }
}

fn writes(address: &Relocatable, value: u8) -> Effects {
    Effects {
        writes: vec![cells(address, &[value])],
        ..Effects::default()
    }
}

async fn vm_of(client: &mut Client, hints: &[&str], placement: HintPlacement) -> Vm {
    let hash = upload(client, &steps(hints)).await.unwrap();
    let mut create_request = request(&hash);
    create_request.set_hint_engine(HintEngine::Attached);
    create_request.set_hint_placement(placement);
    create(client, create_request).await
}

/// What the steps wrote.
async fn memory(client: &mut Client, vm: &Vm, count: u64) -> CellRun {
    let read = ReadMemoryRequest {
        name: vm.name.clone(),
        // Behind the frame that `main` returns to.
        address: Some(Relocatable {
            segment: 1,
            offset: 2,
        }),
        count,
        accesses: false,
    };
    client
        .read_memory(read)
        .await
        .unwrap()
        .into_inner()
        .cells
        .unwrap()
}

fn start_run(client: &Client, vm: &Vm) -> tokio::task::JoinHandle<Vm> {
    let (mut client, name) = (client.clone(), vm.name.clone());
    tokio::spawn(async move { run(&mut client, &name, None).await.vm.unwrap() })
}

#[tokio::test]
async fn a_client_serves_its_language_and_a_worker_the_rest() {
    let server = Server::start();
    let mut client = server.client().await;
    let hints = [
        "x = 20; memory[ap] = x; vm_enter_scope({'x': 5})",
        "# lang: demo\nap = 22",
        "memory[ap] = memory[ap - 1] + x",
    ];
    let vm = vm_of(&mut client, &hints, HintPlacement::Python).await;
    let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    // It hears of hints in its language only.
    assert_eq!(engine.open(&["demo"], |_| false).await, [hints[1]]);
    let running = start_run(&client, &vm);
    let hint = engine.hint().await;
    assert_eq!((hint.hint_id, hint.language.as_str()), (1, "demo"));
    let entered = ScopeChange {
        left: 0,
        entered: 1,
    };
    assert_eq!(hint.scopes, Some(entered));
    let ap = hint.ap.unwrap();
    let read = ReadMemory {
        segment: ap.segment,
        offset: ap.offset as u64 - 1,
        count: 1,
    };
    let Reply::Memory(answer) = engine.ask(Question::ReadMemory(read)).await else {
        panic!("no memory");
    };
    let before = Relocatable {
        offset: ap.offset - 1,
        ..ap
    };
    assert_eq!(answer.cells[0], cells(&before, &[20]));
    assert!(!answer.more);
    // What it does to the scopes, Python's hints see.
    engine
        .done(Effects {
            scopes: Some(ScopeChange {
                left: 1,
                entered: 0,
            }),
            ..writes(&ap, 22)
        })
        .await;
    let ending = tokio::spawn(engine.end());
    let ended = running.await.unwrap();
    assert_eq!(ended.state(), VmState::Succeeded, "{:?}", ended.failure);
    assert_eq!((ended.hints_executed, ended.attached), (3, true));
    assert_ne!(ended.worker_process_id, 0);
    assert_eq!(
        memory(&mut client, &vm, 3).await,
        cells(&before, &[20, 22, 42])
    );
    let list = ListHintsRequest {
        name: vm.name.clone(),
        ..Default::default()
    };
    let listed = client.list_hints(list).await.unwrap().into_inner().hints;
    let placed = listed
        .iter()
        .map(|hint| (hint.placement(), hint.language.as_str()));
    assert_eq!(
        placed.collect::<Vec<_>>(),
        [
            (HintPlacement::Python, "python"),
            (HintPlacement::Apart, "demo"),
            (HintPlacement::Python, "python"),
        ]
    );
    delete(&mut client, &vm.name).await;
    let status = ending.await.unwrap();
    assert!(status.is_none(), "{status:?}");
}

#[tokio::test]
async fn hints_that_the_client_leaves_run_as_twins() {
    let server = Server::start();
    let mut client = server.client().await;
    let hints = [ALLOC, "memory[ap] = 3"];
    let vm = vm_of(&mut client, &hints, HintPlacement::Auto).await;
    let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    assert_eq!(
        engine.open(&["python"], |hint| hint.code == ALLOC).await,
        hints
    );
    let running = start_run(&client, &vm);
    let hint = engine.hint().await;
    assert_eq!(hint.hint_id, 1);
    engine.done(writes(&hint.ap.unwrap(), 3)).await;
    let ending = tokio::spawn(engine.end());
    let ended = running.await.unwrap();
    assert_eq!(ended.state(), VmState::Succeeded, "{:?}", ended.failure);
    // No worker was needed.
    assert_eq!((ended.hints_executed, ended.worker_process_id), (2, 0));
    let list = ListHintsRequest {
        name: vm.name.clone(),
        ..Default::default()
    };
    let listed = client.list_hints(list).await.unwrap().into_inner().hints;
    let placed: Vec<_> = listed.iter().map(PlacedHint::placement).collect();
    assert_eq!(placed, [HintPlacement::Native, HintPlacement::Apart]);
    delete(&mut client, &vm.name).await;
    assert!(ending.await.unwrap().is_none());
}

#[tokio::test]
async fn a_hint_that_the_client_declines_goes_to_a_worker() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = vm_of(
        &mut client,
        &["x = 1", "memory[ap] = 7"],
        HintPlacement::Python,
    )
    .await;
    let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    engine.open(&[], |_| false).await;
    let running = start_run(&client, &vm);
    assert_eq!(engine.hint().await.hint_id, 0);
    engine.done(Effects::default()).await;
    assert_eq!(engine.hint().await.hint_id, 1);
    let reason = "not today".to_owned();
    engine.say(Said::Declined(Declined { reason })).await;
    let ending = tokio::spawn(engine.end());
    let ended = running.await.unwrap();
    assert_eq!(ended.state(), VmState::Succeeded, "{:?}", ended.failure);
    assert_ne!(ended.worker_process_id, 0);
    let second = Relocatable {
        segment: 1,
        offset: 3,
    };
    let found = memory(&mut client, &vm, 2).await.values;
    assert_eq!(found[32..], cells(&second, &[7]).values[..]);
    delete(&mut client, &vm.name).await;
    assert!(ending.await.unwrap().is_none());
}

#[tokio::test]
async fn a_hint_is_declined_before_it_does_anything() {
    let server = Server::start();
    let mut client = server.client().await;
    let hints = ["# lang: demo"];
    for (changes, expected) in [(false, "HINT_DECLINED"), (true, "PROTOCOL")] {
        let vm = vm_of(&mut client, &hints, HintPlacement::Python).await;
        let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
        engine.open(&["demo", "python"], |_| false).await;
        let running = start_run(&client, &vm);
        let hint = engine.hint().await;
        if changes {
            let write = WriteMemory {
                cell: Some(cells(&hint.ap.unwrap(), &[1])),
                keep_refused: false,
            };
            let reply = engine.ask(Question::WriteMemory(write)).await;
            assert_eq!(reply, Reply::Ok(Ok {}));
        }
        let reason = "not today".to_owned();
        engine.say(Said::Declined(Declined { reason })).await;
        let failure = running.await.unwrap().failure.unwrap();
        assert_eq!(failure.reason, expected, "{}", failure.message);
        delete(&mut client, &vm.name).await;
        assert!(engine.end().await.is_some());
    }
}

#[tokio::test]
async fn a_plain_message_is_the_text_of_a_failed_hint() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = vm_of(&mut client, &["# lang: demo"], HintPlacement::Python).await;
    let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    engine.open(&["demo"], |_| false).await;
    let running = start_run(&client, &vm);
    engine.hint().await;
    let failed = Failed {
        // A kind that this host does not know counts as an exception.
        kind: 77,
        message: "the bank is closed".to_owned(),
        ..Failed::default()
    };
    engine.say(Said::Failed(failed)).await;
    let failure = running.await.unwrap().failure.unwrap();
    assert_eq!(failure.reason, "HINT_RAISED");
    assert_eq!(failure.exception_message, "the bank is closed");
    assert!(
        failure.message.ends_with("\nthe bank is closed"),
        "{}",
        failure.message
    );
    delete(&mut client, &vm.name).await;
    let status = engine.end().await.expect("a status");
    assert_eq!(reason(&status), (Code::Aborted, "VM_FAILED".to_owned()));
    assert_eq!(fact(&status, "failure"), Some("HINT_RAISED".to_owned()));
}

#[tokio::test]
async fn a_language_that_nobody_serves_is_refused_with_the_hints() {
    let server = Server::start();
    let mut client = server.client().await;
    let hints = ["x = 1", "# lang: demo"];
    let hash = upload(&mut client, &steps(&hints)).await.unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let failure = vm.failure.expect("a failed VM");
    assert_eq!(failure.reason, "LANGUAGE_NOT_SERVED");
    assert_eq!(failure.hint.as_ref().unwrap().hint_id, 1);
    let text = "no engine serves the language `demo` of a hint; served: `contract`, `python`";
    assert!(failure.message.contains(text), "{}", failure.message);
    // With a client, it is the answer of the attaching.
    let vm = vm_of(&mut client, &hints, HintPlacement::Python).await;
    let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    assert!(engine.open(&["other"], |_| false).await.is_empty());
    let status = engine.end().await.expect("a status");
    assert_eq!(
        reason(&status),
        (Code::FailedPrecondition, "HINTS_NOT_LOADED".to_owned())
    );
    assert!(status.message().contains("`demo`"), "{status:?}");
}

#[tokio::test]
async fn hints_that_do_not_load_are_the_answer_of_the_attaching() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = vm_of(&mut client, &["x = 1"], HintPlacement::Python).await;
    let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    assert!(matches!(engine.hear().await, Ok(Some(Asked::Start(_)))));
    let failed = Failed {
        message: "the till is locked".to_owned(),
        ..Failed::default()
    };
    engine.say(Said::Failed(failed)).await;
    let status = engine.end().await.expect("a status");
    assert_eq!(
        reason(&status),
        (Code::FailedPrecondition, "HINTS_NOT_LOADED".to_owned())
    );
    assert!(
        status.message().contains("the till is locked"),
        "{status:?}"
    );
    assert_eq!(fact(&status, "vm"), Some(vm.name));
}

#[tokio::test]
async fn an_engine_without_a_common_version_is_told_both() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = vm_of(&mut client, &["x = 1"], HintPlacement::Python).await;
    let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    assert!(matches!(engine.hear().await, Ok(Some(Asked::Start(_)))));
    let old = Started {
        protocol_version: 1,
        ..Started::default()
    };
    engine.say(Said::Started(old)).await;
    let status = engine.end().await.expect("a status");
    assert_eq!(
        reason(&status),
        (Code::InvalidArgument, "ENGINE_PROTOCOL".to_owned())
    );
    let text = "it speaks the versions `1` to `1` of the session, this host `2` to `2`";
    assert!(status.message().contains(text), "{status:?}");
}

#[tokio::test]
async fn a_client_that_leaves_before_the_first_step_is_replaced() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = vm_of(&mut client, &["x = 1"], HintPlacement::Python).await;
    let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    engine.open(&[], |_| false).await;
    // A call that waits for the VM: the hints are loaded.
    let list = ListHintsRequest {
        name: vm.name.clone(),
        ..Default::default()
    };
    client.list_hints(list).await.unwrap();
    // A stream that is half closed is answered within a second.
    engine.say = None;
    let left = Instant::now();
    assert!(matches!(engine.hear().await, Ok(None)));
    assert!(
        left.elapsed() < Duration::from_secs(1),
        "{:?}",
        left.elapsed()
    );
    let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    engine.open(&[], |_| false).await;
    let running = start_run(&client, &vm);
    engine.hint().await;
    engine.done(Effects::default()).await;
    let ending = tokio::spawn(engine.end());
    assert_eq!(running.await.unwrap().state(), VmState::Succeeded);
    delete(&mut client, &vm.name).await;
    assert!(ending.await.unwrap().is_none());
}

#[tokio::test]
async fn one_that_has_changed_the_vm_is_not_replaced() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = vm_of(&mut client, &["x = 1"], HintPlacement::Python).await;
    let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    assert!(matches!(engine.hear().await, Ok(Some(Asked::Start(_)))));
    let started = Started {
        protocol_version: hint_proto::PROTOCOL_VERSION,
        ..Started::default()
    };
    engine.say(Said::Started(started)).await;
    assert!(matches!(engine.hear().await, Ok(Some(Asked::LoadHints(_)))));
    let effects = Effects {
        added_segments: vec![AddedSegment::default()],
        ..Effects::default()
    };
    engine
        .say(Said::HintsLoaded(HintsLoaded {
            effects: Some(effects),
            ..HintsLoaded::default()
        }))
        .await;
    let list = ListHintsRequest {
        name: vm.name.clone(),
        ..Default::default()
    };
    client.list_hints(list).await.unwrap();
    engine.say = None;
    assert!(matches!(engine.hear().await, Ok(None)));
    let engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    let status = engine.end().await.expect("a status");
    let expected = (Code::FailedPrecondition, "HINT_ENGINE_GONE".to_owned());
    assert_eq!(reason(&status), expected);
}

#[tokio::test]
async fn a_late_engine_is_told_so() {
    let server = Server::start();
    let mut client = server.client().await;
    let hash = upload(&mut client, &steps(&["x = 1"])).await.unwrap();
    let mut create_request = request(&hash);
    create_request.set_hint_engine(HintEngine::Attached);
    create_request.limits = Some(VmLimits {
        hint_timeout: Some(prost_types::Duration {
            seconds: 0,
            nanos: 200_000_000,
        }),
        ..VmLimits::default()
    });
    let vm = create(&mut client, create_request).await;
    let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    engine.open(&[], |_| false).await;
    let running = start_run(&client, &vm);
    engine.hint().await;
    let status = engine.end().await.expect("a status");
    assert_eq!(
        reason(&status),
        (Code::DeadlineExceeded, "ENGINE_LATE".to_owned())
    );
    let failure = running.await.unwrap().failure.unwrap();
    assert_eq!(failure.reason, "HINT_TIMEOUT");
    assert!(
        failure.message.contains("`0.2` seconds"),
        "{}",
        failure.message
    );
}

#[tokio::test]
async fn a_deleted_vm_ends_the_stream_with_that() {
    let server = Server::start();
    let mut client = server.client().await;
    let vm = vm_of(&mut client, &["x = 1"], HintPlacement::Python).await;
    let mut engine = Engine::attach(&mut client, &vm.name).await.unwrap();
    engine.open(&[], |_| false).await;
    delete(&mut client, &vm.name).await;
    let status = engine.end().await.expect("a status");
    assert_eq!(reason(&status), (Code::Aborted, "VM_DELETED".to_owned()));
}
