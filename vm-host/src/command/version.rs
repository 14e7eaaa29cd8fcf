//! What `vm-host --version` says: the version, the commit, the protocol that workers must speak.

use std::sync::LazyLock;

use hint_proto::PROTOCOL_VERSION;

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let (version, commit) = (env!("CARGO_PKG_VERSION"), env!("VM_HOST_COMMIT"));
    format!("{version} ({commit}, protocol {PROTOCOL_VERSION})")
});

/// `0.1.0 (commit 0123456789ab, protocol 1)`.
pub(super) fn version() -> &'static str {
    &TEXT
}
