//! Owns statements and what decides which of them run: blocks, patterns, `match`, loops. Must not know operators.

use super::frame::Interpreter;
use super::stop::{Run, Stop, fault};
use crate::engines::contract::source::tree::{
    Arm, Block, Expression, ExpressionKind, Pattern, Statement,
};
use crate::engines::contract::source::types::{IntType, Type};
use crate::engines::contract::values::{Integer, Object, Value};

impl Interpreter<'_, '_> {
    /// Runs a block in a scope of its own.
    pub(crate) fn block(&mut self, block: &Block, expected: Option<&Type>) -> Run {
        let scope = self.scope();
        for statement in &block.statements {
            self.statement(statement)?;
        }
        let result = match &block.result {
            Some(result) => self.evaluate(result, expected)?,
            None => Value::Unit,
        };
        self.end_scope(scope, Some(&result));
        Ok(result)
    }

    fn statement(&mut self, statement: &Statement) -> Run<()> {
        match statement {
            Statement::Expression(expression) => {
                self.evaluate(expression, None)?;
            }
            Statement::Let {
                pattern,
                declared,
                value,
                otherwise,
            } => {
                let value = match value {
                    Some(value) => self.evaluate_as(value, declared.as_ref())?,
                    None => Value::Unit,
                };
                if !self.matches(pattern, value)? {
                    let Some(otherwise) = otherwise else {
                        return fault("the pattern of a `let` does not match");
                    };
                    self.block(otherwise, None)?;
                    return fault("the block after `let … else` does not end the method");
                }
            }
        }
        Ok(())
    }

