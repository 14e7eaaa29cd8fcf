//! Groups in a folder that stands in for a hierarchy with controllers, and in the machine's own where there is one.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command};

use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::*;

const LIMITS: WorkerLimits = WorkerLimits {
    memory: Some(1 << 30),
    cpu: None,
    file: None,
    threads: Some(64),
};

/// A folder in which these controllers are delegated.
fn hierarchy(controllers: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("cgroup.controllers"), controllers).unwrap();
    folder
}

fn read(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap_or_default()
}

fn sleeper() -> (Child, OwnedFd) {
    let child = Command::new("sleep").arg("1000").spawn().unwrap();
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    let process = pidfd_open(pid, PidfdFlags::empty()).unwrap();
    (child, process)
}

#[test]
fn a_worker_has_the_limits_whose_controllers_are_delegated() {
    let outer = hierarchy("cpuset cpu io memory hugetlb pids\n");
    let server = Arc::new(ServerGroup::make(outer.path()).unwrap());
    assert_eq!(server.describe(), "cgroup: memory, pids, cpu, kill");
    let host = server.folder.join(HOST);
    assert_eq!(read(&host, "cgroup.procs"), std::process::id().to_string());
    let worker = server.worker(&LIMITS).unwrap();
    for (file, text) in [
        ("memory.max", "1073741824"),
        ("memory.swap.max", "0"),
        ("memory.oom.group", "1"),
        ("pids.max", "80"),
        ("cpu.weight", "100"),
    ] {
        assert_eq!(read(&worker.folder, file), text, "{file}");
    }
    worker.kill();
    assert_eq!(read(&worker.folder, "cgroup.kill"), "1");
    let other = server.worker(&LIMITS).unwrap();
    assert_ne!(worker.folder, other.folder);

    let outer = hierarchy("pids");
    let server = Arc::new(ServerGroup::make(outer.path()).unwrap());
    assert_eq!(server.describe(), "cgroup: pids, kill");
    let worker = server.worker(&LIMITS).unwrap();
    assert_eq!(read(&worker.folder, "pids.max"), "80");
    assert!(!worker.folder.join("memory.max").exists());
    fs::write(worker.folder.join("memory.events"), "oom_kill 1\n").unwrap();
    assert_eq!(worker.excess(), None, "it was not limited");
}

#[test]
fn what_the_kernel_ended_a_worker_for_is_said_with_limit_and_use() {
    let outer = hierarchy("memory");
    let server = Arc::new(ServerGroup::make(outer.path()).unwrap());
    let worker = server.worker(&LIMITS).unwrap();
    assert_eq!(worker.excess(), None);
    let events = |oom_kill| format!("low 0\nhigh 0\nmax 7\noom 1\noom_kill {oom_kill}\n");
    fs::write(worker.folder.join("memory.events"), events(0)).unwrap();
    assert_eq!(worker.excess(), None, "it was at its limit, and lived");
    fs::write(worker.folder.join("memory.events"), events(1)).unwrap();
    let mut expected = Excess {
        of: "bytes of memory",
        limit: 1 << 30,
        used: 1 << 30,
    };
    assert_eq!(worker.excess(), Some(expected));
    expected.used += 4096;
    fs::write(worker.folder.join("memory.peak"), "1073745920\n").unwrap();
    assert_eq!(worker.excess(), Some(expected));
}

#[test]
fn a_hierarchy_that_cannot_be_written_is_said() {
    let error = ServerGroup::make(Path::new("/proc/self/fd")).unwrap_err();
    assert_ne!(error.to_string(), "");
}

#[test]
fn the_own_group_is_found_by_what_proc_says() {
    let mount = |root: &str, place: &str| {
        format!(
            "22 1 0:5 / /proc rw - proc proc rw\n35 24 0:30 {root} {place} rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
        )
    };
    let unified = "/sys/fs/cgroup";
    let groups = "4:memory:/x\n0::/system.slice/hints.service\n";
    for (groups, mounts, expected) in [
        (
            groups,
            mount("/", unified),
            Some("/sys/fs/cgroup/system.slice/hints.service"),
        ),
        (
            groups,
            mount("/system.slice", unified),
            Some("/sys/fs/cgroup/hints.service"),
        ),
        ("0::/\n", mount("/", unified), Some(unified)),
        ("0::/../other\n", mount("/", unified), None),
        ("4:memory:/x\n", mount("/", unified), None),
        (groups, mount("/elsewhere", unified), None),
        (groups, String::new(), None),
    ] {
        let found = own_folder(groups, &mounts);
        assert_eq!(
            found.as_deref(),
            expected.map(Path::new),
            "{groups} {mounts}"
        );
    }
}

/// On the machine's own hierarchy. Where it cannot be written, the server must have said so rightly.
#[test]
fn processes_end_with_their_group_and_leftovers_are_removed() {
    let server = match ServerGroup::of_this_process() {
        Ok(server) => Arc::new(server),
        Err(missing) => {
            let place = missing.split('`').nth(1).map(Path::new);
            let made = place.map(|outer| fs::create_dir(outer.join(random_name().unwrap())));
            assert!(made.is_none_or(|made| made.is_err()), "{missing}");
            return;
        }
    };
    let (outer, folder) = (server.outer.clone(), server.folder.clone());
    let worker = server.worker(&LIMITS).unwrap();
    let (mut child, process) = sleeper();
    worker.admit(child.id(), &process).unwrap();
    assert_eq!(
        read(&worker.folder, "cgroup.procs").trim(),
        child.id().to_string()
    );
    assert!(!has_ended(&process));
    let place = worker.folder.clone();
    drop(worker);
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    assert!(!place.exists());

    // Somebody who has ended is not let in.
    let worker = server.worker(&LIMITS).unwrap();
    assert!(worker.admit(child.id(), &process).is_err());

    // Another server that starts leaves what is locked; a killed one's is removed, with what runs there.
    let left = outer.join(format!("{PREFIX}{}", random_name().unwrap()));
    fs::create_dir_all(left.join("worker")).unwrap();
    let (mut child, _process) = sleeper();
    fs::write(left.join("worker/cgroup.procs"), child.id().to_string()).unwrap();
    let other = ServerGroup::make(&outer).unwrap();
    assert_eq!(child.wait().unwrap().signal(), Some(9));
    assert!(!left.exists());
    assert!(folder.exists() && worker.folder.exists());
    drop((worker, other));
    drop(server);
    assert!(!folder.exists());
}
