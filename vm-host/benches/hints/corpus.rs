//! Every recorded run of the test corpus with `--hints auto` and with `--hints python`: processor time of all its
//! processes, turn by turn.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

use super::table::{Table, median};
use super::{Error, child};

/// The reference is the first.
const PLACEMENTS: [&str; 2] = ["python", "auto"];
/// What is slower than this is measured again.
const SLOWER: f64 = 1.05;
/// How often.
const AGAIN: usize = 20;

/// A record, as far as a run needs it.
#[derive(Deserialize)]
struct Record {
    run: Run,
}

#[derive(Deserialize)]
struct Run {
    program: PathBuf,
    layout: String,
    program_input: Option<Value>,
    #[serde(default)]
    options: Vec<String>,
    #[serde(default)]
    environment: BTreeMap<String, String>,
}

/// Adds the rows: all runs together, and each that `auto` makes slower.
pub(crate) fn measure(table: &mut Table, rounds: usize, environment: &Path) -> Result<(), Error> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests");
    let mut sums = vec![[0.; PLACEMENTS.len()]; rounds];
    let mut slower = Vec::new();
    let folder = tests.join("reference/records");
    let records = below(&folder)?;
    for path in &records {
        let Record { run } = serde_json::from_slice(&fs::read(path)?)?;
        let mut times = [const { Vec::new() }; PLACEMENTS.len()];
        for (round, sums) in sums.iter_mut().enumerate() {
            run.turn(round, &mut times, &tests, environment)?;
            for (sum, times) in sums.iter_mut().zip(&times) {
                *sum += times[round];
            }
        }
        let [python, auto] = times.each_ref().map(|times| median(times));
        if auto <= python * SLOWER {
            continue;
        }
        for round in 0..AGAIN {
            run.turn(round, &mut times, &tests, environment)?;
        }
        let [python, auto] = times.map(|times| median(&times));
        if auto > python * SLOWER {
            let name = path.strip_prefix(&folder)?.with_extension("");
            slower.push((name, python, auto));
        }
    }
    let title = format!("`{}` runs of the corpus, processor time", records.len());
    table.section(&title, "s", "× python");
    let all = |of: usize| median(&sums.iter().map(|sums| sums[of] / 1e3).collect::<Vec<_>>());
    for (of, placement) in PLACEMENTS.into_iter().enumerate() {
        table.row(&format!("--hints {placement}"), all(of), Some(all(0)));
    }
    table.section(
        &format!(
            "above {SLOWER} of them with `auto`, after {AGAIN} more rounds: `{}`",
            slower.len()
        ),
        "ms",
        "× python",
    );
    for (name, python, auto) in slower {
        table.row(&name.display().to_string(), auto, Some(python));
    }
    Ok(())
}

impl Run {
    /// Adds the time of one run in each placement; who is first changes with each turn.
    fn turn(
        &self,
        round: usize,
        times: &mut [Vec<f64>; PLACEMENTS.len()],
        tests: &Path,
        environment: &Path,
    ) -> Result<(), Error> {
        for of in (0..PLACEMENTS.len()).map(|of| (of + round) % PLACEMENTS.len()) {
            times[of].push(self.time(tests, environment, PLACEMENTS[of])?);
        }
        Ok(())
    }

    /// Processor time of one run, in milliseconds. Records of failures are of runs as well.
    fn time(&self, tests: &Path, environment: &Path, placement: &str) -> Result<f64, Error> {
        let mut command = Command::new(child::binary("vm-host")?);
        command
            .current_dir(tests.join("programs"))
            .arg("run")
            .arg(&self.program)
            .args(["--layout", &self.layout, "--hints", placement])
            .arg("--python-env")
            .arg(fs::canonicalize(environment)?)
            .args(&self.options)
            .envs(&self.environment)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        let folder = tempfile::tempdir()?;
        if let Some(input) = &self.program_input {
            let file = folder.path().join("input.json");
            fs::write(&file, serde_json::to_vec(input)?)?;
            command.arg("--program_input").arg(file);
        }
        Ok(child::processor_time(&mut command)?.1)
    }
}

/// All files below a folder, sorted.
fn below(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => files.extend(below(&path)?),
            false => files.push(path),
        }
    }
    files.sort();
    Ok(files)
}
