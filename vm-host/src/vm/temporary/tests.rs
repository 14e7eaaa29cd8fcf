use super::*;
use crate::vm::slices::at_once;

fn at(segment_index: isize, offset: usize) -> Relocatable {
    Relocatable {
        segment_index,
        offset,
    }
}

fn int(value: u64) -> MaybeRelocatable {
    Felt252::from(value).into()
}

/// Two real segments and three temporary ones, with these cells.
fn vm(cells: &[(Relocatable, MaybeRelocatable)]) -> VirtualMachine {
    let mut vm = VirtualMachine::new(false, false);
    for _ in 0..2 {
        vm.add_memory_segment();
    }
    for _ in 0..3 {
        vm.add_temporary_segment();
    }
    for (cell, value) in cells {
        vm.insert_value(*cell, value.clone()).unwrap();
    }
    vm
}

fn moves(places: &[(isize, MaybeRelocatable)]) -> Moves {
    Moves(places.iter().cloned().collect())
}

/// The VM has those rules, as hints give them.
fn with_rules(vm: &mut VirtualMachine, moves: &Moves) {
    for (segment, place) in moves.iter() {
        vm.add_relocation_rule(start_of(segment), place.clone())
            .unwrap();
    }
}

#[test]
fn a_temporary_segment_is_as_long_as_its_last_cell_says() {
    for length in [0, 1, 2, 3, 4, 5, 7, 8, 9, 1000, 65_535, 65_536, 65_537] {
        let mut vm = vm(&[]);
        if let Some(last) = usize::checked_sub(length, 1) {
            vm.insert_value(at(-2, last), int(1)).unwrap();
        }
        assert_eq!(temporary_length(&vm, -2), length);
        assert_eq!(temporary_length(&vm, -1), 0);
        assert_eq!(temporary_length(&vm, -4), 0);
    }
}

#[test]
fn cells_move_to_real_segments() {
    let cells = [
        (at(0, 0), at(-1, 4).into()),
        (at(-1, 0), at(-2, 1).into()),
        (at(-2, 3), int(7)),
        (at(1, 5), at(1, 9).into()),
    ];
    let mut vm = vm(&cells);
    let moves = moves(&[
        (-1, at(1, 5).into()),
        (-2, at(1, 8).into()),
        (-3, at(0, 9).into()),
    ]);
    with_rules(&mut vm, &moves);
    assert_eq!(
        at_once(move_cells(&mut vm, &moves, Slices::held())).unwrap(),
        None
    );
    assert_eq!(vm.get_maybe(&at(0, 0)), Some(at(1, 9).into()));
    assert_eq!(vm.get_maybe(&at(1, 5)), Some(at(1, 9).into()));
    assert_eq!(vm.get_maybe(&at(1, 11)), Some(int(7)));
    assert_eq!(vm.segments.num_temp_segments(), 0);
}

#[test]
fn of_two_values_for_a_place_that_of_the_first_segment_is_right() {
    let cells = [(at(-1, 1), int(5)), (at(-2, 0), int(6))];
    let all = [
        (-1, at(1, 0).into()),
        (-2, at(1, 1).into()),
        (-3, at(0, 0).into()),
    ];
    // The second time a segment stays, so that memory is made anew.
    for places in [&all[..], &all[..2]] {
        let mut vm = vm(&cells);
        let moves = moves(places);
        with_rules(&mut vm, &moves);
        let error = at_once(move_cells(&mut vm, &moves, Slices::held())).unwrap_err();
        let conflict = Box::new((at(1, 1), int(5), int(6)));
        assert_eq!(error, MemoryError::InconsistentMemory(conflict));
    }
}

#[test]
fn what_has_no_real_place_keeps_its_segment_or_becomes_a_number() {
    let cells = [
        (at(0, 0), at(-1, 4).into()),
        (at(0, 1), at(-2, 4).into()),
        (at(-1, 2), int(5)),
        (at(-2, 1), int(6)),
        (at(-3, 0), int(7)),
    ];
    let mut vm = vm(&cells);
    vm.segments.memory.mark_as_accessed(at(-2, 1));
    let moves = moves(&[(-1, int(1000)), (-2, at(-3, 1).into())]);
    at_once(replace_rules(&mut vm, &moves, Slices::held())).unwrap();
    assert_eq!(
        at_once(move_cells(&mut vm, &moves, Slices::held())).unwrap(),
        Some(Felt252::from(1002))
    );
    assert_eq!(vm.get_maybe(&at(0, 0)), Some(int(1004)));
    assert_eq!(vm.get_maybe(&at(0, 1)), Some(at(-3, 5).into()));
    assert_eq!(vm.get_maybe(&at(-3, 2)), Some(int(6)));
    assert_eq!(vm.get_maybe(&at(-3, 0)), Some(int(7)));
    assert!(vm.is_accessed(&at(-3, 2)).unwrap());
    assert!(!vm.is_accessed(&at(-3, 0)).unwrap());
    assert_eq!(temporary_length(&vm, -1), 0);
    assert_eq!(temporary_length(&vm, -2), 0);
}

#[test]
fn a_place_that_does_not_exist_is_refused() {
    let mut vm = vm(&[(at(-1, 0), int(5))]);
    let moves = moves(&[(-1, at(9, 0).into())]);
    let error = at_once(move_cells(&mut vm, &moves, Slices::held())).unwrap_err();
    assert!(matches!(error, MemoryError::UnallocatedSegment(_)));
}

/// Looks at the clock as often as it can, and never waits.
struct Counted(std::cell::Cell<usize>);

impl crate::vm::slices::Pauses for Counted {
    fn are_due(&self) -> bool {
        self.0.set(self.0.get() + 1);
        false
    }

    fn pause(&self) -> futures_util::future::LocalBoxFuture<'_, ()> {
        unreachable!("it is never due")
    }
}

#[test]
fn many_cells_are_moved_in_slices_to_the_same_places() {
    let length = MANY_CELLS + 10;
    let made = || {
        let mut vm = vm(&[(at(0, 3), at(-1, 4).into()), (at(1, 2), int(9))]);
        for offset in (0..length).step_by(3) {
            vm.insert_value(at(-1, offset), int(offset as u64)).unwrap();
            vm.insert_value(at(-2, offset), at(-1, offset)).unwrap();
        }
        vm.segments.memory.mark_as_accessed(at(-2, 6));
        let moves = moves(&[
            (-1, at(1, 5).into()),
            (-2, at(0, 8).into()),
            (-3, at(1, 0).into()),
        ]);
        with_rules(&mut vm, &moves);
        (vm, moves)
    };
    let (mut expected, moves) = made();
    assert_eq!(
        at_once(move_cells(&mut expected, &moves, Slices::held())),
        Ok(None)
    );
    let (mut found, moves) = made();
    let looks = Counted(std::cell::Cell::new(0));
    assert_eq!(
        at_once(move_cells(&mut found, &moves, Slices::of(&looks))),
        Ok(None)
    );
    assert!(looks.0.get() > 2 * length / slices::CELLS);
    assert_eq!(found.segments.num_temp_segments(), 0);
    assert_eq!(segment_lengths(&mut found), segment_lengths(&mut expected));
    for cell in (0..2).flat_map(|segment| (0..length + 8).map(move |offset| at(segment, offset))) {
        assert_eq!(found.get_maybe(&cell), expected.get_maybe(&cell), "{cell}");
        assert_eq!(
            found.is_accessed(&cell).ok(),
            expected.is_accessed(&cell).ok(),
            "{cell}"
        );
    }
    assert_eq!(found.get_maybe(&at(0, 14)), Some(at(1, 11).into()));
}
