//! What hints ask of `segments` and `memory` beside single cells.

use cairo_vm::types::relocatable::Relocatable;

use super::cells::{number, plus};
use super::{EMPTY, MAX_CALLS, Machine, NO_ADDRESS, OFFSET_BOUND};
use crate::engines::compiled::tree::{Expression, VmCall, start_of};
use crate::engines::compiled::value::{Decline, Value};

impl<'a> Machine<'a> {
    pub(super) fn vm_call(
        &mut self,
        function: VmCall,
        arguments: &'a [Expression],
    ) -> Result<Value, Decline> {
        match (function, arguments) {
            (VmCall::AddSegment, _) => Ok(Value::Address(self.add_segment()?)),
            (VmCall::AddSized, [size]) => {
                let size = match self.value(size)? {
                    Value::None => None,
                    Value::Integer(size) => Some(size.to_u64().ok_or(TOO_LARGE)?),
                    _ => return Err(TOO_LARGE),
                };
                if size.is_some_and(|size| size > u64::from(u32::MAX)) {
                    return Err(TOO_LARGE);
                }
                let start = self.add_segment()?;
                self.sizes.extend(size.map(|size| (self.added - 1, size)));
                Ok(Value::Address(start))
            }
            (VmCall::AddTemporarySegment, _) => {
                self.fuel.spend(100)?;
                self.added_temporary += 1;
                let count = self.vm.segments.num_temp_segments() + self.added_temporary;
                let index = isize::try_from(count).map_err(|_| Decline("too many segments"))?;
                Ok(Value::Address(start_of(-index)))
            }
            (VmCall::GenArg | VmCall::GenUnreduced, [data]) => {
                let data = self.value(data)?;
                self.gen_arg(data, function == VmCall::GenArg, 0)
            }
            (VmCall::WriteArg | VmCall::WriteUnreduced, [pointer, data]) => {
                let pointer = self.value(pointer)?;
                let data = self.value(data)?;
                self.write_arg(pointer, &data, function == VmCall::WriteArg, 0)
            }
            (VmCall::LoadData, [pointer, data]) => {
                let pointer = self.value(pointer)?;
                let data = self.value(data)?;
                if !matches!(data, Value::List(_) | Value::Tuple(_)) {
                    return Err(Decline("data that is no list"));
                }
                let data = data.collect(&mut self.fuel)?;
                data.iter().try_for_each(check_unreduced)?;
                self.load_data(pointer, &data)
            }
            (VmCall::GetRange | VmCall::GetIntegers, range) => {
                let (address, count) = self.range(range)?;
                let mut values = Vec::with_capacity(count);
                for offset in 0..count {
                    values.push(number(self.read(plus(address, offset as u64)?)?));
                }
                let is_address = |value: &Value| matches!(value, Value::Address(_));
                if function == VmCall::GetIntegers && values.iter().any(is_address) {
                    return Err(Decline("an address among numbers"));
                }
                Value::list(values, &mut self.fuel)
            }
            (VmCall::Get, [address, default]) => {
                let address = self.address(address)?;
                let default = self.value(default)?;
                Ok(self.cell(address)?.unwrap_or(default))
            }
            (VmCall::Cell, [address]) => {
                let address = self.address(address)?;
                self.cell(address)?.ok_or(EMPTY)
            }
            (VmCall::SetDefault, [address, default]) => {
                let address = self.address(address)?;
                let default = self.value(default)?;
                if let Some(value) = self.cell(address)? {
                    return Ok(value);
                }
                check_unreduced(&default)?;
                self.write(address, &default)?;
                Ok(default)
            }
            (VmCall::Relocated, [value]) => match self.value(value)? {
                Value::Address(address) if self.is_moved(address.segment_index) => {
                    Err(Decline("a value that the hint itself moves"))
                }
                Value::Address(address) => Ok(number(self.moves.value(address.into()))),
                value @ (Value::Integer(_) | Value::Boolean(_) | Value::None) => Ok(value),
                _ => Err(Decline("a value that memory does not hold")),
            },
            (VmCall::IsAccessed, [address]) => {
                let address = self.address(address)?;
                Ok(self.vm.is_accessed(&address).unwrap_or(false).into())
            }
            (VmCall::Has, [address]) => {
                let address = self.address(address)?;
                Ok(self.cell(address)?.is_some().into())
            }
            (VmCall::Set, [address, value]) => {
                let address = self.address(address)?;
                let value = self.value(value)?;
                self.write(address, &value)?;
                Ok(Value::None)
            }
            (VmCall::SegmentCount, _) => Ok((self.vm.segments.num_segments() + self.added).into()),
            (VmCall::TemporarySegmentCount, _) => {
                let count = self.vm.segments.num_temp_segments() + self.added_temporary;
                Ok(count.into())
            }
            (VmCall::AddRelocationRule, [source, place]) => {
                let source = self.address(source)?;
                let place = self.address(place)?;
                self.relocate(source, place)?;
                Ok(Value::None)
            }
            _ => Err(Decline("unusual arguments")),
        }
    }

