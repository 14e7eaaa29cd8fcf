//! The records of the reference VM: what was run and what came out. `tests/reference/record.py`
//! writes them; this module only reads them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// One record file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// What was run.
    pub run: Run,
    /// What came out.
    pub outcome: Outcome,
}

/// The run: a program and its options.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The compiled program, relative to `tests/programs`.
    pub program: String,
    /// The layout's name.
    pub layout: String,
    /// The program input; absent for a run without an input file.
    pub program_input: Option<Value>,
    /// Further options, the same for `cairo-run` and for `vm-host run`.
    #[serde(default)]
    pub options: Vec<String>,
    /// Environment variables beside the inherited ones.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// Output files beside trace and memory: `cairo_pie`, `air_inputs`.
    #[serde(default)]
    pub artefacts: Vec<String>,
    /// Whether the hints need an environment with cairo-lang.
    #[serde(default)]
    pub needs_cairo_lang: bool,
}

/// What the reference VM left behind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The exit code of the process.
    pub exit_code: i32,
    /// What was printed to stdout; absent when it is long.
    pub stdout: Option<String>,
    /// The size of a long stdout.
    pub stdout_bytes: Option<usize>,
    /// The digest of a long stdout.
    pub stdout_sha256: Option<String>,
    /// What was printed to stderr, normalised.
    pub stderr: String,
    /// The exception that left the reference VM as a Python exception, "Class: text".
    pub uncaught: Option<String>,
    /// The trace of a successful run.
    pub trace: Option<Trace>,
    /// The memory of a successful run.
    pub memory: Option<Memory>,
    /// The members of the Cairo PIE.
    pub cairo_pie: Option<Value>,
    /// The AIR inputs.
    pub air_inputs: Option<Value>,
}

/// A trace file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// The number of entries.
    pub steps: usize,
    /// The digest of the file.
    pub sha256: String,
    /// The entries of a short trace, each "pc ap fp".
    pub entries: Option<Vec<String>>,
}

/// A memory file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    /// The number of cells.
    pub cells: usize,
    /// The digest of the file, sorted by address.
    pub sha256: String,
    /// The cells of a small memory, each "address value".
    pub values: Option<Vec<String>>,
}

/// The directory of this crate.
pub fn tests_directory() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The directory of the programs, which is the working directory of every run.
pub fn programs_directory() -> PathBuf {
    tests_directory().join("programs")
}

/// The names of all records below a directory of `reference/records`, sorted.
///
/// # Panics
/// If the directory cannot be read.
pub fn names_below(area: &str) -> Vec<String> {
    let root = tests_directory().join("reference/records").join(area);
    let entries = fs::read_dir(&root)
        .unwrap_or_else(|error| panic!("cannot list the records in `{}`: {error}", root.display()));
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("a directory that was opened can be listed")
                .file_name()
        })
        .filter_map(|name| Some(name.to_str()?.strip_suffix(".json")?.to_owned()))
        .map(|name| format!("{area}/{name}"))
        .collect();
    names.sort();
    names
}

/// Reads a record.
///
/// # Panics
/// If there is none of that name or it cannot be read.
pub fn load(name: &str) -> Record {
    let path = tests_directory().join(format!("reference/records/{name}.json"));
    let text = fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("cannot read the record `{}`: {error}", path.display()));
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("`{}` is no record: {error}", path.display()))
}
