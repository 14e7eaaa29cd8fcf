//! What a server's workers are confined to, and what they may use up: each breach ends its own VM, in a word that
//! clients know.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Instant;

use hint_proto::v1::{Failure, VmState};
use hint_tests::process::PATIENCE;
use hint_tests::process_table::is_alive;
use hint_tests::run::{finish, vm_host};
use rustix::process::Signal;

use crate::harness::*;
use crate::process::Process;

async fn failure(client: &mut Client, code: &str) -> Failure {
    let hash = upload(client, &program(&[RET], Some((0, code))))
        .await
        .unwrap();
    let vm = create(client, request(&hash)).await;
    let vm = run(client, &vm.name, None).await.vm.unwrap();
    assert_eq!(vm.state(), VmState::Failed);
    delete(client, &vm.name).await;
    vm.failure.unwrap()
}

/// A server is contained unless it is told otherwise, and says so in one line.
#[tokio::test]
async fn hints_of_a_server_are_contained() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let log = server.log();
    let line = log.lines().find(|line| line.starts_with("sandbox: "));
    let line = line.unwrap_or_else(|| panic!("{log}"));
    assert!(
        line.starts_with("sandbox: contained (environment, "),
        "{line}"
    );
    for code in [
        "open('/etc/passwd')",
        "import os; os.fork()",
        "import socket; socket.create_connection(('127.0.0.1', 1))",
        "import os; os.kill(os.getppid(), 9)",
        "open('/tmp/left-by-a-hint', 'w')",
    ] {
        let failure = failure(&mut client, code).await;
        assert_eq!(failure.reason, "HINT_RAISED", "{code}");
        assert!(
            failure.message.contains("PermissionError"),
            "{code}: {}",
            failure.message
        );
    }
    // The zygote and its keeper are what they were.
    assert_eq!(server.descendants().len(), 2);
    let trusted = Process::start(&["--sandbox", "trusted"]);
    let mut client = trusted.client().await;
    let hash = program(&[RET], Some((0, "open('/etc/passwd').close()")));
    let hash = upload(&mut client, &hash).await.unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let vm = run(&mut client, &vm.name, None).await.vm.unwrap();
    assert_eq!(vm.state(), VmState::Succeeded, "{:?}", vm.failure);
}

/// The group of version 2 that a process is in, as `/proc` writes it.
fn group_of(process: u32) -> String {
    let groups = std::fs::read_to_string(format!("/proc/{process}/cgroup")).unwrap();
    let group = groups.lines().find_map(|line| line.strip_prefix("0::"));
    group.unwrap_or_else(|| panic!("{groups}")).to_owned()
}

/// Where such a group is.
fn folder_of(group: &str) -> PathBuf {
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    let mount = mounts.lines().find(|line| line.contains(" - cgroup2 "));
    let place = mount.unwrap().split(' ').nth(4).unwrap();
    PathBuf::from(place).join(group.trim_start_matches('/'))
}

/// Where the hierarchy cannot be written, the line says so, and that is all.
#[tokio::test]
async fn each_worker_is_in_a_control_group_that_goes_with_it() {
    let mut server = Process::start(&[]);
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&LOOP, Some((0, "pass"))))
        .await
        .unwrap();
    let mut vms = Vec::new();
    for _ in 0..2 {
        vms.push(create(&mut client, request(&hash)).await);
    }
    let groups: Vec<_> = vms
        .iter()
        .map(|vm| group_of(vm.worker_process_id))
        .collect();
    let log = server.log();
    if !log.contains("; cgroup: ") {
        assert!(log.contains("; no cgroup: "), "{log}");
        assert_eq!(groups[0], groups[1]);
        return;
    }
    assert_ne!(groups[0], groups[1]);
    assert!(groups[0].contains("/cairohints-"), "{groups:?}");
    assert_ne!(group_of(server.child.id()), groups[0]);
    let folders: Vec<_> = groups.iter().map(|group| folder_of(group)).collect();
    assert!(folders.iter().all(|folder| folder.is_dir()), "{folders:?}");
    delete(&mut client, &vms[0].name).await;
    assert!(!folders[0].exists() && folders[1].exists());
    // A server that is killed leaves its groups to the next one.
    let ours = folders[1].parent().unwrap();
    server.child.kill().unwrap();
    server.child.wait().unwrap();
    let mut next = Process::start(&[]);
    assert!(!ours.exists(), "{}", ours.display());
    let mut client = next.client().await;
    let hash = upload(&mut client, &program(&LOOP, Some((0, "pass"))))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await;
    let folder = folder_of(&group_of(vm.worker_process_id));
    let ours = folder.parent().unwrap();
    assert!(ours.is_dir());
    next.child.signal(Signal::TERM);
    next.child.ended();
    assert!(!ours.exists(), "{}", ours.display());
}

