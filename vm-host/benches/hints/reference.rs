//! The reference VM on the same programs, when an environment with cairo-lang is given.

use std::path::Path;
use std::process::Command;

use super::table::Table;
use super::{Error, child};

/// One hint each, so that the times are those of hints and steps.
const PROGRAMS: &[&str] = &["long/empty_hint", "long/hint_dense", "long/struct_walk"];

/// A hint that does many things many times and prints, for each, nanoseconds for one.
const IN_PYTHON: &str = "in_python";

/// Adds the reference VM's rows: seconds for whole runs, then what Python code does inside of a hint, and ours in
/// its stead.
pub(crate) fn measure(table: &mut Table, environment: &Path) -> Result<(), Error> {
    table.section("a whole run, start to end", "s", "× vm-host run");
    for program in PROGRAMS {
        let path = child::program(program);
        let ours = child::seconds(&mut vm_host(&path)?)?;
        let theirs = child::seconds(&mut cairo_run(environment, &path))?;
        table.row(&format!("vm-host run {program}"), ours, Some(ours));
        table.row(&format!("cairo-run {program}"), theirs, Some(ours));
    }
    in_python(table, environment)
}

/// Python code that runs long in one hint.
fn in_python(table: &mut Table, environment: &Path) -> Result<(), Error> {
    let path = super::programs::program(IN_PYTHON);
    let ours = child::output(vm_host(&path)?.arg("--python-env").arg(environment))?;
    let theirs = child::output(&mut cairo_run(environment, &path))?;
    table.section("Python code in a hint, one time", "ns", "× reference");
    for (ours, theirs) in ours.lines().zip(theirs.lines()) {
        let figure = |line: &str| -> Result<f64, Error> {
            let (_, figure) = line.split_once('\t').ok_or("a line without a figure")?;
            Ok(figure.parse()?)
        };
        let (title, _) = ours.split_once('\t').unwrap_or_default();
        table.row(title, figure(ours)?, Some(figure(theirs)?));
    }
    Ok(())
}

fn vm_host(program: &Path) -> Result<Command, Error> {
    let mut command = Command::new(child::binary("vm-host")?);
    command.arg("run").arg(program).args(["--hints", "python"]);
    Ok(command)
}

fn cairo_run(environment: &Path, program: &Path) -> Command {
    let mut command = Command::new(environment.join("bin/python"));
    command.arg(environment.join("bin/cairo-run"));
    command.arg("--program").arg(program);
    command.args(["--layout", "plain"]);
    command
}
