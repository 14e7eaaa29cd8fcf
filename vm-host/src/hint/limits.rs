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
            // A question takes some 20 µs: minutes, in which the deadline of a hint comes first if it has
            // one. Without one this is its end.
            questions_per_hint: 1 << 24,
        }
    }
}
