//! What an engine's questions are answered, whatever they ask.

use std::time::Duration;

use futures_util::future::BoxFuture;
use hint_proto::cell::EMPTY;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    CellRun, Debugger, ExecuteHint, HintDone, HintNames, HintsLoaded, LoadHints, ReadAllMemory,
    ReadProgram, SegmentLength, SessionRequest, SessionResponse, Started,
};
use prost::Message as _;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tonic::Status;

use super::*;
use crate::hint::inputs::SessionInputs;
use crate::hint::limits::Limits;
use crate::hint::log::RecordSink;
use crate::hint::peer::{AttachedClient, Peer};
use crate::hint::testing::{
    EXECUTION, OUTPUT, PROGRAM, RANGE_CHECK, SEGMENTS, TEMPORARY_SEGMENTS, at, int, pointer,
    raw_run, run_of, vm,
};
use crate::vm::wire::PRIME;
use crate::worker::LinkError;

/// Questions of one hint that are answered.
const QUESTIONS: u64 = 40;

/// A session whose engine asks what it is told to ask.
struct Scene {
    vm: VirtualMachine,
    state: RunState,
    session: HintSession,
    engine: ScriptedEngine,
}

struct ScriptedEngine {
    requests: mpsc::Receiver<SessionRequest>,
    responses: mpsc::Sender<Result<SessionResponse, Status>>,
    /// What it still asks in the current hint, in reverse order.
    questions: Vec<Ask>,
    answers: Vec<v1::Answer>,
    sent: ExecuteHint,
}

impl ScriptedEngine {
    /// Plays the engine for ever.
    async fn play(&mut self) -> std::convert::Infallible {
        loop {
            let request = self.requests.recv().await.unwrap().message.unwrap();
            let response = match request {
                Request::Start(start) => Response::Started(Started {
                    protocol_version: start.protocol_version,
                    ..Started::default()
                }),
                Request::LoadHints(load) => Response::HintsLoaded(HintsLoaded {
                    hints: load.hints.iter().map(names_of).collect(),
                    ..HintsLoaded::default()
                }),
                Request::ExecuteHint(sent) => {
                    self.sent = sent;
                    self.next()
                }
                Request::Answer(answer) => {
                    let more = match &answer.answer {
                        Some(Reply::Memory(part)) => part.more,
                        Some(Reply::ProgramJson(part)) => part.more,
                        Some(Reply::LoadedProgram(part)) => part.more,
                        _ => false,
                    };
                    self.answers.push(answer);
                    if more {
                        continue;
                    }
                    self.next()
                }
                other => panic!("{other:?}"),
            };
            let response = SessionResponse {
                message: Some(response),
            };
            self.responses.send(Ok(response)).await.unwrap();
        }
    }

    fn next(&mut self) -> Response {
        match self.questions.pop() {
            Some(question) => Response::Ask(question),
            None => Response::Done(HintDone::default()),
        }
    }
}

/// The words of a hint's code.
fn names_of(hint: &v1::Hint) -> HintNames {
    HintNames {
        hint_id: hint.id,
        names: hint.code.split(' ').map(str::to_owned).collect(),
    }
}

/// A program with a felt `x` at `fp - 2`, an address `p` at `fp - 1`, and a struct.
pub(in crate::hint) fn program(code: &str) -> Value {
    let tracking = json!({ "group": 0, "offset": 0 });
    let reference = |value: &str| json!({ "pc": 0, "value": value, "ap_tracking_data": tracking });
    let name = |name: &str| {
        json!({
            "type": "reference", "full_name": format!("__main__.main.{name}"),
            "cairo_type": "felt", "references": [],
        })
    };
    json!({
        "prime": "0x800000000000011000000000000000000000000000000000000000000000001",
        "builtins": [], "data": ["0x208b7fff7fff7ffe"], "main_scope": "__main__",
        "identifiers": {
            "__main__.main": { "type": "function", "pc": 0, "decorators": [] },
            "__main__.S": {
                "type": "struct", "full_name": "__main__.S", "size": 1,
                "members": { "value": { "offset": 0, "cairo_type": "felt" } },
            },
            "__main__.main.x": name("x"),
            "__main__.main.p": name("p"),
        },
        "reference_manager": { "references": [
            reference("[cast(fp + (-2), felt*)]"),
            reference("[cast(fp + (-1), __main__.S**)]"),
        ] },
        "hints": { "0": [{
            "code": code, "accessible_scopes": ["__main__", "__main__.main"],
            "flow_tracking_data": {
                "ap_tracking": tracking,
                "reference_ids": { "__main__.main.x": 0, "__main__.main.p": 1 },
            },
        }] },
        "attributes": [],
    })
}

