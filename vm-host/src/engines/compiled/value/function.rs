//! A function as a value: what it takes, and what it does. Must not know which there are.

use super::{Decline, Fuel, StructValue, Value};

/// A function, or a type that is called as one.
#[derive(Debug)]
pub(crate) struct Function {
    /// The module that a hint imports it from; empty for Python's own.
    pub(crate) module: &'static str,
    /// Its name there.
    pub(crate) name: &'static str,
    /// Its parameters by name, in order, for arguments given by name; those behind `required` may be left out.
    /// One without a name is given by its place only, and `*` before a name says that it is not.
    pub(crate) parameters: &'static [&'static str],
    pub(crate) required: usize,
    /// Whether arguments may be any more, all by their places. Then parameters are those given by name alone, and
    /// come first.
    pub(crate) variadic: bool,
    /// Whether it is a type, as `isinstance` needs one.
    pub(crate) is_type: bool,
    /// What it does. Arguments come in the order of the parameters; one that was left out is absent.
    pub(crate) run: fn(&mut Context<'_>, &[Option<Value>]) -> Result<Value, Decline>,
}

/// What a function finds beside its arguments.
pub(crate) struct Context<'a> {
    pub(crate) fuel: &'a mut Fuel,
    /// Reads a member of a struct behind `ids`, such as `d0`.
    pub(crate) member: &'a dyn Fn(&StructValue, &str) -> Result<Value, Decline>,
    /// What the hint prints.
    pub(crate) printed: &'a mut String,
}

impl Function {
    /// One of a module that takes all of its parameters.
    pub(crate) const fn of(
        module: &'static str,
        name: &'static str,
        parameters: &'static [&'static str],
        run: fn(&mut Context<'_>, &[Option<Value>]) -> Result<Value, Decline>,
    ) -> Self {
        Self {
            module,
            name,
            parameters,
            required: parameters.len(),
            variadic: false,
            is_type: false,
            run,
        }
    }

    /// Calls the function as a hint does, with arguments by their places and by their names.
    ///
    /// # Errors
    /// [`Decline`] where Python raises, also because of the arguments, and where the fuel ends.
    pub(crate) fn call(
        &self,
        context: &mut Context<'_>,
        positional: &[Value],
        named: &[(&str, Value)],
    ) -> Result<Value, Decline> {
        const ARGUMENTS: Decline = Decline("arguments that a function does not have");
        context.fuel.spend_items(positional.len())?;
        let places = self
            .parameters
            .iter()
            .filter(|parameter| !parameter.starts_with('*'))
            .count();
        if positional.len() > places && !self.variadic {
            return Err(ARGUMENTS);
        }
        let before = match self.variadic {
            true => self.parameters.len(),
            false => 0,
        };
        let mut arguments: Vec<Option<Value>> = vec![None; before];
        arguments.extend(positional.iter().cloned().map(Some));
        arguments.resize(arguments.len().max(self.parameters.len()), None);
        for (name, value) in named {
            let place = self
                .parameters
                .iter()
                .position(|parameter| {
                    parameter.trim_start_matches('*') == *name && !name.is_empty()
                })
                .ok_or(ARGUMENTS)?;
            if arguments[place].replace(value.clone()).is_some() {
                return Err(ARGUMENTS);
            }
        }
        if arguments.iter().take(self.required).any(Option::is_none) {
            return Err(ARGUMENTS);
        }
        (self.run)(context, &arguments)
    }
}
