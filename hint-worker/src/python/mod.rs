//! CPython inside the worker: starting it, the engine that runs hints, and the way from a hint back
//! to the host.

pub mod cells;
pub mod effects;
pub mod engine;
pub mod environment;
pub mod host;
pub mod interpreter;
pub mod tables;
