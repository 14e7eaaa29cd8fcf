//! Owns the last look before hints come: what must not work is tried.

use std::io::ErrorKind;

/// A file that every system has, and that no hint needs.
const OUTSIDE: &str = "/etc/passwd";

/// Tries to open a file, to make a socket, and to make a process.
///
/// # Errors
/// When one of them works.
pub(super) fn try_to_get_out() -> Result<(), String> {
    match std::fs::File::open(OUTSIDE) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {}
        // In the same words every time: workers whose posture is not that of their zygote are refused.
        Ok(_) => return Err(format!("`{OUTSIDE}` was opened")),
        Err(error) => return Err(format!("`{OUTSIDE}` was not refused: {error}")),
    }
    if socket() {
        return Err("a socket was made".to_owned());
    }
    if fork() {
        return Err("a process was made".to_owned());
    }
    Ok(())
}

#[expect(
    unsafe_code,
    reason = "the standard library makes no socket that is not connected"
)]
fn socket() -> bool {
    // SAFETY: the call touches no memory of ours.
    let socket = unsafe { libc::socket(libc::AF_INET, libc::SOCK_DGRAM, 0) };
    socket >= 0
}

#[expect(unsafe_code, reason = "rustix has no fork")]
fn fork() -> bool {
    // SAFETY: there is one thread; a child, which there should not be, ends at once.
    unsafe {
        match libc::fork() {
            0 => libc::_exit(0),
            child => child > 0,
        }
    }
}
