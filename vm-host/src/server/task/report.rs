//! The report of a VM: what is kept for it while it runs, and the page that is made of that when somebody asks. Must not
//! know what the page looks like.

use std::cell::RefCell;
use std::io::{BufWriter, Write as _};
use std::rc::Rc;

use hint_proto::v1::VmState;
use tonic::Status;

use super::super::error::{Reason, io, wrong_state};
use super::super::shared::Shared;
use super::VmTask;
use super::artifact::{Download, unavailable, whole};
use crate::report::{Inbox, MemoryUse, Page, Recorder, ReportedFailure, Stats};
use crate::run::{Failure, Run};

/// What is kept for the report of a VM.
#[derive(Debug)]
pub(super) struct Kept {
    recorder: Rc<RefCell<Recorder>>,
    failure: Option<ReportedFailure>,
    /// The page of a VM whose engines were ended in the middle of something, after which nothing is known of hints.
    page: Option<Vec<u8>>,
}

impl Kept {
    /// Follows a run from now on.
    pub(super) fn begin(run: &mut Run, shared: &Shared) -> Self {
        let inbox = Inbox::default();
        shared.watchers.keep_records(inbox.clone());
        let recorder = Rc::new(RefCell::new(Recorder::new(None, inbox)));
        run.watch(Rc::<RefCell<Recorder>>::clone(&recorder));
        Self {
            recorder,
            failure: None,
            page: None,
        }
    }

    /// The VM has failed.
    pub(super) fn fail(&mut self, failure: &Failure) {
        self.failure = Some(ReportedFailure::of(failure));
    }
}

impl VmTask {
    /// Makes the page of a VM that failed while there are still engines to tell of.
    pub(super) async fn keep_report(&mut self, failure: &Failure) {
        if let Some(report) = &mut self.report {
            report.fail(failure);
            let page = self.page().await;
            if let (Some(report), Ok(page)) = (&mut self.report, page) {
                report.page = Some(page);
            }
        }
    }

    /// Opens the report of a VM that has ended.
    pub(super) async fn open_report(&mut self, state: VmState) -> Result<(Download, u64), Status> {
        let name = self.shared.name.clone();
        if !matches!(state, VmState::Succeeded | VmState::Failed) {
            let text = format!("VM `{name}` has not ended");
            return Err(wrong_state(&name, Reason::VmNotSucceeded, text));
        }
        let Some(report) = &self.report else {
            let text = "the run kept nothing for a report; create the VM with `report`";
            return Err(unavailable(&name, text));
        };
        let turn = self.turn.clone();
        let _at_work = turn.take().await;
        let page = match &report.page {
            Some(page) => page.clone(),
            None => self.page().await.map_err(|error| io(&error))?,
        };
        let file = tempfile::tempfile().map_err(|error| io(&error))?;
        let mut writer = BufWriter::new(file);
        writer.write_all(&page).map_err(|error| io(&error))?;
        whole(writer)
    }

    /// The page of the run as it is now.
    async fn page(&mut self) -> std::io::Result<Vec<u8>> {
        let mut page = Vec::new();
        let Some(report) = &self.report else {
            return Ok(page);
        };
        let steps = self.run.current_step();
        let recorder = Rc::clone(&report.recorder);
        recorder.borrow_mut().finish(steps)?;
        let waiting = self.run.hint_statistics().waiting;
        let mut stats = Stats::of(&self.run, self.spent.run_time.saturating_sub(waiting));
        // That of the server, which is nobody's.
        stats.host_peak_bytes = 0;
        let memory = MemoryUse::of(&mut self.run, report.failure.is_none()).await;
        Page {
            program: &self.shared.name,
            run: &self.run,
            recorder: &recorder.borrow(),
            stats: &stats,
            memory: &memory,
            failure: report.failure.as_ref(),
        }
        .write(&mut page)?;
        Ok(page)
    }
}
