//! Runs Cairo 0 programs on `cairo-vm` with every Python hint in a worker process.
//!
//! Reading order: [`program`] (what is run), [`vm`] (the loop), [`hint`] (one hint), [`worker`] (the
//! process behind it), [`run`] (the command), [`cli`] (its options).

pub mod cli;
pub mod hint;
pub mod placement;
pub mod program;
pub mod run;
pub mod vm;
pub mod worker;
