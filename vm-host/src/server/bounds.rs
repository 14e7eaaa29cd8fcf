//! What one VM may use up while it runs: time, processor time, output. Looked at now and then, from beside the
//! run, so that a step or a hint costs nothing more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::process;

/// How often a run is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// What a VM may use up; absent without a bound.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bounds {
    /// Time inside of RunVm, all calls together.
    pub(super) run_time: Option<Duration>,
    /// Processor time of the VM's thread and its worker.
    pub(super) cpu_time: Option<Duration>,
    /// Bytes that its hints print.
    pub(super) output_bytes: Option<u64>,
}

/// What a VM has used up so far.
#[derive(Debug, Default)]
pub(super) struct Spent {
    /// Time of the runs that are over.
    pub(super) run_time: Duration,
}

/// A bound that was passed.
#[derive(Debug, thiserror::Error)]
#[error(
    "the run was ended: it used `{used}` of its limit of `{limit}` (`{name}`)\n\
     hint: ask for more with `limits.{name}` of the VM, as far as the server allows"
)]
pub(super) struct Passed {
    name: &'static str,
    limit: String,
    used: String,
}

impl Bounds {
    /// Waits until the run that began at `start` passes a bound; for ever when there is none.
    pub(super) async fn passed(
        self,
        spent: Duration,
        start: Instant,
        worker: impl Fn() -> u32,
        output: &AtomicU64,
    ) -> Passed {
        loop {
            let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
            let ran = spent + start.elapsed();
            if let Some(limit) = self.run_time.filter(|limit| ran > *limit) {
                return Passed {
                    name: "run_time",
                    limit: seconds(limit),
                    used: seconds(ran),
                };
            }
            if let Some(limit) = self.cpu_time {
                let used = process::cpu_time_of_thread() + process::cpu_time(worker());
                if used > limit {
                    return Passed {
                        name: "cpu_time",
                        limit: seconds(limit),
                        used: seconds(used),
                    };
                }
            }
            let printed = output.load(Ordering::Relaxed);
            if let Some(limit) = self.output_bytes.filter(|limit| printed > *limit) {
                return Passed {
                    name: "max_output_bytes",
                    limit: format!("{limit} bytes"),
                    used: format!("{printed} bytes"),
                };
            }
            // A bound of a few milliseconds is passed when it is, not at the next look.
            let left = self.run_time.map(|limit| limit.saturating_sub(ran));
            let pause = left.unwrap_or(LOOK).clamp(Duration::from_millis(1), LOOK);
            match self.is_bounded() {
                true => tokio::time::sleep(pause).await,
                false => std::future::pending().await,
            }
        }
    }

    fn is_bounded(self) -> bool {
        self.run_time.is_some() || self.cpu_time.is_some() || self.output_bytes.is_some()
    }
}
