//! Owns the ties to other processes: this one ends with its parent, and others of its user cannot look into it.

use rustix::process::{DumpableBehavior, getppid, set_dumpable_behavior};

use super::said;
use crate::parent_death::die_with_parent;

/// Ends with the parent that it has now, and dumps nothing.
///
/// # Errors
/// When the system refuses, or the parent is gone.
pub(super) fn tie() -> Result<(), String> {
    let parent = getppid().map_or(0, |pid| pid.as_raw_nonzero().get().unsigned_abs());
    die_with_parent(parent).map_err(|error| error.to_string())?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(|error| said("dumpable", error))
}
