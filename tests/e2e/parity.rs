//! Every recorded case, compared with the reference VM. One test per directory of the records, so
//! that `cargo test -p hint-tests parity::memory` runs one topic.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::deviations;
use hint_tests::compare;
use hint_tests::record::{names_below, tests_directory};

/// Cases of one directory at a time; the harness limits the processes of all tests together.
const WORKERS: usize = 2;

macro_rules! areas {
    ($($area:ident),* $(,)?) => {
        const AREAS: &[&str] = &[$(stringify!($area)),*];
        $(
            #[test]
            fn $area() {
                check_all(stringify!($area));
            }
        )*
    };
}

areas!(
    builtin,
    control,
    error,
    example,
    ids,
    load,
    long,
    memory,
    placement,
    proof,
    python,
    register,
    relocatable,
    rule,
    scope,
    segments,
    stdlib,
);

/// Runs all cases of a directory and reports all that differ.
#[track_caller]
fn check_all(area: &str) {
    let mut names = names_below(area);
    names.retain(|name| !deviations::NAMES.contains(&name.as_str()));
    assert!(!names.is_empty(), "no records in `{area}`");
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(name) = names.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(text) = compare::check(name) {
                        failures.lock().unwrap().push(format!("--- {name}\n{text}"));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    let list: Vec<&str> = failures
        .iter()
        .filter_map(|text| text.lines().next())
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} cases differ:\n{}\n{}\n",
        failures.len(),
        names.len(),
        failures.join("\n"),
        list.join("\n"),
    );
}

/// A directory of records without a test would never be compared.
#[test]
fn every_directory_of_records_has_a_test() {
    let directories: BTreeSet<String> =
        std::fs::read_dir(tests_directory().join("reference/records"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
    assert_eq!(
        directories,
        AREAS.iter().map(|&area| area.to_owned()).collect()
    );
}
