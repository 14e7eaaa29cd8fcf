//! Owns which descriptors stay open: the standard streams, and those that the worker needs.

use std::os::fd::RawFd;

use super::said;

/// Closes all descriptors but the standard streams and those to keep.
///
/// # Errors
/// When the system cannot.
pub(super) fn close(keeps: &[RawFd]) -> Result<(), String> {
    let mut keeps: Vec<u32> = keeps.iter().map(|kept| kept.unsigned_abs()).collect();
    keeps.sort_unstable();
    let mut first = 3;
    for kept in keeps {
        if kept > first {
            close_range(first, kept - 1)?;
        }
        first = first.max(kept + 1);
    }
    close_range(first, u32::MAX)
}

#[expect(unsafe_code, reason = "rustix has no close_range")]
fn close_range(first: u32, last: u32) -> Result<(), String> {
    // SAFETY: nothing of ours uses a descriptor that the confinement does not name, and nothing will.
    match unsafe { libc::close_range(first, last, 0) } {
        0 => Ok(()),
        _ => Err(said("close_range", std::io::Error::last_os_error())),
    }
}
