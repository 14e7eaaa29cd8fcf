//! Owns evaluating expressions. Must not know what the framework's objects do.

use std::sync::Arc;

use super::frame::Interpreter;
use super::places::place_of;
use super::stop::{Run, Stop, fault, user};
use crate::engines::contract::source::tree::{
    Expression, ExpressionKind, Literal, Operator, Unary,
};
use crate::engines::contract::source::types::{IntType, Name, Type};
use crate::engines::contract::values::{Integer, Object, Reference, Value};
use crate::engines::contract::world::Record;

impl Interpreter<'_, '_> {
    /// Evaluates an expression; `expected` is what is known of its type.
    pub(crate) fn evaluate(&mut self, expression: &Expression, expected: Option<&Type>) -> Run {
        let entered = self.transaction.meter.enter();
        entered.map_err(|limit| Box::<Stop>::from(limit).at(expression.place))?;
        let value = self.evaluate_kind(expression, expected);
        self.transaction.meter.leave();
        value.map_err(|stop| stop.at(expression.place))
    }

    /// The value itself where the expression is a reference.
    pub(crate) fn evaluate_target(
        &mut self,
        expression: &Expression,
        expected: Option<&Type>,
    ) -> Run {
        let value = self.evaluate(expression, expected)?;
        let is_reference = matches!(value, Value::Reference(_));
        let value = self.target(value)?;
        if is_reference {
            self.charge_copy(&value)?;
        }
        Ok(value)
    }

    /// Counts the steps of copying a value.
    fn charge_copy(&mut self, value: &Value) -> Run<()> {
        match value.parts() {
            // One for about each part: an array of a million is not copied for nothing.
            Some(_) => Ok(self.transaction.meter.steps(value.size() as u64 / 64)?),
            None => Ok(()),
        }
    }

    /// A copy of what is at a place.
    pub(super) fn load(&mut self, place: &Reference) -> Run {
        let value = self.read(place)?.clone();
        self.charge_copy(&value)?;
        Ok(value)
    }

