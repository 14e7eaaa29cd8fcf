//! Bytes as lower-case hexadecimal digits, as in the names of programs and VMs.

use std::fmt::Write as _;

/// Lower-case hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
