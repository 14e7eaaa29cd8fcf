//! What a worker prints: read from its pipes as it comes, so that no hint ever waits, and told to watchers,
//! each of whom has room for so much that it did not read yet.

use std::os::fd::OwnedFd;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::{HintOutput, OutputStream};
use rustix::pipe::{PipeFlags, pipe_with};
use tokio::net::unix::pipe::Receiver;

use super::super::shared::Shared;

/// Bytes of one event.
const CHUNK: usize = 16 << 10;

/// The pipes of one worker.
#[derive(Debug)]
pub(super) struct HintOutputs {
    pipes: Rc<[Pipe; 2]>,
    readers: Vec<tokio::task::JoinHandle<()>>,
}

#[derive(Debug)]
struct Pipe {
    receiver: Receiver,
    stream: OutputStream,
    shared: Arc<Shared>,
}

impl HintOutputs {
    /// Opens the pipes; returns them with the worker's ends, of stdout and stderr.
    pub(super) fn open(shared: &Arc<Shared>) -> std::io::Result<(Self, (OwnedFd, OwnedFd))> {
        let open = |stream| {
            let (ours, theirs) = pipe_with(PipeFlags::CLOEXEC)?;
            rustix::io::ioctl_fionbio(&ours, true)?;
            let receiver = Receiver::from_owned_fd(ours)?;
            let shared = Arc::clone(shared);
            Ok::<_, std::io::Error>((
                Pipe {
                    receiver,
                    stream,
                    shared,
                },
                theirs,
            ))
        };
        let (stdout, stdout_end) = open(OutputStream::Stdout)?;
        let (stderr, stderr_end) = open(OutputStream::Stderr)?;
        let pipes = Rc::new([stdout, stderr]);
        let readers = (0..2).map(|index| {
            let pipes = Rc::clone(&pipes);
            tokio::task::spawn_local(async move {
                let pipe = &pipes[index];
                while pipe.receiver.readable().await.is_ok() && pipe.drain() {
                    tokio::task::yield_now().await;
                }
            })
        });
        let readers = readers.collect();
        Ok((Self { pipes, readers }, (stdout_end, stderr_end)))
    }

    /// Tells watchers what has been printed so far, so that it comes before the next change of state.
    pub(super) fn flush(&self) {
        for pipe in self.pipes.iter() {
            pipe.drain();
        }
    }
}

impl Drop for HintOutputs {
    fn drop(&mut self) {
        for reader in &self.readers {
            reader.abort();
        }
    }
}

impl Pipe {
    /// Reads what is there; false when nothing will ever come again.
    fn drain(&self) -> bool {
        let mut buffer = [0; CHUNK];
        // The pipe holds 64 KiB; a worker that keeps writing must not keep us here.
        for _ in 0..8 {
            match self.receiver.try_read(&mut buffer) {
                Ok(0) => return false,
                Ok(count) => tell(&self.shared, self.stream, &buffer[..count]),
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return true,
                Err(_) => return false,
            }
        }
        true
    }
}

/// Counts what hints print, and tells watchers.
pub(super) fn tell(shared: &Shared, stream: OutputStream, bytes: &[u8]) {
    shared
        .printed
        .fetch_add(bytes.len() as u64, Ordering::Relaxed);
    if !shared.watchers.any() {
        return;
    }
    for part in bytes.chunks(CHUNK) {
        let output = HintOutput {
            stream: stream.into(),
            data: part.to_vec().into(),
        };
        shared.watchers.tell(&Event::HintOutput(output));
    }
}
