//! What a tenant is told that has as much of something as it may have: which limit, how much of it is used,
//! and when to try again if that may help.

use std::time::Duration;

use tonic::Status;

use super::error::{Over, Reason, over};
use super::tenants::{Full, Resource, Tenant};

/// When calls and uploads, which end by themselves, are worth another try.
const SOON: Duration = Duration::from_millis(500);

/// One more than the tenant may have.
pub(super) fn too_many(tenant: &Tenant, resource: Resource, full: Full) -> Status {
    let (reason, name, what, retry) = match resource {
        Resource::Vms => (Reason::TooManyVms, "max_vms", "VMs", None),
        Resource::Connections => (
            Reason::TooManyConnections,
            "max_connections",
            "connections",
            None,
        ),
        Resource::Calls => (Reason::TooManyCalls, "max_calls", "calls", Some(SOON)),
        Resource::Uploads => (Reason::TooManyUploads, "max_uploads", "uploads", Some(SOON)),
        Resource::UploadBytes => (
            Reason::TooManyUploads,
            "max_upload_bytes",
            "bytes of programs under way",
            Some(SOON),
        ),
    };
    let limit = tenant.limit(resource);
    let text = format!(
        "the caller has `{}` {what}, of at most `{limit}`",
        full.used
    );
    over(
        reason,
        &Over {
            name,
            limit,
            used: full.used,
            retry,
        },
        text,
    )
}
