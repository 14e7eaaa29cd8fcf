//! `Ask`: every question that a hint may have, with answers that fit and answers that are exceptions.

use hint_proto::cell::Cell;
use hint_proto::v1::answer::Answer as Reply;
use hint_proto::v1::ask::Question;
use hint_proto::v1::definition::Access;
use hint_proto::v1::expression::Node;
use hint_proto::v1::read_program::Part;
use hint_proto::v1::reference_access::{Get, Set};
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    ExecuteHint, LoadHints, LoadProgram, Memory, Operation, Operator, ProgramJson, ReadAllMemory,
    ReadProgram, ReferenceAccess, Register, ScopeAccess,
};

use crate::dialogue::{Line, play_one, run_with};
use crate::messages::{
    AP, FP, LINE, address, answer, answer_memory, answer_ok, answer_raised, ask, ask_memory, at_ap,
    beside, constant, dereference, done, exception, execute, execution, felt, hint, length, load,
    minus, node, nothing, out_of_range, pointer, raised, raised_in, resolve, resolved, run, start,
    variable, with_range_check, write_memory, writes,
};
use Line::{Host as Says, Loaded, Worker as Hears};

/// A program of a fake cairo-lang: what the engine needs of one to load it.
pub(crate) const LOAD_PROGRAM: &str = "\
class Program:
    prime = 2**251 + 17 * 2**192 + 1
    debug_info = None
    class Schema:
        def dump(self, program): return {'hints': 1}
vm_load_program(Program(), fp)";

pub(crate) fn program_at_fp() -> Question {
    Question::LoadProgram(LoadProgram {
        program_json: "{\"hints\": 1}".to_owned(),
        base: Some(address(1, FP as i64)),
    })
}

#[test]
fn unknown_cells_are_asked_for_once() {
    run_with(
        start(),
        "memory[ap] = memory[fp - 1] + memory[fp - 1]",
        [
            Hears(ask_memory(1, FP - 1, 1)),
            Says(answer_memory([run(1, FP - 1, &[felt(4)])])),
            Hears(done(at_ap(felt(8)))),
        ],
    );
    run_with(
        start(),
        "memory[ap] = sum(memory.get_range(fp, 3))",
        [
            Hears(ask_memory(1, FP, 3)),
            Says(answer_memory([run(1, FP, &[felt(1), felt(2), felt(3)])])),
            Hears(done(at_ap(felt(6)))),
        ],
    );
    // Cells that the host sends unasked save questions; a length says that all past it is empty.
    run_with(
        start(),
        "memory[ap] = memory[fp]; memory[ap + 1] = memory[fp + 1]\n\
         memory[ap + 2] = memory.get(pc + 3, 9)",
        [
            Hears(ask_memory(1, FP, 1)),
            Says(answer(Reply::Memory(Memory {
                cells: vec![run(1, FP, &[pointer(0, 0), felt(2)])],
                lengths: vec![length(0, 5)],
                more: false,
            }))),
            Hears(done(writes([run(
                1,
                AP,
                &[pointer(0, 0), felt(2), felt(9)],
            )]))),
        ],
    );
}

#[test]
fn a_cell_that_is_empty_is_an_exception() {
    run_with(
        start(),
        "memory[fp - 1]",
        [
            Hears(ask_memory(1, FP - 1, 1)),
            Says(answer_memory([run(1, FP - 1, &[Cell::Empty])])),
            Hears(raised(
                "starkware.cairo.lang.vm.memory_dict.UnknownMemoryError",
                "Unknown value for memory cell at address 1:4.",
            )),
        ],
    );
}

/// All of memory may come in several messages.
#[test]
fn all_cells_come_in_parts() {
    let part = |cells, more| {
        Says(answer(Reply::Memory(Memory {
            cells,
            more,
            ..Memory::default()
        })))
    };
    run_with(
        start(),
        "memory[ap] = len(memory)",
        [
            Hears(ask(Question::ReadAllMemory(ReadAllMemory {}))),
            part(vec![run(0, 0, &[felt(1), felt(2)])], true),
            part(vec![], true),
            part(vec![run(1, 0, &[felt(3)])], false),
            Hears(done(at_ap(felt(3)))),
        ],
    );
}

