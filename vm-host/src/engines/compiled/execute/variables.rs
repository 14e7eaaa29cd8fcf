//! The variables of the hint's scope, as it sees them.

use super::{Machine, UNBOUND};
use crate::engines::compiled::scopes::State;
use crate::engines::compiled::tree::Slot;
use crate::engines::compiled::value::{Decline, Value};

impl<'a> Machine<'a> {
    /// A variable of the hint's scope, or nothing where there is none.
    pub(super) fn variable(&mut self, slot: Slot) -> Result<Option<Value>, Decline> {
        match self.state(slot)? {
            State::Known(value) => Ok(Some(value.clone())),
            State::Absent => Ok(None),
            State::Elsewhere => Err(Decline("a variable that only Python has")),
        }
    }

    /// What is known of a variable of the scope that is seen.
    pub(super) fn state(&mut self, slot: Slot) -> Result<State, Decline> {
        if self.scope == self.own_scope {
            self.fuel.spend(self.room.variables.len() as u64)?;
            let mut bound = self.room.variables.iter();
            if let Some((_, value)) = bound.find(|(known, _)| *known == slot) {
                return Ok(value.clone().map_or(State::Absent, State::Known));
            }
        }
        Ok(self.mirror.get(self.scope, slot).clone())
    }

    pub(super) fn bind(&mut self, slot: Slot, value: Option<Value>) {
        let mut bound = self.room.variables.iter_mut();
        match bound.find(|(known, _)| *known == slot) {
            Some((_, known)) => *known = value,
            None => self.room.variables.push((slot, value)),
        }
    }

    pub(super) fn name(&mut self, slot: Slot) -> Result<Value, Decline> {
        match self.variable(slot)? {
            Some(value) => Ok(value),
            None => {
                let function = self.shared.names.function(slot);
                function.map(Value::Function).ok_or(UNBOUND)
            }
        }
    }
}
