//! What a record of the log costs the hint that logs it: a hint that logs, against one that does not. At 100,000
//! records a second there is one in 10 µs.

use std::fs::File;
use std::path::Path;
use std::process::Command;

use super::runs::number;
use super::table::{Table, median};
use super::{Error, child};

const RECORDS: u32 = 200_000;
/// Microseconds between two records at 100,000 a second.
const BETWEEN: f64 = 10.0;

/// What is done in a loop, by what the table calls it.
const BODIES: [(&str, &str); 3] = [
    ("log('text')", "log('a record of the log')"),
    (
        "log('text', n=n, name='al')",
        "log('a record of the log', n=n, name='al')",
    ),
    (
        "log.debug('text'), which is not shown",
        "log.debug('a record of the log')",
    ),
];

/// Adds the rows.
pub(crate) fn measure(table: &mut Table, rounds: usize) -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let mut costs = [const { Vec::new() }; BODIES.len()];
    for _ in 0..rounds {
        let empty = seconds_in_python(folder.path(), "pass")?;
        for ((_, body), costs) in BODIES.iter().zip(&mut costs) {
            let time = seconds_in_python(folder.path(), body)?;
            costs.push((time - empty) * 1e6 / f64::from(RECORDS));
        }
    }
    table.section("one record, shown on stderr", "µs", "× 10 µs");
    for ((title, _), costs) in BODIES.iter().zip(&costs) {
        table.row(title, median(costs), Some(BETWEEN));
    }
    Ok(())
}

/// How long a hint takes that does this so many times. Its stderr is a file.
fn seconds_in_python(folder: &Path, body: &str) -> Result<f64, Error> {
    let code = format!("for n in range({RECORDS}):\n    {body}");
    let program = serde_json::json!({
        "prime": "0x800000000000011000000000000000000000000000000000000000000000001",
        "builtins": [], "data": ["0x208b7fff7fff7ffe"], "main_scope": "__main__",
        "identifiers": {"__main__.main": {"type": "function", "pc": 0, "decorators": []}},
        "hints": {"0": [{
            "accessible_scopes": ["__main__", "__main__.main"], "code": code,
            "flow_tracking_data": {
                "ap_tracking": {"group": 0, "offset": 0}, "reference_ids": {}
            }
        }]},
        "reference_manager": {"references": []}, "attributes": [], "debug_info": null,
        "compiler_version": "0.14.0.1",
    });
    let (path, stats) = (folder.join("program.json"), folder.join("stats"));
    std::fs::write(&path, program.to_string())?;
    child::seconds(
        Command::new(child::binary("vm-host")?)
            .arg("run")
            .arg(&path)
            .arg("--stats")
            .arg(&stats)
            .stderr(File::create(folder.join("log"))?),
    )?;
    number(
        &serde_json::from_slice(&std::fs::read(&stats)?)?,
        "seconds_in_python",
    )
}
