//! Expressions computed.

use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;

use super::calls::borrowed;
use super::cells::{member, moved, number};
use super::{Machine, NO_ADDRESS, STEP, UNBOUND};
use crate::engines::compiled::library::{self, Export};
use crate::engines::compiled::scopes::State;
use crate::engines::compiled::tree::{Comprehension, Expression, Piece, Register, Slot, VmCall};
use crate::engines::compiled::value::{
    Comparison, Decline, Integer, Method, Own, StructValue, Value, dict,
};

impl<'a> Machine<'a> {
    pub(super) fn values(&mut self, expressions: &'a [Expression]) -> Result<Vec<Value>, Decline> {
        let mut values = Vec::with_capacity(expressions.len());
        for expression in expressions {
            match expression {
                Expression::Spread(all) => {
                    let all = self.value(all)?;
                    values.extend(all.collect(&mut self.fuel)?);
                }
                expression => values.push(self.value(expression)?),
            }
        }
        Ok(values)
    }

    pub(super) fn address(&mut self, expression: &'a Expression) -> Result<Relocatable, Decline> {
        match self.value(expression)? {
            Value::Address(address) => Ok(address),
            _ => Err(NO_ADDRESS),
        }
    }

    pub(super) fn value(&mut self, expression: &'a Expression) -> Result<Value, Decline> {
        self.fuel.spend(STEP)?;
        Ok(match expression {
            Expression::Constant(value) => value.clone(),
            Expression::Scope(slot) => self.name(*slot)?,
            Expression::Has(slot) => {
                let absent = matches!(self.state(*slot)?, State::Absent);
                Value::Boolean(!absent)
            }
            Expression::Local(number) => self.locals[*number].clone().ok_or(UNBOUND)?,
            Expression::Define(number) => {
                self.objects += 1;
                Value::Own(Own {
                    number: *number,
                    scope: self.scope,
                    object: self.objects,
                })
            }
            Expression::Register(register) => match register {
                Register::Ap => Value::Address(self.frame.ap),
                Register::Fp => Value::Address(self.frame.fp),
                Register::Pc => Value::Address(self.vm.get_pc()),
                Register::Step => Value::from(self.vm.get_current_step()),
            },
            Expression::RangeCheckBound => {
                let bound = self
                    .vm
                    .builtin_runners
                    .iter()
                    .find_map(|builtin| match builtin {
                        BuiltinRunner::RangeCheck(builtin) => Some(builtin.bound()),
                        _ => None,
                    });
                Value::Integer(Integer::from(bound.ok_or(UNBOUND)?))
            }
            Expression::Path(path) => {
                self.search(1)?;
                number(self.path(path)?)
            }
            Expression::Cell(path) => {
                self.search(2)?;
                number(self.read(self.path_address(path)?)?)
            }
            Expression::Struct(layout, path) => Value::Struct(StructValue {
                layout: *layout,
                address: self.path_address(path)?,
            }),
            Expression::Memory(address) => {
                let address = self.address(address)?;
                self.search(1)?;
                number(self.read(address)?)
            }
            Expression::Attribute(value, name) => {
                let value = self.value(value)?;
                self.attribute(&value, name)?
            }
            Expression::Subscript(value, index) => {
                let value = self.value(value)?;
                let index = self.value(index)?;
                match &value {
                    Value::Struct(found) => self.element(found, &index)?,
                    value => value.subscript(&index, &mut self.fuel)?,
                }
            }
            Expression::Slice(value, [lower, upper, step]) => {
                let value = self.value(value)?;
                let mut bound = |bound: &'a Option<Box<Expression>>| match bound {
                    Some(bound) => self.value(bound).map(Some),
                    None => Ok(None),
                };
                let (lower, upper, step) = (bound(lower)?, bound(upper)?, bound(step)?);
                value.slice(
                    lower.as_ref(),
                    upper.as_ref(),
                    step.as_ref(),
                    &mut self.fuel,
                )?
            }
            Expression::Unary(operator, value) => {
                let value = self.value(value)?;
                Value::unary(*operator, &value, &mut self.fuel)?
            }
            Expression::Binary(operator, operands) => {
                let left = self.value(&operands.0)?;
                let right = self.value(&operands.1)?;
                Value::binary(*operator, &left, &right, &mut self.fuel)?
            }
            Expression::And(values) => self.first_that(values, false)?,
            Expression::Or(values) => self.first_that(values, true)?,
            Expression::Compare(first, rest) => self.compare(first, rest)?,
            Expression::Choice(choice) => {
                let (test, body, otherwise) = &**choice;
                match self.value(test)?.truth()? {
                    true => self.value(body)?,
                    false => self.value(otherwise)?,
                }
            }
            Expression::Tuple(values) => {
                let values = self.values(values)?;
                Value::tuple(values, &mut self.fuel)?
            }
            Expression::List(values) => {
                let values = self.values(values)?;
                Value::list(values, &mut self.fuel)?
            }
            Expression::Raise => return Err(Decline("it raises")),
            Expression::Spread(_) => return Err(Decline("a spread of values alone")),
            Expression::Dict(entries) => {
                let made = dict::new();
                for (key, value) in entries {
                    let Some(key) = key else {
                        let from = self.value(value)?;
                        let Value::Dict(_) = from else {
                            return Err(Decline("entries of no dictionary"));
                        };
                        dict::update(&made, &from, &mut self.fuel, self.journal)?;
                        continue;
                    };
                    let key = self.value(key)?;
                    let value = self.value(value)?;
                    dict::set(&made, &key, value, &mut self.fuel, self.journal)?;
                }
                Value::Dict(made)
            }
            Expression::Set(values) => {
                let values = self.values(values)?;
                Value::set(values, &mut self.fuel)?
            }
            Expression::DictComprehension(comprehension) => {
                let mut pairs = Vec::new();
                self.comprehend(comprehension, 0, &mut |pair| {
                    pairs.push(pair);
                    Ok(true)
                })?;
                let made = dict::new();
                let pairs = Value::list(pairs, &mut self.fuel)?;
                dict::update(&made, &pairs, &mut self.fuel, self.journal)?;
                Value::Dict(made)
            }
            Expression::Put(target, value) => {
                let place = self.place(target)?;
                let value = self.value(value)?;
                self.put(place, value)?;
                Value::None
            }
            Expression::Bind(target, value) => {
                let value = self.value(value)?;
                self.assign(target, value.clone())?;
                value
            }
            Expression::Comprehension(comprehension) => {
                let mut values = Vec::new();
                self.comprehend(comprehension, 0, &mut |value| {
                    values.push(value);
                    Ok(true)
                })?;
                Value::list(values, &mut self.fuel)?
            }
            Expression::Mapped(slot, mapped) => {
                self.check_unreplaced(*slot)?;
                let (function, values) = &**mapped;
                let function = self.value(function)?;
                let mut values = self.cursor(values)?;
                let mut made = Vec::new();
                while let Some(value) = values.next(&mut self.fuel)? {
                    self.fuel.spend(STEP)?;
                    made.push(self.apply(&function, vec![value], Vec::new())?);
                }
                Value::list(made, &mut self.fuel)?
            }
            Expression::Quantifier(slot, all, comprehension) => {
                self.check_unreplaced(*slot)?;
                let ran =
                    self.comprehend(comprehension, 0, &mut |value| Ok(value.truth()? == *all))?;
                Value::Boolean(ran == *all)
            }
            Expression::Text(pieces) => self.text(pieces)?,
            Expression::Call(function, arguments) => {
                let function = self.value(function)?;
                self.call(&function, arguments)?
            }
            Expression::Method(value, name, arguments) => {
                let value = self.value(value)?;
                if let Value::Module(_) = value {
                    let function = self.attribute(&value, name)?;
                    return self.call(&function, arguments);
                }
                let method = Method::find(name).ok_or(Decline("a method that is not known"))?;
                let positional = self.values(&arguments.positional)?;
                let named = self.named(arguments)?;
                let named = borrowed(&named);
                method.call(&value, &positional, &named, &mut self.fuel, self.journal)?
            }
            Expression::Vm(function, arguments) => self.vm_call(*function, arguments)?,
        })
    }

    /// That a name still stands for Python's own function.
    fn check_unreplaced(&mut self, slot: Slot) -> Result<(), Decline> {
        match self.variable(slot)? {
            Some(_) => Err(Decline("a function of Python's was replaced")),
            None => Ok(()),
        }
    }

    /// The first value whose truth is `decides`, or the last.
    pub(super) fn first_that(
        &mut self,
        values: &'a [Expression],
        decides: bool,
    ) -> Result<Value, Decline> {
        let mut last = Value::None;
        for value in values {
            last = self.value(value)?;
            if last.truth()? == decides {
                break;
            }
        }
        Ok(last)
    }

    pub(super) fn compare(
        &mut self,
        first: &'a Expression,
        rest: &'a [(Comparison, Expression)],
    ) -> Result<Value, Decline> {
        if let (Expression::Vm(VmCall::GetRange, range), [(operator, right)]) = (first, rest)
            && matches!(operator, Comparison::Equal | Comparison::NotEqual)
        {
            let equal = self.range_equals(range, right)?;
            return Ok(Value::Boolean(equal == (*operator == Comparison::Equal)));
        }
        let mut left = self.value(first)?;
        for (operator, right) in rest {
            let right = self.value(right)?;
            if !Value::comparison(*operator, &left, &right, &mut self.fuel)? {
                return Ok(Value::FALSE);
            }
            left = right;
        }
        Ok(Value::TRUE)
    }

    pub(super) fn attribute(&mut self, value: &Value, name: &str) -> Result<Value, Decline> {
        match value {
            Value::Struct(found) => member(self, found, name),
            Value::Module(module) => match library::find(module, name) {
                Some(Export::Function(function)) => Ok(Value::Function(function)),
                Some(Export::Constant(constant)) => {
                    let number = constant.number().map(Value::Integer);
                    number.ok_or(Decline("an unusual constant"))
                }
                _ => Err(Decline("a part of a module")),
            },
            value => value.attribute(name),
        }
    }

    /// An element of an array of structs.
    pub(super) fn element(&mut self, found: &StructValue, index: &Value) -> Result<Value, Decline> {
        let size = Integer::from(self.shared.layouts.get(found.layout).size as i64);
        let cells = index.integer()?.mul(&size, &mut self.fuel)?;
        let cells = cells.to_i64().ok_or(Decline("a large index"))?;
        Ok(Value::Struct(StructValue {
            layout: found.layout,
            address: moved(found.address, cells)?,
        }))
    }

    /// Gives the values of a comprehension, in order, until `take` says no; whether it never did.
    pub(super) fn comprehend(
        &mut self,
        comprehension: &'a Comprehension,
        depth: usize,
        take: &mut dyn FnMut(Value) -> Result<bool, Decline>,
    ) -> Result<bool, Decline> {
        if depth == 0 {
            for repeat in &comprehension.loops {
                self.forget(&repeat.target);
            }
        }
        let Some(repeat) = comprehension.loops.get(depth) else {
            let value = self.value(&comprehension.element)?;
            self.fuel.spend(STEP)?;
            return take(value);
        };
        let mut values = self.cursor(&repeat.iterable)?;
        'values: while let Some(value) = values.next(&mut self.fuel)? {
            self.assign(&repeat.target, value)?;
            for condition in &repeat.conditions {
                if !self.value(condition)?.truth()? {
                    continue 'values;
                }
            }
            if !self.comprehend(comprehension, depth + 1, take)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn text(&mut self, pieces: &'a [Piece]) -> Result<Value, Decline> {
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Literal(literal) => text.push_str(literal),
                Piece::Value(value, repr, format) => {
                    let value = self.value(value)?;
                    let value = match repr {
                        true => Value::text(&value.repr(&mut self.fuel)?),
                        false => value,
                    };
                    text.push_str(&value.format(format, &mut self.fuel)?);
                }
            }
            self.fuel.spend(text.len() as u64)?;
        }
        Ok(Value::text(&text))
    }
}