    fn evaluate_kind(&mut self, expression: &Expression, expected: Option<&Type>) -> Run {
        match &expression.kind {
            ExpressionKind::Literal(literal) => self.literal(literal, expected),
            ExpressionKind::Name(name) => self.name(name),
            ExpressionKind::SelfValue => Ok(Value::Contract),
            ExpressionKind::Path(path) => self.path(path),
            ExpressionKind::Unary(Unary::Dereference, inner) => {
                self.evaluate_target(inner, expected)
            }
            ExpressionKind::Unary(operator, inner) => {
                let value = self.evaluate_target(inner, expected)?;
                self.unary(*operator, value)
            }
            ExpressionKind::Binary(operator, left, right) => {
                self.binary(*operator, left, right, expected)
            }
            ExpressionKind::And(left, right) => match self.condition(left)? {
                true => Ok(Value::Bool(self.condition(right)?)),
                false => Ok(Value::Bool(false)),
            },
            ExpressionKind::Or(left, right) => match self.condition(left)? {
                true => Ok(Value::Bool(true)),
                false => Ok(Value::Bool(self.condition(right)?)),
            },
            ExpressionKind::Assign(place, value) => self.assign(place, value),
            ExpressionKind::AssignOperator(operator, place, value) => {
                let place = self.place(place)?;
                let place = self.follow(place)?;
                let right = self.evaluate_target(value, None)?;
                let left = self.read(&place)?.clone();
                let result = self.operate_in_place(*operator, left, right)?;
                *self.read_mut(&place)? = result;
                Ok(Value::Unit)
            }
            // It has no place that could end before the reference does.
            ExpressionKind::Reference(inner)
                if matches!(inner.kind, ExpressionKind::Literal(_)) =>
            {
                self.evaluate(inner, expected)
            }
            ExpressionKind::Reference(inner) => {
                Ok(Value::Reference(self.place_expecting(inner, expected)?))
            }
            ExpressionKind::Cast(inner, kind) => match (self.evaluate_target(inner, None)?, kind) {
                (Value::Int(number), Type::Int(kind)) => Ok(Value::Int(number.cast(*kind))),
                (Value::Bool(value), Type::Int(kind)) => {
                    Ok(Value::Int(Integer::new(*kind, i128::from(value))?))
                }
                (value, _) => fault(format!("{} cannot be cast", value.describe())),
            },
            ExpressionKind::Field(..)
            | ExpressionKind::TupleField(..)
            | ExpressionKind::Index(..) => {
                let place = self.place(expression)?;
                self.load(&place)
            }
            ExpressionKind::MethodCall {
                receiver,
                name,
                types,
                arguments,
            } => self.method_call(receiver, name, types, arguments, expected),
            ExpressionKind::Call {
                path,
                of,
                arguments,
            } => self.call(path, of.as_ref(), arguments, expected),
            ExpressionKind::Struct(name, fields) => self.structure(name, fields),
            ExpressionKind::Tuple(parts) if parts.is_empty() => Ok(Value::Unit),
            ExpressionKind::Tuple(parts) => {
                let types = match expected {
                    Some(Type::Tuple(types)) => types.as_slice(),
                    _ => &[],
                };
                let mut values = Vec::with_capacity(parts.len());
                for (index, part) in parts.iter().enumerate() {
                    values.push(self.evaluate_as(part, types.get(index))?);
                }
                Ok(Value::Tuple(values))
            }
            ExpressionKind::Array(parts) => {
                let item = item_type(expected);
                let mut values = Vec::with_capacity(parts.len());
                for part in parts {
                    values.push(self.evaluate_as(part, item)?);
                }
                Ok(Value::Array(values))
            }
            ExpressionKind::Repeat(item, count) => {
                let count = self.evaluate_target(count, None)?;
                let count = self.as_index(count)?;
                let value = self.evaluate_as(item, item_type(expected))?;
                self.transaction
                    .meter
                    .bytes(count.saturating_mul(value.size()))?;
                Ok(Value::Array(vec![value; count]))
            }
            ExpressionKind::Block(block) => self.block(block, expected),
            ExpressionKind::If(condition, then, otherwise) => {
                let scope = self.scope();
                let result = match self.condition(condition)? {
                    true => self.block(then, expected)?,
                    false => match otherwise {
                        Some(otherwise) => self.evaluate(otherwise, expected)?,
                        None => Value::Unit,
                    },
                };
                self.end_scope(scope, Some(&result));
                Ok(result)
            }
            ExpressionKind::Matches(pattern, inner) => {
                let value = self.evaluate(inner, None)?;
                Ok(Value::Bool(self.matches(pattern, value)?))
            }
            ExpressionKind::Match(inner, arms) => self.match_arms(inner, arms, expected),
            ExpressionKind::While(..) | ExpressionKind::Loop(_) | ExpressionKind::For(..) => {
                self.repeat(expression)
            }
            ExpressionKind::Range(start, end, closed) => {
                let start = self.range_end(start.as_deref())?;
                let end = self.range_end(end.as_deref())?;
                Ok(Value::Range(start, end, *closed))
            }
            ExpressionKind::Closure(closure) => Ok(Value::Closure(Arc::clone(closure))),
            ExpressionKind::Return(inner) => {
                let kind = self.result_type();
                let value = match inner {
                    Some(inner) => self.evaluate_as(inner, Some(&kind))?,
                    None => Value::Unit,
                };
                Err(Box::new(Stop::Return(value)))
            }
            ExpressionKind::Break(inner) => {
                let value = match inner {
                    Some(inner) => self.evaluate(inner, None)?,
                    None => Value::Unit,
                };
                Err(Box::new(Stop::Break(value)))
            }
            ExpressionKind::Continue => Err(Box::new(Stop::Continue)),
            ExpressionKind::Require(condition, text) => match self.condition(condition)? {
                true => Ok(Value::Unit),
                false => user(self.message(text)?),
            },
            ExpressionKind::Panic(text) => user(self.message(text)?),
            ExpressionKind::Format(text) => {
                let text = self.message_bytes(text)?;
                self.bytes(Type::ManagedBuffer, text)
            }
            ExpressionKind::Print(text) => {
                let text = self.message(text)?;
                self.transaction.record(Record::Print(text));
                Ok(Value::Unit)
            }
        }
    }

