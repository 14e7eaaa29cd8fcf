//! A list, which several values may be. What lists hold never leads back to them, and they are let go of one
//! after the other however deep they are in each other. Must not know what is done with them.

use std::cell::RefCell;
use std::mem;
use std::ops::{Deref, DerefMut};
use std::rc::Rc;

use super::{Decline, Fuel, MAX_DEPTH, SCOPE, TOO_DEEP, Value};

/// A list and who else has it.
pub(crate) type List = Rc<RefCell<Items>>;

/// What a list has.
#[derive(Debug, Default)]
pub(crate) struct Items(Vec<Value>);

/// A list of its own, of values that a list may have.
pub(super) fn new(items: Vec<Value>) -> List {
    Rc::new(RefCell::new(Items(items)))
}

impl Value {
    /// That a list or tuple may hold this value: no iterator, and no tuples deep in each other.
    pub(crate) fn check_kept(&self, fuel: &mut Fuel) -> Result<(), Decline> {
        // One level is for the tuple that it may get into.
        self.check_tuples(MAX_DEPTH - 1, fuel)
    }

    fn check_tuples(&self, depth: usize, fuel: &mut Fuel) -> Result<(), Decline> {
        match self {
            Self::Iterator(_)
            | Self::Set(_)
            | Self::View(..)
            | Self::Range(_)
            | Self::Struct(_)
            | Self::Digest(_)
            | Self::Own(_) => Err(Decline("a value that nothing keeps in a list")),
            Self::Function(function) if function.module == SCOPE => {
                Err(Decline("a value that nothing keeps in a list"))
            }
            Self::Tuple(items) => {
                let depth = depth.checked_sub(1).ok_or(TOO_DEEP)?;
                fuel.spend_items(items.len())?;
                items
                    .iter()
                    .try_for_each(|item| item.check_tuples(depth, fuel))
            }
            _ => Ok(()),
        }
    }

    /// That this value may get into a list or dictionary: what may be in any, and does not lead back to this one,
    /// which is told by its address.
    pub(super) fn check_into(&self, into: *const (), fuel: &mut Fuel) -> Result<(), Decline> {
        match self {
            Self::None | Self::Boolean(_) | Self::Integer(_) | Self::Text(_) => return Ok(()),
            Self::Address(_) => return Ok(()),
            _ => {}
        }
        self.check_kept(fuel)?;
        let mut pending = vec![self.clone()];
        while let Some(value) = pending.pop() {
            match &value {
                Self::List(inner) if std::ptr::eq(Rc::as_ptr(inner).cast(), into) => {
                    return Err(Decline("a list in itself"));
                }
                Self::Dict(inner) if std::ptr::eq(Rc::as_ptr(inner).cast(), into) => {
                    return Err(Decline("a dictionary in itself"));
                }
                Self::Dict(inner) => {
                    let inner = inner.borrow();
                    fuel.spend_items(inner.len())?;
                    let values = inner.iter().map(|(_, value)| value);
                    pending.extend(values.filter(|item| item.holds_values()).cloned());
                }
                Self::List(inner) => {
                    let inner = inner.borrow();
                    fuel.spend_items(inner.len())?;
                    pending.extend(inner.iter().filter(|item| item.holds_values()).cloned());
                }
                Self::Tuple(items) => {
                    fuel.spend_items(items.len())?;
                    pending.extend(items.iter().filter(|item| item.holds_values()).cloned());
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn holds_values(&self) -> bool {
        matches!(self, Self::Tuple(_) | Self::List(_) | Self::Dict(_))
    }
}

impl Deref for Items {
    type Target = Vec<Value>;

    fn deref(&self) -> &Vec<Value> {
        &self.0
    }
}

impl DerefMut for Items {
    fn deref_mut(&mut self) -> &mut Vec<Value> {
        &mut self.0
    }
}

impl From<Vec<Value>> for Items {
    fn from(items: Vec<Value>) -> Self {
        Self(items)
    }
}

/// Without the recursion that lists in lists would be, which a hint could make deeper than the stack.
impl Drop for Items {
    fn drop(&mut self) {
        release(mem::take(&mut self.0));
    }
}

/// Lets go of values, one after the other.
pub(super) fn release(mut pending: Vec<Value>) {
    while let Some(value) = pending.pop() {
        match value {
            Value::List(list) => {
                if let Some(list) = Rc::into_inner(list) {
                    pending.append(&mut list.into_inner().0);
                }
            }
            Value::Dict(dict) => {
                if let Some(dict) = Rc::into_inner(dict) {
                    let map = mem::take(&mut dict.into_inner().map);
                    pending.extend(map.into_values().map(|(_, value)| value));
                }
            }
            Value::Tuple(mut items) => {
                for item in Rc::get_mut(&mut items).into_iter().flatten() {
                    pending.push(mem::replace(item, Value::None));
                }
            }
            _ => {}
        }
    }
}
