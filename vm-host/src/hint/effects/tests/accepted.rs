//! What effects do, and that they do nothing else.

use cairo_vm::vm::runners::cairo_pie::PublicMemoryPage;
use futures_util::FutureExt as _;

use super::*;
use crate::hint::effects::{Breath, RegisteredRule};
use crate::hint::testing::{OUTPUT, RANGE_CHECK};
use crate::vm::slices::{Slices, at_once};
use crate::worker::Turn;

/// Applies `effects` to a new scene; `change` makes the state before into the one after.
fn check(effects: &Effects, expected: Applied, change: impl FnOnce(&mut State)) {
    let mut scene = Scene::new();
    let mut state = scene.state();
    assert_eq!(scene.apply(effects).unwrap(), expected);
    change(&mut state);
    assert_eq!(scene.state(), state);
}

fn set(state: &mut State, cells: &[(isize, usize, MaybeRelocatable)]) {
    for (segment, offset, value) in cells {
        state.cells.insert((*segment, *offset), value.clone());
        if let Ok(index) = usize::try_from(*segment) {
            state.lengths[index] = state.lengths[index].max(offset + 1);
        }
    }
}

#[test]
fn many_cells_are_applied_in_slices() {
    let cells = vec![int(1); 1 << 20];
    let effects = writes([run_of(EXECUTION, 9, &cells)]);
    let mut vm = testing::vm();
    let turn = Turn::default();
    let mut applier = Applier::new(Limits::default());
    {
        let breath = Breath::of(&turn);
        let mut applied = Box::pin(applier.apply_breathing(&mut vm, &effects, breath));
        // Longer than a turn on every machine.
        let mut pauses = 0;
        while applied.as_mut().now_or_never().is_none() {
            pauses += 1;
        }
        assert!(pauses > 0);
    }
    let last = at(EXECUTION, 9 + cells.len() - 1);
    assert_eq!(vm.get_maybe(&last), Some(int(1)));
}

#[test]
fn nothing_does_nothing() {
    check(&Effects::default(), Applied::default(), |_| {});
}

#[test]
fn every_part_is_applied() {
    let registered = |id, kind, segment| RegisteredRule { id, kind, segment };
    let applied = Applied {
        rules: vec![
            registered(1, RuleKind::Validation, 1),
            registered(2, RuleKind::AutoDeduction, -1),
        ],
        pure_address: Some("17".to_owned()),
        unheld_attributes: None,
    };
    check(&full(), applied, |state| {
        let new = SEGMENTS as usize;
        state.lengths.extend([0, 0]);
        state.temporary_segments += 1;
        set(
            state,
            &[
                (EXECUTION, 2, int(22)),
                // A pointer into a temporary segment is read as moved from now on.
                (EXECUTION, 4, pointer(EXECUTION, 20)),
                (EXECUTION, 7, pointer(SEGMENTS, 0)),
                (EXECUTION, 8, pointer(-4, 1)),
                (SEGMENTS, 0, int(60)),
                (SEGMENTS, 1, int(61)),
                (-4, 1, int(70)),
                (ECDSA, 0, testing::public_key().into()),
                (ECDSA, 1, int(MESSAGES[0])),
            ],
        );
        // `finalize` came after the segment was added.
        state.sizes.insert(new, 4);
        state.public_cells.insert(new, vec![(1, 2)]);
        state
            .signatures
            .insert(at(ECDSA, 0), signature_of(MESSAGES[0]));
        state.output = OutputBuiltinState {
            base: new,
            base_offset: 1,
            pages: [(3, PublicMemoryPage { start: 0, size: 1 })].into(),
            attributes: [("numbers".to_owned(), vec![1, 2])].into(),
        };
        let mut relocations = Relocations::default();
        let rules = relocations.check(&full().relocation_rules).unwrap();
        let mut vm = testing::vm();
        let added = relocations.add(&mut vm, rules, Slices::held());
        at_once(added).unwrap();
        state.relocations = relocations;
    });
}

