//! Calls of functions.

use std::rc::Rc;

use super::cells::member;
use super::{Flow, MAX_CALLS, Machine};
use crate::engines::compiled::tree::{Arguments, OwnFunction};
use crate::engines::compiled::value::{Context, Decline, Fuel, Value, dict};

/// Arguments by their names.
type Named = Vec<(Rc<str>, Value)>;

/// The same for those who only look.
pub(super) fn borrowed(named: &Named) -> Vec<(&str, Value)> {
    let named = named.iter();
    named
        .map(|(name, value)| (&**name, value.clone()))
        .collect()
}

impl<'a> Machine<'a> {
    pub(super) fn named(&mut self, arguments: &'a Arguments) -> Result<Named, Decline> {
        let mut named = Named::with_capacity(arguments.named.len());
        for (name, value) in &arguments.named {
            let value = self.value(value)?;
            let Some(name) = name else {
                self.spread_named(&value, &mut named)?;
                continue;
            };
            if named.iter().any(|(known, _)| **known == **name) {
                return Err(Decline("an argument that is given twice"));
            }
            named.push((Rc::from(&**name), value));
        }
        Ok(named)
    }

    /// Adds the entries of a dictionary behind `**`.
    fn spread_named(&mut self, from: &Value, named: &mut Named) -> Result<(), Decline> {
        let Value::Dict(from) = from else {
            return Err(Decline("arguments of no dictionary"));
        };
        for (name, value) in from.borrow().iter() {
            self.fuel.spend_items(named.len())?;
            match name {
                Value::Text(name) if named.iter().all(|(known, _)| known != name) => {
                    named.push((Rc::clone(name), value.clone()));
                }
                _ => return Err(Decline("an argument that is given twice")),
            }
        }
        Ok(())
    }

    pub(super) fn call(
        &mut self,
        function: &Value,
        arguments: &'a Arguments,
    ) -> Result<Value, Decline> {
        let positional = self.values(&arguments.positional)?;
        let named = self.named(arguments)?;
        self.apply(function, positional, named)
    }

    pub(super) fn apply(
        &mut self,
        function: &Value,
        positional: Vec<Value>,
        named: Named,
    ) -> Result<Value, Decline> {
        match function {
            // The one that takes arguments of any names.
            Value::Function(function) if function.module.is_empty() && function.name == "dict" => {
                let made = dict::new();
                if positional.len() > 1 {
                    return Err(Decline("unusual arguments"));
                }
                for from in &positional {
                    dict::update(&made, from, &mut self.fuel, self.journal)?;
                }
                for (name, value) in named {
                    let name = Value::Text(name);
                    dict::set(&made, &name, value, &mut self.fuel, self.journal)?;
                }
                Ok(Value::Dict(made))
            }
            Value::Function(function) => {
                // Reading a member takes the machine, and the context the fuel of it.
                let mut fuel = std::mem::replace(&mut self.fuel, Fuel::new(0));
                let mut printed = std::mem::take(&mut self.printed);
                let reader: &Self = self;
                let mut context = Context {
                    fuel: &mut fuel,
                    member: &|found, name| member(reader, found, name),
                    printed: &mut printed,
                };
                let value = function.call(&mut context, &positional, &borrowed(&named));
                (self.fuel, self.printed) = (fuel, printed);
                value
            }
            Value::Own(own) => {
                let functions = &self.shared.functions;
                let function = &functions[own.number];
                if function.uses_vm && own.scope != self.own_scope {
                    return Err(Decline("a function of another scope"));
                }
                if function.uses_ids && function.hint != self.id {
                    return Err(Decline("a function with `ids` of another hint"));
                }
                let outer = std::mem::replace(&mut self.scope, own.scope);
                let value = self.call_own(function, positional, named);
                self.scope = outer;
                value
            }
            _ => Err(Decline("a value is no function")),
        }
    }

    pub(super) fn call_own(
        &mut self,
        function: &'a OwnFunction,
        positional: Vec<Value>,
        named: Named,
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
