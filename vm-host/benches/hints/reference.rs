//! The reference VM on the same programs, when an environment with cairo-lang is given.

use std::path::Path;
use std::process::Command;

use super::table::Table;
use super::{Error, child};

/// One hint each, so that the times are those of hints and steps.
const PROGRAMS: &[&str] = &["long/empty_hint", "long/hint_dense", "long/struct_walk"];

/// Adds the reference VM's rows: seconds for whole runs, and ours in its stead.
pub(crate) fn measure(table: &mut Table, environment: &Path) -> Result<(), Error> {
    table.section("a whole run, start to end", "s", "× vm-host run");
    for program in PROGRAMS {
        let path = child::program(program);
        let ours = child::seconds(
            Command::new(child::binary("vm-host")?)
                .arg("run")
                .arg(&path)
                .args(["--hints", "python"]),
        )?;
        let theirs = child::seconds(
            Command::new(environment.join("bin/python"))
                .arg(environment.join("bin/cairo-run"))
                .arg("--program")
                .arg(&path)
                .args(["--layout", "plain"]),
        )?;
        table.row(&format!("vm-host run {program}"), ours, Some(ours));
        table.row(&format!("cairo-run {program}"), theirs, Some(ours));
    }
    Ok(())
}