/// A hint may not reach the server's own listeners, and through them another's VM.
#[tokio::test]
async fn hints_do_not_reach_the_listeners_of_their_server() {
    let server = Process::start(&[]);
    let mut client = server.client().await;
    let (port, path) = (server.address.port(), server.socket.display());
    for code in [
        format!("import socket; socket.create_connection(('127.0.0.1', {port}))"),
        format!("import socket; socket.socket(socket.AF_UNIX).connect('{path}')"),
    ] {
        let failure = failure(&mut client, &code).await;
        assert!(
            failure.message.contains("PermissionError"),
            "{}",
            failure.message
        );
    }
}

#[tokio::test]
async fn what_is_used_beyond_a_limit_is_named() {
    let limits = [
        "--max-worker-memory",
        "200000000",
        "--max-worker-cpu",
        "1",
        "--max-worker-threads",
        "20",
    ];
    let server = Process::start(&limits);
    let mut client = server.client().await;
    let memory = "import time
kept = []
while True:
    kept.append(bytearray(b'x') * (1 << 20))
    time.sleep(0.0005)";
    let threads = "import threading, time
for _ in range(50):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
time.sleep(600)";
    for (code, text) in [
        (memory, "bytes of memory, the limit is `200000000`"),
        (threads, "threads, the limit is `20`"),
        (
            "while True: pass",
            "seconds of processor time, the limit is `1`",
        ),
    ] {
        let failure = failure(&mut client, code).await;
        assert_eq!(failure.reason, "WORKER_LIMIT", "{}", failure.message);
        assert!(failure.message.contains(text), "{}", failure.message);
    }
}

/// A debugger that nobody can talk to would wait for ever: the limit of the hint would not hold.
#[tokio::test]
async fn a_debugger_needs_a_terminal() {
    let server = Process::start(&["--hint-timeout", "3000"]);
    let mut client = server.client().await;
    // As one does that asks the engine by itself.
    for code in ["breakpoint()", "import pdb; pdb.set_trace()"] {
        let start = Instant::now();
        let failure = failure(&mut client, code).await;
        assert!(start.elapsed() < PATIENCE);
        assert_eq!(failure.reason, "HINT_RAISED");
        assert!(
            failure.message.contains("a debugger needs a terminal"),
            "{}",
            failure.message
        );
    }
}

/// Whoever requires the sandbox gets all of it, or no server: on this system all of it.
#[tokio::test]
async fn a_required_sandbox_is_there() {
    let server = Process::start(&["--require-sandbox"]);
    let mut client = server.client().await;
    let hash = upload(&mut client, &program(&[RET], Some((0, "x = 1"))))
        .await
        .unwrap();
    let vm = create(&mut client, request(&hash)).await;
    assert!(is_alive(vm.worker_process_id));
    let status = std::fs::read_to_string(format!("/proc/{}/status", vm.worker_process_id)).unwrap();
    assert!(status.contains("Seccomp:\t2"), "{status}");
    assert!(status.contains("NoNewPrivs:\t1"), "{status}");
}

/// A worker that lacks a layer, as on another kernel: with the option there is no server, and exit code 78.
#[test]
fn a_server_whose_sandbox_lacks_a_layer_does_not_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let worker = folder.path().join("hint-worker");
    let real = hint_tests::binaries::hint_worker();
    // What it is started with is no part of the list of variables.
    let script = format!("#!/bin/sh\nMORE=1 exec {} \"$@\"\n", real.display());
    std::fs::write(&worker, script).unwrap();
    std::fs::set_permissions(&worker, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = vm_host("serve");
    command
        .args(["--require-sandbox", "--unix"])
        .arg(folder.path().join("socket"))
        .arg("--hint-worker")
        .arg(&worker)
        .stdin(Stdio::null());
    let finished = finish(&mut command, PATIENCE).unwrap();
    let text = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(78), "{text}");
    assert!(text.contains("lacks a layer: `environment: `"), "{text}");
    assert!(text.contains("\nhint: "), "{text}");
}

