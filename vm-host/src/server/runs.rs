//! The runs of a VM that a caller may ask for again: a repeated RunVm does not run the VM twice. Must not know
//! how a VM runs.

use std::collections::VecDeque;

use hint_proto::v1::{RunVmRequest, StopReason};
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tonic::Status;

use super::error::{Reason, invalid};
use super::shared::Shared;

/// Runs that are remembered.
const MAX_RUNS: usize = 256;
/// Longest request_id.
pub(super) const MAX_ID: usize = 64;

/// A request that may come again, unless it has no id.
#[derive(Clone, Debug)]
pub(super) struct Repeatable {
    id: String,
    /// Of the whole request.
    digest: [u8; 32],
}

impl Repeatable {
    /// What tells a request from others.
    pub(super) fn of(request: &RunVmRequest) -> Result<Self, Status> {
        let id = request.request_id.clone();
        if id.len() > MAX_ID {
            let text = "a request_id is a UUID";
            return Err(invalid("request_id", Reason::BadRequestId, text));
        }
        let digest = Sha256::digest(request.encode_to_vec()).into();
        Ok(Self { id, digest })
    }
}

#[derive(Debug)]
struct Run {
    request: Repeatable,
    /// Why it stopped, once it has.
    reason: Option<StopReason>,
}

/// The runs of one VM, the latest last.
#[derive(Debug, Default)]
pub(super) struct Runs(watch::Sender<VecDeque<Run>>);

impl Runs {
    /// Why the run stopped that the same request began earlier, once it has; nothing when there is none.
    pub(super) async fn earlier(
        &self,
        request: &Repeatable,
        shared: &Shared,
    ) -> Result<Option<StopReason>, Status> {
        let mut runs = self.0.subscribe();
        let mut gone = shared.gone.subscribe();
        loop {
            {
                let runs = runs.borrow_and_update();
                let known = |run: &&Run| !request.id.is_empty() && run.request.id == request.id;
                match runs.iter().find(known) {
                    None => return Ok(None),
                    Some(run) if run.request.digest != request.digest => {
                        let text = format!("another request had the request_id `{}`", request.id);
                        return Err(invalid("request_id", Reason::RequestIdReused, text));
                    }
                    Some(Run {
                        reason: Some(reason),
                        ..
                    }) => return Ok(Some(*reason)),
                    Some(_) => {}
                }
            }
            tokio::select! {
                // The sender lives in this very struct.
                _ = runs.changed() => {}
                _ = gone.wait_for(|gone| *gone) => return Ok(None),
            }
        }
    }

    /// A run begins. False when the same request began one already.
    pub(super) fn begin(&self, request: Repeatable) -> bool {
        if request.id.is_empty() {
            return true;
        }
        self.0.send_if_modified(|runs| {
            if runs.iter().any(|run| run.request.id == request.id) {
                return false;
            }
            if runs.len() >= MAX_RUNS {
                runs.pop_front();
            }
            runs.push_back(Run {
                request,
                reason: None,
            });
            true
        })
    }

    /// The run that goes on has stopped.
    pub(super) fn stop(&self, reason: StopReason) {
        self.0.send_if_modified(|runs| {
            let mut open = runs.iter_mut().filter(|run| run.reason.is_none());
            open.next().is_some_and(|run| {
                run.reason = Some(reason);
                true
            })
        });
    }
}
