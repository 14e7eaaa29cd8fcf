//! Owns where the process stands: in a session of its own, without a controlling terminal, in an empty folder.

use std::path::Path;

use rustix::fs::Mode;
use rustix::io::Errno;

use super::said;

/// Leaves the session and the working directory of whoever started the process.
///
/// # Errors
/// When the system refuses.
pub(super) fn leave(folder: Option<&Path>) -> Result<(), String> {
    match rustix::process::setsid() {
        // It leads one already.
        Ok(_) | Err(Errno::PERM) => {}
        Err(error) => return Err(said("setsid", error)),
    }
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    // The root has nothing that may be read or written, either.
    let folder = folder.unwrap_or(Path::new("/"));
    rustix::process::chdir(folder).map_err(|error| said("chdir", error))
}
