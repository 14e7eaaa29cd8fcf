//! `ExecuteHint`: what hints see of the VM, and every kind of effect that they can have.

use hint_proto::cell::Cell;
use hint_proto::v1::definition::Access;
use hint_proto::v1::reference_access::{Get, Set};
use hint_proto::v1::relocation_rule::Destination;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    AddedSegment, Effects, ExecuteHint, FinalizedSegment, MemberKind, OutputPage, OutputState,
    PublicCell, ReferenceAccess, Register, RelocationRule, Rule, RuleKind, ScopeAccess,
    ScopeChange, Signature, Start, StructDefinition, StructMember, StructReference,
};

use crate::dialogue::{Line, comparable, load_one, play, quiet_end, run_each, started};
use crate::messages::{
    AP, FP, address, at_ap, beside, builtin, bytes, definition, done, exception, execute,
    execution, felt, load, minus, nothing, pointer, prime, raised, run, start, variable, writes,
};
use Line::{Host as Says, Loaded, Worker as Hears};

#[test]
fn hints_see_registers() {
    run_each(
        &start(),
        [
            ("memory[ap] = ap", done(at_ap(pointer(1, AP)))),
            ("memory[ap] = fp", done(at_ap(pointer(1, FP)))),
            ("memory[ap] = pc", done(at_ap(pointer(0, 4)))),
            ("memory[ap] = current_step", done(at_ap(felt(7)))),
            ("memory[ap] = segments.n_segments", done(at_ap(felt(2)))),
        ],
    );
}

#[test]
fn writes_travel_as_runs_of_cells() {
    let largest = {
        let mut bytes = prime();
        bytes[0] = 0;
        Cell::Felt(bytes)
    };
    run_each(
        &start(),
        [
            ("pass", done(nothing())),
            (
                "for i in range(3): memory[ap + i] = i",
                done(writes([run(1, AP, &[felt(0), felt(1), felt(2)])])),
            ),
            (
                "for i in (2, 3, 0): memory[ap + i] = i",
                done(writes([
                    run(1, AP + 2, &[felt(2), felt(3)]),
                    run(1, AP, &[felt(0)]),
                ])),
            ),
            (
                "segments.write_arg(ap, [1, fp, -1])",
                done(writes([run(1, AP, &[felt(1), pointer(1, FP), largest])])),
            ),
            // Reduced as Cairo code would.
            ("memory[ap] = -2", done(at_ap(minus(2)))),
            ("memory[ap] = 2**64", {
                let mut bytes = [0; 32];
                bytes[8] = 1;
                done(at_ap(Cell::Felt(bytes)))
            }),
            // The same value again is no write.
            ("memory[ap] = 6; memory[ap] = 6", done(at_ap(felt(6)))),
            // An address that is a number ends the run later; the host has to know the first.
            (
                "memory[10**20] = 1; memory[5] = 1",
                done(Effects {
                    pure_address: Some("100000000000000000000".to_owned()),
                    ..nothing()
                }),
            ),
        ],
    );
}

#[test]
fn segments_are_added_moved_and_finalized() {
    run_each(
        &start(),
        [
            (
                "memory[ap] = segments.add(); memory[ap + 1] = segments.add(7)",
                done(Effects {
                    added_segments: vec![
                        AddedSegment { size: None },
                        AddedSegment { size: Some(7) },
                    ],
                    ..writes([run(1, AP, &[pointer(2, 0), pointer(3, 0)])])
                }),
            ),
            (
                "memory[ap] = segments.gen_arg([4, [5]])",
                done(Effects {
                    added_segments: vec![AddedSegment { size: None }; 2],
                    ..writes([
                        run(3, 0, &[felt(5)]),
                        run(2, 0, &[felt(4), pointer(3, 0)]),
                        run(1, AP, &[pointer(2, 0)]),
                    ])
                }),
            ),
            (
                "memory[ap] = segments.add_temp_segment()\n\
                 memory.add_relocation_rule(memory[ap], fp + 2)\n\
                 memory.add_relocation_rule(segments.add_temp_segment(), 12)",
                done(Effects {
                    added_temporary_segments: 2,
                    relocation_rules: vec![
                        RelocationRule {
                            source_segment: -1,
                            destination: Some(Destination::Address(address(1, FP as i64 + 2))),
                        },
                        RelocationRule {
                            source_segment: -2,
                            destination: Some(Destination::Felt(bytes(&[felt(12)]).into())),
                        },
                    ],
                    ..at_ap(pointer(-1, 0))
                }),
            ),
            (
                "segments.finalize(1, 20, [(0, 1), (3, 0)]); segments.finalize(0)",
                done(Effects {
                    finalized_segments: vec![
                        FinalizedSegment {
                            segment: 1,
                            size: Some(20),
                            public_cells: vec![
                                PublicCell { offset: 0, page: 1 },
                                PublicCell { offset: 3, page: 0 },
                            ],
                        },
                        FinalizedSegment {
                            segment: 0,
                            size: None,
                            public_cells: vec![],
                        },
                    ],
                    ..nothing()
                }),
            ),
        ],
    );
}

