//! How much memory the machine has, for limits that nobody gave.

use std::fs;

/// Where a container's limit is.
const CGROUP_LIMIT: &str = "/sys/fs/cgroup/memory.max";

/// Bytes of memory that this machine has, or this container may have.
#[must_use]
pub fn machine_memory() -> usize {
    let machine = rustix::system::sysinfo();
    let unit = u64::from(machine.mem_unit).max(1);
    let total = machine.totalram.saturating_mul(unit);
    let container = fs::read_to_string(CGROUP_LIMIT).ok();
    // It says `max` where there is none.
    let container = container.and_then(|text| text.trim().parse().ok());
    let least = container.unwrap_or(u64::MAX).min(total);
    usize::try_from(least).unwrap_or(usize::MAX)
}