/// What a builtin refuses is kept, as in the reference VM, and so goes to the host at once.
#[test]
fn writes_that_a_builtin_refuses_are_asked_for() {
    let code = "memory[range_check_builtin.base] = 2**128";
    let refused = |effects| {
        Hears(Response::Failed(raised_in(
            &[(LINE, "<module>")],
            "builtins.AssertionError",
            "Value 340282366920938463463374607431768211456, in range check builtin 0, is out of range \
             [0, 340282366920938463463374607431768211456).",
            effects,
        )))
    };
    let kept = run(2, 0, &[out_of_range()]);
    let asked = || {
        [
            Hears(ask_memory(2, 0, 1)),
            Says(answer_memory([run(2, 0, &[Cell::Empty])])),
            Hears(write_memory(kept.clone())),
        ]
    };
    let taken = [Says(answer_ok()), refused(nothing())];
    run_with(with_range_check(), code, asked().into_iter().chain(taken));
    // The host has something against it, too: then it is to decide again with the other effects.
    let not_taken = [
        Says(answer_raised("builtins.AssertionError", "no")),
        Hears(ask_memory(2, 0, 1)),
        Says(answer_memory([run(2, 0, &[Cell::Empty])])),
        refused(writes([kept.clone()])),
    ];
    run_with(
        with_range_check(),
        code,
        asked().into_iter().chain(not_taken),
    );
}

#[test]
fn names_are_asked_for_once() {
    run_with(
        start(),
        "ids.out = ids.n; ids.out",
        [
            Hears(ask(resolve("", "n"))),
            Says(resolved("n", Access::Constant("12".to_owned()))),
            Hears(ask(resolve("", "out"))),
            Says(resolved("out", variable(beside(Register::Ap, 0)))),
            Hears(done(at_ap(felt(12)))),
        ],
    );
    run_with(
        start(),
        "ids.f.Args",
        [
            Hears(ask(resolve("", "f"))),
            Says(resolved(
                "f",
                Access::ScopeAccess(ScopeAccess {
                    full_name: "main.f".to_owned(),
                    instruction_offset: None,
                }),
            )),
            Hears(ask(resolve("main.f", "Args"))),
            Says(answer_raised(
                "starkware.cairo.lang.compiler.identifier_manager.MissingIdentifierError",
                "Unknown identifier 'main.f.Args'.",
            )),
            Hears(raised(
                "starkware.cairo.lang.compiler.identifier_manager.MissingIdentifierError",
                "Unknown identifier 'main.f.Args'.",
            )),
        ],
    );
}

/// A name whose value is in memory that the worker does not know takes a question for each.
#[test]
fn a_name_may_need_cells() {
    run_with(
        start(),
        "memory[ap] = ids.n",
        [
            Hears(ask(resolve("", "n"))),
            Says(resolved(
                "n",
                variable(dereference(beside(Register::Fp, -3))),
            )),
            Hears(ask_memory(1, FP - 3, 1)),
            Says(answer_memory([run(1, FP - 3, &[pointer(0, 1)])])),
            Hears(ask_memory(0, 1, 1)),
            Says(answer_memory([run(0, 1, &[felt(5)])])),
            Hears(done(at_ap(felt(5)))),
        ],
    );
}

#[test]
fn a_cell_can_be_removed_and_asked_about() {
    run_with(
        start(),
        "del memory.data[fp]; memory[fp] = 3",
        [
            Hears(ask_memory(1, FP, 1)),
            Says(answer_memory([run(1, FP, &[felt(2)])])),
            Hears(ask(Question::DeleteCell(address(1, FP as i64)))),
            Says(answer_ok()),
            Hears(done(writes([run(1, FP, &[felt(3)])]))),
        ],
    );
    for flag in [true, false] {
        run_with(
            start(),
            "memory[ap] = int(is_accessed(fp))",
            [
                Hears(ask(Question::IsAccessed(address(1, FP as i64)))),
                Says(answer(Reply::Flag(flag))),
                Hears(done(at_ap(felt(flag.into())))),
            ],
        );
    }
}

