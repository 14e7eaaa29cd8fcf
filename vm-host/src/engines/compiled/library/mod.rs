//! The functions that compiled hints may call: Python's own and those of cairo-lang, each compared with the
//! Python one. Which file of cairo-lang a function was compared with is in the table; another file's is not
//! used. Must not know how hints are compiled or run.

use super::value::{Decline, Fuel, StructValue, Value};

/// A function.
#[derive(Debug)]
pub(crate) struct Function {
    /// The module that a hint imports it from; empty for Python's own.
    pub(crate) module: &'static str,
    /// Its name there.
    pub(crate) name: &'static str,
    /// Its parameters by name, in order, for arguments given by name; those behind `required` may be left out.
    pub(crate) parameters: &'static [&'static str],
    pub(crate) required: usize,
    /// What it does. Arguments come in the order of the parameters; one that was left out is absent.
    pub(crate) run: fn(&mut Context<'_>, &[Option<Value>]) -> Result<Value, Decline>,
}

/// A constant of a module, such as `SECP_P`, decimal.
#[derive(Debug)]
pub(crate) struct Constant {
    pub(crate) module: &'static str,
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
}

/// What a function finds beside its arguments.
pub(crate) struct Context<'a> {
    pub(crate) fuel: &'a mut Fuel,
    /// Reads a member of a struct behind `ids`, such as `d0`.
    pub(crate) member: &'a dyn Fn(&StructValue, &str) -> Result<Value, Decline>,
}
