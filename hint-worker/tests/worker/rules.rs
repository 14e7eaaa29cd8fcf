//! `CallRule`: rules that hints registered, called for cells that Cairo code wrote or needs.

use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    AddedSegment, CallRule, CellRun, Effects, Failed, Rule, RuleKind, RuleResult,
};

use crate::dialogue::{Line, play};
use crate::messages::{
    AP, LINE, address, answer_memory, ask_memory, bytes, done, execute, felt, load, minus, nothing,
    pointer, raised_in, run, writes,
};
use Line::{Host as Says, Loaded, Worker as Hears};
use hint_proto::cell::Cell;

fn call(rule_id: u32, offset: i64, cells: Vec<CellRun>) -> Line {
    Says(Request::CallRule(CallRule {
        rule_id,
        address: Some(address(1, offset)),
        cells,
        ..CallRule::default()
    }))
}

fn value(cell: Option<Cell>) -> Line {
    Hears(Response::RuleResult(RuleResult {
        value: cell.map(|cell| bytes(&[cell]).into()),
        ..RuleResult::default()
    }))
}

fn validated(offset: i64) -> Line {
    Hears(Response::RuleResult(RuleResult {
        validated: vec![address(1, offset)],
        ..RuleResult::default()
    }))
}

/// Has the hint with the id 0 register a rule for segment 1.
fn register(code: &str, kind: RuleKind) -> Vec<Line> {
    vec![
        Says(load([code])),
        Loaded,
        Says(execute(0)),
        Hears(done(Effects {
            rules: vec![Rule {
                id: 0,
                kind: kind.into(),
                segment: 1,
            }],
            ..nothing()
        })),
    ]
}

fn failed(line: u32, name: &str, class_path: &str, message: &str) -> Line {
    let failed = raised_in(&[(line, name)], class_path, message, nothing());
    Hears(Response::Failed(Failed {
        effects: None,
        ..failed
    }))
}

#[test]
fn auto_deduction_rules_give_values() {
    let code = "def rule(vm, addr, n):\n    \
                if addr.offset == 0: return None\n    \
                if addr.offset == 1: return addr + n\n    \
                return vm.run_context.memory[addr - 1] - n\n\
                vm_add_auto_deduction_rule(1, rule, 7)";
    let mut lines = register(code, RuleKind::AutoDeduction);
    lines.extend([
        call(0, 0, vec![]),
        value(None),
        call(0, 1, vec![]),
        value(Some(pointer(1, 8))),
        // With the cell that it needs, without it, and from then on.
        call(0, 3, vec![run(1, 2, &[felt(9)])]),
        value(Some(felt(2))),
        call(0, 4, vec![]),
        Hears(ask_memory(1, 3, 1)),
        Says(answer_memory([run(1, 3, &[felt(5)])])),
        value(Some(minus(2))),
        call(0, 4, vec![]),
        value(Some(minus(2))),
    ]);
    play([("an auto-deduction rule", lines)]);
}

#[test]
fn validation_rules_say_which_cells_are_valid() {
    let code = "calls = []\n\
                def rule(memory, addr):\n    \
                assert memory[addr] < 100, f'{memory[addr]} is too large'\n    \
                calls.append(addr)\n    \
                return {addr}\n\
                vm_add_validation_rule(1, rule)";
    let mut lines = register(code, RuleKind::Validation);
    lines.extend([
        call(0, 2, vec![run(1, 2, &[felt(99), felt(100)])]),
        validated(2),
        call(0, 3, vec![]),
        failed(
            LINE + 2,
            "rule",
            "builtins.AssertionError",
            "100 is too large",
        ),
        // What is valid stays so without another call.
        call(0, 2, vec![]),
        validated(2),
        Says(load(["memory[ap] = len(calls)"])),
        Loaded,
        Says(execute(0)),
        // The hint's own write is validated, too.
        Hears(done(writes([run(1, AP, &[felt(1)])]))),
    ]);
    play([("a validation rule", lines)]);
}

#[test]
fn what_a_rule_does_beside_goes_with_its_result() {
    let code = "own_segments = segments\n\
                def rule(vm, addr):\n    \
                if addr.offset < 10: return None\n    \
                pointer = own_segments.add()\n    \
                vm.validated_memory[pointer] = -1\n    \
                assert addr.offset < 20, 'too far'\n    \
                return pointer\n\
                vm_add_auto_deduction_rule(1, rule)";
    let mut lines = register(code, RuleKind::AutoDeduction);
    let did = |segment| Effects {
        added_segments: vec![AddedSegment { size: None }],
        ..writes([run(segment, 0, &[minus(1)])])
    };
    // The VM of the tests has two segments.
    let first = 2;
    lines.extend([
        call(0, 9, vec![]),
        value(None),
        call(0, 10, vec![]),
        Hears(Response::RuleResult(RuleResult {
            value: Some(bytes(&[pointer(first, 0)]).into()),
            effects: Some(did(first)),
            ..RuleResult::default()
        })),
        // The next one starts with nothing, and fails with what it did.
        call(0, 20, vec![]),
        Hears(Response::Failed(raised_in(
            &[(LINE + 5, "rule")],
            "builtins.AssertionError",
            "too far",
            did(first + 1),
        ))),
    ]);
    play([("a rule that does more", lines)]);
}

#[test]
fn a_rule_that_is_not_there_fails() {
    play([(
        "no rule was registered",
        vec![
            call(0, 0, vec![]),
            Hears(Response::Failed(Failed {
                effects: None,
                ..raised_in(
                    &[],
                    "builtins.LookupError",
                    "there is no rule of this id: `0`",
                    nothing(),
                )
            })),
        ],
    )]);
}
