//! Owns whose process it is: root's only where what hints import is closed to everybody else.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::said;

/// The user that owns nothing.
const NOBODY: u32 = 65534;

/// Becomes nobody, if it is root.
///
/// # Errors
/// When it stays root, and why.
pub(super) fn drop_root(reads: &[PathBuf]) -> Result<(), String> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    if let Some(closed) = reads.iter().find_map(|path| closed_to_others(path)) {
        return Err(format!(
            "stays root: `{}` is for its owner only",
            closed.display()
        ));
    }
    become_nobody()
}

/// The first part of a path that others cannot go through or read.
fn closed_to_others(path: &Path) -> Option<&Path> {
    let mut parts: Vec<&Path> = path.ancestors().collect();
    parts.reverse();
    parts.into_iter().find(|part| {
        let needed = match *part == path {
            true if part.is_file() => 0o4,
            true => 0o5,
            false => 0o1,
        };
        // What is not there is read by nobody.
        part.metadata()
            .is_ok_and(|found| found.mode() & needed != needed)
    })
}

#[expect(
    unsafe_code,
    reason = "the user is that of all threads, which rustix does not change"
)]
fn become_nobody() -> Result<(), String> {
    // SAFETY: the calls change the identity of this process, and touch no memory.
    let done = unsafe {
        libc::setgroups(0, std::ptr::null()) == 0
            && libc::setresgid(NOBODY, NOBODY, NOBODY) == 0
            && libc::setresuid(NOBODY, NOBODY, NOBODY) == 0
    };
    match done {
        true => Ok(()),
        false => Err(said("setresuid", std::io::Error::last_os_error())),
    }
}
