//! A server as a process of its own, seen from outside: its processes, descriptors and memory are its own.

use std::fs::File;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use hint_proto::v1::vm_service_client::VmServiceClient;
use rustix::process::{Pid, Signal, kill_process};
use tonic::transport::{Channel, Endpoint};

use crate::harness::Client;

/// What `cargo` is told to become the example client, before the client's own arguments.
pub(crate) const EXAMPLE: [&str; 9] = [
    "run",
    "--quiet",
    "--profile",
    // As the tests themselves, so that it is built already.
    if cfg!(debug_assertions) {
        "dev"
    } else {
        "release"
    },
    "--package",
    "vm-host",
    "--example",
    "client",
    "--",
];

/// A running `vm-host serve`.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) socket: PathBuf,
    folder: tempfile::TempDir,
}

impl Process {
    pub(crate) fn start(options: &[&str]) -> Self {
        Self::of(Command::new(env!("CARGO_BIN_EXE_vm-host")), options)
    }

    /// Starts `command` with the arguments of a server and `options`.
    pub(crate) fn of(mut command: Command, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("vm.sock");
        let address_file = folder.path().join("address");
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--address-file"])
            .arg(&address_file)
            .arg("--unix")
            .arg(&socket)
            .args(options)
            .stderr(File::create(folder.path().join("log")).unwrap());
        if !options.contains(&"--exit-with-parent") {
            command.stdin(Stdio::null());
        }
        let mut child = command.spawn().unwrap();
        let start = Instant::now();
        let address = loop {
            if let Ok(text) = std::fs::read_to_string(&address_file) {
                break text.trim().parse().unwrap();
            }
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {ended:?}");
            assert!(start.elapsed() < Duration::from_secs(30));
            std::thread::sleep(Duration::from_millis(5));
        };
        Self {
            child,
            address,
            socket,
            folder,
        }
    }

    /// A connection of its own over TCP.
    pub(crate) async fn client(&self) -> Client {
        let endpoint = Channel::from_shared(format!("http://{}", self.address)).unwrap();
        VmServiceClient::new(endpoint.connect().await.unwrap())
    }

    /// A connection of its own over the Unix socket.
    pub(crate) async fn unix_client(&self) -> Client {
        let endpoint = Endpoint::from_shared(format!("unix:{}", self.socket.display())).unwrap();
        VmServiceClient::new(endpoint.connect().await.unwrap())
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).unwrap();
    }

    pub(crate) fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed()).unwrap()
    }

    /// Waits for the end of the process.
    pub(crate) fn wait(&mut self, limit: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < limit, "the server does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn descriptors(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id()))
            .unwrap()
            .count()
    }

    /// Bytes of memory that the server itself holds.
    pub(crate) fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
        kilobytes.parse::<u64>().unwrap() << 10
    }

    /// Seconds of processor time that the server itself used.
    pub(crate) fn processor_seconds(&self) -> f64 {
        let text = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let after_name = text.rsplit(") ").next().unwrap();
        let ticks: u64 = after_name
            .split(' ')
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u64>().unwrap())
            .sum();
        // Linux counts in hundredths for everybody.
        ticks as f64 / 100.0
    }

    /// The processes below the server: its zygote and their workers.
    pub(crate) fn descendants(&self) -> Vec<u32> {
        descendants(self.child.id())
    }

    pub(crate) fn log(&self) -> String {
        let mut text = String::new();
        let mut file = File::open(self.folder.path().join("log")).unwrap();
        file.read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Both fail only when it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The processes below `pid`, without those that only wait to be reaped.
pub(crate) fn descendants(pid: u32) -> Vec<u32> {
    let mut parents = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Some(child): Option<u32> = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        let mut fields = stat.rsplit(") ").next().unwrap_or_default().split(' ');
        let (state, parent) = (fields.next(), fields.next());
        if let Some(Ok(parent)) = parent.map(str::parse::<u32>)
            && state != Some("Z")
        {
            parents.push((child, parent));
        }
    }
    let mut found = vec![pid];
    let mut at = 0;
    while at < found.len() {
        let above = found[at];
        found.extend(parents.iter().filter(|(_, p)| *p == above).map(|(c, _)| *c));
        at += 1;
    }
    found.remove(0);
    found
}