#[test]
fn builtins_get_signatures_pages_and_rules() {
    let with_builtins = Start {
        builtins: vec![builtin("output", 2), builtin("ecdsa", 3)],
        segment_count: 4,
        ..start()
    };
    let number = |value: u64| bytes(&[felt(value)]).into();
    run_each(
        &with_builtins,
        [
            (
                "ecdsa_builtin.add_signature(ecdsa_builtin.base + 2, (8, 9))",
                done(Effects {
                    signatures: vec![Signature {
                        address: Some(address(3, 2)),
                        r: number(8),
                        s: number(9),
                    }],
                    ..nothing()
                }),
            ),
            (
                "output_builtin.add_page(1, output_builtin.base + 2, 5)\n\
                 output_builtin.add_attribute('fact', [1, 2])",
                done(Effects {
                    output_state: Some(OutputState {
                        base: Some(address(2, 0)),
                        pages: vec![OutputPage {
                            id: 1,
                            start: 2,
                            size: 5,
                        }],
                        attributes_json: "{\"fact\": [1, 2]}".to_owned(),
                    }),
                    ..nothing()
                }),
            ),
            // What is read does not change.
            ("output_builtin.pages", done(nothing())),
            (
                "vm_add_validation_rule(1, lambda memory, addr: {addr})\n\
                 vm_add_auto_deduction_rule(0, lambda vm, addr: None)",
                done(Effects {
                    rules: vec![
                        Rule {
                            id: 0,
                            kind: RuleKind::Validation.into(),
                            segment: 1,
                        },
                        Rule {
                            id: 1,
                            kind: RuleKind::AutoDeduction.into(),
                            segment: 0,
                        },
                    ],
                    ..nothing()
                }),
            ),
            (
                "vm_exit_scope() if False else vm_enter_scope({'n': 1})",
                done(Effects {
                    scopes: Some(ScopeChange {
                        left: 0,
                        entered: 1,
                    }),
                    ..nothing()
                }),
            ),
        ],
    );
}

/// An effect is told once: the next hint begins with none.
#[test]
fn effects_are_those_of_one_hint() {
    play([(
        "every kind of effect, then none, then a write",
        vec![
            Says(load([
                "memory[ap] = segments.add(); vm_enter_scope(); memory[3] = 1",
                "pass",
                "memory[ap + 1] = 1",
            ])),
            Loaded,
            Says(execute(0)),
            Hears(done(Effects {
                added_segments: vec![AddedSegment { size: None }],
                pure_address: Some("3".to_owned()),
                scopes: Some(ScopeChange {
                    left: 0,
                    entered: 1,
                }),
                ..at_ap(pointer(2, 0))
            })),
            Says(execute(1)),
            Hears(done(nothing())),
            Says(execute(2)),
            Hears(done(writes([run(1, AP + 1, &[felt(1)])]))),
            Says(execute(1)),
            Hears(done(nothing())),
        ],
    )]);
}

