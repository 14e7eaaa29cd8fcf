//! Compiled modules in files: in which folder, whose, and when they are not taken.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use tempfile::TempDir;

use super::super::limits::Limits;
use super::super::modules;
use super::*;

/// A module with one function, in the binary format.
const SEVEN: &[u8] = b"\0asm\x01\0\0\0\x01\x05\x01\x60\0\x01\x7f\x03\x02\x01\0\x07\x09\x01\x05seven\0\0\x0a\x06\x01\x04\0\x41\x07\x0b";

/// Compiles the module by way of a folder.
#[track_caller]
fn compile(folder: &Path) {
    let engine = modules::engine(&Limits::default()).expect("an engine");
    let module = in_folder(folder, &engine, SEVEN).expect("a module");
    assert!(module.get_export("seven").is_some());
}

fn artifacts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .filter(|path| path.extension().is_some_and(|kind| kind == "cwasm"))
        .collect()
}

fn own() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).expect("permissions");
    folder
}

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).expect("a file").mode() & 0o777
}

fn number(path: &Path) -> u64 {
    fs::symlink_metadata(path).expect("a file").ino()
}

#[test]
fn a_module_is_compiled_once() {
    let folder = own();
    compile(folder.path());
    let [path] = &artifacts(folder.path())[..] else {
        panic!("not one file");
    };
    assert_eq!(mode(path), 0o600);
    let before = number(path);
    compile(folder.path());
    assert_eq!(number(path), before);
    // What cannot be used is made anew.
    fs::write(path, "no code").expect("a file");
    compile(folder.path());
    assert_ne!(number(path), before);
}

#[test]
fn what_others_could_have_written_is_not_taken() {
    for permissions in [0o770, 0o707] {
        let folder = own();
        fs::set_permissions(folder.path(), Permissions::from_mode(permissions))
            .expect("permissions");
        compile(folder.path());
        assert_eq!(artifacts(folder.path()), [] as [PathBuf; 0]);
    }
    let folder = own();
    compile(folder.path());
    let path = artifacts(folder.path()).remove(0);
    let before = number(&path);
    fs::set_permissions(&path, Permissions::from_mode(0o620)).expect("permissions");
    compile(folder.path());
    assert_ne!(number(&path), before);
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(&path, &elsewhere).expect("a file");
    symlink(&elsewhere, &path).expect("a link");
    compile(folder.path());
    assert!(!fs::symlink_metadata(&path).expect("a file").is_symlink());
}

#[test]
fn without_a_folder_everything_goes_on() {
    compile(Path::new("/proc/nothing"));
}

#[test]
fn the_oldest_files_make_room() {
    let folder = own();
    let file = |name: &str, age: u64| {
        let path = folder.path().join(name);
        let file = File::create(&path).expect("a file");
        // Without a byte on the disk.
        file.set_len(MOST_BYTES / 2).expect("a length");
        let time = SystemTime::now() - std::time::Duration::from_secs(age);
        file.set_modified(time).expect("a time");
        path
    };
    let oldest = file("a.cwasm", 300);
    let unfinished = file("b.tmp", 200);
    let newer = file("c.cwasm", 100);
    make_room(folder.path(), &oldest);
    assert!(oldest.exists() && !unfinished.exists() && newer.exists());
    let newest = file("d.cwasm", 0);
    make_room(folder.path(), &newest);
    assert!(!oldest.exists() && newer.exists() && newest.exists());
}

#[test]
fn the_folder_is_in_the_users_cache() {
    let wanted = |given: &[(&str, &str)]| {
        wanted_folder(|name| {
            let mut given = given.iter();
            given
                .find(|(given, _)| *given == name)
                .map(|(_, value)| value.into())
        })
    };
    let cases: [(&[(&str, &str)], Option<&str>); 6] = [
        (&[], None),
        (
            &[("HOME", "/home/u")],
            Some("/home/u/.cache/cairohints/wasm"),
        ),
        (
            &[("HOME", "/home/u"), ("XDG_CACHE_HOME", "/c")],
            Some("/c/cairohints/wasm"),
        ),
        (
            &[("HOME", "/home/u"), ("XDG_CACHE_HOME", "relative")],
            Some("/home/u/.cache/cairohints/wasm"),
        ),
        (
            &[("HOME", "/home/u"), (FOLDER_VARIABLE, "/own")],
            Some("/own"),
        ),
        (&[("HOME", "/home/u"), (FOLDER_VARIABLE, "")], None),
    ];
    for (given, expected) in cases {
        assert_eq!(wanted(given), expected.map(PathBuf::from), "{given:?}");
    }
}
