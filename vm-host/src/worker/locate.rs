//! Where the `hint-worker` binary is.

use std::path::{Path, PathBuf};

/// No worker binary at the expected place.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot find the hint worker at `{}`\n\
     hint: build it with `cargo build -p hint-worker`, or name it with --hint-worker or CAIROHINTS_WORKER",
    .0.display()
)]
pub struct WorkerNotFound(PathBuf);

/// The worker binary: `given`, or the file `hint-worker` beside our own executable.
///
/// # Errors
/// [`WorkerNotFound`] when there is no such file.
pub fn worker_binary(given: Option<&Path>) -> Result<PathBuf, WorkerNotFound> {
    let path = match given {
        Some(path) => path.to_path_buf(),
        None => {
            let own = std::env::current_exe().unwrap_or_default();
            let folder = own.parent().unwrap_or(Path::new("."));
            // Test executables live one folder below the binaries.
            let beside = folder.join("hint-worker");
            if !beside.is_file() && folder.ends_with("deps") {
                folder.with_file_name("hint-worker")
            } else {
                beside
            }
        }
    };
    if path.is_file() {
        Ok(path)
    } else {
        Err(WorkerNotFound(path))
    }
}
