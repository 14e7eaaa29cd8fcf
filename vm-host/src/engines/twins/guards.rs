//! Where a twin of cairo-vm differs from the Python text for some inputs only: the checks that are made
//! before an execution, and what is put right after it. A check also promises that the twin will not
//! fail after it has changed anything.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use cairo_vm::Felt252;
use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::HintProcessorData;
use cairo_vm::hint_processor::builtin_hint_processor::dict_manager::{
    DictManager, DictTracker, Dictionary,
};
use cairo_vm::hint_processor::builtin_hint_processor::hint_utils::{
    get_integer_from_var_name, get_maybe_relocatable_from_var_name, get_ptr_from_var_name,
    get_relocatable_from_var_name,
};
use cairo_vm::types::exec_scope::ExecutionScopes;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use num_bigint::BigUint;

/// A hint in Rust writes cells below this offset, and beyond it those near others: a segment must not grow
/// without bound.
const NEAR_START: usize = 1 << 20;
const NEAR_OTHERS: usize = 64;

/// Largest step and count of a search; cairo-vm multiplies them without a check.
const MAX_SEARCH: u64 = 1 << 31;

/// The Rust type of `initial_dict`.
type InitialDict = HashMap<MaybeRelocatable, MaybeRelocatable>;

/// What a check looks at.
#[derive(Clone, Copy)]
#[allow(
    missing_debug_implementations,
    reason = "cairo-vm's parts cannot be printed"
)]
pub(super) struct Here<'a> {
    pub(super) vm: &'a VirtualMachine,
    pub(super) scopes: &'a ExecutionScopes,
    pub(super) data: &'a HintProcessorData,
}

/// Whether the twin does exactly what Python does, here and now.
pub(super) type Guard = fn(Here<'_>) -> bool;

/// What the twin leaves undone.
pub(super) type After = fn(&VirtualMachine, &mut ExecutionScopes, &HintProcessorData);

impl<'a> Here<'a> {
    fn integer(self, name: &str) -> Option<Felt252> {
        get_integer_from_var_name(name, self.vm, &self.data.ids_data, &self.data.ap_tracking).ok()
    }

    fn value(self, name: &str) -> Option<MaybeRelocatable> {
        let (ids, tracking) = (&self.data.ids_data, &self.data.ap_tracking);
        get_maybe_relocatable_from_var_name(name, self.vm, ids, tracking).ok()
    }

    fn pointer(self, name: &str) -> Option<Relocatable> {
        get_ptr_from_var_name(name, self.vm, &self.data.ids_data, &self.data.ap_tracking).ok()
    }

    /// A member of a struct, by its offset.
    fn member(self, name: &str, offset: usize) -> Option<Felt252> {
        let (ids, tracking) = (&self.data.ids_data, &self.data.ap_tracking);
        let address = get_relocatable_from_var_name(name, self.vm, ids, tracking).ok()?;
        self.vm.get_maybe(&(address + offset).ok()?)?.get_int()
    }

    fn constant(self, name: &str) -> Option<Felt252> {
        let mut constants = self.data.constants.iter();
        let found = constants.find(|(full_name, _)| full_name.ends_with(name));
        found.map(|(_, value)| *value)
    }

    fn variable<T: Any>(self, name: &str) -> Option<&'a T> {
        let scope = self.scopes.data.last()?;
        scope.get(name)?.downcast_ref()
    }

    /// Whether these cells can be written.
    fn are_free(self, from: Relocatable, count: usize) -> bool {
        (0..count).all(|index| (from + index).is_ok_and(|cell| is_free(self.vm, cell)))
    }

    /// Whether a dictionary has this pointer and, unless it has a default, a value for `key`.
    fn has_entry(self, name: &str) -> bool {
        let (Some(pointer), Some(key)) = (self.pointer(name), self.value("key")) else {
            return false;
        };
        let Some(manager) = self.variable::<Rc<RefCell<DictManager>>>("dict_manager") else {
            return false;
        };
        manager
            .borrow()
            .get_tracker(pointer)
            .is_ok_and(|DictTracker { data, .. }| match data {
                Dictionary::SimpleDictionary(values) => values.contains_key(&key),
                Dictionary::DefaultDictionary { .. } => true,
            })
    }
}

