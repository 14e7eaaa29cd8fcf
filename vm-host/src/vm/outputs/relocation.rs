//! Where each segment ends up in the one memory of the proof.

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;

use crate::vm::cells::segments;
use crate::vm::error_text::Value;
use crate::vm::{Exception, RunFailure};

/// The address at which each segment starts.
#[derive(Clone, Debug)]
pub(crate) struct Relocation {
    bases: Vec<usize>,
}

impl Relocation {
    /// Places the segments one after the other, from address 1.
    pub(crate) fn of(vm: &VirtualMachine) -> Result<Self, RunFailure> {
        let mut next = 1_usize;
        let mut bases = Vec::with_capacity(vm.segments.num_segments());
        for segment in segments(vm) {
            bases.push(next);
            let used = vm.get_segment_used_size(segment).unwrap_or(0);
            let size = vm.get_segment_size(segment).unwrap_or(used);
            if size < used {
                return Err(RunFailure::assertion(format!(
                    "Segment {segment} exceeded its allocated size."
                )));
            }
            next = next.checked_add(size).ok_or_else(|| {
                RunFailure::assertion(format!("segment {segment} is too large: {size} cells"))
            })?;
        }
        Ok(Self { bases })
    }

    /// The address at which a segment starts.
    pub(crate) fn base(&self, segment: usize) -> Option<usize> {
        self.bases.get(segment).copied()
    }

    /// The addresses at which the segments start.
    pub(crate) fn bases(&self) -> &[usize] {
        &self.bases
    }

    /// The new address of a cell.
    #[inline]
    pub(crate) fn address(&self, address: Relocatable) -> Result<u64, RunFailure> {
        usize::try_from(address.segment_index)
            .ok()
            .and_then(|segment| self.base(segment))
            .and_then(|base| base.checked_add(address.offset))
            .map(|address| address as u64)
            .ok_or_else(|| self.not_relocated(address))
    }

    /// The felt that a value becomes.
    pub(crate) fn value(&self, value: &MaybeRelocatable) -> Result<Felt252, RunFailure> {
        match value {
            MaybeRelocatable::Int(value) => Ok(*value),
            MaybeRelocatable::RelocatableValue(address) => {
                self.address(*address).map(Felt252::from)
            }
        }
    }

    fn not_relocated(&self, address: Relocatable) -> RunFailure {
        let offsets: Vec<_> = self
            .bases
            .iter()
            .enumerate()
            .map(|(segment, base)| format!("{segment}: {base}"))
            .collect();
        RunFailure::new(
            Exception::Assertion,
            format!(
                "Failed to relocate {} with allow_missing_segments = False.\nsegment_offsets={{{}}}.\n",
                Value::from(address),
                offsets.join(", ")
            ),
        )
    }
}
