//! All tenants that there are, and which of them a caller is.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::limits::TenantLimits;
use super::rate::TooOften;
use super::token::TokenHash;
use super::usage::{Event, Full, Resource, Share, Usage};

/// How far the clock of whoever wrote a token's end may be from ours.
const SKEW: Duration = Duration::from_secs(60);

/// Somebody whom the server works for.
#[derive(Debug)]
pub(in super::super) struct Tenant {
    /// Its name; of a peer what we know of it.
    pub(in super::super) name: Arc<str>,
    /// What it may have.
    pub(in super::super) limits: TenantLimits,
    pub(super) usage: Arc<Usage>,
}

impl Tenant {
    pub(in super::super) fn new(name: Arc<str>, limits: TenantLimits, usage: Arc<Usage>) -> Self {
        Self {
            name,
            limits,
            usage,
        }
    }

    /// Counts one more of something that it may have so many of.
    pub(in super::super) fn take(&self, resource: Resource) -> Result<Share, Full> {
        self.usage.take(resource, 1, self.limit(resource))
    }

    /// Counts none so far of something that comes bit by bit.
    pub(in super::super) fn take_none(&self, resource: Resource) -> Result<Share, Full> {
        self.usage.take(resource, 0, self.limit(resource))
    }

    /// Counts so much more with a share of its own.
    pub(in super::super) fn grow(&self, share: &mut Share, amount: u64) -> Result<(), Full> {
        share.grow(amount, self.limit(share.resource()))
    }

    /// Counts that it does something that it may do so often.
    pub(in super::super) fn does(&self, event: Event) -> Result<(), TooOften> {
        let per_second = match event {
            Event::Call => self.limits.calls_per_second,
            Event::Creation => self.limits.vms_per_second,
        };
        self.usage.happens(event, per_second)
    }

    /// How many of something it may have.
    pub(in super::super) fn limit(&self, resource: Resource) -> u64 {
        match resource {
            Resource::Vms => self.limits.max_vms,
            Resource::Connections => self.limits.max_connections,
            Resource::Calls => self.limits.max_calls,
            Resource::Uploads => self.limits.max_uploads,
            Resource::UploadBytes => self.limits.max_upload_bytes,
        }
    }
}

/// A token as the file has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) hash: TokenHash,
    pub(super) expires: Option<SystemTime>,
}

/// Who calls, as far as its connection says.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Identity {
    /// The user at the other end of a Unix socket.
    pub(in super::super) uid: Option<u32>,
    /// The names in the client's certificate, which the transport has verified.
    pub(in super::super) certificate_names: Vec<String>,
}

/// Why a caller is nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Unknown {
    /// It shows nothing.
    NoCredentials,
    /// What it shows is nobody's, or not any more.
    BadCredentials,
}

/// The tenants of a file.
#[derive(Debug, Default)]
pub(super) struct Directory {
    pub(super) tenants: Vec<Arc<Tenant>>,
    /// Each token with its tenant's place.
    pub(super) tokens: Vec<(Token, usize)>,
    pub(super) certificates: HashMap<String, usize>,
    pub(super) uids: HashMap<u32, usize>,
}

impl Directory {
    /// The tenant that a caller is. A token decides alone when there is one.
    pub(super) fn find(
        &self,
        token: Option<&str>,
        identity: &Identity,
        now: SystemTime,
    ) -> Result<Arc<Tenant>, Unknown> {
        let place = match token {
            Some(token) => self.holder(token, now).ok_or(Unknown::BadCredentials)?,
            None => {
                let names = identity.certificate_names.iter();
                let mut by_name = names.filter_map(|name| self.certificates.get(name));
                let by_uid = identity.uid.and_then(|uid| self.uids.get(&uid));
                match by_name.next().or(by_uid) {
                    Some(place) => *place,
                    None if identity.certificate_names.is_empty() => {
                        return Err(Unknown::NoCredentials);
                    }
                    None => return Err(Unknown::BadCredentials),
                }
            }
        };
        let tenant = self.tenants.get(place);
        tenant.cloned().ok_or(Unknown::BadCredentials)
    }

    /// Looks at every token, so that the time says nothing about which one it was.
    fn holder(&self, token: &str, now: SystemTime) -> Option<usize> {
        let hash = TokenHash::of(token);
        let mut holder = None;
        for (known, place) in &self.tokens {
            let expired = known.expires.is_some_and(|end| now > end + SKEW);
            if known.hash.is_of(&hash) && !expired {
                holder = Some(*place);
            }
        }
        holder
    }

    /// Whether there is a tenant of that name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.tenants.iter().any(|tenant| &*tenant.name == name)
    }
}