/// Nobody reads what hints log.
#[derive(Debug)]
pub(in crate::hint) struct Unread;

impl RecordSink for Unread {
    fn take(&self, _records: v1::HintRecords) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

impl Scene {
    async fn new(code: &str) -> Self {
        let json = program(code).to_string().into_bytes();
        Self::with_json(code, json).await
    }

    async fn with_json(code: &str, json: Vec<u8>) -> Self {
        let (to_engine, requests) = mpsc::channel(1);
        let (responses, from_engine) = mpsc::channel(1);
        let mut engine = ScriptedEngine {
            requests,
            responses,
            questions: Vec::new(),
            answers: Vec::new(),
            sent: ExecuteHint::default(),
        };
        let attached = Peer::Attached(AttachedClient {
            ending: std::sync::Arc::default(),
            requests: Some(to_engine),
            responses: from_engine,
            records: std::sync::Arc::new(Unread),
        });
        let limits = Limits {
            questions_per_hint: QUESTIONS,
            ..Limits::default()
        };
        let inputs = SessionInputs {
            limits,
            ..SessionInputs::default()
        };
        let text = program(code).to_string();
        let compiled = Arc::new(CompiledProgram::from_json(text.as_bytes()).unwrap());
        let program = (compiled, at(PROGRAM, 0), Arc::from(json));
        let mut vm = vm();
        let mut state = RunState::new(program, limits);
        let started = async {
            let peer = (0, attached);
            let session = HintSession::start(peer, &inputs, Vec::new(), &mut state, &mut vm);
            let mut session = session.await.unwrap();
            session.load(&mut vm, &mut state, [0]).await.unwrap();
            session
        };
        let session = tokio::select! {
            session = started => session,
            never = engine.play() => match never {},
        };
        Self {
            vm,
            state,
            session,
            engine,
        }
    }

    /// Runs the hint; its engine asks this, and gets that.
    async fn ask(&mut self, questions: Vec<Option<Question>>) -> Result<Vec<Reply>, HintError> {
        self.engine.questions = questions
            .into_iter()
            .rev()
            .map(|question| Ask { question })
            .collect();
        let result = tokio::select! {
            result = self.session.execute(&mut self.vm, &mut self.state, 0) => result,
            never = self.engine.play() => match never {},
        };
        let answers = std::mem::take(&mut self.engine.answers);
        result?;
        Ok(answers
            .into_iter()
            .filter_map(|answer| answer.answer)
            .collect())
    }

