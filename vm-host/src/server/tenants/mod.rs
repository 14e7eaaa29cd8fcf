//! Tenants: whose VMs, programs and connections are whose, how callers prove who they are, and how much each
//! may have. Without a file of tenants every peer is one: a user on the Unix socket, an address over TCP.
//! Must not know VMs or programs.
//!
//! Reading order: `limits`, `usage` with `rate`, and `directory` (what a tenant is), `token` and `file` (where they come
//! from), `current` (the ones in force).

mod current;
mod directory;
mod file;
mod limits;
mod rate;
mod token;
mod usage;

pub(super) use directory::{Identity, Tenant, Unknown};
pub(super) use limits::bounded;
pub(super) use rate::TooOften;
pub(super) use usage::{Event, Full, Resource, Share};

pub use current::Tenants;
pub use file::TenantsError;
pub use limits::TenantLimits;
pub(super) use token::bearer;
pub use token::{NewToken, TokenHash};