/// Cells that come with a request are not asked for, nor is what lies past the end of a segment.
#[test]
fn cells_that_were_sent_are_known() {
    let sent = |hint_id| {
        Request::ExecuteHint(ExecuteHint {
            cells: vec![run(1, 3, &[felt(33), Cell::Empty, pointer(0, 2)])],
            ..execution(hint_id)
        })
    };
    play([(
        "values for ever, emptiness for one hint",
        vec![
            Says(load([
                "memory[ap] = memory[fp - 2]; memory[ap + 1] = memory[fp]; memory[fp - 1] = 4",
                "memory[ap + 2] = memory[fp - 2] + 1; memory[ap + 3] = memory.get(fp + 9, 5)",
            ])),
            Loaded,
            Says(sent(0)),
            Hears(done(writes([
                run(1, AP, &[felt(33), pointer(0, 2)]),
                run(1, FP - 1, &[felt(4)]),
            ]))),
            Says(execute(1)),
            Hears(done(writes([run(1, AP + 2, &[felt(34), felt(5)])]))),
        ],
    )]);
}

#[test]
fn names_are_what_the_host_says() {
    let point = StructDefinition {
        full_name: "main.Point".to_owned(),
        size: 2,
        members: vec![
            StructMember {
                name: "x".to_owned(),
                offset: 0,
                kind: MemberKind::Value.into(),
                struct_name: String::new(),
            },
            StructMember {
                name: "next".to_owned(),
                offset: 1,
                kind: MemberKind::StructPointer.into(),
                struct_name: "main.Point".to_owned(),
            },
        ],
    };
    let definitions = vec![
        definition("LIMIT", Access::Constant("-3".to_owned())),
        definition("n", variable(beside(Register::Fp, -2))),
        definition("out", variable(beside(Register::Ap, 0))),
        definition(
            "p",
            Access::Reference(ReferenceAccess {
                get: Some(Get::StructReference(StructReference {
                    address: Some(beside(Register::Fp, -2)),
                    struct_name: "main.Point".to_owned(),
                })),
                set: Some(Set::SetRaised(exception(
                    "builtins.TypeError",
                    "a struct cannot be set",
                ))),
            }),
        ),
        definition("Point", Access::StructName("main.Point".to_owned())),
        definition(
            "loop",
            Access::ScopeAccess(ScopeAccess {
                full_name: "main.loop".to_owned(),
                instruction_offset: Some(6),
            }),
        ),
        definition(
            "gone",
            Access::Raised(exception("builtins.LookupError", "`gone` is gone")),
        ),
    ];
    let request = ExecuteHint {
        cells: vec![run(1, FP - 2, &[felt(33), pointer(1, FP - 2)])],
        definitions,
        structs: vec![point],
        ..execution(0)
    };
    for (code, expected) in [
        ("ids.out = ids.LIMIT", done(at_ap(minus(3)))),
        ("ids.out = ids.n * 2", done(at_ap(felt(66)))),
        ("ids.out = ids.p.address_", done(at_ap(pointer(1, FP - 2)))),
        ("ids.out = ids.p.next.next.x", done(at_ap(felt(33)))),
        ("ids.out = ids.Point.SIZE", done(at_ap(felt(2)))),
        (
            "ids.out = ids.loop.instruction_offset_",
            done(at_ap(felt(6))),
        ),
        ("ids.gone", raised("builtins.LookupError", "`gone` is gone")),
        (
            "ids.p = 1",
            raised("builtins.TypeError", "a struct cannot be set"),
        ),
    ] {
        let mut host = started(start());
        load_one(&mut host, code);
        let response = host.exchange(Request::ExecuteHint(request.clone()));
        assert_eq!(
            comparable(response),
            expected,
            "what the worker says (left) to the hint `{code}`"
        );
        assert_eq!(host.close(), quiet_end(), "the worker's end after `{code}`");
    }
}

#[test]
fn what_hints_print_is_out_when_they_are_done() {
    let mut host = started(start());
    load_one(&mut host, "print('a'); print('b', end='')");
    assert!(matches!(host.exchange(execute(0)), Response::Done(_)));
    assert_eq!(host.worker.stdout(), "a\nb");
    assert!(matches!(host.exchange(execute(0)), Response::Done(_)));
    assert_eq!(host.worker.stdout(), "a\nba\nb");
    assert_eq!(host.close(), quiet_end());
}
