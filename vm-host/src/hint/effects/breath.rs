//! Pauses in work on large effects, in which other VMs and whoever ends this one go first.

use futures_util::future::LocalBoxFuture;

use crate::vm::slices::{Pauses, Slices};
use crate::worker::Turn;

/// Cells after which a pause may come: some tens of microseconds.
pub(super) const SLICE: u64 = 1 << 10;

/// How pauses are made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Breath<'a>(Option<&'a Turn>);

impl<'a> Breath<'a> {
    /// In the turns of a VM.
    pub(crate) fn of(turn: &'a Turn) -> Self {
        Self(Some(turn))
    }

    /// None: the work is done at once.
    pub(crate) fn held() -> Self {
        Self(None)
    }

    /// For work on the whole memory.
    pub(super) fn slices(self) -> Slices<'a> {
        self.0.map_or_else(Slices::held, |turn| Slices::of(turn))
    }

    /// A pause, if it is time for one.
    pub(super) async fn take(self) {
        if let Some(turn) = self.0 {
            turn.breathe().await;
        }
    }
}

impl Pauses for Turn {
    fn are_due(&self) -> bool {
        self.is_long()
    }

    fn pause(&self) -> LocalBoxFuture<'_, ()> {
        Box::pin(self.breathe())
    }
}
