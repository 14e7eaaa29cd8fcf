//! The server, from outside: a client on a real connection, real workers.

mod attached;
mod errors;
mod harness;
mod life;
mod running;
