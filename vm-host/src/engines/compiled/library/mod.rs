//! The functions that compiled hints may call: Python's own and those of cairo-lang, each compared with the
//! Python one. Which file of cairo-lang a function was compared with is in the table; another file's is not
//! used. Must not know how hints are compiled or run.

mod builtins;
mod curves;
mod felts;
mod files;
mod hashes;
mod modules;
mod numbers;
mod residues;
mod scope;
mod secp;
mod trees;

#[cfg(test)]
pub(crate) mod tests;

pub(crate) use builtins::RELOCATABLE_VALUE;
pub(crate) use files::modules_that_fit;
pub(crate) use scope::of_every_scope;

use super::value::{Context, Decline, Function, Integer, Value};

/// A constant of a module, such as `SECP_P`, decimal.
#[derive(Debug)]
pub(crate) struct Constant {
    pub(crate) module: &'static str,
    pub(crate) name: &'static str,
    pub(crate) value: &'static str,
}

impl Constant {
    /// Its number.
    pub(crate) fn number(&self) -> Option<Integer> {
        Integer::from_decimal(self.value)
    }
}

/// A list of a module, which nobody may change.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) module: &'static str,
    pub(crate) name: &'static str,
    pub(crate) words: &'static [u32],
}

/// What a module has under a name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Export {
    Function(&'static Function),
    Constant(&'static Constant),
    Words(&'static Words),
    /// An object whose attributes are constants: a module by the name of its own and, behind a colon, the object's.
    Object(&'static str),
}

/// What a module has under a name, if it is one of those here.
pub(crate) fn find(module: &str, name: &str) -> Option<Export> {
    let mut modules = modules::MODULES.iter();
    let found = modules.find(|known| known.name == module)?.find(name);
    found.or_else(|| {
        let mut objects = modules::MODULES.iter().map(|known| known.name);
        let object = objects.find(|known| known.split_once(':') == Some((module, name)))?;
        Some(Export::Object(object))
    })
}

/// The name of a module that hints may import as a whole.
pub(crate) fn module(name: &str) -> Option<&'static str> {
    let plain = modules::MODULES
        .iter()
        .filter(|module| module.files.is_empty());
    plain.map(|module| module.name).find(|known| *known == name)
}

/// All functions and numbers that modules have, each with its module.
pub(crate) fn exports() -> impl Iterator<Item = (&'static str, Export)> {
    let modules = modules::MODULES.iter();
    let modules = modules.filter(|module| !module.name.contains(':'));
    modules.flat_map(|module| {
        let functions = module.functions.iter().copied().map(Export::Function);
        let constants = module.constants.iter().map(Export::Constant);
        functions
            .chain(constants)
            .map(|export| (module.name, export))
    })
}

/// Python's own functions.
pub(crate) fn builtins() -> impl Iterator<Item = &'static Function> {
    builtins::ALL.iter().copied()
}

/// A function of Python's own.
pub(crate) fn builtin(name: &str) -> Option<&'static Function> {
    builtins().find(|function| function.name == name)
}

/// An argument that is there, as those that a function requires are.
fn argument(arguments: &[Option<Value>], place: usize) -> Result<&Value, Decline> {
    optional(arguments, place).ok_or(Decline("a function without an argument"))
}

fn optional(arguments: &[Option<Value>], place: usize) -> Option<&Value> {
    arguments.get(place)?.as_ref()
}
