//! Walking over the memory of a VM, and how long its segments are. Walks need a VM whose segment sizes are
//! known.

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::SegmentLength;

use super::slices;

/// The indices of the segments.
pub(crate) fn segments(vm: &VirtualMachine) -> std::ops::Range<usize> {
    0..vm.segments.num_segments()
}

/// The cells of a segment that have a value, in order, with their addresses.
pub(crate) fn cells(
    vm: &VirtualMachine,
    segment: usize,
) -> impl Iterator<Item = (Relocatable, MaybeRelocatable)> + '_ {
    cells_in(vm, segment, 0..usize::MAX)
}

/// Those at some offsets.
pub(crate) fn cells_in(
    vm: &VirtualMachine,
    segment: usize,
    offsets: std::ops::Range<usize>,
) -> impl Iterator<Item = (Relocatable, MaybeRelocatable)> + '_ {
    let size = vm.get_segment_used_size(segment).unwrap_or(0);
    (offsets.start..offsets.end.min(size)).filter_map(move |offset| {
        let address = Relocatable::from((segment as isize, offset));
        Some((address, vm.get_maybe(&address)?))
    })
}

/// The places of a segment's cells at some offsets, in parts between which others may go first.
pub(crate) fn parts(
    vm: &VirtualMachine,
    segment: usize,
    offsets: std::ops::Range<usize>,
) -> impl Iterator<Item = std::ops::Range<usize>> + use<> {
    let size = vm.get_segment_used_size(segment).unwrap_or(0);
    let end = offsets.end.min(size);
    let starts = (offsets.start..end).step_by(slices::CELLS);
    starts.map(move |start| start..end.min(start + slices::CELLS))
}

/// The segment of the output builtin and the offset where the output starts.
pub(crate) fn output_base(vm: &VirtualMachine) -> Option<(usize, usize)> {
    vm.builtin_runners.iter().find_map(|builtin| match builtin {
        BuiltinRunner::Output(output) => Some((output.base(), output.base_offset)),
        _ => None,
    })
}

/// The lengths of all segments that are not temporary.
pub(crate) fn segment_lengths(vm: &mut VirtualMachine) -> Vec<usize> {
    vm.segments.compute_effective_sizes();
    // cairo-vm keeps these sizes for ever once computed; a later write would go unnoticed.
    vm.segments.segment_used_sizes.take().unwrap_or_default()
}

/// The length of a segment that is not temporary.
pub(crate) fn segment_length(vm: &mut VirtualMachine, segment: isize) -> Option<SegmentLength> {
    let index = usize::try_from(segment).ok()?;
    let length = segment_lengths(vm).get(index).copied()?;
    Some(SegmentLength {
        segment: segment as i64,
        length: length as u64,
    })
}
