//! What a worker binary says of the Python inside of it, and where its libpython is. Must not know which worker is
//! chosen.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::environment::library_folder;

/// What the name of a worker begins with whose Python is in its name.
pub(super) const VERSIONED: &str = "hint-worker-";

/// The minor version of Python inside a worker, which is asked: `hint-worker 0.1.0 (… Python 3.11)`. Nothing when
/// it does not start.
pub fn embedded_version(worker: &Path) -> Option<String> {
    let output = Command::new(worker).arg("--version").output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    let (_, version) = said
        .trim_end()
        .trim_end_matches(')')
        .rsplit_once("Python ")?;
    Some(version.to_owned())
}

/// Where the worker's libpython is, if the loader does not find it by itself: that of the Python of the
/// environment, for a worker that was built elsewhere.
pub(super) fn missing_library(worker: &Path, environment: Option<&Path>) -> Option<PathBuf> {
    // The one without a version in its name is used where it was built. Asking takes milliseconds.
    if !worker.file_name()?.to_str()?.starts_with(VERSIONED) {
        return None;
    }
    let folder = library_folder(environment?)?;
    embedded_version(worker).is_none().then_some(folder)
}
