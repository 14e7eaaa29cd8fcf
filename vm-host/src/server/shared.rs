//! What a VM's thread and the calls share: its public state, who watches, and the wish to pause or to end it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::{LogLevel, Vm, VmState};
use tokio::sync::watch;
use tonic::Status;

use super::runs::Runs;
use super::watch::Watchers;
use crate::account::Account;

/// Why a VM ends before it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// DeleteVm.
    Deleted,
    /// Its connection closed.
    ConnectionClosed,
    /// Whoever asked for it did not wait for the answer.
    GivenUp,
    /// It was not used for too long.
    Unused,
    /// It has lived for as long as a VM without a connection may.
    TooOld,
    /// Whose it is may not use the server any more.
    TenantGone,
    /// The server ends.
    Shutdown,
}

impl End {
    /// Each of them.
    pub(super) const ALL: [Self; 7] = [
        Self::Deleted,
        Self::ConnectionClosed,
        Self::GivenUp,
        Self::Unused,
        Self::TooOld,
        Self::TenantGone,
        Self::Shutdown,
    ];

    /// As metrics have it.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::ConnectionClosed => "connection_closed",
            Self::GivenUp => "given_up",
            Self::Unused => "unused",
            Self::TooOld => "too_old",
            Self::TenantGone => "tenant_gone",
            Self::Shutdown => "shutdown",
        }
    }

    /// As the log has it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::ConnectionClosed => "its connection closed",
            Self::GivenUp => "nobody waited for it",
            Self::Unused => "unused for too long",
            Self::TooOld => "lived for too long",
            Self::TenantGone => "its tenant is none any more",
            Self::Shutdown => "the server ends",
        }
    }
}

/// What the VM's thread and the front end share.
#[derive(Debug)]
pub(super) struct Shared {
    /// `vms/{vm_id}`.
    pub(super) name: String,
    vm: Mutex<Vm>,
    changed: watch::Sender<()>,
    pause: AtomicBool,
    /// Set when the VM must end.
    pub(super) end: watch::Sender<Option<End>>,
    /// What became of the creation.
    pub(super) created: watch::Sender<Option<Result<(), Status>>>,
    /// Whether the hints have an engine.
    pub(super) engine_ready: watch::Sender<bool>,
    /// Set when the VM's task is gone, and its worker with it.
    pub(super) gone: watch::Sender<bool>,
    /// Who watches.
    pub(super) watchers: Watchers,
    /// The runs that may be asked for again.
    pub(super) runs: Runs,
    /// Bytes that the hints have printed and logged.
    pub(super) printed: AtomicU64,
    /// Its account of host memory, once it has one.
    pub(super) account: OnceLock<Account>,
}

impl Shared {
    pub(super) fn new(vm: Vm) -> Self {
        Self {
            name: vm.name.clone(),
            vm: Mutex::new(vm),
            changed: watch::Sender::default(),
            pause: AtomicBool::new(false),
            end: watch::Sender::new(None),
            created: watch::Sender::new(None),
            engine_ready: watch::Sender::new(false),
            gone: watch::Sender::new(false),
            watchers: Watchers::default(),
            runs: Runs::default(),
            printed: AtomicU64::new(0),
            account: OnceLock::new(),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Vm> {
        self.vm.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The VM as it is now.
    pub(super) fn vm(&self) -> Vm {
        self.lock().clone()
    }

    /// Changes the public state without telling anybody.
    pub(super) fn update(&self, change: impl FnOnce(&mut Vm)) {
        change(&mut self.lock());
    }

    /// Changes the public state and tells watchers.
    pub(super) fn publish(&self, change: impl FnOnce(&mut Vm)) {
        let vm = {
            let mut vm = self.lock();
            change(&mut vm);
            vm.clone()
        };
        self.watchers.tell(&Event::State(vm));
        self.changed.send_replace(());
    }

    /// Writes a line of the VM's log.
    pub(super) fn log(&self, level: LogLevel, message: String) {
        match level {
            LogLevel::Warning => tracing::warn!(vm = self.name, "{message}"),
            _ => tracing::debug!(vm = self.name, "{message}"),
        }
        self.watchers.log(level, message);
    }

    /// Whether the run should pause before its next step.
    pub(super) fn pause_wanted(&self) -> bool {
        self.pause.load(Ordering::Relaxed)
    }

    /// Takes the wish to pause back: a new run begins.
    pub(super) fn forget_pause(&self) {
        self.pause.store(false, Ordering::Relaxed);
    }

    /// Asks the run to pause before its next step.
    pub(super) fn ask_to_pause(&self) {
        self.pause.store(true, Ordering::Relaxed);
    }

    /// Whether it can still change.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self.lock().state(), VmState::Succeeded | VmState::Failed)
    }

    /// Waits until no RunVm call is at work.
    pub(super) async fn stopped(&self) -> Vm {
        let mut changed = self.changed.subscribe();
        loop {
            let vm = self.vm();
            if vm.state() != VmState::Running || *self.gone.borrow() {
                return vm;
            }
            // The sender lives in this very struct.
            let _ = tokio::time::timeout(Duration::from_secs(1), changed.changed()).await;
        }
    }
}
