//! Temporary segments: how long they are, where rules move them, and memory in which they are moved.
//!
//! cairo-vm follows one rule for each value that is read, drops the offset of a value that moves to a felt,
//! and keeps every rule for good. So a memory in which a rule changed is made anew. Must not know who makes
//! the rules.

use std::collections::BTreeMap;

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::errors::memory_errors::MemoryError;
use cairo_vm::vm::vm_core::VirtualMachine;
use cairo_vm::vm::vm_memory::memory_segments::MemorySegmentManager;

use super::cells::segment_lengths;
use super::slices::{self, Slices};

/// From here on cairo-vm would take too long to move cells in one go: some milliseconds.
const MANY_CELLS: usize = 1 << 18;

/// Where temporary segments go: the place of the start of each, all rules followed as far as they lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moves(BTreeMap<isize, MaybeRelocatable>);

impl Moves {
    /// From now on the segment goes there.
    pub(crate) fn insert(&mut self, segment: isize, place: MaybeRelocatable) {
        self.0.insert(segment, place);
    }

    /// Where the start of a segment goes, if anywhere.
    #[must_use]
    pub(crate) fn of(&self, segment: isize) -> Option<&MaybeRelocatable> {
        self.0.get(&segment)
    }

    /// Whether no segment goes anywhere.
    #[must_use]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where each segment goes.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (isize, &MaybeRelocatable)> {
        self.0.iter().map(|(segment, place)| (*segment, place))
    }

    /// A value as it is read.
    #[must_use]
    pub(crate) fn value(&self, value: MaybeRelocatable) -> MaybeRelocatable {
        match &value {
            MaybeRelocatable::RelocatableValue(address) if address.segment_index < 0 => {
                let place = self.of(address.segment_index);
                let moved = place.and_then(|place| place.add_usize(address.offset).ok());
                moved.unwrap_or(value)
            }
            _ => value,
        }
    }

    /// Whether every one of the VM's temporary segments goes to a real one.
    fn are_real(&self, vm: &VirtualMachine) -> bool {
        let is_real = |place: &MaybeRelocatable| match place {
            MaybeRelocatable::RelocatableValue(address) => address.segment_index >= 0,
            MaybeRelocatable::Int(_) => false,
        };
        self.0.len() == vm.segments.num_temp_segments() && self.0.values().all(is_real)
    }
}

/// How many cells a temporary segment has, empty ones among them included; none if there is no such segment.
#[must_use]
pub(crate) fn temporary_length(vm: &VirtualMachine, segment: isize) -> usize {
    let is_within = |offset| {
        let cell = Relocatable {
            segment_index: segment,
            offset,
        };
        // It asks for a cell's place, and does not mind whether there is a value.
        vm.is_accessed(&cell).is_ok()
    };
    let mut beyond: usize = 1;
    while is_within(beyond - 1) {
        beyond = beyond.saturating_mul(2);
    }
    // All cells below `beyond / 2` exist, and the one at `beyond - 1` does not.
    let (mut least, mut most) = (beyond / 2, beyond - 1);
    while least < most {
        let middle = least + (most - least) / 2;
        match is_within(middle) {
            true => least = middle + 1,
            false => most = middle,
        }
    }
    least
}

/// Has values read as moved by `moves` in the place of the rules that the VM has.
///
/// # Errors
/// [`MemoryError`] when cairo-vm refuses a value that it had, which it does not.
pub(crate) async fn replace_rules(
    vm: &mut VirtualMachine,
    moves: &Moves,
    slices: Slices<'_>,
) -> Result<(), MemoryError> {
    let stays = |cell| Some(cell);
    remake(vm, moves, stays, true, slices).await?;
    for (segment, place) in moves.iter() {
        vm.add_relocation_rule(start_of(segment), place.clone())?;
    }
    Ok(())
}