#[test]
fn a_value_that_is_there_already_may_be_written_again() {
    let same = writes([run_of(
        EXECUTION,
        0,
        &[int(20), pointer(0, 1), int(22), int(23)],
    )]);
    check(&same, Applied::default(), |state| {
        set(state, &[(EXECUTION, 2, int(22))]);
    });
    let same = writes([run_of(RANGE_CHECK, 0, &[int(40)])]);
    check(&same, Applied::default(), |_| {});
}

#[test]
fn cells_may_come_in_any_order() {
    let runs = [
        run_of(OUTPUT, 3, &[int(3)]),
        run_of(EXECUTION, 9, &[int(9)]),
        run_of(OUTPUT, 1, &[int(1), int(2)]),
        run_of(OUTPUT, 1, &[]),
    ];
    check(&writes(runs), Applied::default(), |state| {
        set(
            state,
            &[
                (OUTPUT, 3, int(3)),
                (EXECUTION, 9, int(9)),
                (OUTPUT, 1, int(1)),
                (OUTPUT, 2, int(2)),
            ],
        );
    });
}

#[test]
fn the_last_signature_of_a_key_counts_before_its_cells_are_written() {
    let signed = |message| {
        let (r, s) = signature_of(message);
        Signature {
            address: Some(address(ECDSA, 2)),
            r: felt(r),
            s: felt(s),
        }
    };
    let key = testing::public_key().into();
    let effects = Effects {
        signatures: MESSAGES.map(signed).to_vec(),
        ..writes([run_of(ECDSA, 2, &[key, int(MESSAGES[1])])])
    };
    check(&effects, Applied::default(), |state| {
        set(
            state,
            &[
                (ECDSA, 2, testing::public_key().into()),
                (ECDSA, 3, int(MESSAGES[1])),
            ],
        );
        let signature = signature_of(MESSAGES[1]);
        state.signatures.insert(at(ECDSA, 2), signature);
    });
}

#[test]
fn a_key_and_its_message_may_come_one_after_the_other() {
    let (r, s) = signature_of(MESSAGES[0]);
    let signature = Signature {
        address: Some(address(ECDSA, 0)),
        r: felt(r),
        s: felt(s),
    };
    let key = Effects {
        signatures: vec![signature],
        ..writes([run_of(ECDSA, 0, &[testing::public_key().into()])])
    };
    let mut scene = Scene::new();
    scene.apply(&key).unwrap();
    let wrong = writes([run_of(ECDSA, 1, &[int(MESSAGES[1])])]);
    let state = scene.state();
    scene.apply(&wrong).unwrap_err();
    assert_eq!(scene.state(), state);
    let right = writes([run_of(ECDSA, 1, &[int(MESSAGES[0])])]);
    scene.apply(&right).unwrap();
}

#[test]
fn attributes_that_are_no_lists_of_integers_are_handed_on() {
    let attributes = r#"{"name": "text"}"#;
    let effects = Effects {
        output_state: Some(OutputState {
            base: Some(address(OUTPUT, 0)),
            attributes_json: attributes.to_owned(),
            ..OutputState::default()
        }),
        ..Effects::default()
    };
    let applied = Applied {
        unheld_attributes: Some(attributes.to_owned()),
        ..Applied::default()
    };
    check(&effects, applied, |_| {});
}

#[test]
fn a_size_of_a_new_segment_is_overruled_by_finalize() {
    let effects = Effects {
        added_segments: vec![AddedSegment { size: Some(7) }],
        finalized_segments: vec![FinalizedSegment {
            segment: SEGMENTS as i64,
            size: None,
            public_cells: Vec::new(),
        }],
        ..Effects::default()
    };
    check(&effects, Applied::default(), |state| {
        state.lengths.push(0);
        state.sizes.insert(SEGMENTS as usize, 7);
        state.public_cells.insert(SEGMENTS as usize, Vec::new());
    });
}
