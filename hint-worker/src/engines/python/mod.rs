//! Owns the engine for hints in Python: CPython inside of this process, and the half of the engine that is
//! itself Python. Must not know the loop that calls it.

mod cells;
mod contracts;
mod definitions;
mod effects;
mod engine;
mod environment;
mod failure;
mod hint_log;
mod host;
mod interpreter;
mod logger;
mod runtime;
mod sources;

pub use environment::EnvironmentError;
pub use interpreter::InterpreterError;
pub use runtime::PythonRuntime;
