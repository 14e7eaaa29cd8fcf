//! The one thread of a server that makes workers. A process tied to its parent dies with the *thread*
//! that started it, so that thread lives as long as the server.

use std::os::unix::net::UnixStream;
use std::sync::mpsc;

use tokio::sync::oneshot;

use super::launch::LaunchError;
use super::process::{SpawnError, WorkerOptions, WorkerProcess};
use super::zygote::{WorkerOutput, Zygote};

/// Makes workers for any thread. Clones share the thread; it ends with the last of them.
#[derive(Clone, Debug)]
pub struct Spawner {
    requests: mpsc::Sender<Request>,
}

type Spawned = Result<(WorkerProcess, UnixStream), SpawnError>;

#[derive(Debug)]
struct Request {
    output: Option<WorkerOutput>,
    reply: oneshot::Sender<Spawned>,
}

impl Spawner {
    /// Starts the thread, and in it a zygote that imports `preload` where those modules exist. Blocks until the
    /// zygote has its language.
    ///
    /// # Errors
    /// [`LaunchError`] when thread or zygote do not start.
    pub fn start(options: WorkerOptions, preload: Vec<String>) -> Result<Self, LaunchError> {
        let (requests, inbox) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        std::thread::Builder::new()
            .name("spawner".to_owned())
            .spawn(move || {
                let (zygote, started) = match Zygote::start(&options, &preload) {
                    Ok(zygote) => (Some(zygote), Ok(())),
                    Err(error) => (None, Err(error)),
                };
                if tell.send(started).is_ok() {
                    run(zygote, &options, &preload, &inbox);
                }
            })
            .map_err(SpawnError::Socket)?;
        let ended = |_| SpawnError::Zygote(std::io::Error::other("the spawner thread ended"));
        told.recv().map_err(ended)??;
        Ok(Self { requests })
    }

    /// Makes a worker; returns it with our end of its socket.
    ///
    /// # Errors
    /// [`SpawnError`] when no worker can be made.
    pub async fn spawn(&self, output: Option<WorkerOutput>) -> Spawned {
        let gone = || SpawnError::Zygote(std::io::Error::other("the spawner thread ended"));
        let (reply, answer) = oneshot::channel();
        self.requests
            .send(Request { output, reply })
            .map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

fn run(
    mut zygote: Option<Zygote>,
    options: &WorkerOptions,
    preload: &[String],
    inbox: &mpsc::Receiver<Request>,
) {
    for Request { output, reply } in inbox {
        if !zygote.as_mut().is_some_and(Zygote::is_alive) {
            zygote = match Zygote::start(options, preload) {
                Ok(fresh) => Some(fresh),
                Err(error) => {
                    let error = match error {
                        LaunchError::Spawn(error) => error,
                        error => SpawnError::Zygote(std::io::Error::other(error)),
                    };
                    let _ = reply.send(Err(error));
                    continue;
                }
            };
        }
        if let Some(zygote) = &mut zygote {
            // Whoever asked may have gone; the worker then ends with its handle.
            let _ = reply.send(zygote.fork(output));
        }
    }
}
