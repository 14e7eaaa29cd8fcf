//! Files appear complete or not at all, and what cannot be written is found out early.

use super::*;
use std::os::unix::fs::{FileTypeExt, symlink};

fn trace_to(path: &Path) -> OutputPaths {
    OutputPaths {
        trace: Some(path.to_path_buf()),
        ..OutputPaths::default()
    }
}

fn write(files: &mut OutputFiles, bytes: &[u8]) -> Result<(), OutputError> {
    files.write(Output::Trace, |writer| writer.write_all(bytes).map(Ok))
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_appears_only_when_it_is_published() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace");
    let mut files = OutputFiles::prepare(&trace_to(&path)).unwrap();
    assert!(names(folder.path()).is_empty(), "checking leaves nothing");
    write(&mut files, b"new").unwrap();
    assert!(!path.exists());
    files.publish().unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(names(folder.path()), ["trace"]);
}

#[test]
fn a_failed_run_leaves_the_old_file_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace");
    fs::write(&path, "old").unwrap();
    let mut files = OutputFiles::prepare(&trace_to(&path)).unwrap();
    let failed = files.write(Output::Trace, |writer| {
        writer.write_all(b"half")?;
        Err::<Result<(), OutputError>, _>(io::Error::from(io::ErrorKind::StorageFull))
    });
    let text = failed.expect_err("the disk is full").to_string();
    assert!(text.starts_with("cannot write --trace_file to `"), "{text}");
    drop(files);
    assert_eq!(names(folder.path()), ["trace"]);
    assert_eq!(fs::read(&path).unwrap(), b"old");
}

#[test]
fn permissions_of_an_old_file_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trace");
    fs::write(&path, "old").unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
    let mut files = OutputFiles::prepare(&trace_to(&path)).unwrap();
    write(&mut files, b"new").unwrap();
    files.publish().unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
}

#[test]
fn links_stay_links() {
    let folder = tempfile::tempdir().unwrap();
    let (link, file) = (folder.path().join("link"), folder.path().join("file"));
    symlink("file", &link).unwrap();
    for content in [b"one", b"two"] {
        let mut files = OutputFiles::prepare(&trace_to(&link)).unwrap();
        write(&mut files, content).unwrap();
        files.publish().unwrap();
        assert_eq!(fs::read(&file).unwrap(), content);
    }
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[test]
fn what_cannot_be_written_is_refused_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    for (path, reason) in [
        (folder.path().to_path_buf(), "is a directory"),
        (
            folder.path().join("none/trace"),
            "no such file or directory",
        ),
        (file.join("trace"), "not a directory"),
    ] {
        let error = OutputFiles::prepare(&trace_to(&path)).expect_err("unwritable");
        let expected = format!(
            "cannot write --trace_file to `{}`: {reason}",
            path.display()
        );
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn two_outputs_cannot_share_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("both");
    let mut paths = trace_to(&path);
    paths.memory = Some(folder.path().join("./both"));
    let error = OutputFiles::prepare(&paths).expect_err("the same file");
    assert!(
        error
            .to_string()
            .starts_with("--trace_file and --memory_file name the same file"),
        "{error}"
    );
    paths = trace_to(Path::new("/dev/null"));
    paths.memory = Some("/dev/null".into());
    assert!(OutputFiles::prepare(&paths).is_ok());
}

#[test]
fn pipes_and_devices_are_written_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, 0o600.into()).unwrap();
    let mut files = OutputFiles::prepare(&trace_to(&pipe)).unwrap();
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read(pipe).unwrap()
    });
    write(&mut files, b"through").unwrap();
    assert_eq!(reader.join().unwrap(), b"through");
    files.publish().unwrap();
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
}
