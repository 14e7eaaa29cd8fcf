//! Engines that run hints inside the host. Each runs a hint at once or declines it; who is asked, and in
//! which order, is decided in `hint/dispatch.rs`. Must not know sessions or workers.

pub(crate) mod compiled;
pub(crate) mod twins;

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};

/// One cell and its value.
pub(crate) type Write = (Relocatable, MaybeRelocatable);

/// What a hint would do to memory. Whoever applies it makes the checks that a worker's effects pass.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct OwnEffects {
    /// No cell is in it twice.
    pub(crate) writes: Vec<Write>,
    pub(crate) added_segments: usize,
    /// The sizes of those of them, by their number, that are given one.
    pub(crate) sizes: Vec<(usize, u64)>,
    pub(crate) added_temporary_segments: usize,
    /// Temporary segments, and where they go.
    pub(crate) relocations: Vec<(isize, Relocatable)>,
}

/// What became of a hint that an engine was asked to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// It ran.
    Done,
    /// Another engine has to run it. This one has changed nothing that the other would not change too.
    Declined,
    /// The same, and this is what the engine knows of why the hint fails. The other engine's words come first.
    Failed(String),
}