    /// Evaluates, and converts to the type if there is one.
    pub(crate) fn evaluate_as(&mut self, expression: &Expression, kind: Option<&Type>) -> Run {
        let value = self.evaluate(expression, kind)?;
        match kind {
            Some(kind) => self
                .convert(value, kind)
                .map_err(|stop| stop.at(expression.place)),
            None => Ok(value),
        }
    }

    pub(crate) fn literal(&mut self, literal: &Literal, expected: Option<&Type>) -> Run {
        Ok(match literal {
            Literal::Bool(value) => Value::Bool(*value),
            Literal::Bytes(bytes) => Value::Bytes(Arc::clone(bytes)),
            Literal::Int(value, kind) => {
                let kind = match (kind, expected) {
                    (IntType::Literal, Some(Type::Int(kind))) => *kind,
                    (kind, _) => *kind,
                };
                Value::Int(Integer::unsigned(kind, *value)?)
            }
        })
    }

    fn name(&mut self, name: &Name) -> Run {
        if let Some(slot) = self.local(name) {
            return self.load(&place_of(slot));
        }
        match &**name {
            "None" => Ok(Value::Option(None)),
            // Who a transaction of the contract goes to.
            "ToCaller" => self.address(self.input.from.0),
            "ToSelf" => self.address(self.input.to.0),
            _ => self.constant(name),
        }
    }

    pub(super) fn constant(&mut self, name: &str) -> Run {
        let code = Arc::clone(&self.code);
        let Some(constant) = code.constants.get(name) else {
            return fault(format!("there is no `{name}` here"));
        };
        let mut value = self.literal(&constant.value, Some(&constant.declared))?;
        if constant.negative {
            let Literal::Int(number, _) = constant.value else {
                return fault("only numbers are negative");
            };
            let number = i128::try_from(number).unwrap_or(i128::MAX);
            value = Value::Int(Integer::new(IntType::Literal, -number)?);
        }
        self.convert(value, &constant.declared)
    }

    /// A path that is not called: a constant of a module, or nothing of an option.
    fn path(&mut self, path: &[Name]) -> Run {
        match path {
            [owner, name] if &**name == "None" => Ok(match &**owner {
                "OptionalValue" => Value::Optional(None),
                _ => Value::Option(None),
            }),
            [owner, name] if &**name == "MAX" || &**name == "MIN" => match IntType::named(owner) {
                Some(kind) => {
                    let most = Value::Int(Integer::new(IntType::I128, -1)?.cast(kind));
                    self.extreme(kind, &**name == "MAX", most)
                }
                None => fault(format!("there is no `{owner}::{name}` here")),
            },
            [.., name] => self.constant(name),
            [] => fault("an empty path"),
        }
    }

    fn extreme(&mut self, kind: IntType, most: bool, all_ones: Value) -> Run {
        let bits = kind.bytes() * 8;
        Ok(match (kind.is_signed(), most) {
            (false, true) => all_ones,
            (false, false) => Value::Int(Integer::new(kind, 0)?),
            (true, true) => Value::Int(Integer::new(kind, i128::MAX >> (128 - bits))?),
            (true, false) => Value::Int(Integer::new(kind, i128::MIN >> (128 - bits))?),
        })
    }

