//! Owns the places that expressions name: variables, fields, items; and assigning to them. Must not know statements.

use super::frame::Interpreter;
use super::stop::{Run, Stop, fault, user};
use crate::engines::contract::source::tree::{Expression, ExpressionKind, Unary};
use crate::engines::contract::source::types::{IntType, Type};
use crate::engines::contract::values::{Integer, Reference, Value};
use crate::engines::contract::world::Failure;

impl Interpreter<'_, '_> {
    pub(super) fn assign(&mut self, place: &Expression, value: &Expression) -> Run {
        if matches!(&place.kind, ExpressionKind::Name(name) if &**name == "_") {
            self.evaluate(value, None)?;
            return Ok(Value::Unit);
        }
        let dereference = matches!(&place.kind, ExpressionKind::Unary(Unary::Dereference, _));
        let place = self.place(place)?;
        let place = match dereference {
            true => self.follow(place)?,
            false => place,
        };
        let kind = match self.read(&place)? {
            Value::Int(number) if number.kind() != IntType::Literal => {
                Some(Type::Int(number.kind()))
            }
            Value::Object(kind, _) => Some(kind.clone()),
            _ => None,
        };
        let mut value = self.evaluate(value, kind.as_ref())?;
        if let Some(kind) = &kind
            && !matches!(value, Value::Reference(_))
        {
            value = self.convert(value, kind)?;
        }
        *self.read_mut(&place)? = value;
        Ok(Value::Unit)
    }

    /// The place that an expression names; a new one for what is no place.
    pub(crate) fn place(&mut self, expression: &Expression) -> Run<Reference> {
        self.place_expecting(expression, None)
    }

    pub(super) fn place_expecting(
        &mut self,
        expression: &Expression,
        expected: Option<&Type>,
    ) -> Run<Reference> {
        match &expression.kind {
            ExpressionKind::Name(name) => {
                if let Some(slot) = self.local(name) {
                    return Ok(place_of(slot));
                }
            }
            ExpressionKind::Unary(Unary::Dereference, inner) => {
                let place = self.place(inner)?;
                return self.follow(place);
            }
            ExpressionKind::Field(base, name) => {
                let place = self.part_base(base)?;
                let Value::Struct(declared, _) = self.read(&place)? else {
                    return fault(format!(
                        "{} has no field `{name}`",
                        self.read(&place)?.describe()
                    ));
                };
                let index = declared.fields.iter().position(|(field, _)| field == name);
                let Some(index) = index else {
                    return fault(format!("`{}` has no field `{name}`", declared.name));
                };
                return Ok(part(place, index));
            }
            ExpressionKind::TupleField(base, index) => {
                let place = self.part_base(base)?;
                return Ok(part(place, *index));
            }
            ExpressionKind::Index(base, index) => {
                let place = self.part_base(base)?;
                let index = self.evaluate_target(index, Some(&Type::Int(IntType::Usize)))?;
                return self.indexed(place, index);
            }
            _ => {}
        }
        let value = self.evaluate(expression, expected)?;
        Ok(place_of(self.add_slot(value)?))
    }

    fn part_base(&mut self, base: &Expression) -> Run<Reference> {
        let entered = self.transaction.meter.enter();
        entered.map_err(|limit| Box::<Stop>::from(limit).at(base.place))?;
        let place = self.place(base);
        self.transaction.meter.leave();
        self.follow(place?)
    }

    fn indexed(&mut self, place: Reference, index: Value) -> Run<Reference> {
        if let Value::Range(start, end, closed) = index {
            let base = self.load(&place)?;
            let bytes = self.as_bytes(&base)?;
            self.transaction.meter.steps(bytes.len() as u64 / 64)?;
            let start = start.and_then(Integer::as_usize).unwrap_or(0);
            let end = match end.and_then(Integer::as_usize) {
                Some(end) => end.saturating_add(usize::from(closed)),
                None => bytes.len(),
            };
            let Some(bytes) = bytes.get(start..end) else {
                return user("panic occurred");
            };
            return Ok(place_of(self.add_slot(Value::Bytes(bytes.into()))?));
        }
        let index = self.as_index(index)?;
        let byte = match self.read(&place)? {
            Value::Array(parts) if index < parts.len() => return Ok(part(place, index)),
            Value::Array(_) => None,
            Value::Bytes(bytes) => bytes.get(index).copied(),
            other => return fault(format!("{} has no index", other.describe())),
        };
        match byte {
            Some(byte) => {
                let byte = Value::Int(Integer::new(IntType::U8, i128::from(byte))?);
                Ok(place_of(self.add_slot(byte)?))
            }
            None => Err(Failure::user("panic occurred")
                .with_detail("the index is out of range")
                .into()),
        }
    }
}

/// The place of a whole variable.
pub(crate) fn place_of(slot: usize) -> Reference {
    Reference {
        slot,
        path: Vec::new(),
    }
}

fn part(mut place: Reference, index: usize) -> Reference {
    place.path.push(index);
    place
}
