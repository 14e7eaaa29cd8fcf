//! Statements run.

use super::{Flow, Machine, STEP, ScopeStep, UNBOUND, is_entered};
use crate::engines::compiled::tree::{Expression, For, Slot, Statement};
use crate::engines::compiled::value::{Cursor, Decline, Dict, Value};

impl<'a> Machine<'a> {
    pub(super) fn block(&mut self, statements: &'a [Statement]) -> Result<Flow, Decline> {
        for statement in statements {
            match self.statement(statement)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    pub(super) fn statement(&mut self, statement: &'a Statement) -> Result<Flow, Decline> {
        self.fuel.spend(STEP)?;
        match statement {
            Statement::Assign(targets, value) => {
                let value = self.value(value)?;
                if let [target] = targets.as_slice() {
                    self.assign(target, value)?;
                } else {
                    for target in targets {
                        self.assign(target, value.clone())?;
                    }
                }
            }
            Statement::Augment(target, operator, value) => {
                let place = self.place(target)?;
                let before = self.at(&place)?;
                let value = self.value(value)?;
                let after = Value::binary_in_place(
                    *operator,
                    &before,
                    &value,
                    &mut self.fuel,
                    self.journal,
                )?;
                self.put(place, after)?;
            }
            Statement::If(branches, otherwise) => {
                for (test, block) in branches {
                    if self.value(test)?.truth()? {
                        return self.block(block);
                    }
                }
                return self.block(otherwise);
            }
            Statement::For(repeat) => return self.repeat(repeat),
            Statement::While(test, body, otherwise) => loop {
                self.fuel.spend(STEP)?;
                if !self.value(test)?.truth()? {
                    return self.block(otherwise);
                }
                match self.block(body)? {
                    Flow::Next | Flow::Continue => {}
                    Flow::Break => break,
                    end @ Flow::Return(_) => return Ok(end),
                }
            },
            Statement::Assert(test) => {
                if !self.value(test)?.truth()? {
                    return Err(Decline("an assertion fails"));
                }
            }
            Statement::Break => return Ok(Flow::Break),
            Statement::Continue => return Ok(Flow::Continue),
            Statement::Return(value) => {
                return Ok(Flow::Return(match value {
                    Some(value) => self.value(value)?,
                    None => Value::None,
                }));
            }
            Statement::Raise => return Err(Decline("it raises")),
            Statement::Try(attempt) => {
                // What raises ends the hint here, and Python handles it.
                let mut flow = self.block(&attempt.body)?;
                if matches!(flow, Flow::Next) {
                    flow = self.block(&attempt.otherwise)?;
                }
                return Ok(match self.block(&attempt.finally)? {
                    Flow::Next => flow,
                    other => other,
                });
            }
            Statement::Delete(slot) => {
                if self.variable(*slot)?.is_none() {
                    return Err(UNBOUND);
                }
                self.bind(*slot, None);
            }
            Statement::DeleteItem(list, index) => {
                let list = self.value(list)?;
                let index = self.value(index)?;
                list.delete_item(&index, &mut self.fuel, self.journal)?;
            }
            Statement::Do(value) => {
                self.value(value)?;
            }
            Statement::EnterScope(variables) => {
                let mut entered: Vec<(Slot, Value)> = Vec::with_capacity(variables.len());
                let left = self.scopes.iter().any(|step| !is_entered(step));
                for (slot, value) in variables {
                    let value = self.value(value)?;
                    if left && matches!(value, Value::Own(_)) {
                        return Err(Decline("a function outlives its scope"));
                    }
                    match entered.iter_mut().find(|(known, _)| known == slot) {
                        Some((_, known)) => *known = value,
                        None => entered.push((*slot, value)),
                    }
                }
                self.scopes.push(ScopeStep::Entered(entered));
                self.depth += 1;
            }
            Statement::EnterScopeOf(variables) => {
                let entered = match self.value(variables)? {
                    Value::None => Vec::new(),
                    Value::Dict(variables) => self.scope_of(&variables)?,
                    _ => return Err(Decline("variables of no dictionary")),
                };
                self.scopes.push(ScopeStep::Entered(entered));
                self.depth += 1;
            }
            Statement::ExitScope => {
                if self.depth <= 1 {
                    return Err(Decline("the main scope is left"));
                }
                self.depth -= 1;
                // Its own may be left while it goes on, and that of a scope around it may not be changed.
                if self.depth < self.mirror.depth() && self.scopes.iter().any(is_entered) {
                    return Err(Decline("scopes are left and entered"));
                }
                self.scopes.push(ScopeStep::Left);
            }
        }
        Ok(Flow::Next)
    }

    /// The variables that a dictionary gives to a scope.
    fn scope_of(&mut self, variables: &Dict) -> Result<Vec<(Slot, Value)>, Decline> {
        let variables = variables.borrow();
        self.fuel.spend_items(variables.len())?;
        let mut entered = Vec::with_capacity(variables.len());
        for (name, value) in variables.iter() {
            let slot = match name {
                Value::Text(name) => self.shared.names.find(name),
                _ => None,
            };
            // One that the VM has itself, or that no hint mentions.
            let slot = slot.ok_or(Decline("a name of a variable that is not known"))?;
            entered.push((slot, value.clone()));
        }
        Ok(entered)
    }

    pub(super) fn repeat(&mut self, repeat: &'a For) -> Result<Flow, Decline> {
        let mut values = self.cursor(&repeat.iterable)?;
        while let Some(value) = values.next(&mut self.fuel)? {
            self.fuel.spend(STEP)?;
            self.assign(&repeat.target, value)?;
            match self.block(&repeat.body)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next),
                end @ Flow::Return(_) => return Ok(end),
            }
        }
        self.block(&repeat.otherwise)
    }

    pub(super) fn cursor(&mut self, iterable: &'a Expression) -> Result<Cursor, Decline> {
        self.value(iterable)?.iterate()
    }
}
