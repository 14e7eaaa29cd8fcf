//! A server as a process of its own, seen from outside: its processes, descriptors and memory are its own.

use std::fs::File;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use hint_tests::binaries;
use hint_tests::process::{PATIENCE, Running};
use hint_tests::process_table::descendants;
use hint_tests::run::vm_host;
use tonic::transport::{Channel, Endpoint};

use crate::harness::{Client, client_on, client_with};

/// The example client in Rust, before its arguments.
pub(crate) fn example_client() -> Command {
    Command::new(binaries::example("client"))
}

/// Options of a server for programs whose hints write files.
pub(crate) const WRITES_FILES: [&str; 2] = ["--sandbox", "trusted"];

/// A running `vm-host serve`.
pub(crate) struct Process {
    pub(crate) child: Running,
    pub(crate) address: SocketAddr,
    pub(crate) socket: PathBuf,
    folder: tempfile::TempDir,
}

impl Process {
    pub(crate) fn start(options: &[&str]) -> Self {
        Self::of(vm_host("serve"), options)
    }

    /// Starts `command`, which is `vm-host serve`, with `options`.
    pub(crate) fn of(command: Command, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = File::create(folder.path().join("log")).unwrap();
        Self::in_folder(folder, command, options, log)
    }

    /// The same with its log elsewhere.
    pub(crate) fn with_log(command: Command, options: &[&str], log: File) -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), command, options, log)
    }

    fn in_folder(
        folder: tempfile::TempDir,
        mut command: Command,
        options: &[&str],
        log: File,
    ) -> Self {
        let socket = folder.path().join("vm.sock");
        let address_file = folder.path().join("address");
        command
            .args(["--listen", "127.0.0.1:0", "--address-file"])
            .arg(&address_file)
            .arg("--unix")
            .arg(&socket)
            .args(options)
            .stderr(log);
        if !options.contains(&"--exit-with-parent") {
            command.stdin(Stdio::null());
        }
        let mut child = Running::start(&mut command);
        let start = Instant::now();
        let address = loop {
            if let Ok(text) = std::fs::read_to_string(&address_file) {
                break text.trim().parse().unwrap();
            }
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "the server ended: {ended:?}");
            assert!(start.elapsed() < PATIENCE, "the server does not start");
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
        client_on(self.channel().await)
    }

    /// The same, whose calls carry a token.
    pub(crate) async fn client_of(&self, token: &str) -> Client {
        client_with(self.channel().await, &format!("Bearer {token}"))
    }

    pub(crate) async fn channel(&self) -> Channel {
        let endpoint = Channel::from_shared(format!("http://{}", self.address)).unwrap();
        endpoint.connect().await.unwrap()
    }

    /// A connection of its own over the Unix socket.
    pub(crate) async fn unix_client(&self) -> Client {
        let endpoint = Endpoint::from_shared(format!("unix:{}", self.socket.display())).unwrap();
        client_on(endpoint.connect().await.unwrap())
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

    /// The same when nothing is given back any more, which the server does within two seconds of the last VM's end.
    pub(crate) async fn memory_at_rest(&self) -> u64 {
        let start = Instant::now();
        let mut before = self.memory();
        loop {
            tokio::time::sleep(Duration::from_millis(2500)).await;
            let now = self.memory();
            if now.abs_diff(before) < 1 << 20 {
                return now;
            }
            assert!(start.elapsed() < PATIENCE, "{before}, then {now} bytes");
            before = now;
        }
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

    /// The processes below the server: the zygote with its keeper, and their workers.
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
