//! The one thread of a server that makes workers, with the zygote that it has them from. A zygote that ends or does
//! not answer is replaced; what it forked lives on with it.

use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::Instant;

use tokio::sync::{oneshot, watch};

use super::binary::{SpawnError, WorkerOptions};
use super::census::{Census, Start};
use super::cgroup::{ServerGroup, WorkerGroup};
use super::launch::LaunchError;
use super::process::WorkerProcess;
use super::sandbox::Sandbox;
use super::zygote::{WorkerOutput, Zygote};

/// Makes workers for any thread. Clones share the thread; it ends with the last of them.
#[derive(Clone, Debug)]
pub struct Spawner {
    requests: mpsc::Sender<Request>,
    healthy: watch::Receiver<bool>,
    sandbox: String,
    census: Census,
    /// Absent where there are no groups.
    groups: Option<Arc<Grouping>>,
}

/// The thread that moves workers into groups. Dropping it waits until it has removed what is left of them.
#[derive(Debug)]
struct Grouping {
    arrivals: Option<mpsc::Sender<Arrival>>,
    thread: Option<JoinHandle<()>>,
}

/// A worker that is to be in a group of its own, and who waits for that.
#[derive(Debug)]
struct Arrival {
    pid: u32,
    process: Arc<OwnedFd>,
    sandbox: Arc<Sandbox>,
    reply: oneshot::Sender<Option<WorkerGroup>>,
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
        // Before the zygote is there: this process may have to move, and the zygote with it.
        let group = options
            .sandbox
            .confines()
            .then(ServerGroup::of_this_process);
        let (requests, inbox) = mpsc::channel();
        let (tell, told) = mpsc::channel();
        let (health, healthy) = watch::channel(true);
        let census = Census::default();
        let counting = census.clone();
        std::thread::Builder::new()
            .name("spawner".to_owned())
            .spawn(move || match start_zygote(&options, &preload, &counting) {
                Ok(zygote) if tell.send(zygote.sandbox().map_err(Into::into)).is_ok() => {
                    let zygotes = Zygotes {
                        options,
                        preload,
                        current: Some(zygote),
                        retired: Vec::new(),
                        health,
                        census: counting,
                    };
                    zygotes.run(&inbox);
                }
                Ok(_) => {}
                Err(error) => drop(tell.send(Err(error))),
            })
            .map_err(SpawnError::Socket)?;
        let ended = |_| SpawnError::Zygote(std::io::Error::other("the spawner thread ended"));
        let mut sandbox = told.recv().map_err(ended)??;
        match &group {
            Some(Ok(group)) => sandbox += &format!("; {}", group.describe()),
            Some(Err(missing)) => sandbox += &format!("; no cgroup: {missing}"),
            None => {}
        }
        let groups = group
            .and_then(Result::ok)
            .map(Grouping::start)
            .transpose()
            .map_err(SpawnError::Socket)?
            .map(Arc::new);
        Ok(Self {
            requests,
            healthy,
            sandbox,
            census,
            groups,
        })
    }

    /// Moves a worker into a control group of its own, on another thread: the kernel may take some milliseconds, in
    /// which the worker's session opens. None where there are no groups, or no more of them.
    pub(crate) fn group(
        &self,
        worker: &WorkerProcess,
    ) -> impl Future<Output = Option<WorkerGroup>> + use<> {
        let (reply, moved) = oneshot::channel();
        let arrival = Arrival {
            pid: worker.id(),
            process: worker.descriptor(),
            sandbox: Arc::clone(worker.sandbox()),
            reply,
        };
        // Where nobody takes it, nobody answers either.
        let groups = self.groups.as_ref();
        if let Some(arrivals) = groups.and_then(|groups| groups.arrivals.as_ref()) {
            let _ = arrivals.send(arrival);
        }
        async { moved.await.ok().flatten() }
    }

    /// What workers are confined to, for people.
    #[must_use]
    pub fn sandbox(&self) -> &str {
        &self.sandbox
    }

    /// The processes that it made.
    #[must_use]
    pub fn census(&self) -> &Census {
        &self.census
    }

    /// Whether workers can be made: not while a zygote that does not answer is replaced.
    pub(crate) fn health(&self) -> watch::Receiver<bool> {
        self.healthy.clone()
    }

    /// Makes a worker; returns it with our end of its socket. When the zygote does not answer, the one that takes its
    /// place makes it, which takes as long as that takes to start.
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

