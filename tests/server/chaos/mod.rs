//! Everything at once: VMs that run while workers die, callers give up, others delete, and links break. Each run ends
//! in what it would have come to alone, or in an error that says what happened; nothing is left.

mod link;
mod mixed;
mod workers;

/// Numbers that look random and are the same for a seed.
#[derive(Clone, Debug)]
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}