/// Whether this cell is empty, and near the end of its segment.
pub(super) fn is_free(vm: &VirtualMachine, cell: Relocatable) -> bool {
    let exists = usize::try_from(cell.segment_index)
        .is_ok_and(|segment| segment < vm.segments.num_segments());
    let holds = |offset| {
        let cell = Relocatable { offset, ..cell };
        vm.get_maybe(&cell).is_some()
    };
    exists
        && !holds(cell.offset)
        && (cell.offset < NEAR_START || (1..=NEAR_OTHERS).any(|back| holds(cell.offset - back)))
}

/// The twin accepts the bound itself.
pub(super) fn value_is_not_the_upper_bound(here: Here<'_>) -> bool {
    match (here.integer("value"), here.constant("UPPER_BOUND")) {
        (Some(value), Some(bound)) => value != bound,
        _ => false,
    }
}

fn power_of_two(bits: u32) -> Felt252 {
    Felt252::TWO.pow(bits)
}

/// The twin accepts 2**250.
pub(super) fn value_is_below_2_250(here: Here<'_>) -> bool {
    here.integer("value")
        .is_some_and(|value| value < power_of_two(250))
}

/// The quotient is not the bound: the twin accepts that one.
pub(super) fn quotient_is_not_the_bound(here: Here<'_>) -> bool {
    let (Some(value), Some(div), Some(bound)) = (
        here.integer("value"),
        here.integer("div"),
        here.integer("bound"),
    ) else {
        return false;
    };
    let div = div.to_biguint();
    if div == BigUint::ZERO {
        return false;
    }
    // Only a value that counts as positive has a quotient equal to the bound.
    value.to_biguint() / div != bound.to_biguint()
}

/// The constants are those that the twin was compared with, and its four cells are empty.
pub(super) fn range_checks_are_free(here: Here<'_>) -> bool {
    let third = Felt252::from_hex_unchecked("0x2aaaaaaaaaaaab05555555555555556");
    let half = Felt252::from_hex_unchecked("0x4000000000000088000000000000001");
    here.constant("PRIME_OVER_3_HIGH") == Some(third)
        && here.constant("PRIME_OVER_2_HIGH") == Some(half)
        && here
            .pointer("range_check_ptr")
            .is_some_and(|cell| here.are_free(cell, 4))
}

/// There is something left to count: below zero the twin counts on from the prime.
pub(super) fn counter_is_positive(here: Here<'_>) -> bool {
    here.variable::<Felt252>("n")
        .is_some_and(|n| *n != Felt252::ZERO)
}

/// Numbers that cairo-vm can multiply.
pub(super) fn search_is_short(here: Here<'_>) -> bool {
    ["elm_size", "n_elms"].iter().all(|name| {
        here.integer(name)
            .is_some_and(|value| value < Felt252::from(MAX_SEARCH))
    })
}

/// The twin of `default_dict_new` starts from `initial_dict` when there is one.
pub(super) fn no_initial_dict(here: Here<'_>) -> bool {
    here.scopes
        .data
        .last()
        .is_some_and(|scope| !scope.contains_key("initial_dict"))
}

/// Without it the twin fails.
pub(super) fn there_is_an_initial_dict(here: Here<'_>) -> bool {
    here.variable::<InitialDict>("initial_dict").is_some()
}

/// The twin moves the pointer before it may fail.
pub(super) fn entry_can_be_read(here: Here<'_>) -> bool {
    here.has_entry("dict_ptr")
}

/// The twin moves the pointer and sets the value before it may fail.
pub(super) fn entry_can_be_written(here: Here<'_>) -> bool {
    here.has_entry("dict_ptr")
        && here.value("new_value").is_some()
        && here
            .pointer("dict_ptr")
            .and_then(|pointer| (pointer + 1_usize).ok())
            .is_some_and(|cell| here.are_free(cell, 1))
}

/// The text of the hint deletes `initial_dict`.
pub(super) fn delete_initial_dict(
    _: &VirtualMachine,
    scopes: &mut ExecutionScopes,
    _: &HintProcessorData,
) {
    scopes.delete_variable("initial_dict");
}

/// With no access at all the twin ends the process.
pub(super) fn there_are_accesses(here: Here<'_>) -> bool {
    here.integer("n_accesses")
        .is_some_and(|count| count != Felt252::ZERO && count < Felt252::from(MAX_SEARCH))
}