    /// Whether a value is as the pattern says; if so, its names are bound.
    pub(crate) fn matches(&mut self, pattern: &Pattern, value: Value) -> Run<bool> {
        match pattern {
            Pattern::Anything => Ok(true),
            Pattern::Name(name) => {
                self.declare(name, value)?;
                Ok(true)
            }
            Pattern::Tuple(patterns) => {
                let value = self.target(value)?;
                let parts = match &value {
                    Value::Tuple(parts) | Value::Multi(parts) | Value::Array(parts) => {
                        parts.clone()
                    }
                    Value::Unit => Vec::new(),
                    other => {
                        return fault(format!("{} where a tuple is expected", other.describe()));
                    }
                };
                if parts.len() != patterns.len() {
                    return fault(format!("{} has another number of parts", value.describe()));
                }
                for (pattern, part) in patterns.iter().zip(parts) {
                    if !self.matches(pattern, part)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Pattern::Some(inner) => match self.target(value)? {
                Value::Option(Some(value)) | Value::Optional(Some(value)) => {
                    self.matches(inner, *value)
                }
                _ => Ok(false),
            },
            Pattern::None => {
                let value = self.target(value)?;
                Ok(matches!(value, Value::Option(None) | Value::Optional(None)))
            }
            Pattern::Literal(literal) => {
                let literal = self.literal(literal, None)?;
                self.equal(&value, &literal)
            }
            Pattern::Constant(name) => {
                let constant = self.constant(name)?;
                self.equal(&value, &constant)
            }
            Pattern::Or(patterns) => {
                for pattern in patterns {
                    if self.matches(pattern, value.clone())? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Pattern::Range(start, end, closed) => match self.target(value)? {
                Value::Int(number) => {
                    let number = number.as_signed().unwrap_or(i128::MAX);
                    let above = start.is_none_or(|start| start <= number);
                    let below = end.is_none_or(|end| number < end || (*closed && number == end));
                    Ok(above && below)
                }
                other => fault(format!("{} where a number is expected", other.describe())),
            },
        }
    }

    pub(super) fn match_arms(
        &mut self,
        inner: &Expression,
        arms: &[Arm],
        expected: Option<&Type>,
    ) -> Run {
        let value = self.evaluate(inner, None)?;
        for arm in arms {
            let scope = self.scope();
            let mut chosen = self.matches(&arm.pattern, value.clone())?;
            if let (true, Some(guard)) = (chosen, &arm.guard) {
                chosen = self.condition(guard)?;
            }
            if chosen {
                let result = self.evaluate(&arm.body, expected)?;
                self.end_scope(scope, Some(&result));
                return Ok(result);
            }
            self.end_scope(scope, None);
        }
        fault("no arm of the `match` fits")
    }

    pub(super) fn range_end(&mut self, end: Option<&Expression>) -> Run<Option<Integer>> {
        match end {
            None => Ok(None),
            Some(end) => match self.evaluate_target(end, None)? {
                Value::Int(number) => Ok(Some(number)),
                other => fault(format!("{} is no end of a range", other.describe())),
            },
        }
    }

    pub(super) fn repeat(&mut self, expression: &Expression) -> Run {
        match &expression.kind {
            ExpressionKind::While(condition, body) => loop {
                let scope = self.scope();
                if !self.condition(condition)? {
                    self.end_scope(scope, None);
                    return Ok(Value::Unit);
                }
                let result = self.block(body, None);
                self.end_scope(scope, None);
                if let Some(value) = ended(result)? {
                    return Ok(value);
                }
            },
            ExpressionKind::Loop(body) => loop {
                self.transaction.meter.steps(1)?;
                let scope = self.scope();
                let result = ended(self.block(body, None))?;
                self.end_scope(scope, result.as_ref());
                if let Some(value) = result {
                    return Ok(value);
                }
            },
            ExpressionKind::For(pattern, items, body) => {
                let items = self.evaluate_target(items, None)?;
                self.each(items, |this, item| {
                    let scope = this.scope();
                    if !this.matches(pattern, item)? {
                        return fault("the pattern of a `for` does not match");
                    }
                    let result = this.block(body, None);
                    this.end_scope(scope, None);
                    Ok(ended(result)?.is_none())
                })?;
                Ok(Value::Unit)
            }
            _ => fault("no loop"),
        }
    }

    /// Goes through what can be gone through, until `visit` says that it is enough.
    pub(crate) fn each(
        &mut self,
        items: Value,
        mut visit: impl FnMut(&mut Self, Value) -> Run<bool>,
    ) -> Run<()> {
        match items {
            Value::Range(start, end, closed) => {
                let start = start.map_or_else(|| Integer::new(IntType::Literal, 0), Ok)?;
                let (start, end) = match end {
                    Some(end) => start.agree(end)?,
                    None => return fault("a range without an end"),
                };
                let kind = end.kind();
                let (mut now, Some(last)) =
                    (start.as_signed().unwrap_or(i128::MAX), end.as_signed())
                else {
                    return fault("the end of this range is too far");
                };
                while now < last || (closed && now == last) {
                    self.transaction.meter.steps(1)?;
                    if !visit(self, Value::Int(Integer::new(kind, now)?))? {
                        return Ok(());
                    }
                    now += 1;
                }
                Ok(())
            }
            Value::Object(_, id) if matches!(self.objects.get(id), Object::Values(_)) => {
                let mut index = 0;
                while let Some(item) = self.objects.values(id).get(index).cloned() {
                    self.transaction.meter.steps(1)?;
                    let item = self.copy(item)?;
                    if !visit(self, item)? {
                        return Ok(());
                    }
                    index += 1;
                }
                Ok(())
            }
            Value::Array(items) => {
                for item in items {
                    self.transaction.meter.steps(1)?;
                    if !visit(self, item)? {
                        return Ok(());
                    }
                }
                Ok(())
            }
            Value::Bytes(bytes) => {
                for byte in bytes.iter() {
                    self.transaction.meter.steps(1)?;
                    let byte = Value::Int(Integer::new(IntType::U8, i128::from(*byte))?);
                    if !visit(self, byte)? {
                        return Ok(());
                    }
                }
                Ok(())
            }
            Value::Mapper(mapper) => {
                let mut index = 1;
                while let Some(item) = self.mapper_item(&mapper, index)? {
                    if !visit(self, item)? {
                        return Ok(());
                    }
                    index += 1;
                }
                Ok(())
            }
            other => fault(format!("{} cannot be gone through", other.describe())),
        }
    }
}

/// What a round of a loop ended with: nothing if the loop goes on.
fn ended(result: Run) -> Run<Option<Value>> {
    match result {
        Ok(_) => Ok(None),
        Err(stop) => match *stop {
            Stop::Continue => Ok(None),
            Stop::Break(value) => Ok(Some(value)),
            other => Err(Box::new(other)),
        },
    }
}
