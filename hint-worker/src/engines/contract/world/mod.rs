//! Owns the state that contracts work on: accounts, blocks, and how changes are undone. Must not know contracts'
//! code, nor scenarios.

mod account;
mod outcome;
mod state;

pub use account::Address;
pub(crate) use account::{Account, Instance, TokenRights};
pub use outcome::{Failure, LogEntry, Outcome, Record, Status};
pub(crate) use state::{Block, RESERVED_KEY, State, is_reserved};
