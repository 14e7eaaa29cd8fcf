use super::*;
use crate::hint::testing::{EXECUTION, at, int, pointer};
use crate::vm::slices::at_once;

/// Adds rules, each alone, and returns the VM with what is known of the rules.
fn added(rules: &[Rule]) -> (VirtualMachine, Relocations) {
    let mut vm = crate::hint::testing::vm();
    let mut relocations = Relocations::default();
    for rule in rules {
        at_once(relocations.add(&mut vm, vec![rule.clone()], Slices::held())).unwrap();
    }
    (vm, relocations)
}

fn ways(relocations: &Relocations) -> Vec<Rule> {
    let ways = relocations.moves.iter();
    ways.map(|(segment, place)| (segment, place.clone()))
        .collect()
}

#[test]
fn a_chain_is_followed_in_whatever_order_its_rules_come() {
    let rules = [
        (-1, pointer(-2, 1)),
        (-2, pointer(-3, 2)),
        (-3, pointer(EXECUTION, 4)),
    ];
    let expected = [
        (-3, pointer(EXECUTION, 4)),
        (-2, pointer(EXECUTION, 6)),
        (-1, pointer(EXECUTION, 7)),
    ];
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let given = order.map(|index| rules[index].clone());
        let (vm, relocations) = added(&given);
        assert_eq!(ways(&relocations), expected, "{order:?}");
        // The VM of the tests has a pointer to the start of the first there.
        let read = vm.get_maybe(&at(EXECUTION, 4));
        assert_eq!(read, Some(pointer(EXECUTION, 7)), "{order:?}");
        let mut together = Relocations::default();
        let mut vm = crate::hint::testing::vm();
        at_once(together.add(&mut vm, given.to_vec(), Slices::held())).unwrap();
        assert_eq!(together.moves, relocations.moves, "{order:?}");
    }
}

#[test]
fn a_way_is_followed_as_far_as_it_is_known() {
    let (mut vm, mut relocations) = added(&[(-1, pointer(-2, 1))]);
    let cell = at(EXECUTION, 4);
    assert_eq!(vm.get_maybe(&cell), Some(pointer(-2, 1)));
    vm.insert_value(at(EXECUTION, 5), pointer(-1, 3)).unwrap();
    assert_eq!(vm.get_maybe(&at(EXECUTION, 5)), Some(pointer(-2, 4)));
    vm.segments.memory.mark_as_accessed(cell);
    let rule = (-2, pointer(EXECUTION, 9));
    at_once(relocations.add(&mut vm, vec![rule], Slices::held())).unwrap();
    assert_eq!(vm.get_maybe(&cell), Some(pointer(EXECUTION, 10)));
    assert_eq!(
        vm.get_maybe(&at(EXECUTION, 5)),
        Some(pointer(EXECUTION, 13))
    );
    // Later values follow as well, and nothing else changed.
    vm.insert_value(at(EXECUTION, 6), pointer(-1, 5)).unwrap();
    assert_eq!(
        vm.get_maybe(&at(EXECUTION, 6)),
        Some(pointer(EXECUTION, 15))
    );
    assert_eq!(vm.get_maybe(&at(-1, 0)), Some(int(50)));
    assert!(vm.is_accessed(&cell).unwrap());
    assert!(!vm.is_accessed(&at(EXECUTION, 3)).unwrap());
}

#[test]
fn builtins_still_check_what_is_written_after_a_way_became_longer() {
    use crate::hint::testing::RANGE_CHECK;
    let (mut vm, _) = added(&[(-1, pointer(-2, 1)), (-2, pointer(EXECUTION, 9))]);
    let refused = vm.insert_value(at(RANGE_CHECK, 1), pointer(EXECUTION, 0));
    assert!(refused.is_err());
    vm.insert_value(at(RANGE_CHECK, 2), int(1)).unwrap();
}

#[test]
fn a_felt_ends_a_chain_and_values_keep_their_offsets() {
    let (mut vm, mut relocations) = added(&[(-2, pointer(-1, 3))]);
    vm.insert_value(at(EXECUTION, 5), pointer(-2, 2)).unwrap();
    assert_eq!(vm.get_maybe(&at(EXECUTION, 5)), Some(pointer(-1, 5)));
    at_once(relocations.add(&mut vm, vec![(-1, int(10))], Slices::held())).unwrap();
    assert_eq!(ways(&relocations), [(-2, int(13)), (-1, int(10))]);
    assert_eq!(vm.get_maybe(&at(EXECUTION, 5)), Some(int(15)));
    assert_eq!(relocations.moves().value(pointer(-1, 4)), int(14));
}

#[test]
fn what_leads_nowhere_stays_where_it_is() {
    let (vm, relocations) = added(&[
        (-1, pointer(-2, 0)),
        (-2, pointer(-1, 0)),
        (-3, pointer(0, (1 << 62) - 1)),
        (-4, pointer(-3, 1)),
    ]);
    let value = vm.get_maybe(&at(EXECUTION, 4));
    assert!(matches!(
        value,
        Some(MaybeRelocatable::RelocatableValue(address)) if address.segment_index < 0
    ));
    assert_eq!(
        relocations.moves.of(-4),
        Some(&pointer(-3, 1)),
        "an address that cairo-vm cannot hold"
    );
    for segment in [-1, -2, -3, -4] {
        let again = [v1::RelocationRule {
            source_segment: segment,
            destination: Some(Destination::Felt(vec![0; 32].into())),
        }];
        assert!(relocations.check(&again).is_err());
    }
}

#[test]
fn a_long_chain_is_followed_from_its_end() {
    let mut vm = crate::hint::testing::vm();
    let mut relocations = Relocations::default();
    let last = 50_000;
    let chain = (1..last).map(|index| (-index, pointer(-index - 1, 0)));
    for rules in [chain.collect(), vec![(-last, pointer(1, 0))]] {
        at_once(relocations.add(&mut vm, rules, Slices::held())).unwrap();
    }
    let ways = relocations.moves.iter();
    assert!(
        ways.map(|(_, place)| place)
            .all(|place| *place == pointer(1, 0))
    );
    assert_eq!(relocations.moves.iter().count(), 50_000);
}
