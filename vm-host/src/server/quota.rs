//! What a tenant is told that has as much of something as it may have: which limit, how much of it is used,
//! and when to try again if that may help.

use std::time::Duration;

use tonic::Status;

use super::error::{Over, Reason, over};
use super::tenants::{Event, Full, Resource, Tenant, TooOften};
use crate::account::OverLimit;

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

/// Something that the tenant does more often than it may.
pub(super) fn too_often(tenant: &Tenant, event: Event, too_often: TooOften) -> Status {
    let (reason, name, what, per_second) = match event {
        Event::Call => (
            Reason::TooManyCalls,
            "calls_per_second",
            "calls",
            tenant.limits.calls_per_second,
        ),
        Event::Creation => (
            Reason::TooManyVms,
            "vms_per_second",
            "new VMs",
            tenant.limits.vms_per_second,
        ),
    };
    let TooOften { limit, used, retry } = too_often;
    let text = format!(
        "the caller has more than `{per_second}` {what} in a second: `{used}` of the `{limit}` that may come at once"
    );
    let retry = Some(retry);
    over(
        reason,
        &Over {
            name,
            limit,
            used,
            retry,
        },
        text,
    )
}

/// All VMs together have as much memory as they may.
pub(super) fn no_memory(full: OverLimit) -> Status {
    let over_all = Over {
        name: "max_total_memory",
        limit: full.limit as u64,
        used: full.used as u64,
        retry: Some(SOON),
    };
    over(Reason::TooManyVms, &over_all, full)
}
