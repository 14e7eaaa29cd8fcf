//! The host as a library: what programs in Rust use of it, and what no command line shows.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod placement;
mod processor;
mod sharing;
mod zygote;
