//! Control groups, where the v2 hierarchy can be written: one of the server's own below that in which it was started,
//! and in it one for each worker, with the limits whose controllers are delegated, and an end that nothing in it
//! escapes. A layer on top: what is missing is said, and the other layers hold without it. Must not know what a worker
//! does.

use std::fs::{self, File};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use super::death::Excess;
use super::sandbox::WorkerLimits;

/// What the groups of servers begin with. The rest is random.
const PREFIX: &str = "cairohints-";
/// The group in ours that this process moves into: only groups without processes hand controllers down.
const HOST: &str = "host";
/// The controllers that are used where they are delegated.
const CONTROLLERS: [&str; 3] = ["memory", "pids", "cpu"];
/// Share of the processors of the host, whose VMs and calls go before hints that run long.
const HOST_WEIGHT: &str = "1000";
/// That of one worker.
const WORKER_WEIGHT: &str = "100";
/// Threads beyond those that a worker may have: so many can be there before the host has looked and says which limit
/// it was.
const MORE_THREADS: u64 = 16;
/// How often a group whose processes were killed is tried to be removed, a millisecond apart.
const TRIES: u32 = 200;
/// How often a name is made when another server thinks that ours is a leftover.
const NAMES: u32 = 8;

/// The group of a server. Dropping it removes it, with what is in it.
#[derive(Debug)]
pub(super) struct ServerGroup {
    /// The one in which this process was started.
    outer: PathBuf,
    folder: PathBuf,
    /// Locked for as long as this process lives: whoever can lock it may remove it.
    _lock: File,
    /// Those that workers are limited with.
    controllers: Vec<&'static str>,
}

/// The group of a worker. Dropping it ends what is in it, and removes it.
#[derive(Debug)]
pub(crate) struct WorkerGroup {
    folder: PathBuf,
    memory: Option<u64>,
    server: Arc<ServerGroup>,
}

impl ServerGroup {
    /// One below that in which this process is.
    ///
    /// # Errors
    /// Why there is none.
    pub(super) fn of_this_process() -> Result<Self, String> {
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let outer = own_folder(&groups, &mounts).ok_or("no hierarchy of version 2 is mounted")?;
        Self::make(&outer).map_err(|error| format!("`{}`: {error}", outer.display()))
    }

