//! How much memory writes may skip: the limit of one gap, of all small ones of a hint, and of a run.

use super::*;
use crate::hint::testing::OUTPUT;

fn cell(segment: isize, offset: u64) -> v1::CellRun {
    run_of(segment, offset, &[int(1)])
}

fn accepts(scene: &mut Scene, cells: &[(isize, u64)]) -> bool {
    let runs: Vec<_> = cells
        .iter()
        .map(|(segment, offset)| cell(*segment, *offset))
        .collect();
    match scene.apply(&writes(runs)) {
        Ok(_) => true,
        Err(Refusal::Gap { .. }) => false,
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_gap_is_counted_from_the_end_of_the_segment() {
    // The output has one cell.
    assert!(accepts(&mut Scene::new(), &[(OUTPUT, 51)]));
    assert!(!accepts(&mut Scene::new(), &[(OUTPUT, 52)]));
    // From ap, even where nothing was written so far.
    let mut scene = Scene::new();
    scene.vm.set_ap(40);
    assert!(accepts(&mut scene, &[(EXECUTION, 90)]));
    assert!(!accepts(&mut Scene::new(), &[(EXECUTION, 90)]));
    // From what the same hint wrote before.
    assert!(accepts(&mut Scene::new(), &[(OUTPUT, 49), (OUTPUT, 99)]));
    assert!(!accepts(&mut Scene::new(), &[(OUTPUT, 99), (OUTPUT, 49)]));
}

#[test]
fn a_temporary_segment_ends_behind_a_neighbour() {
    let mut scene = Scene::new();
    assert!(accepts(&mut scene, &[(-2, 49)]));
    assert!(accepts(&mut scene, &[(-2, 99)]));
    assert!(!accepts(&mut Scene::new(), &[(-2, 99)]));
}

#[test]
fn small_gaps_of_one_hint_add_up_over_its_segments() {
    // 45 are free. The next ones count: 45 of 120 each.
    let mut scene = Scene::new();
    assert!(accepts(
        &mut scene,
        &[(OUTPUT, 45), (EXECUTION, 50), (-1, 45)]
    ));
    let added = Effects {
        added_segments: vec![AddedSegment::default(); 4],
        ..writes([6, 7, 8, 9].map(|segment| cell(segment, 45)))
    };
    let refusal = Scene::new().apply(&added).unwrap_err();
    assert!(matches!(refusal, Refusal::Gap { .. }), "{refusal}");
}

#[test]
fn small_gaps_of_many_hints_do_not() {
    let mut scene = Scene::new();
    for hint in 1..20 {
        assert!(accepts(&mut scene, &[(OUTPUT, hint * 40)]), "{hint}");
    }
}

#[test]
fn large_gaps_of_a_run_add_up() {
    let limits = Limits {
        gap: 6000,
        total_gap: 12_000,
        ..LIMITS
    };
    let mut scene = Scene {
        applier: Applier::new(limits),
        ..Scene::new()
    };
    assert!(accepts(&mut scene, &[(OUTPUT, 6001)]));
    assert!(accepts(&mut scene, &[(OUTPUT, 12_002)]));
    assert!(!accepts(&mut scene, &[(OUTPUT, 18_003)]));
    // A refused write uses up nothing.
    assert!(accepts(&mut scene, &[(OUTPUT, 12_003)]));
}
