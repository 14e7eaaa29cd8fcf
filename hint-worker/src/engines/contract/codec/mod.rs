//! Owns the framework's serialisation, as its documentation describes it, and the hash of its addresses. Must not
//! know the world nor execution.

pub(crate) mod decode;
pub(crate) mod encode;

use sha3::{Digest as _, Keccak256};

/// The hash that the ecosystem uses everywhere.
pub(crate) fn keccak256(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}
