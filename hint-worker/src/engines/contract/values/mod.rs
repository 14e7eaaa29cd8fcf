//! Owns what a running contract holds: integers, managed objects, and values made of them. Must not know the world
//! nor execution.

mod integer;
mod object;
mod value;

pub(crate) use integer::{ArithmeticError, Integer};
pub(crate) use object::{Object, Objects};
pub(crate) use value::{
    Interface, Mapper, ObjectId, Payment, Reference, RemoteCall, SlotId, Value,
};