/// Runs a worker as on a kernel that has none of these system calls, given as their numbers and, for one that does many
/// things, the first argument.
fn worker_without(folder: &std::path::Path, calls: &[(u32, Option<u32>)]) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let calls: Vec<String> = calls
        .iter()
        .map(|(number, first)| {
            format!(
                "({number}, {})",
                first.map_or("None".to_owned(), |first| first.to_string())
            )
        })
        .collect();
    let script = format!(
        "#!/usr/bin/env -S python3 -IS
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06
program = []
for number, first in [{calls}]:
    program.append((LOAD, 0, 0, 0))
    if first is None:
        program.append((EQUAL, 0, 1, number))
    else:
        program += [(EQUAL, 0, 3, number), (LOAD, 0, 0, 16), (EQUAL, 0, 1, first)]
    program.append((RETURN, 0, 0, 0x00050000 | 38))
program.append((RETURN, 0, 0, 0x7fff0000))
code = b''.join(struct.pack('HBBI', *one) for one in program)
buffer = ctypes.create_string_buffer(code)
class Program(ctypes.Structure):
    _fields_ = [('length', ctypes.c_ushort), ('filter', ctypes.c_void_p)]
filter = Program(len(program), ctypes.addressof(buffer))
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(filter), 0, 0) == 0, ctypes.get_errno()
os.execv('{worker}', ['{worker}', *sys.argv[1:]])
",
        calls = calls.join(", "),
        worker = hint_tests::binaries::hint_worker().display(),
    );
    let path = folder.join("hint-worker");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Kernels without Landlock, or without filters, for the worker alone: the line says what is missing and why, whoever
/// requires all layers gets no server, and what is left of the sandbox still holds.
#[cfg(target_arch = "x86_64")]
#[tokio::test]
async fn a_kernel_without_landlock_is_said_and_refused() {
    const LANDLOCK: &[(u32, Option<u32>)] = &[(444, None)];
    // Both doors to it; the script came through the second.
    const SECCOMP: &[(u32, Option<u32>)] = &[(317, None), (157, Some(22))];
    for (calls, layer, says, still_refused, now_open) in [
        (
            LANDLOCK,
            "files",
            "without files: the kernel has no Landlock, or one that is too old; ",
            "import os; os.fork()",
            "open('/etc/hostname').close()",
        ),
        (
            SECCOMP,
            "calls",
            "without calls: ",
            "open('/etc/passwd')",
            "import os; os.getpgid(0)",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let worker = worker_without(folder.path(), calls);
        let worker = worker.to_str().unwrap();
        let mut command = vm_host("serve");
        command
            .args(["--require-sandbox", "--hint-worker", worker, "--unix"])
            .arg(folder.path().join("socket"))
            .stdin(Stdio::null());
        let finished = finish(&mut command, PATIENCE).unwrap();
        let text = finished.stderr_text();
        assert_eq!(finished.exit_code(), Some(78), "{text}");
        assert!(
            text.contains(&format!("lacks a layer: `{layer}: ")),
            "{text}"
        );
        let server = Process::start(&["--hint-worker", worker]);
        let mut client = server.client().await;
        let log = server.log();
        let line = log.lines().find(|line| line.starts_with("sandbox: "));
        assert!(line.is_some_and(|line| line.contains(says)), "{log}");
        // The last look before hints come found that, too.
        assert!(
            line.is_some_and(|line| line.contains("; without self-test: ")),
            "{log}"
        );
        let refused = failure(&mut client, still_refused).await;
        assert!(
            refused.message.contains("PermissionError"),
            "{}",
            refused.message
        );
        let hash = upload(&mut client, &program(&[RET], Some((0, now_open))))
            .await
            .unwrap();
        let vm = create(&mut client, request(&hash)).await;
        let vm = run(&mut client, &vm.name, None).await.vm.unwrap();
        assert_eq!(vm.state(), VmState::Succeeded, "{:?}", vm.failure);
    }
}
