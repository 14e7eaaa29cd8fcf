//! What a compiled hint computes with: the values of Python that the subset has, each with Python's own
//! meaning of every operation, or none at all. Must not know the VM or how hints are run.

mod arithmetic;
pub(crate) mod bytes;
mod compare;
pub(crate) mod dict;
pub(crate) mod float;
mod format;
mod function;
mod integer;
mod iterate;
mod journal;
mod list;
mod method;
mod operator;
mod range;
mod sequence;
mod text;

pub(crate) use dict::{Dict, Part};
pub(crate) use function::{Context, Function, SCOPE};
pub(crate) use integer::Integer;
pub(crate) use iterate::Cursor;
pub(crate) use journal::Journal;
pub(crate) use list::List;
pub(crate) use method::Method;
pub(crate) use operator::{Binary, Comparison, Unary};
pub(crate) use range::Range;

use std::cell::RefCell;
use std::rc::Rc;

use cairo_vm::types::relocatable::Relocatable;

/// How deep values may be in each other where all of them are looked at.
const MAX_DEPTH: usize = 16;

const TOO_DEEP: Decline = Decline("values are deep in each other");

/// A value of a variable or an expression.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// `None`.
    None,
    /// `True` and `False`, which are integers as well.
    Boolean(bool),
    /// An integer without bounds but those of the fuel.
    Integer(Integer),
    /// A `float`, which is finite.
    Float(f64),
    /// A string.
    Text(Rc<str>),
    /// `bytes`.
    Bytes(Rc<[u8]>),
    /// A `RelocatableValue`.
    Address(Relocatable),
    /// A tuple.
    Tuple(Rc<[Value]>),
    /// A list: two values may be the same list.
    List(List),
    /// A dictionary: two values may be the same one.
    Dict(Dict),
    /// A set, while the hint runs: no variable or list keeps one, and nothing goes through it, because its order is
    /// that of Python's hashes. The values are the keys of the dictionary.
    Set(Dict),
    /// What `keys`, `values` and `items` of a dictionary give, while the hint runs: no variable or list keeps one.
    View(Dict, Part),
    /// A `range`.
    Range(Rc<Range>),
    /// What `enumerate`, `zip`, `reversed` and `iter` give, while the hint runs: no variable or list keeps one.
    Iterator(Rc<RefCell<Cursor>>),
    /// A function of a library, or of Python itself.
    Function(&'static Function),
    /// A module that a hint imports, or behind a colon an object of one.
    Module(&'static str),
    /// What `hashlib` makes of bytes, while the hint runs: no variable keeps one.
    Digest(Rc<[u8]>),
    /// A struct behind `ids`, while the hint runs: no variable keeps one.
    Struct(StructValue),
    /// A function that a hint defines. No list or tuple has one, so that it never outlives its scope.
    Own(Own),
}

/// What the VM has at an address, as a struct of the program.
#[derive(Clone, Debug)]
pub(crate) struct StructValue {
    /// The number of the struct among those of the hint's text.
    pub(crate) layout: usize,
    /// Where it starts.
    pub(crate) address: Relocatable,
}

/// A function that a hint defines, with what it sees around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Own {
    /// Its number among those of the program's hints.
    pub(crate) number: usize,
    /// The depth of the scope whose variables it sees.
    pub(crate) scope: usize,
    /// Which object it is: each definition makes another one.
    pub(crate) object: u64,
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

    /// Takes what work over so many values costs.
    ///
    /// # Errors
    /// [`Decline`] when so much is not left.
    pub(crate) fn spend_items(&mut self, items: usize) -> Result<(), Decline> {
        self.spend((items as u64).saturating_mul(8).saturating_add(8))
    }
}

impl Value {
    pub(crate) const TRUE: Self = Self::Boolean(true);
    pub(crate) const FALSE: Self = Self::Boolean(false);

    /// A string.
    pub(crate) fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A tuple of these.
    pub(crate) fn tuple(items: Vec<Self>, fuel: &mut Fuel) -> Result<Self, Decline> {
        fuel.spend_items(items.len())?;
        for item in &items {
            item.check_kept(fuel)?;
        }
        Ok(Self::Tuple(items.into()))
    }

    /// A new list of these.
    pub(crate) fn list(items: Vec<Self>, fuel: &mut Fuel) -> Result<Self, Decline> {
        fuel.spend_items(items.len())?;
        for item in &items {
            item.check_kept(fuel)?;
        }
        Ok(Self::List(list::new(items)))
    }

    /// An iterator of Python's.
    pub(crate) fn iterator(cursor: Cursor) -> Self {
        Self::Iterator(Rc::new(RefCell::new(cursor)))
    }

    /// The name of the type, as in Python's messages.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Self::None => "NoneType",
            Self::Boolean(_) => "bool",
            Self::Integer(_) => "int",
            Self::Float(_) => "float",
            Self::Text(_) => "str",
            Self::Bytes(_) => "bytes",
            Self::Digest(_) => "_hashlib.HASH",
            Self::Address(_) => "RelocatableValue",
            Self::Tuple(_) => "tuple",
            Self::List(_) => "list",
            Self::Dict(_) => "dict",
            Self::Set(_) => "set",
            Self::View(_, Part::Keys) => "dict_keys",
            Self::View(_, Part::Values) => "dict_values",
            Self::View(_, Part::Items) => "dict_items",
            Self::Range(_) => "range",
            Self::Iterator(_) => "iterator",
            Self::Function(_) | Self::Own(_) => "function",
            Self::Module(_) => "module",
            Self::Struct(_) => "struct",
        }
    }

    /// The number that this is: an integer or a boolean.
    pub(crate) fn as_integer(&self) -> Option<Integer> {
        match self {
            Self::Integer(integer) => Some(integer.clone()),
            Self::Boolean(boolean) => Some(Integer::from(*boolean)),
            _ => None,
        }
    }

    /// The number that this is, where anything else raises.
    pub(crate) fn integer(&self) -> Result<Integer, Decline> {
        self.as_integer().ok_or(Decline("a value is no integer"))
    }

    /// What an attribute is that Python's own object has, where `ids` has no part in it.
    pub(crate) fn attribute(&self, name: &str) -> Result<Self, Decline> {
        match (self, name) {
            (Self::Address(address), "segment_index") => i64::try_from(address.segment_index)
                .map(Self::from)
                .map_err(|_| arithmetic::OUT_OF_RANGE),
            (Self::Function(function), "__name__") if function.is_type => {
                Ok(Self::text(function.name))
            }
            (Self::Address(address), "offset") => Ok(Self::Integer(address.offset.into())),
            _ => Err(Decline("an attribute that is not known")),
        }
    }
}

impl From<Integer> for Value {
    fn from(integer: Integer) -> Self {
        Self::Integer(integer)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Integer(number.into())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Integer(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Integer(number.into())
    }
}

impl From<bool> for Value {
    fn from(boolean: bool) -> Self {
        Self::Boolean(boolean)
    }
}

impl From<Relocatable> for Value {
    fn from(address: Relocatable) -> Self {
        Self::Address(address)
    }
}
