//! The memory file: for every cell its relocated address (8 bytes) and value (32 bytes), little-endian.
//! Cells are in the order of their addresses; the reference VM writes the same cells in the order in which
//! the run filled them, which readers of the file do not depend on.

use std::io::{self, Write};

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;

use super::Relocation;
use crate::vm::RunFailure;
use crate::vm::cells::{cells_in, parts, segments};
use crate::vm::slices::{self, Slices};

/// Writes the memory.
pub(crate) fn write_memory(
    writer: &mut dyn Write,
    vm: &VirtualMachine,
    relocation: &Relocation,
) -> io::Result<Result<(), RunFailure>> {
    let mut part = Vec::with_capacity(40 * slices::CELLS);
    for segment in segments(vm) {
        for offsets in parts(vm, segment, 0..usize::MAX) {
            part.clear();
            for (address, value) in cells_in(vm, segment, offsets) {
                match entry(relocation, address, &value) {
                    Ok(entry) => part.extend_from_slice(&entry),
                    Err(failure) => {
                        writer.write_all(&part)?;
                        return Ok(Err(failure));
                    }
                }
            }
            writer.write_all(&part)?;
        }
    }
    Ok(Ok(()))
}

/// The part of the memory that begins at `first`, and where the next one does: after `places` places for
/// cells, or after the segment. The last part is empty.
pub(crate) async fn memory_part(
    vm: &VirtualMachine,
    relocation: &Relocation,
    first: Relocatable,
    places: usize,
    slices: Slices<'_>,
) -> Result<(Vec<u8>, Relocatable), RunFailure> {
    let mut part = Vec::new();
    let mut next = Some(first);
    // Empty segments and holes must not make empty parts.
    while let Some(first) = next
        && part.is_empty()
    {
        slices.look().await;
        let (here, after) = places_from(vm, first, places);
        next = after;
        for address in here {
            if let Some(value) = vm.get_maybe(&address) {
                part.extend_from_slice(&entry(relocation, address, &value)?);
            }
        }
    }
    Ok((part, next.unwrap_or_else(|| end(vm))))
}

/// The number of cells that have a value among those of the part that begins at `first`, and where the
/// next part begins, if there is one.
pub(crate) fn count_cells(
    vm: &VirtualMachine,
    first: Relocatable,
    places: usize,
) -> (u64, Option<Relocatable>) {
    let (here, next) = places_from(vm, first, places);
    let count = here
        .filter(|address| vm.get_maybe(address).is_some())
        .count();
    (count as u64, next)
}

fn end(vm: &VirtualMachine) -> Relocatable {
    (segments(vm).end as isize, 0).into()
}

/// The next places for cells from `first` on, of one segment, and where the others begin.
fn places_from(
    vm: &VirtualMachine,
    first: Relocatable,
    places: usize,
) -> (impl Iterator<Item = Relocatable>, Option<Relocatable>) {
    let segment = first.segment_index;
    let size = match usize::try_from(segment) {
        Ok(index) => vm.get_segment_used_size(index).unwrap_or(0),
        Err(_) => 0,
    };
    let last = size.min(first.offset.saturating_add(places));
    let next = if last < size {
        Some((segment, last).into())
    } else {
        Some((segment + 1, 0).into()).filter(|_| segment + 1 < end(vm).segment_index)
    };
    let here = (first.offset..last).map(move |offset| (segment, offset).into());
    (here, next)
}

fn entry(
    relocation: &Relocation,
    address: Relocatable,
    value: &MaybeRelocatable,
) -> Result<[u8; 40], RunFailure> {
    let mut entry = [0; 40];
    entry[..8].copy_from_slice(&relocation.address(address)?.to_le_bytes());
    match value {
        MaybeRelocatable::Int(value) => entry[8..].copy_from_slice(&value.to_bytes_le()),
        // The felt that it becomes is as small, and need not be made for that.
        MaybeRelocatable::RelocatableValue(pointer) => {
            entry[8..16].copy_from_slice(&relocation.address(*pointer)?.to_le_bytes());
        }
    }
    Ok(entry)
}