/// The twin binds its variables before it may fail.
pub(super) fn access_index_cell_is_free(here: Here<'_>) -> bool {
    here.pointer("range_check_ptr")
        .is_some_and(|cell| here.are_free(cell, 1))
}

/// What [`enter_usort`] leaves: `__usort_max_size` is `None`.
#[derive(Clone, Copy, Debug)]
pub(super) struct NoLimit;

/// The scope of `usort` was entered by its own hint.
pub(super) fn usort_was_entered(here: Here<'_>) -> bool {
    here.variable::<NoLimit>("__usort_max_size").is_some()
}

/// The text binds the limit, to `None`, in the new scope.
pub(super) fn enter_usort(_: &VirtualMachine, scopes: &mut ExecutionScopes, _: &HintProcessorData) {
    scopes.insert_value("__usort_max_size", NoLimit);
}

/// The twin takes the positions of the value out of `positions_dict`; Python leaves a copy there.
pub(super) fn put_positions_back(
    vm: &VirtualMachine,
    scopes: &mut ExecutionScopes,
    data: &HintProcessorData,
) {
    let value = get_integer_from_var_name("value", vm, &data.ids_data, &data.ap_tracking);
    let (Ok(value), Ok(positions)) = (value, scopes.get::<Vec<u64>>("positions")) else {
        return;
    };
    if let Ok(all) = scopes.get_mut_dict_ref::<Felt252, Vec<u64>>("positions_dict") {
        all.insert(value, positions.into_iter().rev().collect());
    }
}

/// The text binds `key`, which another hint reads.
pub(super) fn keep_key(
    vm: &VirtualMachine,
    scopes: &mut ExecutionScopes,
    data: &HintProcessorData,
) {
    if let Ok(key) = get_integer_from_var_name("key", vm, &data.ids_data, &data.ap_tracking) {
        scopes.insert_value("key", key);
    }
}

/// The text binds `n`, which another hint reads.
pub(super) fn keep_n(vm: &VirtualMachine, scopes: &mut ExecutionScopes, data: &HintProcessorData) {
    let here = Here { vm, scopes, data };
    if let (Some(low), Some(high)) = (here.member("n", 0), here.member("n", 1)) {
        let n: BigUint = (high.to_biguint() << 128_u32) + low.to_biguint();
        scopes.insert_value("n", n);
    }
}

/// A block of blake2s: state, message, two counters, state.
const BLAKE2S_INSTANCE: usize = 8 + 16 + 2 + 8;
const BLAKE2S_PACKED: usize = 7;

/// The twin writes an array from its end; what keeps it from that must be known before.
fn array_is_free(here: Here<'_>, name: &str, count: usize) -> bool {
    here.pointer(name)
        .is_some_and(|first| here.are_free(first, count))
}

/// The twin writes an array from its end.
pub(super) fn output_is_free(here: Here<'_>) -> bool {
    array_is_free(here, "output", 8)
}

/// The twin knows only one number of instances, and one size of theirs.
pub(super) fn padding_is_free(here: Here<'_>) -> bool {
    here.constant("N_PACKED_INSTANCES") == Some(Felt252::from(BLAKE2S_PACKED))
        && here.constant("INPUT_BLOCK_FELTS") == Some(Felt252::from(16))
        && array_is_free(
            here,
            "blake2s_ptr_end",
            BLAKE2S_INSTANCE * (BLAKE2S_PACKED - 1),
        )
}

/// The twin cuts words of more than 16 bytes.
pub(super) fn words_are_short(here: Here<'_>) -> bool {
    let pointer = |member: usize| {
        let (ids, tracking) = (&here.data.ids_data, &here.data.ap_tracking);
        let state = get_relocatable_from_var_name("keccak_state", here.vm, ids, tracking).ok()?;
        here.vm
            .get_maybe(&(state + member).ok()?)?
            .get_relocatable()
    };
    let (Some(start), Some(end)) = (pointer(0), pointer(1)) else {
        return false;
    };
    let limit = power_of_two(128);
    start.segment_index == end.segment_index
        && start.offset <= end.offset
        && (start.offset..end.offset).all(|offset| {
            let cell = Relocatable { offset, ..start };
            let word = here.vm.get_maybe(&cell).and_then(|word| word.get_int());
            word.is_some_and(|word| word < limit)
        })
}
