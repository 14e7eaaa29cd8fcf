//! Decoding of an instruction with the reference VM's checks, in its order: `cairo-vm` refuses the same
//! words with other texts, and accepts newer ones.

use cairo_vm::Felt252;
use cairo_vm::types::instruction::{
    ApUpdate, FpUpdate, Instruction, Op1Addr, Opcode, OpcodeExtension, PcUpdate, Register, Res,
};
use num_traits::ToPrimitive;

use super::value::Raised;

const OFFSET_BIAS: i64 = 1 << 15;

/// The instruction that `word` encodes. `has_immediate` says whether an integer follows it.
pub(super) fn decode(word: &Felt252, has_immediate: bool) -> Raised<Instruction> {
    let word = match word.to_u64() {
        Some(word) if word < 1 << 63 => word,
        _ => return Err(format!("Unsupported instruction: {word:#x}.")),
    };
    let offset = |shift: u32| ((word >> shift) & 0xffff) as i64 - OFFSET_BIAS;
    let bit = |index: u32| (word >> (48 + index)) & 1 == 1;
    let register = |is_fp| if is_fp { Register::FP } else { Register::AP };

    let op1_addr = match (bit(2), bit(4), bit(3)) {
        (true, false, false) => Op1Addr::Imm,
        (false, true, false) => Op1Addr::AP,
        (false, false, true) => Op1Addr::FP,
        (false, false, false) => Op1Addr::Op0,
        flags => return Err(missing_key(&[flags.0, flags.1, flags.2])),
    };
    if op1_addr == Op1Addr::Imm && !has_immediate {
        return Err("op1_addr is Op1Addr.IMM, but no immediate given".to_string());
    }
    let pc_update = match (bit(7), bit(8), bit(9)) {
        (true, false, false) => PcUpdate::Jump,
        (false, true, false) => PcUpdate::JumpRel,
        (false, false, true) => PcUpdate::Jnz,
        (false, false, false) => PcUpdate::Regular,
        flags => return Err(missing_key(&[flags.0, flags.1, flags.2])),
    };
    let res = match (bit(5), bit(6), pc_update) {
        (false, false, PcUpdate::Jnz) => Res::Unconstrained,
        // An assertion without a text.
        (false, true, PcUpdate::Jnz) | (true, false, PcUpdate::Jnz) => return Err(String::new()),
        (true, false, _) => Res::Add,
        (false, true, _) => Res::Mul,
        (false, false, _) => Res::Op1,
        flags => return Err(missing_key(&[flags.0, flags.1])),
    };
    let ap_update = match (bit(10), bit(11)) {
        (true, false) => ApUpdate::Add,
        (false, true) => ApUpdate::Add1,
        (false, false) => ApUpdate::Regular,
        flags => return Err(missing_key(&[flags.0, flags.1])),
    };
    let opcode = match (bit(12), bit(13), bit(14)) {
        (true, false, false) => Opcode::Call,
        (false, true, false) => Opcode::Ret,
        (false, false, true) => Opcode::AssertEq,
        (false, false, false) => Opcode::NOp,
        flags => return Err(missing_key(&[flags.0, flags.1, flags.2])),
    };
    let (ap_update, fp_update) = match (opcode, ap_update) {
        (Opcode::Call, ApUpdate::Regular) => (ApUpdate::Add2, FpUpdate::APPlus2),
        (Opcode::Call, _) => return Err("CALL must have update_ap is ADD2".to_string()),
        (Opcode::Ret, update) => (update, FpUpdate::Dst),
        (_, update) => (update, FpUpdate::Regular),
    };
    Ok(Instruction {
        off0: offset(0) as isize,
        off1: offset(16) as isize,
        off2: offset(32) as isize,
        dst_register: register(bit(0)),
        op0_register: register(bit(1)),
        op1_addr,
        res,
        pc_update,
        ap_update,
        fp_update,
        opcode,
        opcode_extension: OpcodeExtension::Stone,
    })
}

/// The flags of a field that no instruction combines: the reference VM fails to find them in a table.
fn missing_key(flags: &[bool]) -> String {
    let digits: Vec<_> = flags
        .iter()
        .map(|&flag| u8::from(flag).to_string())
        .collect();
    format!("({})", digits.join(", "))
}
