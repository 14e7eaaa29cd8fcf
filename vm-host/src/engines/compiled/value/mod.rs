//! What a compiled hint computes with: the values of Python that the subset has, each with Python's own
//! meaning of every operation, or none at all. Must not know the VM or how hints are run.

mod integer;

pub(crate) use integer::Integer;

use std::cell::RefCell;
use std::rc::Rc;

use cairo_vm::types::relocatable::Relocatable;

use super::library::Function;

/// A value of a variable or an expression.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// `None`.
    None,
    /// `True` and `False`, which are integers as well.
    Boolean(bool),
    /// An integer without bounds but those of the fuel.
    Integer(Integer),
    /// A string.
    Text(Rc<str>),
    /// A `RelocatableValue`.
    Address(Relocatable),
    /// A tuple.
    Tuple(Rc<[Value]>),
    /// A list: two values may be the same list.
    List(List),
    /// A function of a library, or of Python itself.
    Function(&'static Function),
    /// A struct behind `ids`, while the hint runs: no variable keeps one.
    Struct(StructValue),
    /// A function that the hint itself defines, by its number there: no variable keeps one.
    Own(Own),
}

/// A list and who else has it.
pub(crate) type List = Rc<RefCell<Vec<Value>>>;

/// What the VM has at an address, as a struct of the program.
#[derive(Clone, Debug)]
pub(crate) struct StructValue {
    /// The number of the struct among those of the hint's text.
    pub(crate) layout: usize,
    /// Where it starts.
    pub(crate) address: Relocatable,
}

/// A function of the hint's own, with what it sees around it.
#[derive(Clone, Debug)]
pub(crate) struct Own {
    /// Its number among those of the hint's text.
    pub(crate) number: usize,
}

/// The hint has to run in Python, for this reason. Nothing has happened that Python would not find as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decline(pub(crate) &'static str);

/// How much more a hint may do before it has to run in Python.
#[derive(Debug)]
pub(crate) struct Fuel(u64);

impl Fuel {
    /// So many units; one is about a nanosecond of simple work.
    pub(crate) const fn new(units: u64) -> Self {
        Self(units)
    }

    /// Takes what some work costs, before it is done.
    ///
    /// # Errors
    /// [`Decline`] when so much is not left.
    pub(crate) fn spend(&mut self, units: u64) -> Result<(), Decline> {
        match self.0.checked_sub(units) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => Err(Decline("it takes long")),
        }
    }
}
