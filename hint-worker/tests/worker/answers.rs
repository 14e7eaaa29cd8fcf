//! `Answer`: those that do not fit their question or cannot be read. They end the hint, not the session.

use hint_proto::cell::Cell;
use hint_proto::v1::answer::Answer as Reply;
use hint_proto::v1::ask::Question;
use hint_proto::v1::definition::Access;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::{
    Answer, Debugger, Definition, ExecuteHint, LoadHints, Memory, Ok, ProgramJson, ReadAllMemory,
    ReadMemory, ResolvedName,
};

use crate::dialogue::{Line, comparable, load_one, quiet_end, run_with, started};
use crate::messages::{
    AP, FP, address, answer, answer_memory, answer_ok, ask, ask_memory, definition, done, execute,
    execution, felt, load, nothing, out_of_range, raised, resolve, resolved, run, start,
    with_range_check, write_memory, writes,
};
use crate::questions::{LOAD_PROGRAM, program_at_fp};
use Line::{Host as Says, Worker as Hears};

/// The text of an answer that does not fit.
const UNFITTING: &str = "the host gave an answer that does not fit the question";

/// Every kind of answer but those that fit, and what is no answer.
fn unfitting(fits: fn(&Reply) -> bool) -> Vec<Request> {
    let replies = [
        Reply::Ok(Ok {}),
        Reply::Memory(Memory::default()),
        Reply::ResolvedName(ResolvedName {
            definition: Some(definition("n", Access::Constant("1".to_owned()))),
            structs: vec![],
        }),
        Reply::LoadedProgram(LoadHints::default()),
        Reply::Flag(true),
        Reply::ProgramJson(ProgramJson {
            part: b"{}".to_vec().into(),
            more: false,
        }),
    ];
    let mut wrong: Vec<Request> = replies
        .into_iter()
        .filter(|reply| !fits(reply))
        .map(answer)
        .collect();
    wrong.extend([Request::Answer(Answer { answer: None }), load([])]);
    wrong
}

/// The code, which must raise that the answer does not fit; then it writes 1 at `ap`.
fn caught(code: &str) -> String {
    let code: String = code.lines().map(|line| format!("    {line}\n")).collect();
    format!("try:\n{code}except RuntimeError as error: memory[ap] = str(error) == {UNFITTING:?}")
}

/// Each question with each kind of answer that is not its own.
#[test]
fn answers_that_do_not_fit_are_refused() {
    let questions: [(&str, Question, fn(&Reply) -> bool); 7] = [
        ("memory[pc]", memory_question(), |reply| {
            matches!(reply, Reply::Memory(_))
        }),
        (
            "len(memory)",
            Question::ReadAllMemory(ReadAllMemory {}),
            |reply| matches!(reply, Reply::Memory(_)),
        ),
        ("ids.n", resolve("", "n"), |reply| {
            matches!(reply, Reply::ResolvedName(_))
        }),
        (LOAD_PROGRAM, program_at_fp(), |reply| {
            matches!(reply, Reply::LoadedProgram(_))
        }),
        (
            "is_accessed(fp)",
            Question::IsAccessed(address(1, FP as i64)),
            |reply| matches!(reply, Reply::Flag(_)),
        ),
        (
            "del memory.data[fp]",
            Question::DeleteCell(address(1, FP as i64)),
            |reply| matches!(reply, Reply::Ok(_)),
        ),
        (
            "import bdb; bdb.Bdb()",
            Question::Debugger(Debugger {}),
            |reply| matches!(reply, Reply::Ok(_)),
        ),
    ];
    for (code, question, fits) in questions {
        let mut host = started(start());
        let code = caught(code);
        load_one(&mut host, &code);
        for (ap, wrong) in (AP..).zip(unfitting(fits)) {
            let request = Request::ExecuteHint(ExecuteHint {
                ap: Some(address(1, ap as i64)),
                cells: vec![run(1, FP, &[felt(1)])],
                ..execution(0)
            });
            let asked = host.exchange(request);
            assert_eq!(asked, ask(question.clone()), "`{code}`");
            assert_eq!(
                comparable(host.exchange(wrong.clone())),
                done(writes([run(1, ap, &[felt(1)])])),
                "`{code}` after {wrong:?}"
            );
        }
        assert_eq!(host.close(), quiet_end(), "`{code}`");
    }
}

/// The same for the question that is only asked once for a cell.
#[test]
fn writes_with_answers_that_do_not_fit_are_refused() {
    let kept = run(2, 0, &[out_of_range()]);
    for wrong in unfitting(|reply| matches!(reply, Reply::Ok(_))) {
        run_with(
            with_range_check(),
            &caught("memory[range_check_builtin.base] = 2**128"),
            [
                Hears(ask_memory(2, 0, 1)),
                Says(answer_memory([run(2, 0, &[Cell::Empty])])),
                Hears(write_memory(kept.clone())),
                Says(wrong),
                Hears(done(writes([kept.clone(), run(1, AP, &[felt(1)])]))),
            ],
        );
    }
}

fn memory_question() -> Question {
    Question::ReadMemory(ReadMemory {
        segment: 0,
        offset: 4,
        count: 1,
    })
}

/// A part that is no memory in the middle of all memory.
#[test]
fn parts_that_do_not_fit_are_refused() {
    run_with(
        start(),
        "len(memory)",
        [
            Hears(ask(Question::ReadAllMemory(ReadAllMemory {}))),
            Says(answer(Reply::Memory(Memory {
                more: true,
                ..Memory::default()
            }))),
            Says(answer_ok()),
            Hears(raised("builtins.RuntimeError", UNFITTING)),
        ],
    );
}

/// An answer that cannot be read ends the hint, not the session.
#[test]
fn malformed_answers_are_exceptions_of_the_hint() {
    let malformed = |what: &str| {
        raised(
            "builtins.ValueError",
            &format!("the host sent a malformed {what}"),
        )
    };
    let mut cell = run(0, 4, &[felt(1)]);
    cell.values = vec![0x81; 32].into();
    let mut cut = run(0, 4, &[felt(1)]);
    cut.values = vec![1; 33].into();
    for wrong in [cell, cut, run(0, u64::MAX, &[felt(1)])] {
        run_with(
            start(),
            "memory[pc]",
            [
                Hears(ask(memory_question())),
                Says(answer_memory([wrong])),
                Hears(malformed("cell")),
                Says(execute(0)),
                Hears(ask(memory_question())),
                Says(answer_memory([run(0, 4, &[felt(1)])])),
                Hears(done(nothing())),
            ],
        );
    }
    run_with(
        start(),
        "ids.n",
        [
            Hears(ask(resolve("", "n"))),
            Says(answer(Reply::ResolvedName(ResolvedName {
                definition: Some(Definition::default()),
                structs: vec![],
            }))),
            Hears(malformed("definition")),
            Says(execute(0)),
            Hears(ask(resolve("", "n"))),
            Says(answer(Reply::ResolvedName(ResolvedName::default()))),
            Hears(raised("builtins.RuntimeError", UNFITTING)),
            Says(execute(0)),
            Hears(ask(resolve("", "n"))),
            Says(resolved("n", Access::Constant("twelve".to_owned()))),
            Hears(raised(
                "builtins.ValueError",
                "invalid literal for int() with base 10: 'twelve'",
            )),
        ],
    );
}
