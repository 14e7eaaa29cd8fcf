//! The cells that the instruction at pc will use, for rules that hints registered on segments.

use cairo_vm::types::instruction::{Instruction, Op1Addr, Register};
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::decoding::decoder::decode_instruction;
use cairo_vm::vm::vm_core::VirtualMachine;
use num_traits::ToPrimitive as _;

/// Addresses of an instruction's operands; absent when they cannot be computed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Operands {
    /// The destination.
    pub(crate) dst: Option<Relocatable>,
    /// The first operand.
    pub(crate) op0: Option<Relocatable>,
    /// The second operand; depends on the value of the first for double dereference.
    pub(crate) op1: Option<Relocatable>,
}

/// The instruction at pc.
#[must_use]
pub(crate) fn current_instruction(vm: &VirtualMachine) -> Option<Instruction> {
    let encoding = vm.get_integer(vm.get_pc()).ok()?.to_u128()?;
    decode_instruction(encoding).ok()
}

/// The operand addresses of `instruction` at the current registers.
#[must_use]
pub(crate) fn operands(vm: &VirtualMachine, instruction: &Instruction) -> Operands {
    let register = |register: Register| match register {
        Register::AP => vm.get_ap(),
        Register::FP => vm.get_fp(),
    };
    let op0 = moved(register(instruction.op0_register), instruction.off1);
    let op1_base = match instruction.op1_addr {
        Op1Addr::AP => Some(vm.get_ap()),
        Op1Addr::FP => Some(vm.get_fp()),
        Op1Addr::Imm => Some(vm.get_pc()),
        Op1Addr::Op0 => op0.and_then(|op0| match vm.get_maybe(&op0)? {
            MaybeRelocatable::RelocatableValue(address) => Some(address),
            MaybeRelocatable::Int(_) => None,
        }),
    };
    Operands {
        dst: moved(register(instruction.dst_register), instruction.off0),
        op0,
        op1: op1_base.and_then(|base| moved(base, instruction.off2)),
    }
}

fn moved(base: Relocatable, cells: isize) -> Option<Relocatable> {
    let offset = base.offset.checked_add_signed(cells)?;
    Some(Relocatable {
        segment_index: base.segment_index,
        offset,
    })
}