/// Moves the cells of temporary segments, and has no more rules. The first number that a cell would have
/// as its address, if there is one; such cells are gone.
///
/// # Errors
/// [`MemoryError`] when two cells with different values move to one place, or a place does not exist.
pub(crate) async fn move_cells(
    vm: &mut VirtualMachine,
    moves: &Moves,
    slices: Slices<'_>,
) -> Result<Option<Felt252>, MemoryError> {
    let real = moves.are_real(vm);
    if real {
        // cairo-vm starts with the last segment, and so finds another one of two cells to be the wrong one.
        for (segment, place) in moves.0.iter().rev() {
            copy_segment(vm, *segment, place, slices).await?;
        }
        // cairo-vm moves them in one go, but in their place.
        if !slices.are_made() || places(vm) < MANY_CELLS {
            vm.segments.memory.relocate_memory()?;
            return Ok(None);
        }
    }
    let mut number = None;
    let place = |cell: Relocatable| match moves.value(cell.into()) {
        MaybeRelocatable::RelocatableValue(cell) => Some(cell),
        MaybeRelocatable::Int(felt) => {
            number.get_or_insert(felt);
            None
        }
    };
    remake(vm, moves, place, !real, slices).await?;
    Ok(number)
}

/// Writes the cells of a temporary segment also to where it goes.
async fn copy_segment(
    vm: &mut VirtualMachine,
    segment: isize,
    place: &MaybeRelocatable,
    slices: Slices<'_>,
) -> Result<(), MemoryError> {
    let MaybeRelocatable::RelocatableValue(place) = place else {
        return Ok(());
    };
    for offset in 0..temporary_length(vm, segment) {
        if offset % slices::CELLS == 0 {
            slices.look().await;
        }
        let cell = Relocatable {
            segment_index: segment,
            offset,
        };
        let Some(value) = vm.get_maybe(&cell) else {
            continue;
        };
        let place = (*place + offset)?;
        match vm.get_maybe(&place) {
            Some(current) if current == value => {}
            Some(current) => {
                let conflict = Box::new((place, current, value));
                return Err(MemoryError::InconsistentMemory(conflict));
            }
            None => vm.insert_value(place, value)?,
        }
    }
    Ok(())
}

/// How many places for cells there are.
fn places(vm: &mut VirtualMachine) -> usize {
    let temporary = 1..=vm.segments.num_temp_segments() as isize;
    let temporary = temporary.map(|index| temporary_length(vm, -index));
    temporary.sum::<usize>() + segment_lengths(vm).iter().sum::<usize>()
}

/// Makes the VM's memory anew, without relocation rules: every cell at its `place`, every value as moved. Temporary
/// segments stay if they are kept.
async fn remake(
    vm: &mut VirtualMachine,
    moves: &Moves,
    mut place: impl FnMut(Relocatable) -> Option<Relocatable>,
    keeps_temporary: bool,
    slices: Slices<'_>,
) -> Result<(), MemoryError> {
    let mut made = MemorySegmentManager::new();
    let real = segment_lengths(vm);
    let temporary = (1..=vm.segments.num_temp_segments() as isize)
        .map(|index| (-index, temporary_length(vm, -index)));
    let lengths = (0..).zip(real.iter().copied()).chain(temporary);
    for _ in &real {
        made.add();
    }
    let kept = match keeps_temporary {
        true => vm.segments.num_temp_segments(),
        false => 0,
    };
    for _ in 0..kept {
        made.add_temporary_segment();
    }
    for (segment_index, length) in lengths {
        for offset in 0..length {
            if offset % slices::CELLS == 0 {
                slices.look().await;
            }
            let cell = Relocatable {
                segment_index,
                offset,
            };
            if let Some(value) = vm.get_maybe(&cell)
                && let Some(place) = place(cell)
            {
                made.memory.insert(place, moves.value(value))?;
                if vm.is_accessed(&cell)? {
                    made.memory.mark_as_accessed(place);
                }
            }
        }
    }
    // What is in memory was validated when it was written, so the rules come last.
    for builtin in &vm.builtin_runners {
        builtin.add_validation_rule(&mut made.memory);
    }
    let memory = &mut vm.segments.memory;
    std::mem::swap(
        &mut made.memory.validated_addresses,
        &mut memory.validated_addresses,
    );
    *memory = made.memory;
    Ok(())
}

fn start_of(segment_index: isize) -> Relocatable {
    Relocatable {
        segment_index,
        offset: 0,
    }
}

#[cfg(test)]
mod tests;