impl Grouping {
    fn start(group: ServerGroup) -> std::io::Result<Self> {
        let (arrivals, inbox) = mpsc::channel::<Arrival>();
        let group = Arc::new(group);
        let thread = std::thread::Builder::new()
            .name("groups".to_owned())
            .spawn(move || {
                for arrival in inbox {
                    arrival.admit(&group);
                }
            })?;
        Ok(Self {
            arrivals: Some(arrivals),
            thread: Some(thread),
        })
    }
}

impl Drop for Grouping {
    fn drop(&mut self) {
        self.arrivals = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Arrival {
    fn admit(self, server: &Arc<ServerGroup>) {
        let made = server.worker(&self.sandbox.limits);
        let admitted = made.and_then(|group| {
            group.admit(self.pid, &self.process)?;
            Ok(group)
        });
        let admitted = admitted.inspect_err(|error| {
            tracing::debug!("a hint worker has no control group: `{error}`");
        });
        // Whoever asked may have gone; the group then goes with the worker.
        let _ = self.reply.send(admitted.ok());
    }
}

/// What the thread has.
#[derive(Debug)]
struct Zygotes {
    options: WorkerOptions,
    preload: Vec<String>,
    /// The one that forks.
    current: Option<Zygote>,
    /// Those that did not answer, until their last worker is gone.
    retired: Vec<Zygote>,
    health: watch::Sender<bool>,
    census: Census,
}

impl Zygotes {
    fn run(mut self, inbox: &mpsc::Receiver<Request>) {
        for Request { output, reply } in inbox {
            self.retired.retain(Zygote::has_workers);
            let mut spawned = self.spawn(output.as_ref());
            if matches!(spawned, Err(SpawnError::Zygote(_))) {
                self.retire();
                // Whoever waits still gets a worker, of the zygote that takes its place; that one is not replaced again.
                if !reply.is_closed() {
                    spawned = self.spawn(output.as_ref());
                }
            }
            if matches!(spawned, Err(SpawnError::Zygote(_))) {
                self.retire();
            }
            // Whoever asked may have gone; the worker then ends with its handle.
            let _ = reply.send(spawned);
            if self.current.is_none() {
                // Now, and not when the next one asks.
                let _ = self.replace();
            }
        }
    }

    fn spawn(&mut self, output: Option<&WorkerOutput>) -> Spawned {
        if !self.current.as_mut().is_some_and(Zygote::is_alive) {
            self.replace()?;
        }
        let gone = || SpawnError::Zygote(std::io::Error::other("it did not start"));
        let forked = self.current.as_mut().ok_or_else(gone)?.fork(output);
        match forked {
            Ok((mut worker, socket)) => {
                worker.listed(&self.census);
                Ok((worker, socket))
            }
            Err(error) => {
                self.census.started(Start::Zygote, None);
                Err(error)
            }
        }
    }

    /// Takes it away from those who need workers. Its own live on as long as it does.
    fn retire(&mut self) {
        self.health.send_replace(false);
        self.census.forks(None);
        self.retired.extend(self.current.take());
    }

    fn replace(&mut self) -> Result<(), SpawnError> {
        self.current = None;
        self.health.send_replace(false);
        let fresh = start_zygote(&self.options, &self.preload, &self.census);
        let fresh = fresh.map_err(|error| match error {
            LaunchError::Spawn(error) => error,
            error => SpawnError::Zygote(std::io::Error::other(error)),
        })?;
        self.current = Some(fresh);
        self.health.send_replace(true);
        Ok(())
    }
}

/// Starts a zygote, which is the one that forks from then on.
fn start_zygote(
    options: &WorkerOptions,
    preload: &[String],
    census: &Census,
) -> Result<Zygote, LaunchError> {
    census.forks(None);
    let began = Instant::now();
    let started = Zygote::start(options, preload);
    let ready = started.is_ok().then(|| began.elapsed());
    census.started(Start::Cold, ready);
    let zygote = started?;
    census.forks(Some(zygote.id()));
    Ok(zygote)
}