    /// The address and the length of a range of cells, when all of them are read next.
    fn range(&mut self, arguments: &'a [Expression]) -> Result<(Relocatable, usize), Decline> {
        let [address, count] = arguments else {
            return Err(Decline("unusual arguments"));
        };
        let address = self.address(address)?;
        let count = self.value(count)?.integer()?;
        // A negative count is an empty range.
        let count = match count.is_negative() {
            true => 0,
            false => count.to_usize().ok_or(Decline("a large count"))?,
        };
        self.fuel.spend_items(count)?;
        self.search(count)?;
        Ok((address, count))
    }

    /// Whether a range of cells is equal to a value. Hints that look for something in memory do little else, so no list
    /// is made for it.
    pub(super) fn range_equals(
        &mut self,
        range: &'a [Expression],
        other: &'a Expression,
    ) -> Result<bool, Decline> {
        let (address, count) = self.range(range)?;
        let mut cells = std::mem::take(&mut self.room.cells);
        cells.clear();
        for offset in 0..count {
            cells.push(self.read(plus(address, offset as u64)?)?);
        }
        let other = self.value(other)?;
        let mut equal = false;
        if let Value::List(items) = &other {
            let items = items.borrow();
            equal = items.len() == cells.len();
            for (cell, item) in cells.iter().zip(items.iter()) {
                equal = equal && number(cell.clone()).equals(item, &mut self.fuel)?;
            }
        } else if let Value::Struct(_) | Value::Digest(_) | Value::View(..) = other {
            return Err(Decline("the equality of objects"));
        }
        self.room.cells = cells;
        Ok(equal)
    }

    /// The value of a cell, if it has one.
    fn cell(&mut self, address: Relocatable) -> Result<Option<Value>, Decline> {
        self.search(1)?;
        match self.read(address) {
            Ok(value) => Ok(Some(number(value))),
            Err(EMPTY) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Has values that point into a temporary segment read as moved.
    fn relocate(&mut self, source: Relocatable, place: Relocatable) -> Result<(), Decline> {
        self.fuel.spend(100)?;
        let segment = source.segment_index;
        let ruled = self.moves.of(segment).is_some() || self.is_moved(segment);
        if segment >= 0 || source.offset != 0 || ruled {
            return Err(Decline("a relocation rule that is refused"));
        }
        if !self.exists(segment) || !self.exists(place.segment_index) {
            return Err(Decline("a segment that is not there"));
        }
        if place.offset >= OFFSET_BOUND {
            return Err(Decline("a far address"));
        }
        self.relocations.push((segment, place));
        Ok(())
    }

    /// Whether the hint itself moves a segment.
    pub(super) fn is_moved(&self, segment: isize) -> bool {
        self.relocations
            .iter()
            .any(|(source, _)| *source == segment)
    }

    pub(super) fn add_segment(&mut self) -> Result<Relocatable, Decline> {
        self.fuel.spend(100)?;
        let index = self.vm.segments.num_segments() + self.added;
        self.added += 1;
        let index = isize::try_from(index).map_err(|_| Decline("too many segments"))?;
        Ok(start_of(index))
    }

    pub(super) fn gen_arg(
        &mut self,
        value: Value,
        reduces: bool,
        depth: usize,
    ) -> Result<Value, Decline> {
        match value {
            Value::Integer(_) | Value::Boolean(_) if !reduces => {
                check_unreduced(&value)?;
                Ok(value)
            }
            Value::Integer(_) | Value::Boolean(_) => {
                let reduced = value
                    .integer()?
                    .modulo(&self.shared.prime, &mut self.fuel)?;
                Ok(Value::Integer(reduced))
            }
            Value::Address(_) => Ok(value),
            Value::List(_) | Value::Tuple(_) | Value::Range(_) => {
                let base = Value::Address(self.add_segment()?);
                self.write_arg(base.clone(), &value, reduces, depth + 1)?;
                Ok(base)
            }
            _ => Err(Decline("a value that memory does not hold")),
        }
    }

    pub(super) fn write_arg(
        &mut self,
        pointer: Value,
        data: &Value,
        reduces: bool,
        depth: usize,
    ) -> Result<Value, Decline> {
        if depth > MAX_CALLS {
            return Err(Decline("data is deep"));
        }
        if !matches!(data, Value::List(_) | Value::Tuple(_) | Value::Range(_)) {
            return Err(Decline("data that is no list"));
        }
        let mut cells = Vec::new();
        for value in data.collect(&mut self.fuel)? {
            cells.push(self.gen_arg(value, reduces, depth)?);
        }
        self.load_data(pointer, &cells)
    }

    pub(super) fn load_data(&mut self, pointer: Value, cells: &[Value]) -> Result<Value, Decline> {
        let Value::Address(start) = pointer else {
            return Err(NO_ADDRESS);
        };
        for (offset, value) in cells.iter().enumerate() {
            self.write(plus(start, offset as u64)?, value)?;
        }
        Ok(Value::Address(plus(start, cells.len() as u64)?))
    }
}

const TOO_LARGE: Decline = Decline("a size that no segment has");

/// That a value may be written as it is, without a reduction.
fn check_unreduced(value: &Value) -> Result<(), Decline> {
    match value {
        Value::Integer(integer) if integer.to_felt().is_none() => {
            Err(Decline("a number that is no felt"))
        }
        _ => Ok(()),
    }
}
