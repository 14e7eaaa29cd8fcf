//! The worker against a scripted host: the real binary, started as vm-host starts it, and nothing of
//! vm-host. Cases are data: what the host says, and what the worker must say then.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod dialogue;
mod host;
mod messages;

mod answers;
mod deadlines;
mod ending;
mod executing;
mod failures;
mod loading;
mod questions;
mod refusals;
mod routing;
mod rules;
mod scopes;
mod starting;
mod variables;
mod zygote;