    fn unary(&mut self, operator: Unary, value: Value) -> Run {
        match (operator, value) {
            (Unary::Not, Value::Bool(value)) => Ok(Value::Bool(!value)),
            (Unary::Not, Value::Int(number)) => Ok(Value::Int(number.not())),
            (Unary::Negative, Value::Int(number)) => Ok(Value::Int(number.negative()?)),
            (Unary::Negative, value @ Value::Object(Type::BigInt, _)) => {
                let number = self.signed(&value)?;
                self.big_signed(-number)
            }
            (Unary::Dereference, value) => self.target(value),
            (_, value) => fault(format!("this operator does not take {}", value.describe())),
        }
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &Expression,
        right: &Expression,
        expected: Option<&Type>,
    ) -> Run {
        // Of a comparison, nothing is known of the sides.
        let expected =
            expected.filter(|kind| !operator.is_comparison() && matches!(kind, Type::Int(_)));
        let left = self.evaluate_target(left, expected)?;
        let expected = match &left {
            Value::Int(number) if number.kind() != IntType::Literal => {
                Some(Type::Int(number.kind()))
            }
            _ => None,
        };
        let right = self.evaluate_target(right, expected.as_ref())?;
        self.operate(operator, left, right)
    }

    /// A condition, with the names that its patterns bind.
    pub(crate) fn condition(&mut self, expression: &Expression) -> Run<bool> {
        match self.evaluate_target(expression, Some(&Type::Bool))? {
            Value::Bool(value) => Ok(value),
            other => fault(format!("{} is no condition", other.describe())),
        }
    }

    fn structure(&mut self, name: &Name, fields: &[(Name, Expression)]) -> Run {
        let Some(declared) = self.code.structs.get(name).map(Arc::clone) else {
            return fault(format!("there is no struct `{name}`"));
        };
        let mut values = vec![None; declared.fields.len()];
        for (field, value) in fields {
            let found = declared
                .fields
                .iter()
                .enumerate()
                .find(|(_, (known, _))| known == field);
            let Some((index, (_, kind))) = found else {
                return fault(format!("`{name}` has no field `{field}`"));
            };
            let value = self.evaluate_as(value, Some(kind))?;
            values[index] = Some(value);
        }
        match values.into_iter().collect::<Option<Vec<Value>>>() {
            Some(values) => Ok(Value::Struct(declared, values)),
            None => fault(format!("a field of `{name}` is missing")),
        }
    }

    /// A copy with objects of its own, as `clone` makes it.
    pub(crate) fn copy(&mut self, value: Value) -> Run {
        Ok(match value {
            Value::Object(kind, id) => {
                let object = match self.objects.get(id).clone() {
                    Object::Values(values) => Object::Values(self.copy_all(values)?),
                    other => other,
                };
                self.object(kind, object)?
            }
            Value::Tuple(parts) => Value::Tuple(self.copy_all(parts)?),
            Value::Array(parts) => Value::Array(self.copy_all(parts)?),
            Value::Multi(parts) => Value::Multi(self.copy_all(parts)?),
            Value::Struct(declared, parts) => Value::Struct(declared, self.copy_all(parts)?),
            Value::Option(Some(inner)) => Value::Option(Some(Box::new(self.copy(*inner)?))),
            Value::Optional(Some(inner)) => Value::Optional(Some(Box::new(self.copy(*inner)?))),
            Value::Reference(place) => {
                let value = self.target(Value::Reference(place))?;
                self.copy(value)?
            }
            other => other,
        })
    }

    fn copy_all(&mut self, values: Vec<Value>) -> Run<Vec<Value>> {
        let mut copies = Vec::with_capacity(values.len());
        for value in values {
            copies.push(self.copy(value)?);
        }
        Ok(copies)
    }
}

fn item_type(expected: Option<&Type>) -> Option<&Type> {
    match expected {
        Some(Type::Array(item, _) | Type::ManagedVec(item)) => Some(item),
        _ => None,
    }
}
