//! Runs Cairo 0 programs on `cairo-vm` with every Python hint in a worker process.
//!
//! Reading order: [`program`] (what is run), [`vm`] (the loop), [`hint`] (one hint), [`worker`] (the
//! process behind it), [`run`] and [`server`] (the commands), [`cli`] (their options). Programs that drive
//! cairo-vm themselves need only [`PythonHintProcessor`].

pub mod cli;
pub mod hint;
pub mod placement;
pub mod processor;
pub mod program;
pub mod run;
pub mod server;
pub mod vm;
pub mod worker;

pub use processor::PythonHintProcessor;
