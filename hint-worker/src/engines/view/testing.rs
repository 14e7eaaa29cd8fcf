//! Owns what the tests of the view stand on. Must not know a case.

use super::Field;

/// The prime of the VM, little-endian.
const PRIME: [u8; 32] = {
    let mut prime = [0; 32];
    prime[0] = 1;
    prime[24] = 0x11;
    prime[31] = 8;
    prime
};

/// The field of the VM.
pub(super) fn field() -> Field {
    Field::of_bytes(&PRIME).expect("a prime")
}
