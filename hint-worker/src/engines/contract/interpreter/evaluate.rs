//! Owns evaluating expressions and statements, and the places that they name. Must not know what the framework's
//! objects do.

use std::sync::Arc;

use super::frame::Interpreter;
use super::stop::{Run, Stop, fault, user};
use crate::engines::contract::source::tree::{
    Arm, Block, Expression, ExpressionKind, Literal, Operator, Pattern, Statement, Unary,
};
use crate::engines::contract::source::types::{IntType, Name, Type};
use crate::engines::contract::values::{Integer, Object, Reference, Value};
use crate::engines::contract::world::{Failure, Record};

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
    fn load(&mut self, place: &Reference) -> Run {
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
            ExpressionKind::Unary(Unary::Dereference, inner) => self.evaluate_target(inner, expected),
            ExpressionKind::Unary(operator, inner) => {
                let value = self.evaluate_target(inner, expected)?;
                self.unary(*operator, value)
            }
            ExpressionKind::Binary(operator, left, right) => self.binary(*operator, left, right, expected),
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
            ExpressionKind::Reference(inner) if matches!(inner.kind, ExpressionKind::Literal(_)) => {
                self.evaluate(inner, expected)
            }
            ExpressionKind::Reference(inner) => Ok(Value::Reference(self.place_expecting(inner, expected)?)),
            ExpressionKind::Cast(inner, kind) => match (self.evaluate_target(inner, None)?, kind) {
                (Value::Int(number), Type::Int(kind)) => Ok(Value::Int(number.cast(*kind))),
                (Value::Bool(value), Type::Int(kind)) => {
                    Ok(Value::Int(Integer::new(*kind, i128::from(value))?))
                }
                (value, _) => fault(format!("{} cannot be cast", value.describe())),
            },
            ExpressionKind::Field(..) | ExpressionKind::TupleField(..) | ExpressionKind::Index(..) => {
                let place = self.place(expression)?;
                self.load(&place)
            }
            ExpressionKind::MethodCall {
                receiver,
                name,
                types,
                arguments,
            } => self.method_call(receiver, name, types, arguments, expected),
            ExpressionKind::Call { path, of, arguments } => self.call(path, of.as_ref(), arguments, expected),
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
                self.transaction.meter.bytes(count.saturating_mul(value.size()))?;
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
            _ => self.constant(name),
        }
    }

    fn constant(&mut self, name: &str) -> Run {
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
        let expected = expected.filter(|kind| !operator.is_comparison() && matches!(kind, Type::Int(_)));
        let left = self.evaluate_target(left, expected)?;
        let expected = match &left {
            Value::Int(number) if number.kind() != IntType::Literal => Some(Type::Int(number.kind())),
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

    fn assign(&mut self, place: &Expression, value: &Expression) -> Run {
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
            Value::Int(number) if number.kind() != IntType::Literal => Some(Type::Int(number.kind())),
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

    fn place_expecting(&mut self, expression: &Expression, expected: Option<&Type>) -> Run<Reference> {
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
                    return fault(format!("{} has no field `{name}`", self.read(&place)?.describe()));
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
            None => Err(Failure::user("panic occurred").with_detail("the index is out of range").into()),
        }
    }

    fn structure(&mut self, name: &Name, fields: &[(Name, Expression)]) -> Run {
        let Some(declared) = self.code.structs.get(name).map(Arc::clone) else {
            return fault(format!("there is no struct `{name}`"));
        };
        let mut values = vec![None; declared.fields.len()];
        for (field, value) in fields {
            let found = declared.fields.iter().enumerate().find(|(_, (known, _))| known == field);
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
                    Value::Tuple(parts) | Value::Multi(parts) | Value::Array(parts) => parts.clone(),
                    Value::Unit => Vec::new(),
                    other => return fault(format!("{} where a tuple is expected", other.describe())),
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
                Value::Option(Some(value)) | Value::Optional(Some(value)) => self.matches(inner, *value),
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

    fn match_arms(&mut self, inner: &Expression, arms: &[Arm], expected: Option<&Type>) -> Run {
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

    fn range_end(&mut self, end: Option<&Expression>) -> Run<Option<Integer>> {
        match end {
            None => Ok(None),
            Some(end) => match self.evaluate_target(end, None)? {
                Value::Int(number) => Ok(Some(number)),
                other => fault(format!("{} is no end of a range", other.describe())),
            },
        }
    }

    fn repeat(&mut self, expression: &Expression) -> Run {
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
                let (mut now, Some(last)) = (start.as_signed().unwrap_or(i128::MAX), end.as_signed()) else {
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

fn item_type(expected: Option<&Type>) -> Option<&Type> {
    match expected {
        Some(Type::Array(item, _) | Type::ManagedVec(item)) => Some(item),
        _ => None,
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
