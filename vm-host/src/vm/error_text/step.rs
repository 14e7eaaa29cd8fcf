//! One instruction as the reference VM would run it, to find what it would raise. It reads the VM and
//! never writes it; cells that the instruction would fill are only checked.

use cairo_vm::types::instruction::{
    ApUpdate, Instruction, Op1Addr, Opcode, PcUpdate, Register, Res,
};
use cairo_vm::vm::vm_core::VirtualMachine;
use num_traits::Zero;

use super::decode::decode;
use super::value::{Raised, Value};
use super::{Registers, builtins};

/// The instruction about to run, and the registers before it.
pub(super) struct Step<'a> {
    vm: &'a VirtualMachine,
    pc: Value,
    ap: Value,
    fp: Value,
}

/// The values of the operands.
struct Operands {
    dst: Value,
    op1: Value,
    op0: Value,
    /// Absent when unconstrained.
    res: Option<Value>,
}

impl<'a> Step<'a> {
    pub(super) fn new(vm: &'a VirtualMachine, registers: Registers) -> Self {
        Self {
            vm,
            pc: registers.pc.into(),
            ap: Value::from(vm.get_ap()).with_offset(registers.ap),
            fp: Value::from(vm.get_fp()).with_offset(registers.fp),
        }
    }

    /// Runs the instruction; gives the program counter after it.
    pub(super) fn run(&self) -> Raised<Value> {
        let instruction = self.decode()?;
        let operands = self.compute_operands(&instruction)?;
        self.check_opcode(&instruction, &operands)?;
        self.update_registers(&instruction, &operands)
    }

    /// What fetching the next instruction raises when `pc` is where no instruction can be.
    pub(super) fn fetch_at(&self, pc: Value) -> Raised<()> {
        self.load(pc).map(|_| ())
    }

