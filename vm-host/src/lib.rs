//! Runs Cairo 0 programs on `cairo-vm` with every Python hint in a worker process.
//!
//! Reading order: `program` (what is run), [`run`] (the loop), [`hint`] (one hint), [`worker`] (the process
//! behind it), [`command`] and [`server`] (who calls for runs). A program of your own runs others with
//! [`Run`]; one that drives cairo-vm itself needs only [`PythonHintProcessor`].

/// A line on standard error. Whoever reads that may be gone and its disk may be full, at which `eprintln` panics.
macro_rules! notice {
    ($($text:tt)*) => {{
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr().lock(), $($text)*);
    }};
}

pub mod account;
pub mod command;
pub mod counts;
mod engines;
mod hexadecimal;
pub mod hint;
pub mod placement;
pub mod processor;
pub mod program;
mod report;
pub mod run;
pub mod server;
mod spans;
mod vm;
pub mod worker;

pub use processor::PythonHintProcessor;
pub use run::{Run, RunConfig};

/// That of the executable.
#[cfg(test)]
#[global_allocator]
static ALLOCATOR: account::Charged<mimalloc::MiMalloc> = account::Charged::new(mimalloc::MiMalloc);
