//! Processes that hints of a VM leave behind: they end with it, and those of other VMs do not.

use hint_tests::process_table::is_alive;
use rustix::process::Signal;

use crate::harness::*;
use crate::process::Process;

/// Leaves a process whose parent is gone, in a session of its own, and says in `path` which one it is.
fn leaving(path: &std::path::Path, then: &str) -> Vec<u8> {
    let code = format!(
        "import os, subprocess
read, write = os.pipe()
if os.fork() == 0:
    os.setsid()
    os.write(write, str(subprocess.Popen(['sleep', '600']).pid).encode())
    os._exit(0)
pid = os.read(read, 100).decode()
with open('{path}', 'w') as file:
    file.write(pid)
{then}",
        path = path.display()
    );
    program(&[RET], Some((0, &code)))
}

/// They also end with a server that is told to end, and with one that is killed.
#[tokio::test]
async fn they_end_with_their_server() {
    for signal in [Signal::TERM, Signal::KILL] {
        let mut server = Process::start(&["--sandbox", "trusted", "--grace", "1"]);
        let mut client = server.client().await;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pid");
        let hash = upload(&mut client, &leaving(&path, "")).await.unwrap();
        let vm = create(&mut client, request(&hash)).await;
        run(&mut client, &vm.name, None).await;
        let pid: u32 = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        assert!(is_alive(pid));
        let below = server.descendants();
        server.child.signal(signal);
        server.child.ended();
        eventually("processes outlive their server", || {
            !is_alive(pid) && !below.iter().any(|pid| is_alive(*pid))
        })
        .await;
    }
}

#[tokio::test]
async fn they_end_with_their_vm() {
    let server = Process::start(&["--sandbox", "trusted"]);
    let mut client = server.client().await;
    let folder = tempfile::tempdir().unwrap();
    let mut left = Vec::new();
    for (number, then) in ["", "", "os._exit(3)"].into_iter().enumerate() {
        let path = folder.path().join(number.to_string());
        let hash = upload(&mut client, &leaving(&path, then)).await.unwrap();
        let vm = create(&mut client, request(&hash)).await;
        let _ = run(&mut client, &vm.name, None).await;
        let pid: u32 = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        left.push((vm.name, pid));
    }
    let (deleted, kept, died) = (&left[0], &left[1], &left[2]);
    delete(&mut client, &deleted.0).await;
    delete(&mut client, &died.0).await;
    eventually("the processes of VMs that are gone live on", || {
        !is_alive(deleted.1) && !is_alive(died.1)
    })
    .await;
    assert!(is_alive(kept.1), "a living VM lost its process");
    delete(&mut client, &kept.0).await;
    eventually("the last process lives on", || !is_alive(kept.1)).await;
}
