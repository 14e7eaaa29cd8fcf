//! Contracts, from their bytes to their transactions.

mod codec;
mod damaged;
mod execution;
mod harness;
mod hostile;
mod random;
mod refusals;
mod scenarios;
