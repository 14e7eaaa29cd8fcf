//! The server, from outside: a client on a real connection, real workers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attached;
mod chaos;
mod connections;
mod ending;
mod engines;
mod errors;
mod functions;
mod harness;
mod leftovers;
mod life;
mod logs;
mod many;
mod pausing;
mod placed;
mod process;
mod programs;
mod raw;
mod repeating;
mod running;
