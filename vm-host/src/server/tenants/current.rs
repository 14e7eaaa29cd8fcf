//! The tenants in force: those of the file as it is now, or every peer its own.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use super::directory::{Directory, Identity, Tenant, Unknown};
use super::file::{self, TenantsError};
use super::limits::TenantLimits;

/// How often the file is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// The tenants of a server. Clones are the same.
#[derive(Clone, Debug)]
pub struct Tenants(Arc<Inner>);

#[derive(Debug)]
enum Inner {
    /// Every peer is a tenant.
    Peers {
        limits: TenantLimits,
        known: Mutex<HashMap<Arc<str>, Arc<Tenant>>>,
    },
    /// Those of a file.
    File {
        path: PathBuf,
        defaults: TenantLimits,
        now: RwLock<Arc<Directory>>,
        /// What was read last, whether it could be used or not.
        read: Mutex<Vec<u8>>,
    },
}

impl Tenants {
    /// Every peer is one, with these limits.
    #[must_use]
    pub fn peers(limits: TenantLimits) -> Self {
        Self(Arc::new(Inner::Peers {
            limits,
            known: Mutex::default(),
        }))
    }

    /// Those of a file, with these limits where it says nothing.
    ///
    /// # Errors
    /// [`TenantsError`] when the file cannot be used.
    pub fn of_file(path: &Path, defaults: TenantLimits) -> Result<Self, TenantsError> {
        let bytes = file::read(path)?;
        let directory = file::parse(path, &bytes, &defaults, |_| None)?;
        Ok(Self(Arc::new(Inner::File {
            path: path.to_path_buf(),
            defaults,
            now: RwLock::new(Arc::new(directory)),
            read: Mutex::new(bytes),
        })))
    }

    /// Whether callers must say who they are.
    #[must_use]
    pub fn are_configured(&self) -> bool {
        matches!(&*self.0, Inner::File { .. })
    }

    /// The tenant that a caller is.
    pub(in super::super) fn find(
        &self,
        peer: &Arc<str>,
        token: Option<&str>,
        identity: &Identity,
    ) -> Result<Arc<Tenant>, Unknown> {
        match &*self.0 {
            Inner::Peers { limits, known } => {
                let mut known = lock(known);
                if let Some(tenant) = known.get(peer) {
                    return Ok(Arc::clone(tenant));
                }
                // Those who left and have nothing need not be remembered.
                known.retain(|_, tenant| Arc::strong_count(tenant) > 1 || !tenant.usage.is_empty());
                let tenant = Tenant::new(Arc::clone(peer), *limits, Arc::default());
                let tenant = Arc::new(tenant);
                known.insert(Arc::clone(peer), Arc::clone(&tenant));
                Ok(tenant)
            }
            Inner::File { now, .. } => {
                let directory = now.read().unwrap_or_else(PoisonError::into_inner);
                directory.find(token, identity, SystemTime::now())
            }
        }
    }

    /// Whether `tenant` is one still.
    pub(in super::super) fn has(&self, tenant: &str) -> bool {
        match &*self.0 {
            Inner::Peers { .. } => true,
            Inner::File { now, .. } => now
                .read()
                .unwrap_or_else(PoisonError::into_inner)
                .has(tenant),
        }
    }

    /// The names of those that the file has.
    pub(in super::super) fn names(&self) -> Vec<Arc<str>> {
        match &*self.0 {
            Inner::Peers { .. } => Vec::new(),
            Inner::File { now, .. } => {
                let directory = now.read().unwrap_or_else(PoisonError::into_inner);
                let tenants = directory.tenants.iter();
                tenants.map(|tenant| Arc::clone(&tenant.name)).collect()
            }
        }
    }

    /// Reads the file again whenever it has changed, for ever, and calls `changed` when other tenants are in
    /// force. What cannot be used is said in the log, and changes nothing.
    pub(in super::super) async fn follow(&self, changed: impl Fn()) {
        loop {
            tokio::time::sleep(LOOK).await;
            if self.look() {
                changed();
            }
        }
    }

    fn look(&self) -> bool {
        let Inner::File {
            path,
            defaults,
            now,
            read,
        } = &*self.0
        else {
            return false;
        };
        let mut last = lock(read);
        let bytes = match file::read(path) {
            Ok(bytes) if bytes == *last => return false,
            Ok(bytes) => bytes,
            // An editor may be about to put another in its place. It is said once.
            Err(error) if last.is_empty() => {
                tracing::debug!("{error}");
                return false;
            }
            Err(error) => {
                tracing::warn!("{error}; the tenants stay as they are");
                last.clear();
                return false;
            }
        };
        let before = Arc::clone(&now.read().unwrap_or_else(PoisonError::into_inner));
        let known = |name: &str| {
            let mut tenants = before.tenants.iter();
            let same = tenants.find(|tenant| &*tenant.name == name)?;
            Some(Arc::clone(&same.usage))
        };
        let parsed = file::parse(path, &bytes, defaults, known);
        *last = bytes;
        match parsed {
            Ok(directory) => {
                let count = directory.tenants.len();
                *now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(directory);
                tracing::info!("read `{count}` tenants from `{}`", path.display());
                true
            }
            Err(error) => {
                tracing::warn!("{error}; the tenants stay as they are");
                false
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
