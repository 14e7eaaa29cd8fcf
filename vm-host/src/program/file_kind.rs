//! What a file is that was expected to be a program, told by how it begins. Knows nothing of what a program is.

/// Beginnings that only files of one kind have.
const BEGINNINGS: [(&[u8], &str); 9] = [
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\x7fELF", "an executable (ELF)"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"BZh", "compressed (bzip2)"),
    (b"\xfd7zXZ\0", "compressed (xz)"),
    (b"\x28\xb5\x2f\xfd", "compressed (zstd)"),
    (b"#!", "a script"),
    (b"<", "a web page or XML"),
];
const ZIP: &str = "a zip archive";
/// The largest member of a Cairo PIE; its name is at the end of the archive, too.
const PIE_MEMBER: &[u8] = b"memory.bin";
/// As much of the end of an archive as is looked at.
const ARCHIVE_END: usize = 4096;
/// What lines of Cairo source begin with.
const CAIRO_LINES: [&str; 6] = [
    "func ",
    "from starkware.",
    "%lang ",
    "%builtins ",
    "struct ",
    "namespace ",
];

/// What it is, to be put after "is"; nothing for text of an unknown kind, JSON among it.
pub(crate) fn file_kind(bytes: &[u8]) -> Option<&'static str> {
    if bytes.is_empty() {
        return Some("empty");
    }
    let found = BEGINNINGS
        .iter()
        .find(|(beginning, _)| bytes.starts_with(beginning));
    if let Some((_, kind)) = found {
        let end = &bytes[bytes.len().saturating_sub(ARCHIVE_END)..];
        let is_pie = *kind == ZIP && end.windows(PIE_MEMBER.len()).any(|name| name == PIE_MEMBER);
        return Some(if is_pie { "a Cairo PIE" } else { kind });
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Some("binary data");
    };
    let is_cairo = |line: &str| CAIRO_LINES.iter().any(|start| line.starts_with(start));
    text.lines().any(is_cairo).then_some("Cairo source")
}