    /// The addresses of dst, op0 and op1, in the order in which the reference VM writes them.
    pub(super) fn operand_addresses(&self) -> Vec<Value> {
        let Ok(instruction) = self.decode() else {
            return Vec::new();
        };
        let op0_address = self.op0_address(&instruction);
        let op1_address = self.op1_address(&instruction, self.get(op0_address));
        [
            Some(self.dst_address(&instruction)),
            Some(op0_address),
            op1_address.ok(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn decode(&self) -> Raised<Instruction> {
        let word = match self.load(self.pc)? {
            Value::Int(word) => word,
            pointer => return Err(format!("Instruction should be an int. Found: {pointer}")),
        };
        let has_immediate = matches!(self.get(self.pc.moved(1)), Some(Value::Int(_)));
        decode(&word, has_immediate)
    }

    fn get(&self, address: Value) -> Option<Value> {
        self.vm.get_maybe(&address.address()?).map(Value::from)
    }

    fn load(&self, address: Value) -> Raised<Value> {
        self.get(address)
            .ok_or_else(|| format!("Unknown value for memory cell at address {address}."))
    }

    fn register(&self, register: Register) -> Value {
        match register {
            Register::AP => self.ap,
            Register::FP => self.fp,
        }
    }

    fn dst_address(&self, instruction: &Instruction) -> Value {
        self.register(instruction.dst_register)
            .moved(instruction.off0)
    }

    fn op0_address(&self, instruction: &Instruction) -> Value {
        self.register(instruction.op0_register)
            .moved(instruction.off1)
    }

    fn op1_address(&self, instruction: &Instruction, op0: Option<Value>) -> Raised<Value> {
        let base = match instruction.op1_addr {
            Op1Addr::FP => self.fp,
            Op1Addr::AP => self.ap,
            Op1Addr::Imm if instruction.off2 == 1 => self.pc,
            Op1Addr::Imm => return Err("In immediate mode, off2 should be 1.".to_string()),
            Op1Addr::Op0 => {
                op0.ok_or_else(|| "op0 must be known in double dereference.".to_string())?
            }
        };
        Ok(base.moved(instruction.off2))
    }

    fn compute_operands(&self, instruction: &Instruction) -> Raised<Operands> {
        let dst_address = self.dst_address(instruction);
        let stored_dst = self.get(dst_address);
        let op0_address = self.op0_address(instruction);
        let stored_op0 = self.get(op0_address);
        let op1_address = self.op1_address(instruction, stored_op0)?;
        let stored_op1 = self.get(op1_address);

        let op0 = match stored_op0 {
            Some(value) => Some(value),
            None => self.deduce_cell(op0_address)?,
        };
        let op1 = match stored_op1 {
            Some(value) => Some(value),
            None => self.deduce_cell(op1_address)?,
        };
        let mut res = None;
        let deduced_op0 = match op0 {
            Some(_) => None,
            None => self.deduce_op0(instruction, stored_dst, op1, &mut res)?,
        };
        let op0_or_deduced = op0.or(deduced_op0);
        let deduced_op1 = match op1 {
            Some(_) => None,
            None => self.deduce_op1(instruction, stored_dst, op0_or_deduced, &mut res)?,
        };
        let op0 = match op0_or_deduced {
            Some(value) => value,
            None => self.load(op0_address)?,
        };
        let op1 = match op1.or(deduced_op1) {
            Some(value) => value,
            None => self.load(op1_address)?,
        };
        if res.is_none() {
            res = compute_res(instruction, op0, op1)?;
        }
        let deduced_dst = match (stored_dst, instruction.opcode) {
            (Some(_), _) => None,
            (None, Opcode::AssertEq) => res,
            (None, Opcode::Call) => Some(self.fp),
            (None, _) => None,
        };
        let dst = match stored_dst.or(deduced_dst) {
            Some(value) => value,
            None => self.load(dst_address)?,
        };
        for (deduced, address) in [
            (deduced_dst, dst_address),
            (deduced_op0, op0_address),
            (deduced_op1, op1_address),
        ] {
            if deduced.is_some() {
                check_writable(address)?;
            }
        }
        Ok(Operands { dst, op1, op0, res })
    }

    fn deduce_cell(&self, address: Value) -> Raised<Option<Value>> {
        let Some(address) = address.address() else {
            return Ok(None);
        };
        let Some(builtin) = builtins::of_segment(self.vm, address.segment_index) else {
            return Ok(None);
        };
        let value = builtins::deduce(self.vm, builtin, address)?;
        Ok(value.map(Value::from))
    }

    fn deduce_op0(
        &self,
        instruction: &Instruction,
        dst: Option<Value>,
        op1: Option<Value>,
        res: &mut Option<Value>,
    ) -> Raised<Option<Value>> {
        match (instruction.opcode, instruction.res, dst, op1) {
            (Opcode::Call, ..) => Ok(Some(self.pc.moved(size(instruction)))),
            (Opcode::AssertEq, Res::Add, Some(dst), Some(op1)) => {
                *res = Some(dst);
                dst.subtract(op1).map(Some)
            }
            (Opcode::AssertEq, Res::Mul, Some(Value::Int(dst)), Some(Value::Int(op1))) => {
                let Ok(divisor) = op1.try_into() else {
                    let dst = Value::Int(dst);
                    return Err(format!(
                        "Cannot deduce operand in '0 = ? * {dst}' (possibly due to division by 0)."
                    ));
                };
                *res = Some(Value::Int(dst));
                Ok(Some(Value::Int(dst.field_div(&divisor))))
            }
            _ => Ok(None),
        }
    }

    fn deduce_op1(
        &self,
        instruction: &Instruction,
        dst: Option<Value>,
        op0: Option<Value>,
        res: &mut Option<Value>,
    ) -> Raised<Option<Value>> {
        if instruction.opcode != Opcode::AssertEq {
            return Ok(None);
        }
        let (op1, new_res) = match (instruction.res, dst, op0) {
            (Res::Op1, Some(dst), _) => (dst, dst),
            (Res::Add, Some(dst), Some(op0)) => (dst.subtract(op0)?, dst),
            (Res::Mul, Some(Value::Int(dst)), Some(Value::Int(op0))) => {
                let Ok(divisor) = op0.try_into() else {
                    return Ok(None);
                };
                (Value::Int(dst.field_div(&divisor)), Value::Int(dst))
            }
            _ => return Ok(None),
        };
        if res.is_none() {
            *res = Some(new_res);
        }
        Ok(Some(op1))
    }

    fn check_opcode(&self, instruction: &Instruction, operands: &Operands) -> Raised<()> {
        let Operands { dst, op0, res, .. } = operands;
        match instruction.opcode {
            Opcode::AssertEq => {
                let Some(res) = res else {
                    return Err(
                        "Res.UNCONSTRAINED cannot be used with Opcode.ASSERT_EQ".to_string()
                    );
                };
                if dst != res {
                    return Err(format!("An ASSERT_EQ instruction failed: {dst} != {res}."));
                }
            }
            Opcode::Call => {
                let return_pc = self.pc.moved(size(instruction));
                if *op0 != return_pc {
                    return Err(format!(
                        "Call failed to write return-pc (inconsistent op0): {op0} != {return_pc}. \
                         Did you forget to increment ap?"
                    ));
                }
                let return_fp = self.fp;
                if *dst != return_fp {
                    return Err(format!(
                        "Call failed to write return-fp (inconsistent dst): {dst} != {return_fp}. \
                         Did you forget to increment ap?"
                    ));
                }
            }
            Opcode::Ret | Opcode::NOp => {}
        }
        Ok(())
    }

    fn update_registers(&self, instruction: &Instruction, operands: &Operands) -> Raised<Value> {
        let constrained = |update: &str| {
            operands
                .res
                .ok_or_else(|| format!("Res.UNCONSTRAINED cannot be used with {update}"))
        };
        // Nothing can go wrong with fp: any value of dst is accepted.
        if instruction.ap_update == ApUpdate::Add {
            self.ap.add(constrained("ApUpdate.ADD")?)?;
        }
        let next = self.pc.moved(size(instruction));
        match instruction.pc_update {
            PcUpdate::Regular => Ok(next),
            PcUpdate::Jump => constrained("PcUpdate.JUMP"),
            PcUpdate::JumpRel => match constrained("PcUpdate.JUMP_REL")? {
                distance @ Value::Int(_) => self.pc.add(distance),
                pointer => Err(format!(
                    "Could not complete computation jmp rel of non pure value: {pointer}."
                )),
            },
            PcUpdate::Jnz => match operands.dst {
                Value::Int(value) if value.is_zero() => Ok(next),
                _ => self.pc.add(operands.op1),
            },
        }
    }
}

fn size(instruction: &Instruction) -> isize {
    if instruction.op1_addr == Op1Addr::Imm {
        2
    } else {
        1
    }
}

fn compute_res(instruction: &Instruction, op0: Value, op1: Value) -> Raised<Option<Value>> {
    match (instruction.res, op0, op1) {
        (Res::Op1, ..) => Ok(Some(op1)),
        (Res::Add, ..) => op0.add(op1).map(Some),
        (Res::Mul, Value::Int(left), Value::Int(right)) => Ok(Some(Value::Int(left * right))),
        (Res::Mul, ..) => Err(format!(
            "Could not complete computation * of non pure values: ({}, {}).",
            op0.repr(),
            op1.repr()
        )),
        (Res::Unconstrained, ..) => Ok(None),
    }
}

/// The reference VM would store a value at an integer or at an offset below zero, and fail when the run
/// ends. This VM has no such cells: the run ends here, with the text for the end.
fn check_writable(address: Value) -> Raised<()> {
    match address {
        Value::Int(_) => Err(format!(
            "Expected memory address to be relocatable value. Found: {address}."
        )),
        Value::Pointer { .. } if address.address().is_none() => Err(format!(
            "The offset of a relocatable value must be nonnegative. Found: {address}."
        )),
        Value::Pointer { .. } => Ok(()),
    }
}
