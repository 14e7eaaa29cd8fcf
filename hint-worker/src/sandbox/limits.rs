//! Owns what the kernel lets the process use up. The host looks at the memory and the threads, too.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::said;

/// What a worker may use up; absent for what the system allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Seconds of processor time.
    pub cpu: Option<u64>,
    /// Bytes of a file that it writes.
    pub file: Option<u64>,
}

/// Stacks are reserved as a whole and used in part: that of a contract is the largest.
const RESERVED: u64 = 1 << 30;
/// Most open descriptors.
const DESCRIPTORS: u64 = 256;

/// Sets all limits.
///
/// # Errors
/// When the system refuses one.
pub(super) fn set(limits: &Limits) -> Result<(), String> {
    lower(Resource::Core, Some(0), 0)?;
    lower(Resource::Nofile, Some(DESCRIPTORS), 0)?;
    // What is written to. Modules reserve addresses far beyond that.
    let memory = limits.memory.map(|bytes| bytes.saturating_add(RESERVED));
    lower(Resource::Data, memory, 0)?;
    lower(Resource::Fsize, limits.file, 0)?;
    // The first second too many is a signal that has a name, the next one kills.
    lower(Resource::Cpu, limits.cpu, 1)?;
    ignore_too_large_files();
    Ok(())
}

/// Lowers a limit, which for this process is final.
fn lower(resource: Resource, to: Option<u64>, grace: u64) -> Result<(), String> {
    let Some(to) = to else {
        return Ok(());
    };
    let now = getrlimit(resource);
    let least =
        |limit: Option<u64>, wanted: u64| Some(limit.map_or(wanted, |limit| limit.min(wanted)));
    let lowered = Rlimit {
        current: least(now.current, to),
        maximum: least(now.maximum, to.saturating_add(grace)),
    };
    setrlimit(resource, lowered).map_err(|error| said("setrlimit", error))
}

/// Who writes too much gets an error, and can say so.
#[expect(unsafe_code, reason = "rustix does not set signal actions")]
fn ignore_too_large_files() {
    // SAFETY: ignoring a signal runs no code of ours.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
}