    async fn ask_one(&mut self, question: Question) -> Reply {
        let mut replies = self.ask(vec![Some(question)]).await.unwrap();
        assert_eq!(replies.len(), 1);
        replies.remove(0)
    }
}

/// Each question, to a VM of its own, and its answer.
async fn check(cases: Vec<(Question, Reply)>) {
    for (question, expected) in cases {
        let mut scene = Scene::new("pass").await;
        let text = format!("{question:?}");
        assert_eq!(scene.ask_one(question).await, expected, "{text}");
    }
}

fn read(segment: isize, offset: u64, count: u64) -> Question {
    Question::ReadMemory(ReadMemory {
        segment: segment as i64,
        offset,
        count,
    })
}

fn memory(cells: Vec<CellRun>, lengths: &[(isize, u64)]) -> Reply {
    let lengths = lengths.iter().map(|(segment, length)| SegmentLength {
        segment: *segment as i64,
        length: *length,
    });
    Reply::Memory(Memory {
        cells,
        lengths: lengths.collect(),
        more: false,
    })
}

fn address(segment: isize, offset: i64) -> v1::Relocatable {
    v1::Relocatable {
        segment: segment as i64,
        offset,
    }
}

/// The cells of the execution segment.
fn execution() -> CellRun {
    let mut values = run_of(EXECUTION, 0, &[int(20), pointer(PROGRAM, 1)])
        .values
        .to_vec();
    values.extend(EMPTY);
    values.extend(run_of(EXECUTION, 3, &[int(23), pointer(-1, 0)]).values);
    raw_run(EXECUTION, 0, values)
}

fn empty(segment: isize, offset: u64, count: usize) -> CellRun {
    raw_run(segment, offset, EMPTY.repeat(count))
}

#[tokio::test]
async fn reads_get_what_is_there_and_how_long_it_is() {
    let from = |offset: usize| {
        raw_run(
            EXECUTION,
            offset as u64,
            execution().values[32 * offset..].to_vec(),
        )
    };
    let temporary = {
        let mut values = run_of(-1, 0, &[int(50)]).values.to_vec();
        values.extend(EMPTY.repeat(31));
        raw_run(-1, 0, values)
    };
    let none = |segment| memory(Vec::new(), &[(segment, 0)]);
    check(vec![
        // A miss is answered with its neighbours.
        (
            read(EXECUTION, 0, 1),
            memory(vec![execution()], &[(EXECUTION, 5)]),
        ),
        (
            read(EXECUTION, 3, 0),
            memory(vec![from(3)], &[(EXECUTION, 5)]),
        ),
        (
            read(EXECUTION, 4, u64::MAX),
            memory(vec![from(4)], &[(EXECUTION, 5)]),
        ),
        (read(EXECUTION, 5, 1), memory(Vec::new(), &[(EXECUTION, 5)])),
        (
            read(EXECUTION, u64::MAX, 9),
            memory(Vec::new(), &[(EXECUTION, 5)]),
        ),
        // Nobody tells how long a temporary segment is.
        (read(-1, 0, 1), memory(vec![temporary], &[])),
        (read(-1, 40, 33), memory(vec![empty(-1, 40, 33)], &[])),
        (
            read(-1, u64::MAX - 3, 9),
            memory(vec![empty(-1, u64::MAX - 3, 3)], &[]),
        ),
        (
            read(-1, u64::MAX, 9),
            memory(vec![empty(-1, u64::MAX, 0)], &[]),
        ),
        (read(SEGMENTS, 0, 1), none(SEGMENTS)),
        (read(isize::MAX, u64::MAX, u64::MAX), none(isize::MAX)),
        (read(-4, 0, 1), none(-4)),
        (read(isize::MIN, 0, 1), none(isize::MIN)),
    ])
    .await;
    // No part is larger than what clients take.
    let mut scene = Scene::new("pass").await;
    let most = scene.ask(vec![Some(read(-1, 0, u64::MAX))]).await.unwrap();
    let mut next = 0;
    for (index, part) in (1..).zip(&most) {
        let Reply::Memory(part) = part else {
            panic!("{part:?}");
        };
        assert_eq!(part.more, index < most.len());
        assert_eq!((part.cells.len(), part.cells[0].offset), (1, next));
        assert!(part.encoded_len() < 4 << 20);
        next += (part.cells[0].values.len() / CELL_BYTES) as u64;
    }
    assert_eq!(next, MAX_CELLS);
}

fn write_cell(cell: CellRun, keep_refused: bool) -> Question {
    Question::WriteMemory(WriteMemory {
        cell: Some(cell),
        keep_refused,
    })
}

#[tokio::test]
async fn a_refused_value_stays_only_where_it_is_wanted() {
    for keep_refused in [false, true] {
        let mut scene = Scene::new("pass").await;
        let refused = run_of(RANGE_CHECK, 1, &[pointer(0, 0)]);
        let reply = scene.ask_one(write_cell(refused, keep_refused)).await;
        assert!(matches!(reply, Reply::Raised(_)), "{reply:?}");
        let stays = keep_refused.then(|| pointer(0, 0));
        assert_eq!(scene.vm.get_maybe(&at(RANGE_CHECK, 1)), stays);
        // What was there before stays in any case.
        let other = run_of(EXECUTION, 0, &[int(21)]);
        let reply = scene.ask_one(write_cell(other, keep_refused)).await;
        assert!(matches!(reply, Reply::Raised(_)), "{reply:?}");
        assert_eq!(scene.vm.get_maybe(&at(EXECUTION, 0)), Some(int(20)));
    }
    let empty = Question::WriteMemory(WriteMemory::default());
    let expected = raised("builtins.AssertionError", "there is no cell to write");
    check(vec![(empty, expected)]).await;
}

#[tokio::test]
async fn writes_are_checked_by_the_memory_itself() {
    let ok = || Reply::Ok(v1::Ok {});
    let refused = |message: &str| raised("builtins.AssertionError", message);
    let write = |segment, offset, value| write_cell(run_of(segment, offset, &[value]), true);
    let bytes = |bytes: &[u8]| write_cell(raw_run(OUTPUT, 1, bytes.to_vec()), true);
    let one = "exactly one cell is written at once";
    check(vec![
        (write(OUTPUT, 1, int(1)), ok()),
        (write(EXECUTION, 0, int(20)), ok()),
        (write(-2, 0, int(1)), ok()),
        (write(OUTPUT, 1 + (1 << 20), int(1)), ok()),
        (bytes(&[]), refused(one)),
        (bytes(&[0; 31]), refused(one)),
        (bytes(&[0; 64]), refused(one)),
        (bytes(&EMPTY), refused("an empty memory cell")),
        (bytes(&PRIME), refused("a felt that is not below the prime")),
        (bytes(&[0x91; 32]), refused("a malformed memory cell")),
        (
            write(OUTPUT, 2 + (1 << 20), int(1)),
            refused(
                "the hint wrote memory cell `2:1048578`, `1048577` cells past the end of its segment; the limit \
                 is `1048576`\n\
                 hint: memory segments are dense here, so that every skipped cell takes 32 bytes",
            ),
        ),
        (
            write(-1, u64::MAX, int(1)),
            refused(
                "the hint wrote memory cell `-1:18446744073709551615`, `18446744073709551614` cells past the \
                 end of its segment; the limit is `1048576`\n\
                 hint: memory segments are dense here, so that every skipped cell takes 32 bytes",
            ),
        ),
        (
            write(EXECUTION, 0, int(21)),
            refused("Inconsistent memory assignment at address Relocatable { segment_index: 1, offset: 0 }. \
                 Int(20) != Int(21)"),
        ),
        (
            write(RANGE_CHECK, 1, pointer(0, 0)),
            refused("Range-check validation failed, encountered non-int value at address 3:1"),
        ),
        (
            write(SEGMENTS, 0, int(1)),
            refused("Can't insert into segment #6; memory only has 6 segment"),
        ),
        (
            write(isize::MIN, 0, int(1)),
            refused(
                "Can't insert into segment #9223372036854775807; memory only has 3 segment",
            ),
        ),
    ])
    .await;
    let mut scene = Scene::new("pass").await;
    scene.ask_one(write(OUTPUT, 1, int(1))).await;
    assert_eq!(scene.vm.get_maybe(&at(OUTPUT, 1)), Some(int(1)));
}

/// Each write is a hint's of its own, and all are one run's.
#[tokio::test]
async fn writes_that_leave_gaps_share_one_account() {
    let mut scene = Scene::new("pass").await;
    let mut written = 0;
    let refused = loop {
        let segment = scene.vm.add_memory_segment().segment_index;
        let far = write_cell(run_of(segment, 1 << 20, &[int(1)]), true);
        match scene.ask_one(far).await {
            Reply::Ok(_) => written += 1,
            refused => break refused,
        }
    };
    let limits = Limits::default();
    assert_eq!(written, limits.total_gap / limits.gap);
    assert!(matches!(refused, Reply::Raised(_)), "{refused:?}");
}

#[tokio::test]
async fn a_run_that_took_more_memory_than_it_may_ends() {
    let account = crate::account::Account::new(16 << 20);
    let _entered = account.enter();
    let mut scene = Scene::new("pass").await;
    let far = || Some(write_cell(run_of(OUTPUT, 1 << 20, &[int(1)]), true));
    let error = scene.ask(vec![far()]).await.unwrap_err();
    assert!(matches!(error, HintError::OverLimit(_)), "{error:?}");
    assert_eq!(scene.vm.get_maybe(&at(OUTPUT, 1 << 20)), None);
}

#[tokio::test]
async fn cells_that_cairo_code_used_are_not_deleted() {
    let delete = |segment, offset| Question::DeleteCell(address(segment, offset));
    let refused = |message: &str| raised("builtins.RuntimeError", message);
    check(vec![
        (delete(OUTPUT, 0), Reply::Ok(v1::Ok {})),
        (
            delete(OUTPUT, -1),
            raised("builtins.KeyError", "no such memory cell"),
        ),
        (
            delete(OUTPUT, i64::MAX),
            refused("Cell 2:9223372036854775807 is not allocated; it cannot be removed."),
        ),
        (
            delete(99, 0),
            refused("Can't insert into segment #99; memory only has 6 segment"),
        ),
        (
            delete(isize::MIN, 0),
            refused("Can't insert into segment #9223372036854775807; memory only has 3 segment"),
        ),
    ])
    .await;
    let mut scene = Scene::new("pass").await;
    scene.vm.segments.memory.mark_as_accessed(at(OUTPUT, 0));
    let used = Question::IsAccessed(address(OUTPUT, 0));
    assert_eq!(scene.ask_one(used).await, Reply::Flag(true));
    assert_eq!(
        scene.ask_one(delete(OUTPUT, 0)).await,
        refused("Cell 2:0 has already been accessed; it cannot be removed.")
    );
    assert_eq!(scene.vm.get_maybe(&at(OUTPUT, 0)), Some(int(30)));
}

#[tokio::test]
async fn a_cell_that_was_deleted_is_sent_again() {
    let mut scene = Scene::new("x").await;
    scene.ask(Vec::new()).await.unwrap();
    assert_eq!(scene.engine.sent.cells, [run_of(EXECUTION, 0, &[int(20)])]);
    scene
        .ask_one(Question::DeleteCell(address(EXECUTION, 0)))
        .await;
    assert_eq!(scene.engine.sent.cells, []);
    scene.ask(Vec::new()).await.unwrap();
    assert_eq!(scene.engine.sent.cells, [empty(EXECUTION, 0, 1)]);
}

#[tokio::test]
async fn nobody_used_cells_that_do_not_exist() {
    let accessed = |segment, offset| Question::IsAccessed(address(segment, offset));
    let cells = [
        (OUTPUT, 0),
        (OUTPUT, -1),
        (OUTPUT, i64::MAX),
        (99, 0),
        (isize::MIN, 0),
        (-1, 0),
    ];
    let no = |(segment, offset)| (accessed(segment, offset), Reply::Flag(false));
    check(cells.map(no).to_vec()).await;
}

#[tokio::test]
async fn names_are_resolved_for_hints_that_exist() {
    let resolve = |hint_id, scope: &str, name: &str| {
        let (scope, name) = (scope.to_owned(), name.to_owned());
        Question::ResolveName(ResolveName {
            hint_id,
            scope,
            name,
        })
    };
    let mut scene = Scene::new("pass").await;
    for hint in [1, u32::MAX] {
        let expected = raised(
            "builtins.RuntimeError",
            &format!("there is no hint `{hint}`"),
        );
        assert_eq!(scene.ask_one(resolve(hint, "", "x")).await, expected);
    }
    // A struct is described once.
    for structs in [1, 0] {
        let reply = scene.ask_one(resolve(0, "", "p")).await;
        let Reply::ResolvedName(resolved) = reply else {
            panic!("{reply:?}");
        };
        assert_eq!(resolved.definition.unwrap().name, "p");
        assert_eq!(resolved.structs.len(), structs);
    }
    // Whatever the name is, the answer is a definition that raises.
    let odd = [
        ("", ""),
        ("a..b", "c"),
        ("", "x.\u{0}"),
        ("x.y", "."),
        (&"a.".repeat(300), "b"),
    ];
    for (scope, name) in odd {
        let reply = scene.ask_one(resolve(0, scope, name)).await;
        assert!(
            matches!(&reply, Reply::ResolvedName(resolved) if resolved.definition.is_some()),
            "{reply:?}"
        );
    }
}

#[tokio::test]
async fn programs_are_loaded_where_hints_ask_for_them() {
    let load = |json: &str, base| {
        Question::LoadProgram(LoadProgram {
            program_json: json.to_owned(),
            base,
        })
    };
    let text = program("x").to_string();
    let no_base = || {
        raised(
            "builtins.AssertionError",
            "a program is loaded at an address",
        )
    };
    check(vec![
        (load(&text, None), no_base()),
        (load(&text, Some(address(1, -1))), no_base()),
    ])
    .await;
    let mut scene = Scene::new("pass").await;
    let bad = scene.ask_one(load("{", Some(address(1, 0)))).await;
    assert!(
        matches!(&bad, Reply::Raised(raised) if raised.class_path == "builtins.ValueError"),
        "{bad:?}"
    );
    let reply = scene.ask_one(load(&text, Some(address(OUTPUT, 7)))).await;
    let Reply::LoadedProgram(LoadHints {
        hints,
        first_id: 1,
        more: false,
    }) = reply
    else {
        panic!("{reply:?}");
    };
    assert_eq!(hints.iter().map(|hint| hint.id).collect::<Vec<_>>(), [1]);
    assert_eq!(scene.state.table.at(at(OUTPUT, 7)), [1]);
    assert_eq!(scene.state.table.at(at(PROGRAM, 0)), [0]);
}

#[tokio::test]
async fn a_program_may_be_loaded_far_away() {
    let mut program = program("x");
    program["data"] = json!(["0x208b7fff7fff7ffe", "0x208b7fff7fff7ffe"]);
    program["hints"]["1"] = program["hints"]["0"].clone();
    for segment in [PROGRAM, OUTPUT, -1] {
        let base = at(segment, i64::MAX as usize);
        let last = at(segment, base.offset + 1);
        let mut scene = Scene::new("pass").await;
        let load = Question::LoadProgram(LoadProgram {
            program_json: program.to_string(),
            base: Some(wire::relocatable(base)),
        });
        let reply = scene.ask_one(load).await;
        assert!(matches!(reply, Reply::LoadedProgram(_)), "{reply:?}");
        assert_eq!(scene.state.table.at(base), [1]);
        assert_eq!(scene.state.table.at(last), [2]);
        assert_eq!(scene.state.table.at(at(PROGRAM, 0)), [0]);
    }
}

#[tokio::test]
async fn all_memory_comes_in_parts() {
    let mut scene = Scene::new("pass").await;
    let replies = scene
        .ask(vec![Some(Question::ReadAllMemory(ReadAllMemory {}))])
        .await;
    let lengths = [
        (0, 3),
        (1, 5),
        (2, 1),
        (3, 1),
        (4, 0),
        (5, 0),
        (-1, 1),
        (-2, 0),
        (-3, 0),
    ];
    let cells = vec![
        run_of(PROGRAM, 0, &[int(10), int(11), int(12)]),
        execution(),
        run_of(OUTPUT, 0, &[int(30)]),
        run_of(RANGE_CHECK, 0, &[int(40)]),
        run_of(-1, 0, &[int(50)]),
    ];
    assert_eq!(replies.unwrap(), [memory(cells, &lengths)]);

    let mut scene = Scene::new("pass").await;
    let last = 2 * PART_CELLS + 9;
    scene.vm.insert_value(at(OUTPUT, last), int(1)).unwrap();
    let replies = scene
        .ask(vec![Some(Question::ReadAllMemory(ReadAllMemory {}))])
        .await;
    let parts: Vec<Memory> = replies
        .unwrap()
        .into_iter()
        .map(|reply| match reply {
            Reply::Memory(part) => part,
            other => panic!("{other:?}"),
        })
        .collect();
    let sizes = parts.iter().map(|part| {
        part.cells
            .iter()
            .map(|run| run.values.len() / CELL_BYTES)
            .sum::<usize>()
    });
    let total = 3 + 5 + (last + 1) + 1 + 1;
    assert_eq!(
        sizes.collect::<Vec<_>>(),
        [PART_CELLS, PART_CELLS, total - 2 * PART_CELLS]
    );
    assert_eq!(
        parts.iter().map(|part| part.more).collect::<Vec<_>>(),
        [true, true, false]
    );
    let segments = SEGMENTS + TEMPORARY_SEGMENTS;
    assert_eq!(parts[2].lengths.len(), segments as usize);
}

fn part(part: &[u8], more: bool) -> Reply {
    Reply::ProgramJson(v1::ProgramJson {
        part: part.to_vec().into(),
        more,
    })
}

#[tokio::test]
async fn the_program_is_given_as_it_was_read() {
    let mut scene = Scene::with_json("pass", b"{ } ".to_vec()).await;
    let reply = scene
        .ask_one(Question::ReadProgram(ReadProgram::default()))
        .await;
    assert_eq!(reply, part(b"{ } ", false));
    let long = [b" ".repeat(PART_BYTES), b"{}".to_vec()].concat();
    let mut scene = Scene::with_json("pass", long.clone()).await;
    let read = || vec![Some(Question::ReadProgram(ReadProgram::default()))];
    assert_eq!(
        scene.ask(read()).await.unwrap(),
        [part(&long[..PART_BYTES], true), part(b"{}", false)]
    );
    let mut scene = Scene::with_json("pass", vec![b'{', 0xff]).await;
    let reply = scene
        .ask_one(Question::ReadProgram(ReadProgram::default()))
        .await;
    let text = "invalid utf-8 sequence of 1 bytes from index 1";
    assert_eq!(reply, raised("builtins.UnicodeDecodeError", text));
}

#[tokio::test]
async fn a_part_of_the_program_is_given_alone() {
    let json = br#"{"hints": {"0": [{"code": "pass"}]}, "identifiers": {"a.b": {"pc": 0}}}"#;
    let mut scene = Scene::with_json("pass", json.to_vec()).await;
    for (asked, expected) in [
        (
            Part::Scope("a".to_owned()),
            part(br#"{"identifiers": {"b": {"pc": 0}}, "scopes": []}"#, false),
        ),
        (Part::Hint(0), part(br#"{"code": "pass"}"#, false)),
        (
            Part::Hint(1),
            raised("builtins.LookupError", "the program has no hint `1`"),
        ),
        (
            Part::Member("identifiers".to_owned()),
            part(br#"{"a.b": {"pc": 0}}"#, false),
        ),
        (
            Part::Member("main".to_owned()),
            raised("builtins.LookupError", "the program has no member `main`"),
        ),
    ] {
        let question = Question::ReadProgram(ReadProgram { part: Some(asked) });
        assert_eq!(scene.ask_one(question).await, expected);
    }
}

#[tokio::test]
async fn a_debugger_with_a_terminal_stops_the_clock() {
    let mut scene = Scene::new("pass").await;
    let mut exchange = scene.session.exchange_of(&scene.vm, None, 0);
    let ask = Ask {
        question: Some(Question::Debugger(Debugger {})),
    };
    // The terminal of the client that serves the hints.
    let answers = scene
        .session
        .answer(&mut scene.vm, &mut scene.state, ask, &mut exchange);
    assert_eq!(answers.unwrap()[0].answer, Some(Reply::Ok(v1::Ok {})));
    assert_eq!(exchange.limit, None);
}

/// Everything that is not a hint has a minute, whatever hints have, and says so.
#[tokio::test]
async fn a_late_engine_hears_its_own_limit() {
    let mut scene = Scene::new("pass").await;
    let exchange = scene.session.exchange_of(&scene.vm, None, 0);
    assert_eq!(exchange.limit, Some(Duration::from_secs(60)));
    let error = scene.session.broken(LinkError::Deadline, &exchange).await;
    assert_eq!(
        error.to_string(),
        "the hint ran longer than the limit of `60` seconds"
    );
    // What an attached client sends is not said of a worker.
    let error = scene.session.broken(LinkError::Closed, &exchange).await;
    assert_eq!(
        error.to_string(),
        "the client that serves the hints left while it ran a hint"
    );
    let status = LinkError::Stream(Box::new(Status::internal("no message")));
    let error = scene.session.broken(status, &exchange).await;
    assert_eq!(
        error.to_string(),
        "the hint engine broke the protocol: `no message`"
    );
}

/// What one language was told, the other was not.
#[tokio::test]
async fn languages_are_told_apart() {
    let mut scene = Scene::new("x").await;
    scene.ask(Vec::new()).await.unwrap();
    let sent = run_of(EXECUTION, 0, &[int(20)]);
    assert_eq!(scene.engine.sent.cells, [sent]);
    scene.ask(Vec::new()).await.unwrap();
    assert_eq!(scene.engine.sent.cells, []);
    // A hint of another language took the cell out of memory.
    scene.vm.delete_unaccessed(at(EXECUTION, 0)).unwrap();
    scene.state.removed.push(at(EXECUTION, 0));
    scene.ask(Vec::new()).await.unwrap();
    assert_eq!(scene.engine.sent.removed_cells, [address(EXECUTION, 0)]);
    assert_eq!(scene.engine.sent.cells, [empty(EXECUTION, 0, 1)]);
    assert_eq!(scene.engine.sent.language, "");
}

#[tokio::test]
async fn an_empty_question_ends_the_run() {
    let mut scene = Scene::new("pass").await;
    let error = scene.ask(vec![None]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the hint engine broke the protocol: an empty question"
    );
}

#[tokio::test]
async fn a_hint_may_not_ask_for_ever() {
    let questions = |count| vec![Some(read(EXECUTION, 0, 1)); count as usize];
    let mut scene = Scene::new("pass").await;
    scene.ask(questions(QUESTIONS)).await.unwrap();
    // The count starts anew with each hint.
    scene.ask(questions(QUESTIONS)).await.unwrap();
    let error = scene.ask(questions(QUESTIONS + 1)).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the hint engine broke the protocol: a hint asked more than `40` questions"
    );
}

#[tokio::test]
async fn what_was_asked_for_is_sent_along_the_next_time() {
    let mut scene = Scene::new("p").await;
    scene.ask(vec![Some(read(PROGRAM, 1, 2))]).await.unwrap();
    // The same pointer in another frame leads elsewhere.
    scene
        .vm
        .insert_value(at(EXECUTION, 7), pointer(OUTPUT, 0))
        .unwrap();
    scene.vm.set_fp(8);
    scene.ask(Vec::new()).await.unwrap();
    let mut output = run_of(OUTPUT, 0, &[int(30)]).values.to_vec();
    output.extend(EMPTY);
    let expected = [
        run_of(EXECUTION, 7, &[pointer(OUTPUT, 0)]),
        raw_run(OUTPUT, 0, output),
    ];
    assert_eq!(scene.engine.sent.cells, expected);
}

/// Questions with damage, as a hostile engine sends them.
#[tokio::test]
async fn damaged_questions_are_answered_or_refused() {
    let address = v1::Relocatable {
        segment: 1,
        offset: 0,
    };
    let good = [
        read(EXECUTION, 0, 3),
        write_cell(run_of(OUTPUT, 9, &[int(1)]), true),
        Question::ResolveName(ResolveName {
            hint_id: 0,
            scope: String::new(),
            name: "x".to_owned(),
        }),
        Question::LoadProgram(LoadProgram {
            program_json: program("x").to_string(),
            base: Some(address),
        }),
        Question::IsAccessed(address),
        Question::ReadAllMemory(ReadAllMemory {}),
        Question::ReadProgram(ReadProgram { part: None }),
        Question::Debugger(Debugger {}),
    ];
    let good = good.map(|question| {
        let question = Some(question);
        Ask { question }.encode_to_vec()
    });
    let mut scene = Scene::new("pass").await;
    let mut asked = 0;
    crate::program::fuzzing::fuzz("questions", &good, |bytes| {
        let Ok(ask) = Ask::decode(bytes) else {
            return false;
        };
        asked += 1;
        let mut exchange = scene.session.exchange_of(&scene.vm, Some(0), 0);
        let Scene {
            vm, state, session, ..
        } = &mut scene;
        match session.answer(vm, state, ask, &mut exchange) {
            Ok(parts) => {
                assert!(!parts.is_empty());
                let last = &parts[parts.len() - 1];
                !matches!(last.answer, Some(Reply::Raised(_)))
            }
            Err(_) => false,
        }
    });
    assert!(asked > 200, "{asked}");
}
