//! All VMs of the server: creating them, finding a caller's own, ending them with their connection, with
//! their time, or with the server.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use hint_proto::v1::{Vm, VmState};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tonic::Status;
use tracing::Instrument as _;

use super::activity::Activity;
use super::connection::Caller;
use super::create_request::VmRequest;
use super::error::{Over, Problem, Reason, draining, internal, invalid, over, unknown_vm};
use super::handle::{MAX_JOBS, VmHandle};
use super::metrics::Metrics;
use super::options::ServeOptions;
use super::programs::Programs;
use super::quota::{no_memory, too_many, too_often};
use super::shared::{End, Shared};
use super::task::{self, Supplies};
use super::tenants::{Event, Resource, Share, Tenants};
use super::vm_thread;
use crate::account::{self, Pool};
use crate::hexadecimal::hexadecimal;
use crate::spans;
use crate::worker::{Places, Spawner};

/// Bytes without which no VM is made: about what a small one takes.
const LEAST_MEMORY: usize = 1 << 20;
/// How long the client of a paused VM may think before a server that is about to end takes it for idle.
const THINKING: Duration = Duration::from_secs(1);
/// How long the VMs' threads may take to end them.
const ENDING_TIMEOUT: Duration = Duration::from_secs(5);

/// The VMs and what they are made from.
#[derive(Debug)]
pub(super) struct Registry {
    pub(super) options: ServeOptions,
    pub(super) programs: Programs,
    supplies: Arc<Supplies>,
    /// Where names come from; open from the start, because there may be no descriptor later.
    random: File,
    draining: AtomicBool,
    pub(super) activity: Activity,
    pub(super) metrics: Arc<Metrics>,
    vms: Mutex<Vms>,
}

#[derive(Debug, Default)]
struct Vms {
    by_name: HashMap<(Arc<str>, String), Arc<VmHandle>>,
    /// Requests that created a VM: their digest and the VM's id.
    requests: HashMap<(Arc<str>, String), ([u8; 32], String)>,
    next_order: u64,
}

impl Vms {
    /// How many there were and are no more.
    fn ended(&self) -> u64 {
        self.next_order - self.by_name.len() as u64
    }
}

impl Registry {
    pub(super) fn new(
        options: ServeOptions,
        spawner: Spawner,
        activity: Activity,
        metrics: Arc<Metrics>,
    ) -> std::io::Result<Self> {
        let programs = Programs::new(options.program_cache_bytes);
        let draining = AtomicBool::new(false);
        let supplies = Arc::new(Supplies {
            spawner,
            places: Places::new(options.threads),
            memory: Pool::new(options.max_total_memory),
            max_written_cells: options.max_written_cells,
            max_segments: options.max_segments,
            metrics: Arc::clone(&metrics),
        });
        Ok(Self {
            random: File::open("/dev/urandom")?,
            options,
            programs,
            supplies,
            draining,
            activity,
            metrics,
            vms: Mutex::default(),
        })
    }

    /// What VMs are made from.
    pub(super) fn supplies(&self) -> &Supplies {
        &self.supplies
    }

    fn lock(&self) -> MutexGuard<'_, Vms> {
        self.vms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates a VM, or finds the one that the same request created.
    pub(super) async fn create(
        self: &Arc<Self>,
        caller: &Caller,
        request: VmRequest,
    ) -> Result<Arc<VmHandle>, Status> {
        let can_ask_again = !request.request_id.is_empty();
        let handle = self.reserve(caller, request)?;
        let mut given_up = GivenUp((!can_ask_again).then(|| Arc::clone(&handle)));
        handle.created().await?;
        given_up.0 = None;
        Ok(handle)
    }

