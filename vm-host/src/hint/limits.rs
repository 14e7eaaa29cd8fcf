//! What a diff may do to the host. A hint is somebody else's code: every number it sends is checked
//! against these before memory is touched.

/// Caps on the changes of one hint and of a run.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Cells that one hint may write.
    pub cells_per_hint: u64,
    /// Empty cells that a write may leave below it, for each segment and hint: cairo-vm's segments
    /// are dense, so that every skipped cell costs 32 bytes.
    pub gap: u64,
    /// Sum of all such gaps in a run.
    pub total_gap: u64,
    /// Segments that one hint may add.
    pub segments_per_hint: u64,
    /// Segments of a run, temporary ones included.
    pub segments: u64,
    /// Bytes of each text that says why a hint failed; longer ones are cut.
    pub error_text: usize,
    /// Questions that one hint may ask.
    pub questions_per_hint: u64,
}

/// Far above what programs do, and low enough for the host to bear.
impl Default for Limits {
    fn default() -> Self {
        Self {
            // As many as fit into the largest message of an engine, 256 MiB.
            cells_per_hint: 1 << 23,
            // 32 MiB.
            gap: 1 << 20,
            // 512 MiB.
            total_gap: 1 << 24,
            // cairo-vm numbers segments with 16 bits when it relocates.
            segments_per_hint: 1 << 16,
            // An empty one takes some 150 bytes of the host.
            segments: 1 << 20,
            // What the reference VM prints is printed whole.
            error_text: usize::MAX,
            // A question takes some 20 µs: minutes, in which the deadline of a hint comes first if it has
            // one. Without one this is its end.
            questions_per_hint: 1 << 24,
        }
    }
}

impl Limits {
    /// Cuts an error text that is too long, and says so in its end.
    pub(crate) fn cut(&self, text: &mut String) {
        let (length, limit) = (text.len(), self.error_text);
        if length > limit {
            let note =
                format!("\n[cut: the text has `{length}` bytes, more than the limit of `{limit}`]");
            // With the note it is no longer than that, so that it is cut once.
            let room = limit.saturating_sub(note.len());
            let kept = (0..=room).rfind(|end| text.is_char_boundary(*end));
            text.truncate(kept.unwrap_or(0));
            text.shrink_to_fit();
            text.push_str(&note);
        }
    }

    /// Whether a run may have so many segments.
    pub(crate) fn admit_segments(&self, segments: u64) -> Result<(), TooManySegments> {
        let limit = self.segments;
        if segments > limit {
            return Err(TooManySegments { segments, limit });
        }
        Ok(())
    }
}

/// More segments than a run may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the run has `{segments}` segments, more than the limit of `{limit}`")]
pub struct TooManySegments {
    segments: u64,
    limit: u64,
}
