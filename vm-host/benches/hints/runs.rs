//! Whole programs through `vm-host run`, as a user runs them.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

use super::{Error, child};

/// A program whose hints are measured.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) title: &'static str,
    pub(crate) program: &'static str,
    /// Cells that each hint reads or writes in bulk; 1 when the hint itself is the unit.
    pub(crate) cells: u64,
}

const fn measured(title: &'static str, program: &'static str, cells: u64) -> Measured {
    Measured {
        title,
        program,
        cells,
    }
}

/// What the table shows.
pub(crate) const PROGRAMS: &[Measured] = &[
    measured("empty hint", "long/empty_hint", 1),
    measured("ids.b = ids.acc + ids.n", "long/hint_dense", 1),
    measured("walk through three structs", "long/struct_walk", 1),
    measured(
        "memory.get_range, or a loop, over 10,000 cells",
        "long/bulk_read",
        10_000,
    ),
    measured("write_arg of 100,000", "long/bulk_write", 100_000),
    measured("a loop that writes 1,000,000", "long/wide_diff", 1_000_000),
];

/// Microseconds for one hint of a program, its share of the steps included; for bulk programs, microseconds
/// for one cell, the steps left out.
pub(crate) fn cost(measured: &Measured) -> Result<f64, Error> {
    let stats = stats(&child::program(measured.program), &[])?;
    let hints = number(&stats, "hints_executed")?;
    let waiting = number(&stats, "seconds_waiting")?;
    Ok(if measured.cells == 1 {
        (waiting + number(&stats, "seconds_stepping")?) * 1e6 / hints
    } else {
        // The hint of the helper `alloc` is one of two, and costs next to nothing.
        let bulk = hints / 2.0;
        waiting * 1e6 / (bulk * measured.cells as f64)
    })
}

/// The counters of a program's run, all hints in Python.
pub(crate) fn stats(program: &Path, options: &[&OsStr]) -> Result<serde_json::Value, Error> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("stats");
    child::seconds(
        Command::new(child::binary("vm-host")?)
            .arg("run")
            .arg(program)
            .args(options)
            .args(["--hints", "python", "--stats"])
            .arg(&file),
    )?;
    Ok(serde_json::from_slice(&std::fs::read(file)?)?)
}

/// One counter.
pub(crate) fn number(stats: &serde_json::Value, name: &str) -> Result<f64, Error> {
    stats[name]
        .as_f64()
        .ok_or_else(|| format!("the statistics have no `{name}`").into())
}