    /// One below `outer`, in which this process is. What killed servers left there is removed.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub(super) fn make(outer: &Path) -> io::Result<Self> {
        sweep(outer);
        let offered = words(&outer.join("cgroup.controllers"));
        let wanted = CONTROLLERS.into_iter();
        let wanted: Vec<_> = wanted.filter(|name| offered.contains(*name)).collect();
        let (folder, lock) = claim(outer)?;
        let mut group = Self {
            outer: outer.to_path_buf(),
            folder,
            _lock: lock,
            controllers: Vec::new(),
        };
        if !wanted.is_empty() {
            group.move_in();
            let enable = |name: &&str| {
                [&group.outer, &group.folder]
                    .into_iter()
                    .all(|folder| control(folder, &format!("+{name}")).is_ok())
            };
            group.controllers = wanted.into_iter().filter(enable).collect();
            if group.has("cpu") {
                let _ = fs::write(group.folder.join(HOST).join("cpu.weight"), HOST_WEIGHT);
            }
        }
        Ok(group)
    }

    /// Moves this process into a group below ours. Where that fails, controllers stay with who has them.
    fn move_in(&self) {
        let host = self.folder.join(HOST);
        if fs::create_dir(&host).is_ok() {
            let _ = fs::write(host.join("cgroup.procs"), std::process::id().to_string());
        }
    }

    /// Moves it, and what else it has made, back to where it was, so that ours can be removed.
    fn move_out(&self) {
        for name in &self.controllers {
            let _ = control(&self.folder, &format!("-{name}"));
            // Other servers may count on it.
            if leftovers(&self.outer).all(|folder| folder == self.folder) {
                let _ = control(&self.outer, &format!("-{name}"));
            }
        }
        move_all(&self.folder.join(HOST), &self.outer);
    }

    /// Where processes of this server are that are no workers.
    fn home(&self) -> PathBuf {
        let host = self.folder.join(HOST);
        match host.exists() {
            true => host,
            false => self.outer.clone(),
        }
    }

    fn has(&self, controller: &str) -> bool {
        self.controllers.contains(&controller)
    }

    /// What it holds, for people.
    pub(super) fn describe(&self) -> String {
        match self.controllers.is_empty() {
            true => "cgroup: kill (no controllers are delegated)".to_owned(),
            false => format!("cgroup: {}, kill", self.controllers.join(", ")),
        }
    }

    /// A group for a worker with these limits, with nobody in it.
    ///
    /// # Errors
    /// When the system has no more groups, or refuses a limit.
    pub(super) fn worker(self: &Arc<Self>, limits: &WorkerLimits) -> io::Result<WorkerGroup> {
        let folder = self.folder.join(random_name()?);
        fs::create_dir(&folder)?;
        let group = WorkerGroup {
            folder,
            memory: limits.memory.filter(|_| self.has("memory")),
            server: Arc::clone(self),
        };
        if let Some(memory) = group.memory {
            group.write("memory.max", &memory.to_string())?;
            group.write("memory.oom.group", "1")?;
            // A kernel without swap accounts has no such file.
            let _ = group.write("memory.swap.max", "0");
        }
        if let Some(threads) = limits.threads.filter(|_| self.has("pids")) {
            group.write("pids.max", &(threads + MORE_THREADS).to_string())?;
        }
        if self.has("cpu") {
            group.write("cpu.weight", WORKER_WEIGHT)?;
        }
        Ok(group)
    }
}

impl Drop for ServerGroup {
    fn drop(&mut self) {
        for folder in folders(&self.folder) {
            if folder.file_name().is_some_and(|name| name != HOST) {
                remove(&folder);
            }
        }
        self.move_out();
        let _ = fs::remove_dir(self.folder.join(HOST));
        let _ = fs::remove_dir(&self.folder);
    }
}

impl WorkerGroup {
    /// Takes a process in, with its threads.
    ///
    /// # Errors
    /// When the system refuses, or the process is gone.
    pub(super) fn admit(&self, pid: u32, process: &OwnedFd) -> io::Result<()> {
        self.write("cgroup.procs", &pid.to_string())?;
        if has_ended(process) {
            // Then the number may be another's, who must not end with this group.
            move_all(&self.folder, &self.server.home());
            return Err(Errno::SRCH.into());
        }
        Ok(())
    }

    /// Ends whatever is in it.
    pub(super) fn kill(&self) {
        let _ = self.write("cgroup.kill", "1");
    }

    /// What was used too much of, when the kernel ended a process of it for that.
    pub(super) fn excess(&self) -> Option<Excess> {
        let limit = self.memory?;
        let events = fs::read_to_string(self.folder.join("memory.events")).ok()?;
        let mut events = events.lines().filter_map(|line| line.split_once(' '));
        let ended = events.any(|(name, count)| name == "oom_kill" && count != "0");
        let peak = || -> Option<u64> {
            let text = fs::read_to_string(self.folder.join("memory.peak")).ok()?;
            text.trim().parse().ok()
        };
        ended.then(|| Excess {
            of: "bytes of memory",
            limit,
            used: peak().unwrap_or(limit).max(limit),
        })
    }

    fn write(&self, file: &str, text: &str) -> io::Result<()> {
        fs::write(self.folder.join(file), text)
    }
}

impl Drop for WorkerGroup {
    fn drop(&mut self) {
        remove(&self.folder);
    }
}

