//! The tests that SPECIFICATION.md, FAULTS.md and ARCHITECTURE.md name are there: a promise whose test was renamed or
//! deleted is a promise that nothing holds.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hint_tests::record::{programs_directory, tests_directory};
use hint_tests::rust_source;

/// Sources with tests, each with what a document calls it.
const RUST: &[(&str, &str)] = &[
    ("tests/e2e", "e2e"),
    ("tests/library", "library"),
    ("tests/server", "server"),
    ("vm-host/src", "vm_host"),
    ("hint-worker/src", "hint_worker"),
    ("hint-worker/tests/worker", "worker"),
    ("proto/tests", "proto"),
    ("proto/src", "hint_proto"),
];
const PYTHON: &[&str] = &["tests/clients", "tests/stack", "python-client/tests"];

/// Everything that a document may name.
struct Names {
    rust_tests: Vec<Vec<String>>,
    python_tests: BTreeSet<String>,
    /// The text of the sources.
    sources: Vec<String>,
}

fn root() -> &'static Path {
    tests_directory().parent().unwrap()
}

fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_below(&path, ending));
        } else if path
            .extension()
            .is_some_and(|extension| extension == ending)
        {
            found.push(path);
        }
    }
    found
}

impl Names {
    fn read() -> Self {
        let mut rust_tests = Vec::new();
        let mut sources = Vec::new();
        for (folder, name) in RUST {
            let folder = root().join(folder);
            for mut path in rust_source::read(&folder).tests {
                path.insert(0, (*name).to_owned());
                rust_tests.push(path);
            }
            let files = files_below(&folder, "rs");
            sources.extend(files.iter().map(|path| fs::read_to_string(path).unwrap()));
        }
        let mut python_tests = BTreeSet::new();
        for folder in PYTHON {
            for path in files_below(&root().join(folder), "py") {
                let text = fs::read_to_string(path).unwrap();
                let names = text.split("def test_").skip(1);
                let names = names.filter_map(|rest| rest.split('(').next());
                python_tests.extend(names.map(|name| format!("test_{name}")));
            }
        }
        Self {
            rust_tests,
            python_tests,
            sources,
        }
    }

    /// Whether there is what a document calls `name`. `area` is the directory of programs that the same row
    /// named before, whose programs it may name without it.
    fn has(&self, name: &str, area: &mut Option<String>) -> bool {
        if name.contains(['/', '*']) {
            let (path, function) = name.split_once("::").unwrap_or((name, ""));
            let bases = [root(), tests_directory(), &programs_directory()];
            return bases
                .iter()
                .any(|base| is_there(&base.join(path), function));
        }
        let path: Vec<&str> = name.split("::").collect();
        if let ["e2e", "parity", of_area] = path[..] {
            *area = Some(of_area.to_owned());
            let records = tests_directory().join("reference/records");
            return records.join(of_area).is_dir();
        }
        if name.starts_with(char::is_uppercase) {
            return self.sources.iter().any(|text| match path[..] {
                [item] => text.contains(item),
                [owner, function] => {
                    text.contains(owner) && text.contains(&format!("fn {function}("))
                }
                _ => false,
            });
        }
        let program = |area: &String| programs_directory().join(area).join(format!("{name}.json"));
        self.python_tests.contains(name)
            || self.rust_tests.iter().any(|test| has_part(test, &path))
            || area.as_ref().is_some_and(|area| program(area).is_file())
    }
}

/// Whether the segments stand in the path, one after the other; a lone one only as its end.
fn has_part(path: &[String], segments: &[&str]) -> bool {
    match segments {
        [name] => path.last().is_some_and(|last| last == name),
        _ => path.windows(segments.len()).any(|part| part == segments),
    }
}

/// Whether there is a file, a folder or a program of that path, or with a `*` at its end one that begins so;
/// and in it that function.
fn is_there(path: &Path, function: &str) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if let Some(beginning) = name.strip_suffix('*') {
        let entries = path.parent().and_then(|folder| fs::read_dir(folder).ok());
        return entries.into_iter().flatten().any(|entry| {
            let name = entry.unwrap().file_name();
            name.to_string_lossy().starts_with(beginning)
        });
    }
    if function.is_empty() {
        return path.exists() || path.with_extension("json").is_file();
    }
    let text = fs::read_to_string(path).unwrap_or_default();
    ["fn ", "def "]
        .iter()
        .any(|word| text.contains(&format!("{word}{function}(")))
}

/// The first and the last column of every row of every table.
fn rows(text: &str) -> Vec<(&str, &str)> {
    let rows = text.lines().filter(|line| line.starts_with('|'));
    rows.filter(|line| !line.starts_with("|---"))
        .map(|line| {
            let mut columns = line.trim_matches('|').split(" | ").map(str::trim);
            let first = columns.next().unwrap();
            (first, columns.last().unwrap())
        })
        .filter(|(_, last)| !["test", "tests"].contains(last))
        .collect()
}

/// What stands between backticks.
fn names(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[track_caller]
fn all_are_there(document: &str, text: &str, at_least: usize) {
    let known = Names::read();
    let mut missing = Vec::new();
    let rows = rows(text);
    assert!(rows.len() >= at_least, "{document}: {} rows", rows.len());
    for (row, tests) in rows {
        let mut area = None;
        let names = names(tests);
        if names.is_empty() && !tests.starts_with("not offered") {
            missing.push(format!("{document}, {row}: no test"));
        }
        for name in names {
            if !known.has(name, &mut area) {
                missing.push(format!("{document}, {row}: there is no `{name}`"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn the_tests_of_the_specification_are_there() {
    let text = fs::read_to_string(tests_directory().join("SPECIFICATION.md")).unwrap();
    all_are_there("SPECIFICATION.md", &text, 60);
}

#[test]
fn the_tests_of_the_faults_are_there() {
    let text = fs::read_to_string(tests_directory().join("FAULTS.md")).unwrap();
    let cases = text.split("\n## ").next().unwrap();
    all_are_there("FAULTS.md", cases, 42);
    let numbers: Vec<_> = rows(cases).into_iter().map(|(case, _)| case).collect();
    let all: Vec<String> = (1..=42).map(|case| case.to_string()).collect();
    assert_eq!(numbers, all);
}

#[test]
fn the_tests_of_the_invariants_are_there() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, section) = text.split_once("\n## Invariants\n").unwrap();
    let section = section.split("\n## ").next().unwrap();
    all_are_there("ARCHITECTURE.md", section, 20);
}

#[test]
fn what_is_not_there_is_missed() {
    let known = Names::read();
    let area = || Some("placement".to_owned());
    for (name, is_there) in [
        ("e2e::documents::what_is_not_there_is_missed", true),
        ("e2e::documents::what_is_there_is_missed", false),
        ("documents::what_is_not_there_is_missed", true),
        ("what_is_not_there", false),
        ("e2e::no_such_module", false),
        ("e2e/documents.rs::what_is_not_there_is_missed", true),
        ("e2e/documents.rs::what_is_there_is_missed", false),
        ("e2e/no_such_file.rs", false),
        ("programs/placement/*", true),
        ("scope/no_such*", false),
        ("scope/persist", true),
        ("scope/no_such", false),
        ("mixed_scopes", true),
        ("no_such_program", false),
        ("e2e::parity::no_such_area", false),
        ("HintSession::no_such_function", false),
    ] {
        assert_eq!(known.has(name, &mut area()), is_there, "{name}");
    }
}
