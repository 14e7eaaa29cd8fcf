//! Owns the privileges of the process: none, and no way to get any.

use rustix::io::Errno;
use rustix::thread::{
    CapabilitySet, CapabilitySets, clear_ambient_capability_set,
    remove_capability_from_bounding_set, set_capabilities, set_no_new_privs,
};

use super::said;

/// Gives up every capability, also of what would be executed.
///
/// # Errors
/// When the system refuses.
pub(super) fn give_up() -> Result<(), String> {
    set_no_new_privs(true).map_err(|error| said("no_new_privs", error))?;
    for capability in CapabilitySet::all().iter() {
        match remove_capability_from_bounding_set(capability) {
            // Who may not take it away does not have it, or not the kernel.
            Ok(()) | Err(Errno::PERM | Errno::INVAL) => {}
            Err(error) => return Err(said("capabilities", error)),
        }
    }
    match clear_ambient_capability_set() {
        Ok(()) | Err(Errno::INVAL) => {}
        Err(error) => return Err(said("capabilities", error)),
    }
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    set_capabilities(None, none).map_err(|error| said("capabilities", error))
}