/// The folder of the group that a process is in, by what `/proc` says of its groups and mounts.
fn own_folder(groups: &str, mounts: &str) -> Option<PathBuf> {
    let path = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    let found = mounts.lines().find_map(|line| {
        let (mount, kind) = line.split_once(" - ")?;
        if !kind.starts_with("cgroup2 ") {
            return None;
        }
        let mut fields = mount.split(' ').skip(3);
        let (root, place) = (fields.next()?, fields.next()?);
        let below = match root {
            "/" => path,
            root => path.strip_prefix(root)?,
        };
        Some((place, below.trim_start_matches('/')))
    });
    let (place, below) = found?;
    // A group outside of what is mounted, or a place whose name is written in another way.
    if place.contains('\\') || below.split('/').any(|name| name == "..") {
        return None;
    }
    Some(match below {
        "" => PathBuf::from(place),
        below => Path::new(place).join(below),
    })
}

/// A new folder with a lock that nobody else has.
fn claim(outer: &Path) -> io::Result<(PathBuf, File)> {
    for _ in 0..NAMES {
        let folder = outer.join(format!("{PREFIX}{}", random_name()?));
        fs::create_dir(&folder)?;
        // Until it is locked, a server that starts now takes it for a leftover.
        let lock = File::open(&folder).ok();
        let lock =
            lock.filter(|lock| flock(lock, FlockOperation::NonBlockingLockExclusive).is_ok());
        if let Some(lock) = lock.filter(|_| folder.exists()) {
            return Ok((folder, lock));
        }
    }
    Err(Errno::AGAIN.into())
}

/// Removes what servers left that did not end by themselves.
fn sweep(outer: &Path) {
    for folder in leftovers(outer) {
        let lock = File::open(&folder).ok();
        let lock =
            lock.filter(|lock| flock(lock, FlockOperation::NonBlockingLockExclusive).is_ok());
        if lock.is_some() {
            for below in folders(&folder) {
                remove(&below);
            }
            remove(&folder);
        }
    }
}

/// The groups of servers.
fn leftovers(outer: &Path) -> impl Iterator<Item = PathBuf> {
    let is_ours = |folder: &PathBuf| {
        let name = folder.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(PREFIX))
    };
    folders(outer).filter(is_ours)
}

fn folders(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let entries = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    entries.map(|entry| entry.path())
}

/// Ends what is in a group without groups below it, and removes it, within a bounded time.
fn remove(folder: &Path) {
    for tries in 0..TRIES {
        match fs::remove_dir(folder) {
            Err(error) if error.raw_os_error() == Some(Errno::BUSY.raw_os_error()) => {
                if tries == 0 {
                    let _ = fs::write(folder.join("cgroup.kill"), "1");
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            _ => return,
        }
    }
}

/// Moves all processes of a group into another one.
fn move_all(from: &Path, to: &Path) {
    let there = fs::read_to_string(from.join("cgroup.procs")).unwrap_or_default();
    for pid in there.lines() {
        let _ = fs::write(to.join("cgroup.procs"), pid);
    }
}

/// Has a group hand a controller down, or no more.
fn control(folder: &Path, change: &str) -> io::Result<()> {
    let file = folder.join("cgroup.subtree_control");
    let name = change.trim_start_matches(['+', '-']);
    if words(&file).contains(name) == change.starts_with('+') {
        return Ok(());
    }
    fs::write(file, change)
}

/// The names in a file.
fn words(file: &Path) -> std::collections::BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}

/// A name that nobody can guess and nobody has had.
fn random_name() -> io::Result<String> {
    let mut bytes = [0; 16];
    let mut filled = 0;
    while filled < bytes.len() {
        let flags = rustix::rand::GetRandomFlags::empty();
        filled += rustix::rand::getrandom(&mut bytes[filled..], flags)?;
    }
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}

fn has_ended(process: &impl AsFd) -> bool {
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    poll(&mut [PollFd::new(process, PollFlags::IN)], Some(&now)).is_ok_and(|ready| ready > 0)
}

#[cfg(test)]
mod tests;