    fn reserve(
        self: &Arc<Self>,
        caller: &Caller,
        request: VmRequest,
    ) -> Result<Arc<VmHandle>, Status> {
        let repeatable = (!request.request_id.is_empty()).then(|| {
            (
                (Arc::clone(&caller.tenant.name), request.request_id.clone()),
                request.digest,
            )
        });
        let mut vms = self.lock();
        if let Some((key, digest)) = &repeatable
            && let Some((known, id)) = vms.requests.get(key)
        {
            if known != digest {
                let text = format!(
                    "another request had the request_id `{}`",
                    request.request_id
                );
                return Err(invalid("request_id", Reason::RequestIdReused, text));
            }
            let key = (Arc::clone(&caller.tenant.name), id.clone());
            return match vms.by_name.get(&key) {
                Some(handle) => Ok(Arc::clone(handle)),
                None => Err(unknown_vm(&format!("vms/{id}"))),
            };
        }
        if self.is_draining() {
            return Err(draining());
        }
        if vms.by_name.len() >= self.options.max_vms {
            let limit = self.options.max_vms;
            let text = format!("there are already `{limit}` VMs");
            let over_all = Over {
                name: "max_vms",
                limit: limit as u64,
                used: vms.by_name.len() as u64,
                retry: None,
            };
            return Err(over(Reason::TooManyVms, &over_all, text));
        }
        if let Some(full) = self.supplies.memory.check(LEAST_MEMORY).err() {
            return Err(no_memory(full));
        }
        let counted = caller.tenant.does(Event::Creation);
        counted.map_err(|often| too_often(&caller.tenant, Event::Creation, often))?;
        let share = caller.tenant.take(Resource::Vms);
        let share = share.map_err(|full| too_many(&caller.tenant, Resource::Vms, full))?;
        let id = if request.id.is_empty() {
            random_id(&self.random)?
        } else {
            request.id.clone()
        };
        let key = (Arc::clone(&caller.tenant.name), id.clone());
        if vms.by_name.contains_key(&key) {
            let text = format!("there already is a VM `vms/{id}`");
            let problem = Problem::new(Reason::VmAlreadyExists, text);
            return Err(problem.vm(&format!("vms/{id}")).into());
        }
        // Checked under the lock, because the connection's end takes it too.
        if !caller.peer.is_alive() {
            let text = "the connection is closed";
            return Err(Problem::new(Reason::ConnectionClosed, text).into());
        }
        let vm = Vm {
            name: format!("vms/{id}"),
            create_time: Some(SystemTime::now().into()),
            program_hash: request.program.hash.clone(),
            layout: request.config.vm.layout.to_string(),
            tenant: caller.tenant.name.to_string(),
            ..request.shown.clone()
        };
        let (jobs, inbox) = mpsc::channel(MAX_JOBS);
        let handle = Arc::new(VmHandle {
            id: id.clone(),
            tenant: Arc::clone(&caller.tenant.name),
            connection: request
                .time_to_live
                .is_none()
                .then_some(caller.peer.connection),
            time_to_live: request.time_to_live,
            end_of_life: request
                .time_to_live
                .and_then(|_| Instant::now().checked_add(caller.tenant.limits.lifetime)),
            order: vms.next_order,
            program: Arc::clone(&request.program),
            attached: request.attached,
            shared: Arc::new(Shared::new(vm)),
            jobs,
            last_used: Mutex::new(Instant::now()),
            attaching: AtomicBool::new(false),
        });
        vms.next_order += 1;
        vms.by_name.insert(key, Arc::clone(&handle));
        if let Some((key, digest)) = repeatable {
            vms.requests.insert(key, (digest, id));
        }
        drop(vms);
        // Forgets the VM whatever happens to its task.
        let forget = Forget {
            registry: Arc::clone(self),
            shared: Arc::clone(&handle.shared),
            tenant: Arc::clone(&handle.tenant),
            id: handle.id.clone(),
            share: Some(share),
        };
        let (supplies, shared) = (Arc::clone(&self.supplies), Arc::clone(&handle.shared));
        // What is logged on the VM's thread says whose VM it is.
        let span = tracing::info_span!(
            "vm",
            vm = shared.name,
            tenant = &*handle.tenant,
            peer = &*caller.peer.name,
            request_id = request.request_id,
            program = request.program.hash
        );
        let creation = tracing::info_span!(target: spans::TARGET, "create", vm = shared.name);
        let started = vm_thread::spawn(move || {
            let life = async move {
                let _forget = forget;
                task::live(&supplies, &shared, (request, creation), inbox).await;
            };
            life.instrument(span)
        });
        started.map_err(|error| {
            let text = format!("cannot start a thread for the VM: `{error}`");
            Problem::new(Reason::WorkerNotStarted, text)
        })?;
        Ok(handle)
    }

    /// A caller's VM by its name, when it is created.
    pub(super) async fn find(&self, caller: &Caller, name: &str) -> Result<Arc<VmHandle>, Status> {
        let Some(id) = name.strip_prefix("vms/") else {
            let text = format!("`{name}` is no name of a VM, which begins with `vms/`");
            return Err(invalid("name", Reason::BadName, text));
        };
        let key = (Arc::clone(&caller.tenant.name), id.to_owned());
        let found = self.lock().by_name.get(&key).cloned();
        let handle = found.ok_or_else(|| unknown_vm(name))?;
        handle.touch();
        handle.created().await?;
        Ok(handle)
    }

