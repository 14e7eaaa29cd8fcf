//! Assignments.

use cairo_vm::types::relocatable::Relocatable;

use super::cells::{number, plus};
use super::{Machine, UNBOUND};
use crate::engines::compiled::tree::{Slot, Target};
use crate::engines::compiled::value::{Decline, Value};

impl<'a> Machine<'a> {
    pub(super) fn assign(&mut self, target: &'a Target, value: Value) -> Result<(), Decline> {
        match target {
            Target::Scope(slot) => {
                self.fuel.spend(self.room.variables.len() as u64)?;
                self.bind(*slot, Some(value));
                Ok(())
            }
            Target::Local(number) => {
                self.locals[*number] = Some(value);
                Ok(())
            }
            Target::Sequence(targets) => {
                let mut values = value.iterate()?;
                let mut unpacked = Vec::with_capacity(targets.len());
                while let Some(value) = values.next(&mut self.fuel)? {
                    if unpacked.len() == targets.len() {
                        return Err(Decline("too many values"));
                    }
                    unpacked.push(value);
                }
                if unpacked.len() < targets.len() {
                    return Err(Decline("too few values"));
                }
                for (target, value) in targets.iter().zip(unpacked) {
                    self.assign(target, value)?;
                }
                Ok(())
            }
            Target::Rest(before, rest, behind) => {
                let mut values = value.collect(&mut self.fuel)?;
                if values.len() < before.len() + behind.len() {
                    return Err(Decline("too few values"));
                }
                let last = values.split_off(values.len() - behind.len());
                let middle = values.split_off(before.len());
                for (target, value) in before.iter().zip(values) {
                    self.assign(target, value)?;
                }
                let middle = Value::list(middle, &mut self.fuel)?;
                self.assign(rest, middle)?;
                for (target, value) in behind.iter().zip(last) {
                    self.assign(target, value)?;
                }
                Ok(())
            }
            _ => {
                let place = self.place(target)?;
                self.put(place, value)
            }
        }
    }

    /// Takes the values from the local variables of a target.
    pub(super) fn forget(&mut self, target: &Target) {
        match target {
            Target::Local(number) => self.locals[*number] = None,
            Target::Sequence(targets) => targets.iter().for_each(|target| self.forget(target)),
            Target::Rest(before, rest, behind) => {
                for target in before.iter().chain([&**rest]).chain(behind) {
                    self.forget(target);
                }
            }
            _ => {}
        }
    }

    /// Where a target is, with all that it computes.
    pub(super) fn place(&mut self, target: &'a Target) -> Result<Place, Decline> {
        Ok(match target {
            Target::Scope(slot) => Place::Scope(*slot),
            Target::Local(number) => Place::Local(*number),
            Target::Memory(address) => Place::Cell(self.address(address)?),
            Target::Cell(path) => Place::Cell(self.path_address(path)?),
            Target::Member(value, name) => {
                let Value::Struct(found) = self.value(value)? else {
                    return Err(Decline("an attribute is set"));
                };
                let layout = self.shared.layouts.get(found.layout);
                let member = layout.member(name).ok_or(Decline("an unknown member"))?;
                Place::Cell(plus(found.address, member.offset)?)
            }
            Target::Subscript(value, index) => {
                let value = self.value(value)?;
                Place::Item(value, self.value(index)?)
            }
            Target::Sequence(_) | Target::Rest(..) => {
                return Err(Decline("a sequence is augmented"));
            }
        })
    }

    pub(super) fn at(&mut self, place: &Place) -> Result<Value, Decline> {
        match place {
            // As any name: without a variable, a function of Python's.
            Place::Scope(slot) => self.name(*slot),
            Place::Local(number) => self.locals[*number].clone().ok_or(UNBOUND),
            Place::Cell(address) => Ok(number(self.read(*address)?)),
            Place::Item(value, index) => value.subscript(index, &mut self.fuel),
        }
    }

    pub(super) fn put(&mut self, place: Place, value: Value) -> Result<(), Decline> {
        match place {
            Place::Scope(slot) => {
                self.bind(slot, Some(value));
                Ok(())
            }
            Place::Local(number) => {
                self.locals[number] = Some(value);
                Ok(())
            }
            Place::Cell(address) => self.write(address, &value),
            Place::Item(list, index) => list.set_item(&index, value, &mut self.fuel, self.journal),
        }
    }
}

/// Where a value is put.
pub(super) enum Place {
    Scope(Slot),
    Local(usize),
    Cell(Relocatable),
    Item(Value, Value),
}
