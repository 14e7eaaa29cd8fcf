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

impl Default for Limits {
    fn default() -> Self {
        Self {
            cells_per_hint: 1 << 23,
            gap: 1 << 20,
            total_gap: 1 << 24,
            segments_per_hint: 1 << 16,
            questions_per_hint: 1 << 24,
        }
    }
}
