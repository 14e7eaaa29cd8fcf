//! cairo-vm's types on the wire and back. The only place that knows both.

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::cell::{CELL_BYTES, Cell};
use hint_proto::v1;

/// The field's prime, 32 bytes little-endian: 2^251 + 17 * 2^192 + 1.
pub(crate) const PRIME: [u8; 32] = {
    let mut prime = [0; 32];
    prime[0] = 1;
    prime[24] = 17;
    prime[31] = 8;
    prime
};

/// A cell that cairo-vm cannot hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadCell {
    /// Neither felt nor address.
    #[error("a malformed memory cell")]
    Malformed,
    /// An empty cell where a value must be.
    #[error("an empty memory cell")]
    Empty,
    /// A felt that is not below the prime.
    #[error("a felt that is not below the prime")]
    NotReduced,
    /// An address that cairo-vm cannot hold.
    #[error("the address `{segment}:{offset}`, which is out of range")]
    Address {
        /// Segment index.
        segment: i64,
        /// Offset.
        offset: u64,
    },
}

/// Checks and decodes one cell from a worker.
///
/// # Errors
/// [`BadCell`] when the bytes are no value that memory may hold.
pub(crate) fn value(bytes: &[u8; CELL_BYTES]) -> Result<MaybeRelocatable, BadCell> {
    match Cell::decode(bytes).map_err(|_| BadCell::Malformed)? {
        Cell::Empty => Err(BadCell::Empty),
        Cell::Felt(bytes) => felt(&bytes).map(MaybeRelocatable::Int),
        Cell::Relocatable { segment, offset } => {
            if !is_in_range(segment, offset) {
                return Err(BadCell::Address { segment, offset });
            }
            Ok(MaybeRelocatable::RelocatableValue(Relocatable {
                segment_index: segment as isize,
                offset: offset as usize,
            }))
        }
    }
}

/// Whether an address that is stored, as a value or as the destination of a relocation rule, is one that
/// cairo-vm can hold and, with another's offset added, still compute with.
#[must_use]
pub(crate) fn is_in_range(segment: i64, offset: u64) -> bool {
    segment.unsigned_abs() < 1 << 30 && offset < 1 << 62
}

/// Checks and decodes a felt.
///
/// # Errors
/// [`BadCell::NotReduced`] when it is not below the prime.
pub(crate) fn felt(bytes: &[u8; 32]) -> Result<Felt252, BadCell> {
    if bytes.iter().rev().lt(PRIME.iter().rev()) {
        Ok(Felt252::from_bytes_le(bytes))
    } else {
        Err(BadCell::NotReduced)
    }
}

/// Appends a cell's value, or an empty cell, to a run.
pub(crate) fn push_cell(run: &mut Vec<u8>, value: Option<&MaybeRelocatable>) {
    let cell = match value {
        None => Cell::Empty,
        Some(MaybeRelocatable::Int(felt)) => Cell::Felt(felt.to_bytes_le()),
        Some(MaybeRelocatable::RelocatableValue(address)) => Cell::Relocatable {
            segment: address.segment_index as i64,
            offset: address.offset as u64,
        },
    };
    cell.encode(run);
}

/// An address.
#[must_use]
pub(crate) fn relocatable(address: Relocatable) -> v1::Relocatable {
    v1::Relocatable {
        segment: address.segment_index as i64,
        offset: address.offset as i64,
    }
}

/// Checks and decodes an address of a cell: no negative offset.
#[must_use]
pub(crate) fn address(address: &v1::Relocatable) -> Option<Relocatable> {
    Some(Relocatable {
        segment_index: isize::try_from(address.segment).ok()?,
        offset: usize::try_from(address.offset).ok()?,
    })
}

/// Consecutive cells of the VM as one run, fewer where the offsets end.
#[must_use]
pub(crate) fn cell_run(vm: &VirtualMachine, first: Relocatable, count: usize) -> v1::CellRun {
    let count = count.min(usize::MAX - first.offset);
    let mut values = Vec::with_capacity(count * CELL_BYTES);
    for offset in (first.offset..).take(count) {
        let address = Relocatable {
            segment_index: first.segment_index,
            offset,
        };
        push_cell(&mut values, vm.get_maybe(&address).as_ref());
    }
    v1::CellRun {
        segment: first.segment_index as i64,
        offset: first.offset as u64,
        values: values.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prime_is_cairo_vms() {
        let largest = Felt252::ZERO - Felt252::ONE;
        let mut bytes = largest.to_bytes_le();
        assert_eq!(felt(&bytes), Ok(largest));
        bytes[0] += 1;
        assert_eq!(bytes, PRIME);
        assert_eq!(felt(&bytes), Err(BadCell::NotReduced));
    }

    #[test]
    fn values_survive_the_wire() {
        for sample in [
            MaybeRelocatable::from(Felt252::from(5)),
            MaybeRelocatable::from(Relocatable {
                segment_index: -2,
                offset: 7,
            }),
        ] {
            let mut run = Vec::new();
            push_cell(&mut run, Some(&sample));
            let bytes: [u8; 32] = run.try_into().expect("one cell");
            assert_eq!(value(&bytes), Ok(sample));
        }
    }
}
