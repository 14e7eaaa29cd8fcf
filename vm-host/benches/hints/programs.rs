//! Real programs of each kind, all hints in Python: what a hint costs beyond its Python, against the trivial hint
//! of the same run.

use std::path::{Path, PathBuf};

use super::table::{Table, median};
use super::{Error, child, runs};

/// What everything is compared with.
const TRIVIAL: &str = "long/hint_dense";
/// The programs of this folder.
const PROGRAMS: &[&str] = &[
    "structs", "memory", "set", "uint256", "math", "dict", "keccak", "secp", "patricia",
];

/// Microseconds for one hint.
struct Cost {
    in_python: f64,
    beyond: f64,
}

/// A program of this folder.
pub(crate) fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("benches/hints/programs")
        .join(name)
        .with_extension("json")
}

/// Adds the rows. `environment` has cairo-lang.
pub(crate) fn measure(table: &mut Table, rounds: usize, environment: &Path) -> Result<(), Error> {
    let own = PROGRAMS
        .iter()
        .map(|name| ((*name).to_owned(), program(name)));
    let programs: Vec<(String, PathBuf)> = std::iter::once((
        "ids.b = ids.acc + ids.n".to_owned(),
        child::program(TRIVIAL),
    ))
    .chain(own)
    .collect();
    let mut costs: Vec<Vec<Cost>> = programs.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for ((_, program), costs) in programs.iter().zip(&mut costs) {
            costs.push(cost(program, environment)?);
        }
    }
    let of = |costs: &[Cost], figure: fn(&Cost) -> f64| {
        median(&costs.iter().map(figure).collect::<Vec<_>>())
    };
    let trivial = of(&costs[0], |cost| cost.beyond);
    table.section("beyond Python, one hint", "µs", "× trivial   in Python");
    for ((name, _), costs) in programs.iter().zip(&costs) {
        let in_python = of(costs, |cost| cost.in_python);
        let beyond = of(costs, |cost| cost.beyond);
        table.row_with(name, beyond, Some(trivial), &format!("{in_python:13.1} µs"));
    }
    Ok(())
}

fn cost(program: &Path, environment: &Path) -> Result<Cost, Error> {
    let stats = runs::stats(
        program,
        &[
            "--layout".as_ref(),
            "starknet_with_keccak".as_ref(),
            "--python-env".as_ref(),
            environment.as_os_str(),
        ],
    )?;
    let hints = runs::number(&stats, "hints_executed")?;
    let in_python = runs::number(&stats, "seconds_in_python")?;
    let waiting = runs::number(&stats, "seconds_waiting")?;
    Ok(Cost {
        in_python: in_python * 1e6 / hints,
        beyond: (waiting - in_python) * 1e6 / hints,
    })
}