/// The hints of a loaded program run like the others.
#[test]
fn a_program_is_loaded_with_its_hints() {
    run_with(
        start(),
        LOAD_PROGRAM,
        [
            Hears(ask(program_at_fp())),
            // In parts, as those of a large program.
            Says(answer(Reply::LoadedProgram(LoadHints {
                hints: vec![hint(5, "memory[ap] = 55")],
                first_id: 5,
                more: true,
            }))),
            Says(answer(Reply::LoadedProgram(LoadHints {
                hints: vec![hint(7, "memory[ap] = 77")],
                first_id: 5,
                more: false,
            }))),
            Hears(done(nothing())),
            Says(execute(5)),
            Hears(done(at_ap(felt(55)))),
            Says(Request::ExecuteHint(ExecuteHint {
                ap: Some(address(1, AP as i64 + 1)),
                ..execution(7)
            })),
            Hears(done(writes([run(1, AP + 1, &[felt(77)])]))),
        ],
    );
}

fn program_json(part: &str, more: bool) -> Request {
    answer(Reply::ProgramJson(ProgramJson {
        part: part.as_bytes().to_vec().into(),
        more,
    }))
}

/// The program is parsed with the classes of cairo-lang, which need not be there: a stand-in for its module
/// says what it was given.
#[test]
fn the_program_is_read_when_it_is_needed() {
    let code = "\
import sys, types
class Field:
    def deserialize(self, value, *rest, **more): return value
    _deserialize = deserialize
class Program:
    def Schema(): return types.SimpleNamespace(fields=dict(reference_manager=Field()))
names = 'starkware.cairo.lang.compiler.program'.split('.')
for n in range(1, 6): sys.modules['.'.join(names[:n])] = types.ModuleType('.'.join(names[:n]))
sys.modules['.'.join(names)].Program = Program
memory[ap] = len(ids._context.reference_manager)
memory[ap + 1] = len(ids._context.reference_manager)";
    run_with(
        start(),
        code,
        [
            Hears(ask(Question::ReadProgram(ReadProgram {
                part: Some(Part::Member("reference_manager".to_owned())),
            }))),
            // In parts, as that of a large program.
            Says(program_json(r#""__ma"#, true)),
            Says(program_json(r#"in__""#, false)),
            Hears(done(writes([run(1, AP, &[felt(8), felt(8)])]))),
        ],
    );
}

/// A question that a hint survives: the host's exception is caught like any other.
#[test]
fn an_exception_of_the_host_can_be_caught() {
    run_with(
        start(),
        "try: is_accessed(fp)\nexcept KeyError as error: memory[ap] = error.args[0] == 'no cell'",
        [
            Hears(ask(Question::IsAccessed(address(1, FP as i64)))),
            Says(answer_raised("builtins.KeyError", "'no cell'")),
            Hears(done(at_ap(felt(1)))),
        ],
    );
}

/// Division and the other operations of an expression, over what the host sends.
#[test]
fn expressions_are_evaluated_in_the_field() {
    for (operator, left, right, expected) in [
        (Operator::Add, 5, 3, felt(8)),
        (Operator::Sub, 5, 8, minus(3)),
        (Operator::Mul, 5, 3, felt(15)),
        (Operator::Div, 15, 3, felt(5)),
    ] {
        let value = node(Node::Operation(Box::new(Operation {
            operator: operator.into(),
            left: Some(Box::new(constant(left))),
            right: Some(Box::new(constant(right))),
        })));
        let access = Access::Reference(ReferenceAccess {
            get: Some(Get::Value(value)),
            set: Some(Set::SetRaised(exception("builtins.TypeError", "no"))),
        });
        play_one(
            operator.as_str_name(),
            start(),
            vec![
                Says(load(["memory[ap] = ids.n"])),
                Loaded,
                Says(execute(0)),
                Hears(ask(resolve("", "n"))),
                Says(resolved("n", access)),
                Hears(done(at_ap(expected))),
            ],
        );
    }
}
