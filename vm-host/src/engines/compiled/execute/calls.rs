//! Calls of functions.

use super::cells::member;
use super::{Flow, MAX_CALLS, Machine};
use crate::engines::compiled::tree::{Arguments, OwnFunction};
use crate::engines::compiled::value::{Context, Decline, Fuel, Value};

impl<'a> Machine<'a> {
    pub(super) fn named(
        &mut self,
        arguments: &'a Arguments,
    ) -> Result<Vec<(&'a str, Value)>, Decline> {
        let named = arguments.named.iter();
        named
            .map(|(name, value)| Ok((&**name, self.value(value)?)))
            .collect()
    }

    pub(super) fn call(
        &mut self,
        function: &Value,
        arguments: &'a Arguments,
    ) -> Result<Value, Decline> {
        let positional = self.values(&arguments.positional)?;
        let named = self.named(arguments)?;
        match function {
            Value::Function(function) => {
                // Reading a member takes the machine, and the context the fuel of it.
                let mut fuel = std::mem::replace(&mut self.fuel, Fuel::new(0));
                let reader: &Self = self;
                let mut context = Context {
                    fuel: &mut fuel,
                    member: &|found, name| member(reader, found, name),
                };
                let value = function.call(&mut context, &positional, &named);
                self.fuel = fuel;
                value
            }
            Value::Own(own) => {
                let body = self.body;
                let function = &body.functions[own.number];
                self.call_own(function, positional, named)
            }
            _ => Err(Decline("a value is no function")),
        }
    }

    pub(super) fn call_own(
        &mut self,
        function: &'a OwnFunction,
        positional: Vec<Value>,
        named: Vec<(&str, Value)>,
    ) -> Result<Value, Decline> {
        let count = function.parameters.len();
        if positional.len() > count || self.calls >= MAX_CALLS {
            return Err(Decline("unusual arguments"));
        }
        let mut locals: Vec<Option<Value>> = vec![None; function.locals];
        for (local, value) in locals.iter_mut().zip(positional) {
            *local = Some(value);
        }
        for (name, value) in named {
            let place = function
                .parameters
                .iter()
                .position(|known| **known == *name);
            match place.map(|place| &mut locals[place]) {
                Some(local @ None) => *local = Some(value),
                _ => return Err(Decline("unusual arguments")),
            }
        }
        let first = count - function.defaults.len();
        for (local, default) in locals[first..count].iter_mut().zip(&function.defaults) {
            local.get_or_insert_with(|| default.clone());
        }
        if locals[..count].iter().any(Option::is_none) {
            return Err(Decline("an argument is missing"));
        }
        let outer = std::mem::replace(&mut self.locals, locals);
        self.calls += 1;
        let flow = self.block(&function.body);
        self.calls -= 1;
        self.locals = outer;
        match flow? {
            Flow::Return(value) => Ok(value),
            _ => Ok(Value::None),
        }
    }
}
