//! Where the binaries under test and the Python environment for hints are. Nothing is skipped when
//! one is missing: the message says what to do.

use std::env;
use std::path::{Path, PathBuf};

/// Overrides the path of `vm-host`.
pub const VM_HOST_VARIABLE: &str = "CAIROHINTS_VM_HOST";
/// The Python environment for hints that import cairo-lang.
pub const PYTHON_ENV_VARIABLE: &str = "CAIROHINTS_TEST_PYTHON_ENV";
/// The placement of hints (`--hints`); `python` unless set.
pub const PLACEMENT_VARIABLE: &str = "CAIROHINTS_TEST_PLACEMENT";

/// The `vm-host` binary: from the environment, or of the same build as this test.
///
/// # Panics
/// If it does not exist.
pub fn vm_host() -> PathBuf {
    if let Some(path) = env::var_os(VM_HOST_VARIABLE) {
        return existing(
            PathBuf::from(path),
            "the variable names a file that does not exist",
        );
    }
    let test = env::current_exe().expect("a running test has a path");
    // The test is in `target/<profile>/deps`, the binaries are one level up.
    let profile = test
        .parent()
        .and_then(Path::parent)
        .expect("a test lies in `deps`");
    existing(
        profile.join("vm-host"),
        "run `cargo build -p vm-host -p hint-worker` first",
    )
}

fn existing(path: PathBuf, hint: &str) -> PathBuf {
    assert!(
        path.is_file(),
        "no vm-host at `{}`\nhint: {hint}, or set {VM_HOST_VARIABLE}",
        path.display()
    );
    path
}

/// The Python environment to pass on, if one is set.
pub fn python_env() -> Option<PathBuf> {
    env::var_os(PYTHON_ENV_VARIABLE).map(PathBuf::from)
}

/// What `--hints` gets.
pub fn placement() -> String {
    env::var(PLACEMENT_VARIABLE).unwrap_or_else(|_| "python".to_owned())
}
