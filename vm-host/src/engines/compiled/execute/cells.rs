//! The cells that a hint reads and would write, and paths to them.

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use hint_proto::v1::Operator;

use super::{EMPTY, MAX_WRITES, Machine, NO_ADDRESS, OFFSET_BOUND, STEP};
use crate::engines::compiled::tree::MemberKind;
use crate::engines::compiled::value::{Decline, Integer, StructValue, Value};
use crate::program::CellPath;

impl<'a> Machine<'a> {
    /// Takes what looking for so many cells among those that were written costs.
    pub(super) fn search(&mut self, cells: usize) -> Result<(), Decline> {
        let writes = self.room.writes.len() as u64;
        self.fuel.spend(writes.saturating_mul(cells as u64))
    }

    /// The value of a cell as hints see it.
    pub(super) fn read(&self, address: Relocatable) -> Result<MaybeRelocatable, Decline> {
        let value = self.moves.value(self.found(address).ok_or(EMPTY)?);
        match &value {
            MaybeRelocatable::RelocatableValue(found) if self.is_moved(found.segment_index) => {
                Err(Decline("a value that the hint itself moves"))
            }
            _ => Ok(value),
        }
    }

    /// What a cell holds, before it moves as far as this can be known.
    fn found(&self, address: Relocatable) -> Option<MaybeRelocatable> {
        let mut writes = self.room.writes.iter().rev();
        match writes.find(|(written, _)| *written == address) {
            Some((_, value)) => Some(value.clone()),
            None => self.vm.get_maybe(&address),
        }
    }

    pub(super) fn write(&mut self, address: Relocatable, value: &Value) -> Result<(), Decline> {
        self.fuel.spend(STEP + self.room.writes.len() as u64)?;
        if address.offset >= OFFSET_BOUND || self.room.writes.len() >= MAX_WRITES {
            return Err(Decline("more cells than are written here"));
        }
        let value = match value {
            Value::Integer(_) | Value::Boolean(_) => {
                let integer = value.integer()?;
                let felt = match integer.to_felt() {
                    Some(felt) => felt,
                    None => integer
                        .modulo(&self.shared.prime, &mut self.fuel)?
                        .to_felt()
                        .ok_or(Decline("a number that is no felt"))?,
                };
                MaybeRelocatable::Int(felt)
            }
            Value::Address(address) if address.offset < OFFSET_BOUND => {
                MaybeRelocatable::RelocatableValue(*address)
            }
            _ => return Err(Decline("a value that memory does not hold")),
        };
        if !self.exists(address.segment_index) {
            return Err(Decline("a segment that is not there"));
        }
        match self.found(address) {
            // Python compares addresses as they were before they moved.
            Some(MaybeRelocatable::RelocatableValue(_)) if self.may_have_moved() => {
                Err(Decline("a cell with an address that may have moved"))
            }
            Some(current) if current == value => Ok(()),
            Some(_) => Err(Decline("a cell has another value")),
            None => {
                self.room.writes.push((address, value));
                Ok(())
            }
        }
    }

    /// Whether addresses in memory may be read as others.
    fn may_have_moved(&self) -> bool {
        !self.relocations.is_empty() || !self.moves.is_empty()
    }

    pub(super) fn exists(&self, segment: isize) -> bool {
        match usize::try_from(segment) {
            Ok(index) => index < self.vm.segments.num_segments() + self.added,
            Err(_) => {
                segment.unsigned_abs()
                    <= self.vm.segments.num_temp_segments() + self.added_temporary
            }
        }
    }

    /// The value of a path, as `ids` has it.
    pub(super) fn path(&self, path: &CellPath) -> Result<MaybeRelocatable, Decline> {
        match path {
            CellPath::Ap(offset) => moved(self.frame.ap, *offset).map(MaybeRelocatable::from),
            CellPath::Fp(offset) => moved(self.frame.fp, *offset).map(MaybeRelocatable::from),
            CellPath::Constant(felt) => Ok(MaybeRelocatable::Int(*felt)),
            CellPath::Pointer(cell, offset) => {
                let value = self.read(self.path_address(cell)?)?;
                match value {
                    MaybeRelocatable::RelocatableValue(target) => {
                        moved(target, *offset).map(MaybeRelocatable::from)
                    }
                    MaybeRelocatable::Int(_) if *offset == 0 => Ok(value),
                    MaybeRelocatable::Int(felt) => {
                        let sum = felt + Felt252::from(*offset);
                        // What is reduced, and when, depends on where the path comes from.
                        let wraps = (*offset > 0 && sum < felt) || (*offset < 0 && sum > felt);
                        match wraps {
                            true => Err(Decline("a number beyond the prime")),
                            false => Ok(MaybeRelocatable::Int(sum)),
                        }
                    }
                }
            }
            CellPath::Operation(operator, left, right) => {
                let (left, right) = (self.path(left)?, self.path(right)?);
                let unusual = Decline("unusual arithmetic in a reference");
                match operator {
                    Operator::Add => left.add(&right).map_err(|_| unusual),
                    Operator::Sub => left.sub(&right).map_err(|_| unusual),
                    Operator::Mul => match (left, right) {
                        (MaybeRelocatable::Int(left), MaybeRelocatable::Int(right)) => {
                            Ok(MaybeRelocatable::Int(left * right))
                        }
                        _ => Err(unusual),
                    },
                    Operator::Div | Operator::Unspecified => Err(unusual),
                }
            }
        }
    }

    pub(super) fn path_address(&self, path: &CellPath) -> Result<Relocatable, Decline> {
        match self.path(path)? {
            MaybeRelocatable::RelocatableValue(address) => Ok(address),
            MaybeRelocatable::Int(_) => Err(NO_ADDRESS),
        }
    }
}

/// A member of a struct.
pub(super) fn member(
    machine: &Machine<'_>,
    found: &StructValue,
    name: &str,
) -> Result<Value, Decline> {
    if name == "address_" {
        return Ok(Value::Address(found.address));
    }
    let unknown = Decline("an unknown member");
    if name.starts_with('_') {
        return Err(unknown);
    }
    let layout = machine.shared.layouts.get(found.layout);
    let member = layout.member(name).ok_or(unknown)?;
    let address = plus(found.address, member.offset)?;
    let pointer = |layout, address| Ok(Value::Struct(StructValue { layout, address }));
    match member.kind {
        MemberKind::Value => Ok(number(machine.read(address)?)),
        MemberKind::Struct(layout) => pointer(layout, address),
        MemberKind::Pointer(layout) => match machine.read(address)? {
            MaybeRelocatable::RelocatableValue(target) => pointer(layout, target),
            MaybeRelocatable::Int(_) => Err(NO_ADDRESS),
        },
        MemberKind::Other => Err(unknown),
    }
}

/// The value of a cell.
pub(super) fn number(value: MaybeRelocatable) -> Value {
    match value {
        MaybeRelocatable::Int(felt) => Value::Integer(Integer::from(&felt)),
        MaybeRelocatable::RelocatableValue(address) => Value::Address(address),
    }
}

pub(super) fn moved(address: Relocatable, cells: i64) -> Result<Relocatable, Decline> {
    let below = Decline("an address below its segment");
    let cells = isize::try_from(cells).map_err(|_| below)?;
    let offset = address.offset.checked_add_signed(cells).ok_or(below)?;
    Ok(Relocatable {
        segment_index: address.segment_index,
        offset,
    })
}

pub(super) fn plus(address: Relocatable, cells: u64) -> Result<Relocatable, Decline> {
    moved(
        address,
        i64::try_from(cells).map_err(|_| Decline("an offset out of range"))?,
    )
}
