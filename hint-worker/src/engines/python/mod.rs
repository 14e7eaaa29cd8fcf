//! Owns the engine for hints in Python: CPython inside of this process, and the half of the engine that is
//! itself Python. Must not know the loop that calls it.

mod cells;
mod definitions;
mod effects;
mod engine;
mod environment;
mod failure;
mod host;
mod interpreter;
mod runtime;
mod sources;

pub use environment::EnvironmentError;
pub use interpreter::InterpreterError;
pub use runtime::PythonRuntime;
