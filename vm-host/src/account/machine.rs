//! How much memory the machine has, for limits that nobody gave.

use std::fs;
use std::path::Path;

/// Where groups of processes and their limits are.
const GROUPS: &str = "/sys/fs/cgroup";

/// Bytes of memory that this machine has, or this container may have.
#[must_use]
pub fn machine_memory() -> usize {
    let machine = rustix::system::sysinfo();
    let unit = u64::from(machine.mem_unit).max(1);
    let total = machine.totalram.saturating_mul(unit);
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let container = group_limit(Path::new(GROUPS), &groups);
    let least = container.unwrap_or(u64::MAX).min(total);
    usize::try_from(least).unwrap_or(usize::MAX)
}

/// The least that a group allows in which a process is, by what `/proc` says of its groups.
fn group_limit(root: &Path, groups: &str) -> Option<u64> {
    let own = groups.lines().find_map(|line| line.strip_prefix("0::/"));
    let own = root.join(own.unwrap_or_default());
    let around = own
        .ancestors()
        .take_while(|folder| folder.starts_with(root));
    let limits = around.filter_map(|folder| {
        let text = fs::read_to_string(folder.join("memory.max")).ok()?;
        // It says `max` where there is none.
        text.trim().parse().ok()
    });
    limits.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_limit_of_all_groups_around_counts() {
        let root = tempfile::tempdir().unwrap();
        let limit = |groups: &str| group_limit(root.path(), groups);
        assert_eq!(limit("0::/outer/inner\n"), None);
        let inner = root.path().join("outer/inner");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("memory.max"), "max\n").unwrap();
        fs::write(root.path().join("outer/memory.max"), "4096\n").unwrap();
        assert_eq!(limit("3:cpu:/\n0::/outer/inner\n"), Some(4096));
        assert_eq!(limit("0::/\n"), None);
        fs::write(root.path().join("memory.max"), "1024\n").unwrap();
        for groups in ["0::/outer/inner\n", "0::/\n", "4:memory:/x\n", ""] {
            assert_eq!(limit(groups), Some(1024), "{groups}");
        }
    }
}
