//! The text that the reference VM prints for an instruction that fails. `cairo-vm` reports other values
//! in other words, so the failed instruction is worked through again, in the reference VM's order, on the
//! memory that the failed step left.
//!
//! It knows nothing of hints, source locations and tracebacks: it gives what stands between
//! `Error at pc=...:` and the traceback.

mod builtins;
mod decode;
mod step;
mod value;

pub(crate) use builtins::{deduce, validate};
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::errors::memory_errors::MemoryError;
use cairo_vm::vm::errors::vm_errors::VirtualMachineError;
use cairo_vm::vm::vm_core::VirtualMachine;

use step::Step;
pub(crate) use value::{Value, decimal};

/// The text when the steps are used up before the end. It is printed without a traceback.
pub(crate) const END_NOT_REACHED: &str = "Error: End of program was not reached";

/// The text when the run should go on after the end. It is printed without a traceback.
pub(crate) const END_REACHED: &str = "Error: Execution reached the end of the program.";

/// The registers before a step. A failed step may have moved `ap` and `fp`, so they are taken before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Registers {
    /// Program counter.
    pub pc: Relocatable,
    /// Offset of the allocation pointer.
    pub ap: usize,
    /// Offset of the frame pointer.
    pub fp: usize,
}

/// Where and why a step failed, as the reference VM says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepFailure {
    /// The program counter in `Error at pc=...:`. After a jump to where no code can be (an integer, a
    /// negative offset) this is the target, as in the reference VM, which fails one step later.
    pub pc: String,
    /// The same as an address, for the source location and the error message attributes; absent where
    /// no code can be.
    pub address: Option<Relocatable>,
    /// The text of the exception.
    pub text: String,
}

impl Registers {
    /// The registers of the VM now.
    pub(crate) fn of(vm: &VirtualMachine) -> Self {
        Self {
            pc: vm.get_pc(),
            ap: vm.get_ap().offset,
            fp: vm.get_fp().offset,
        }
    }
}

/// Explains why `step_instruction` returned `error`. `before` are the registers before that call.
pub(crate) fn explain(
    vm: &VirtualMachine,
    before: Registers,
    error: &VirtualMachineError,
) -> StepFailure {
    let here = |text| StepFailure {
        pc: before.pc.to_string(),
        address: Some(before.pc),
        text,
    };
    let step = Step::new(vm, before);
    if let Some(text) = refused_cell(vm, &step, error) {
        return here(text);
    }
    let next = match step.run() {
        Ok(next) => next,
        Err(text) => return here(text),
    };
    // The reference VM accepts this instruction. If it jumped to where no code can be, that fails in the
    // next step.
    if next.address().is_none()
        && let Err(text) = step.fetch_at(next)
    {
        return StepFailure {
            pc: next.to_string(),
            address: None,
            text,
        };
    }
    here(only_here(vm, error))
}

/// A cell that a builtin's validation rule refused. `cairo-vm` has stored it already, so working through
/// the instruction again would find it there and go on.
fn refused_cell(
    vm: &VirtualMachine,
    step: &Step<'_>,
    error: &VirtualMachineError,
) -> Option<String> {
    let VirtualMachineError::Memory(error) = error else {
        return None;
    };
    let addresses = step.operand_addresses();
    match error {
        MemoryError::InconsistentMemory(conflict) => {
            let (address, stored, new) = conflict.as_ref();
            // dst is written last here and first in the reference VM.
            let is_dst = addresses.first() == Some(&Value::from(*address));
            let (old, new) = if is_dst { (new, stored) } else { (stored, new) };
            Some(format!(
                "Inconsistent memory assignment at address {address}. {old} != {new}."
            ))
        }
        MemoryError::RangeCheckNumOutOfBounds(_)
        | MemoryError::RangeCheckFoundNonInt(_)
        | MemoryError::PubKeyNonInt(_)
        | MemoryError::MsgNonInt(_)
        | MemoryError::SignatureNotFound(_)
        | MemoryError::InvalidSignature(_) => addresses
            .into_iter()
            .filter_map(Value::address)
            .find_map(|address| builtins::validate(vm, address).err()),
        _ => None,
    }
}

/// The text for an instruction that only `cairo-vm` refuses.
fn only_here(vm: &VirtualMachine, error: &VirtualMachineError) -> String {
    match error {
        VirtualMachineError::Memory(MemoryError::PubKeyNonInt(address)) => {
            match vm.get_maybe(address.as_ref()) {
                Some(value) => builtins::public_key_text(**address, &value),
                None => error.to_string(),
            }
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
