//! Signatures that a hint gives to the ecdsa builtin. The builtin refuses a public key and a message
//! that its signature does not sign, when the second of the two cells is written; that must be known
//! before anything is applied.

use std::collections::{BTreeMap, HashMap};

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::errors::memory_errors::MemoryError;
use cairo_vm::vm::runners::builtin_runner::{BuiltinRunner, SignatureBuiltinRunner};
use cairo_vm::vm::vm_core::VirtualMachine;
use cairo_vm::vm::vm_memory::memory_segments::MemorySegmentManager;
use hint_proto::v1;

use super::parts::felt;
use super::refusal::{Part, Refusal};
use crate::engines::Write;
use crate::vm::wire;

/// A public key and the message behind it.
const INSTANCE_CELLS: usize = 2;

/// The cell of a public key, and `r` and `s`.
pub(super) type Signature = (Relocatable, (Felt252, Felt252));

/// Decodes signatures, with which the builtin accepts `writes`.
pub(super) fn check(
    vm: &VirtualMachine,
    signatures: &[v1::Signature],
    writes: &[Write],
) -> Result<Vec<Signature>, Refusal> {
    let signatures = signatures
        .iter()
        .map(decode)
        .collect::<Result<Vec<_>, _>>()?;
    let builtin = vm.builtin_runners.iter().find_map(|builtin| match builtin {
        BuiltinRunner::Signature(runner) => Some(runner),
        _ => None,
    });
    if let Some(builtin) = builtin {
        // A later signature replaces an earlier one.
        let given: HashMap<_, _> = signatures.iter().copied().collect();
        let mut instances: BTreeMap<usize, Vec<&Write>> = BTreeMap::new();
        for write in writes {
            if write.0.segment_index == builtin.base() as isize {
                let first = write.0.offset - write.0.offset % INSTANCE_CELLS;
                instances.entry(first).or_default().push(write);
            }
        }
        for (offset, writes) in instances {
            let public_key = Relocatable {
                segment_index: builtin.base() as isize,
                offset,
            };
            let signature = given.get(&public_key).copied().or_else(|| {
                let known = builtin.signatures.borrow();
                known.get(&public_key).map(|known| (known.r, known.s))
            });
            rehearse(vm, public_key, signature, &writes)
                .map_err(|error| at_instance(error, public_key))?;
        }
    }
    Ok(signatures)
}

/// Hands checked signatures to the builtin, if the run has one.
pub(super) fn apply(vm: &mut VirtualMachine, signatures: &[Signature]) -> Result<(), MemoryError> {
    let Ok(builtin) = vm.get_signature_builtin() else {
        return Ok(());
    };
    for (address, signature) in signatures {
        builtin.signatures.borrow_mut().remove(address);
        builtin.add_signature(*address, signature)?;
    }
    Ok(())
}

fn decode(signature: &v1::Signature) -> Result<Signature, Refusal> {
    let address = signature
        .address
        .as_ref()
        .and_then(wire::address)
        .ok_or(Refusal::Malformed(Part::Signature))?;
    Ok((address, (felt(&signature.r)?, felt(&signature.s)?)))
}

/// Writes one instance into a memory of its own, under the builtin's own rule.
fn rehearse(
    vm: &VirtualMachine,
    public_key: Relocatable,
    signature: Option<(Felt252, Felt252)>,
    writes: &[&Write],
) -> Result<(), MemoryError> {
    let mut segments = MemorySegmentManager::new();
    let mut builtin = SignatureBuiltinRunner::new(None, true);
    builtin.initialize_segments(&mut segments);
    let place = |index: usize| Relocatable::from((builtin.base() as isize, index));
    for index in 0..INSTANCE_CELLS {
        if let Some(value) = vm.get_maybe(&at(public_key, index)) {
            segments.memory.insert(place(index), value)?;
        }
    }
    builtin.add_validation_rule(&mut segments.memory);
    if let Some(signature) = signature {
        let first = place(0);
        builtin.add_signature(first, &signature)?;
    }
    for (address, value) in writes {
        let index = address.offset - public_key.offset;
        let cell = Relocatable::from((builtin.base() as isize, index));
        segments.memory.insert::<&MaybeRelocatable>(cell, value)?;
    }
    Ok(())
}

/// The error of a rehearsal, with the address that the cell has in the VM.
fn at_instance(error: MemoryError, public_key: Relocatable) -> MemoryError {
    let real = |cell: Relocatable| Box::new(at(public_key, cell.offset));
    match error {
        MemoryError::PubKeyNonInt(cell) => MemoryError::PubKeyNonInt(real(*cell)),
        MemoryError::MsgNonInt(cell) => MemoryError::MsgNonInt(real(*cell)),
        MemoryError::SignatureNotFound(cell) => MemoryError::SignatureNotFound(real(*cell)),
        other => other,
    }
}

fn at(public_key: Relocatable, index: usize) -> Relocatable {
    Relocatable {
        segment_index: public_key.segment_index,
        offset: public_key.offset + index,
    }
}
