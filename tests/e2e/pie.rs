//! Cairo PIEs as input: what one run wrote, another run takes, verifies and refuses when it was changed.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::time::Duration;

use hint_tests::archive::read_pie;
use hint_tests::process::Finished;
use hint_tests::run::{finish, vm_host, vm_host_run};

const DEADLINE: Duration = Duration::from_secs(60);
const PROGRAM: &str = "builtin/segments_of_builtins.json";
const LAYOUT: &str = "starknet_with_keccak";

fn write_pie(path: &Path) {
    let mut command = vm_host_run(PROGRAM);
    command
        .args(["--layout", LAYOUT, "--cairo_pie_output"])
        .arg(path);
    let finished = finish(&mut command, DEADLINE).unwrap();
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
}

fn run_pie(path: &Path, options: &[&str]) -> Finished {
    let mut command = vm_host("run");
    command.args(["--layout", LAYOUT, "--run_from_cairo_pie"]);
    command.arg(path).args(options);
    finish(&mut command, DEADLINE).unwrap()
}

/// Copies an archive, with `change` applied to the member of that name.
fn change_member(path: &Path, name: &str, change: impl Fn(&mut Vec<u8>)) {
    let mut archive = zip::ZipArchive::new(Cursor::new(fs::read(path).unwrap())).unwrap();
    let mut changed = zip::ZipWriter::new(fs::File::create(path).unwrap());
    for index in 0..archive.len() {
        let mut member = archive.by_index(index).unwrap();
        let mut data = Vec::new();
        member.read_to_end(&mut data).unwrap();
        if member.name() == name {
            change(&mut data);
        }
        changed
            .start_file(member.name(), zip::write::FileOptions::default())
            .unwrap();
        changed.write_all(&data).unwrap();
    }
    changed.finish().unwrap();
}

#[track_caller]
fn is_refused(finished: &Finished) {
    let stderr = finished.stderr_text();
    assert!(
        matches!(finished.exit_code(), Some(1 | 65)),
        "{:?} {stderr}",
        finished.status
    );
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert!(!stderr.trim().is_empty());
}

#[test]
fn a_pie_runs_again_with_the_same_output_and_pie() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (
        folder.path().join("first.zip"),
        folder.path().join("second.zip"),
    );
    write_pie(&first);
    let options = [
        "--print_output",
        "--secure_run",
        "--cairo_pie_output",
        second.to_str().unwrap(),
    ];
    let finished = run_pie(&first, &options);
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    assert_eq!(finished.stdout_text(), "Program output:\n  1\n  6\n  7\n\n");
    // Holes depend on what hints touched, and a PIE has no hints.
    let [mut first, mut second] = [&first, &second].map(|path| read_pie(path).unwrap());
    for pie in [&mut first, &mut second] {
        pie["execution_resources.json"]["n_memory_holes"].take();
    }
    assert_eq!(first, second);
}

#[test]
fn a_pie_with_another_memory_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pie.zip");
    write_pie(&path);
    change_member(&path, "memory.bin", |_| {});
    let finished = run_pie(&path, &["--secure_run"]);
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    // The value of the last cell in the file.
    change_member(&path, "memory.bin", |data| {
        let position = data.len() - 32;
        data[position] ^= 1;
    });
    is_refused(&run_pie(&path, &["--secure_run"]));
}

#[test]
fn a_pie_with_other_steps_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pie.zip");
    write_pie(&path);
    change_member(&path, "execution_resources.json", |data| {
        let mut resources: serde_json::Value = serde_json::from_slice(data).unwrap();
        resources["n_steps"] = serde_json::json!(3);
        *data = resources.to_string().into_bytes();
    });
    is_refused(&run_pie(&path, &["--secure_run"]));
}

#[test]
fn what_is_no_pie_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pie.zip");
    write_pie(&path);
    let whole = fs::read(&path).unwrap();
    for data in [&b""[..], b"PK", &whole[..whole.len() / 2]] {
        fs::write(&path, data).unwrap();
        is_refused(&run_pie(&path, &[]));
    }
    fs::write(&path, &whole).unwrap();
    change_member(&path, "metadata.json", |data| *data = b"{}".to_vec());
    is_refused(&run_pie(&path, &[]));
    fs::write(&path, &whole).unwrap();
    change_member(&path, "memory.bin", |data| data.truncate(data.len() - 1));
    is_refused(&run_pie(&path, &[]));
}
