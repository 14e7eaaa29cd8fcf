//! What the system says of a process, in files of `/proc`. A process that is gone uses nothing.

use std::time::Duration;

/// Linux counts processor time in hundredths of a second for everybody.
const TICK: Duration = Duration::from_millis(10);

/// Resident bytes of a process, those that it shares included.
pub(super) fn resident(pid: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0_u64) * rustix::param::page_size() as u64
}

/// Processor time that a process has used, its threads together.
pub(super) fn cpu_time(pid: u32) -> Duration {
    cpu_time_in(&format!("/proc/{pid}/stat"))
}

/// The same of this thread alone.
pub(super) fn cpu_time_of_thread() -> Duration {
    cpu_time_in("/proc/thread-self/stat")
}

fn cpu_time_in(path: &str) -> Duration {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    // The name in brackets may have spaces; user and system time are the 14th and 15th field.
    let after_name = text.rsplit(") ").next().unwrap_or_default();
    let fields = after_name.split(' ').skip(11).take(2);
    let ticks: u32 = fields.filter_map(|field| field.parse::<u32>().ok()).sum();
    TICK.saturating_mul(ticks)
}

/// How many descriptors this process has open, and how many it may have.
pub(super) fn descriptors() -> (u64, Option<u64>) {
    let open = std::fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64);
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    // The one that reads the folder.
    (open.saturating_sub(1), limit.current)
}

/// When this process was started, in seconds since 1970: so long after the machine was.
pub(super) fn started() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    let ticks = after_name.split(' ').nth(19);
    let ticks = ticks.and_then(|ticks| ticks.parse::<f64>().ok());
    let machine = std::fs::read_to_string("/proc/stat").unwrap_or_default();
    let mut lines = machine.lines();
    let booted = lines.find_map(|line| line.strip_prefix("btime "));
    let booted = booted.and_then(|seconds| seconds.parse::<f64>().ok());
    booted.unwrap_or_default() + ticks.unwrap_or_default() * TICK.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_something_and_one_that_is_gone_nothing() {
        let us = std::process::id();
        assert!(resident(us) > 100_000);
        assert_eq!((resident(0), cpu_time(0)), (0, Duration::ZERO));
        let (open, limit) = descriptors();
        assert!(open >= 3 && limit.is_none_or(|limit| limit >= open));
        assert!(started() > 1.6e9, "{}", started());
    }

    #[test]
    fn the_processor_time_of_this_thread_grows_with_its_work() {
        let before = cpu_time_of_thread();
        let mut sum = 0_u64;
        while cpu_time_of_thread() < before + 3 * TICK {
            sum = sum.wrapping_add(std::hint::black_box(1));
        }
        assert!(sum > 0 && cpu_time(std::process::id()) >= 3 * TICK);
    }
}
