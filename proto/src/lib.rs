//! The messages between vm-host, its hint engines and its clients: package `cairohints.v1`.
//!
//! Owns the generated code, the protocol version, the layout of a memory cell on the wire, and how the
//! two ends of a link wait for each other, what is said about processes, and what a sandbox is. Knows neither the VM nor Python.

use std::ops::RangeInclusive;

pub mod cell;
pub mod processes;
pub mod sandbox;
pub mod waiting;
/// The generated code of package `cairohints.v1`.
#[allow(missing_docs, reason = "messages are documented in the .proto files")]
#[allow(clippy::all, clippy::allow_attributes_without_reason, unreachable_pub, missing_debug_implementations, reason = "generated code")]
#[rustfmt::skip]
pub mod v1 {
    include!("gen/cairohints.v1.rs");
}

/// The highest version of the session messages that this code speaks.
pub const PROTOCOL_VERSION: u32 = 2;

/// All versions of the session messages that this code speaks.
pub const PROTOCOL_VERSIONS: RangeInclusive<u32> = 2..=PROTOCOL_VERSION;

/// The language of hints that name none, and what an empty `language` stands for.
pub const PYTHON: &str = "python";

/// The version of a session with somebody who speaks `(lowest, highest)`; none when there is no common one.
/// A lowest of 0 is the same as the highest.
#[must_use]
pub fn common_version((lowest, highest): (u32, u32)) -> Option<u32> {
    let lowest = if lowest == 0 { highest } else { lowest };
    let version = highest.min(*PROTOCOL_VERSIONS.end());
    (version >= lowest && PROTOCOL_VERSIONS.contains(&version)).then_some(version)
}

/// The descriptors of all messages and services, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("gen/descriptor.bin");
