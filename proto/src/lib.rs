//! The messages between vm-host, its hint engines and its clients: package `cairohints.v1`.
//!
//! Owns the generated code, the protocol version, the layout of a memory cell on the wire, and how the
//! two ends of a link wait for each other. Knows neither the VM nor Python.

pub mod cell;
pub mod waiting;
/// The generated code of package `cairohints.v1`.
#[allow(missing_docs, reason = "messages are documented in the .proto files")]
#[allow(clippy::all, clippy::allow_attributes_without_reason, unreachable_pub, missing_debug_implementations, reason = "generated code")]
#[rustfmt::skip]
pub mod v1 {
    include!("gen/cairohints.v1.rs");
}

/// The version of the session messages. Host and engine must speak the same.
pub const PROTOCOL_VERSION: u32 = 1;

/// The descriptors of all messages and services, for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!("gen/descriptor.bin");
