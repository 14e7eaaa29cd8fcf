//! The server, from outside: a client on a real connection, real workers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attached;
mod errors;
mod harness;
mod life;
mod placed;
mod running;
