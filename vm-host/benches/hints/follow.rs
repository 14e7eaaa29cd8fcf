//! What `--report` and `--timeline` take of a run whose hints all run in Rust, and of one that has none.

use std::path::Path;
use std::process::Command;

use super::table::{Table, median};
use super::{Error, child};

/// Steps without hints, and a hint for every seven steps.
const PROGRAMS: &[&str] = &["long/no_hints", "long/hint_dense"];
/// The options, each with the name of a file.
const FOLLOWED: &[&str] = &["--report", "--timeline"];

/// Adds the rows.
pub(crate) fn measure(table: &mut Table, rounds: usize) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("followed");
    for program in PROGRAMS {
        let mut times = vec![Vec::new(); 1 + FOLLOWED.len()];
        for _ in 0..rounds {
            times[0].push(run(program, &[])?);
            for (option, times) in FOLLOWED.iter().zip(&mut times[1..]) {
                times.push(run(program, &[option.as_ref(), file.as_path()])?);
            }
        }
        table.section(&format!("{program}, processor time"), "ms", "× nobody asks");
        let alone = median(&times[0]);
        table.row("nobody asks", alone, Some(alone));
        for (option, times) in FOLLOWED.iter().zip(&times[1..]) {
            table.row(option, median(times), Some(alone));
        }
    }
    Ok(())
}

/// The processor time of one run, in milliseconds.
fn run(program: &str, options: &[&Path]) -> Result<f64, Error> {
    let mut command = Command::new(child::binary("vm-host")?);
    command
        .arg("run")
        .arg(child::program(program))
        .args(["--layout", "small", "--hints", "auto"])
        .args(options);
    let (status, time) = child::processor_time(&mut command)?;
    child::succeeded(&command, status)?;
    Ok(time)
}
