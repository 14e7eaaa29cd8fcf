//! Owns executing a contract's endpoints: one thread, values by id, locals as maps on a stack; everything may be
//! changed, nothing is borrowed, all of it is gone at the end of an endpoint. Must not know scenarios.
//!
//! Reading order: [`transaction`] (what all calls of a transaction share), [`frame`] (one execution), [`evaluate`]
//! (expressions), [`flow`] (statements), [`dispatch`] (calls of methods), then what those do.

mod buffers;
mod calls;
mod convert;
mod dispatch;
mod endpoint;
mod evaluate;
mod flow;
mod frame;
mod framework;
mod functions;
mod lists;
mod messages;
mod methods;
mod operators;
mod places;
mod stop;
mod storage;
mod transaction;

pub(crate) use transaction::{CallInput, Sources, Transaction};
