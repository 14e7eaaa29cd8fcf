//! Compares a run of `vm-host` with the record of the reference VM: exit code, output, error text,
//! trace, memory and the other files. Knows the rules of the comparison and no formats.

use crate::archive::{read_air_inputs, read_pie};
use crate::artefact::{read_memory, read_trace, sha256};
use crate::difference::{of_lines, of_texts, of_values};
use crate::error_text::normalise;
use crate::record::{self, Memory, Outcome, Trace};
use crate::run::{Observed, observe};

/// Runs a case and compares; `Err` is the description of all differences.
///
/// # Errors
/// If anything differs or the case cannot be run.
pub fn check(name: &str) -> Result<(), String> {
    let record = record::load(name);
    let observed = observe(&record.run)?;
    let differences = compare(&record.outcome, &observed);
    if differences.is_empty() {
        Ok(())
    } else {
        Err(differences.concat())
    }
}

/// All differences between the record and the run.
pub fn compare(expected: &Outcome, observed: &Observed) -> Vec<String> {
    let mut differences = Vec::new();
    let process = &observed.process;
    match process.exit_code() {
        Some(code) if code == expected.exit_code => {}
        Some(code) => {
            differences.push(format!(
                "exit code: expected {}, found {code}\n",
                expected.exit_code
            ));
        }
        None => differences.push(format!(
            "ended by a signal or the deadline: {:?}\n",
            process.status
        )),
    }
    differences.extend(compare_stdout(expected, &process.stdout));
    differences.extend(compare_stderr(expected, &process.stderr_text()));
    if expected.trace.is_none() {
        differences.extend(unexpected_files(observed));
    }
    if process.exit_code() == Some(0) {
        differences.extend(compare_files(expected, observed));
    }
    differences
}

fn compare_stdout(expected: &Outcome, found: &[u8]) -> Option<String> {
    match &expected.stdout {
        Some(text) => of_texts(
            "stdout",
            text,
            &without_warnings(&String::from_utf8_lossy(found)),
        ),
        None => {
            let same = expected.stdout_bytes == Some(found.len())
                && expected.stdout_sha256.as_deref() == Some(sha256(found).as_str());
            (!same).then(|| {
                format!(
                    "stdout: expected {:?} bytes, found {}\n",
                    expected.stdout_bytes,
                    found.len()
                )
            })
        }
    }
}

/// The rule of `normalising.py`: how often the padding warns depends on nothing that a record holds.
fn without_warnings(stdout: &str) -> String {
    stdout
        .split_inclusive('\n')
        .filter(|line| {
            !(line.starts_with("Warning: ") && line.ends_with(" Increasing number of steps.\n"))
        })
        .collect()
}

/// Advice below a text of the reference VM is ours.
fn without_hints(stderr: &str) -> String {
    stderr
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("hint: "))
        .collect()
}

fn compare_stderr(expected: &Outcome, found: &str) -> Option<String> {
    if found.contains("panicked at") {
        return Some(format!("vm-host panicked:\n{found}\n"));
    }
    let Some(uncaught) = &expected.uncaught else {
        return of_texts(
            "stderr",
            expected.stderr.trim_end(),
            normalise(&without_hints(found)).trim_end(),
        );
    };
    // The reference printed a traceback of its own frames; only the exception is comparable.
    let message = uncaught
        .split_once(": ")
        .map_or(uncaught.as_str(), |(_, text)| text);
    (!found.contains(message)).then(|| format!("stderr lacks the text of `{uncaught}`:\n{found}\n"))
}

/// A run that failed leaves no file behind that looks like a result.
fn unexpected_files(observed: &Observed) -> Vec<String> {
    [
        &observed.trace,
        &observed.memory,
        &observed.cairo_pie,
        &observed.air_public,
    ]
    .into_iter()
    .filter(|path| path.exists())
    .map(|path| format!("a run without a result left `{}`\n", path.display()))
    .collect()
}

fn compare_files(expected: &Outcome, observed: &Observed) -> Vec<String> {
    let mut differences = Vec::new();
    let mut add = |name: &str, result: Result<Option<String>, String>| match result {
        Ok(None) => {}
        Ok(Some(text)) => differences.push(text),
        Err(error) => differences.push(format!("{name}: {error}\n")),
    };
    if let Some(trace) = &expected.trace {
        add(
            "trace",
            read_trace(&observed.trace).map(|found| compare_traces(trace, &found)),
        );
    }
    if let Some(memory) = &expected.memory {
        add(
            "memory",
            read_memory(&observed.memory).map(|found| compare_memories(memory, &found)),
        );
    }
    if let Some(pie) = &expected.cairo_pie {
        add(
            "PIE",
            read_pie(&observed.cairo_pie).map(|found| of_values("PIE", pie, &found)),
        );
    }
    if let Some(inputs) = &expected.air_inputs {
        let found = read_air_inputs(&observed.air_public, &observed.air_private);
        add(
            "AIR inputs",
            found.map(|found| of_values("AIR", inputs, &found)),
        );
    }
    differences
}

fn compare_traces(expected: &Trace, found: &Trace) -> Option<String> {
    if expected.sha256 == found.sha256 {
        return None;
    }
    if let (Some(left), Some(right)) = (&expected.entries, &found.entries)
        && let Some(text) = of_lines("trace (pc ap fp)", left, right)
    {
        return Some(text);
    }
    Some(format!(
        "trace: expected {} steps, found {}\n",
        expected.steps, found.steps
    ))
}

fn compare_memories(expected: &Memory, found: &Memory) -> Option<String> {
    if expected.sha256 == found.sha256 {
        return None;
    }
    if let (Some(left), Some(right)) = (&expected.values, &found.values)
        && let Some(text) = of_lines("memory (address value)", left, right)
    {
        return Some(text);
    }
    Some(format!(
        "memory: expected {} cells, found {}\n",
        expected.cells, found.cells
    ))
}
