//! Pauses in work on a whole memory: after each slice of it, whoever else wants the processor goes first, and whoever
//! ends the run gets through. Must not know who that is.

use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

/// Places for cells that are walked over between two looks at the clock: some tens of microseconds.
pub(crate) const CELLS: usize = 1 << 12;

/// Who makes pauses.
pub(crate) trait Pauses {
    /// Whether it is time for one.
    fn are_due(&self) -> bool;

    /// Makes one.
    fn pause(&self) -> LocalBoxFuture<'_, ()>;
}

/// How long work is sliced.
#[derive(Clone, Copy)]
pub(crate) struct Slices<'a>(Option<&'a dyn Pauses>);

impl std::fmt::Debug for Slices<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let made = self.0.is_some();
        formatter.debug_tuple("Slices").field(&made).finish()
    }
}

impl<'a> Slices<'a> {
    /// With pauses that somebody makes.
    pub(crate) fn of(pauses: &'a dyn Pauses) -> Self {
        Self(Some(pauses))
    }

    /// None: the work is done at once.
    pub(crate) fn held() -> Self {
        Self(None)
    }

    /// Whether there are pauses.
    pub(crate) fn are_made(self) -> bool {
        self.0.is_some()
    }

    /// Between two slices: a pause if it is time for one.
    pub(crate) async fn look(self) {
        if let Some(pauses) = self.0
            && pauses.are_due()
        {
            pauses.pause().await;
        }
    }
}

/// What work comes to whose slices are held.
///
/// # Panics
/// When they are not, and it waits.
pub(crate) fn at_once<T>(work: impl Future<Output = T>) -> T {
    work.now_or_never()
        .expect("work without pauses does not wait")
}
