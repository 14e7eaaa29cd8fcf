//! Where the text of a source file comes from when an error shows a line of it.
//!
//! A program names its files itself, so a host that runs other people's programs must not read them.

use std::fs::File;
use std::io::Read;

/// Whether source files that the program names may be read from disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceFiles {
    /// Read them, as the reference VM does: for people who run their own programs.
    Read,
    /// Never: only text inside the program is shown.
    #[default]
    Ignored,
}

/// Larger files are not sources: the largest generated ones have a few MB.
const MAX_SOURCE_BYTES: u64 = 32 << 20;

impl SourceFiles {
    /// The text of a file, if it may be and can be read.
    pub(super) fn read(self, filename: &str) -> Option<String> {
        if self == Self::Ignored {
            return None;
        }
        // Devices and pipes may never end, so only regular files are opened for reading.
        if !std::fs::metadata(filename).ok()?.is_file() {
            return None;
        }
        let mut bytes = Vec::new();
        let file = File::open(filename).ok()?;
        file.take(MAX_SOURCE_BYTES + 1)
            .read_to_end(&mut bytes)
            .ok()?;
        if bytes.len() as u64 > MAX_SOURCE_BYTES {
            return None;
        }
        String::from_utf8(bytes).ok()
    }
}