    /// A caller's VMs from `first` on, in order of creation.
    pub(super) fn list(&self, caller: &Caller, first: u64) -> Vec<Arc<VmHandle>> {
        let vms = self.lock();
        let mut own: Vec<_> = vms
            .by_name
            .values()
            .filter(|handle| handle.tenant == caller.tenant.name && handle.order >= first)
            .cloned()
            .collect();
        own.sort_unstable_by_key(|handle| handle.order);
        own
    }

    /// All VMs, whose ever they are.
    pub(super) fn all(&self) -> Vec<Arc<VmHandle>> {
        self.lock().by_name.values().cloned().collect()
    }

    /// Ends the VMs of a connection that closed.
    pub(super) fn connection_closed(&self, connection: u64) {
        for handle in self.all() {
            if handle.connection == Some(connection) {
                handle.end(End::ConnectionClosed);
            }
        }
    }

    /// Ends VMs that were not used for too long, and gives the memory of those that ended back, for ever.
    pub(super) async fn sweep(&self) {
        // As the last two sweeps saw it: the thread of a VM ends a moment after the VM.
        let mut ended = [0; 2];
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let now = self.lock().ended();
            if ended != [now; 2] {
                ended = [now, ended[0]];
                let _ = tokio::task::spawn_blocking(account::give_back).await;
            }
            for handle in self.all() {
                if let Some(why) = handle.expired() {
                    handle.end(why);
                }
            }
        }
    }

    /// Ends the VMs and forgets the programs of those who are no tenants any more.
    pub(super) fn tenants_changed(&self, tenants: &Tenants) {
        for handle in self.all() {
            if !tenants.has(&handle.tenant) {
                handle.end(End::TenantGone);
            }
        }
        self.programs.retain(|owner| tenants.has(owner));
        self.metrics.keep_tenants(|name| tenants.has(name));
    }

    /// From now on no VM is created.
    pub(super) fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    pub(super) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Waits until nobody is at work: nothing goes on, and no VM is left whose client may be about to say
    /// what comes next.
    pub(super) async fn idle(&self) {
        while !self.activity.rests_for(if self.lock().by_name.is_empty() {
            Duration::ZERO
        } else {
            THINKING
        }) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends all VMs and waits, for a moment, until they are gone.
    pub(super) async fn end_all(&self) {
        let handles = self.all();
        for handle in &handles {
            handle.end(End::Shutdown);
        }
        let gone = async {
            for handle in handles {
                handle.gone().await;
            }
        };
        // A thread that does not get to it ends with the process.
        let _ = tokio::time::timeout(ENDING_TIMEOUT, gone).await;
    }
}

/// Ends a VM whose creator gave up and does not know its name.
struct GivenUp(Option<Arc<VmHandle>>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        if let Some(handle) = &self.0 {
            handle.end(End::GivenUp);
        }
    }
}

/// Forgets a VM when its task ends.
struct Forget {
    registry: Arc<Registry>,
    shared: Arc<Shared>,
    tenant: Arc<str>,
    id: String,
    /// Of the VMs that its tenant may have.
    share: Option<Share>,
}

impl Drop for Forget {
    fn drop(&mut self) {
        let mut vms = self.registry.lock();
        vms.by_name
            .remove(&(Arc::clone(&self.tenant), self.id.clone()));
        let (tenant, id) = (&self.tenant, &self.id);
        vms.requests
            .retain(|key, (_, vm)| !(key.0 == *tenant && vm == id));
        drop(vms);
        // Whoever is told that the VM is gone may make another one at once.
        self.share = None;
        let why = *self.shared.end.borrow();
        let created = self.shared.created.borrow().as_ref().map(Result::is_ok);
        // The creator of a refused VM is told, and may give it up before this is asked.
        let counted = why.filter(|_| created != Some(false));
        self.registry.metrics.ended(counted, created == Some(true));
        let reason = why.map_or("a fault of the server", End::as_str);
        let killed = self.shared.lock().state() == VmState::Running;
        tracing::info!(reason, killed, "ended");
        self.shared.created.send_if_modified(|created| {
            let open = created.is_none();
            created.get_or_insert_with(|| {
                Err(match self.shared.end.borrow().as_ref() {
                    Some(_) => unknown_vm(&self.shared.name),
                    None => internal("a fault of the server ended the VM"),
                })
            });
            open
        });
        self.shared.watchers.close();
        self.shared.gone.send_replace(true);
    }
}

impl std::fmt::Debug for Forget {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Forget")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A name that nobody can guess.
fn random_id(mut random: &File) -> Result<String, Status> {
    let mut bytes = [0; 16];
    random.read_exact(&mut bytes).map_err(internal)?;
    Ok(hexadecimal(&bytes))
}
