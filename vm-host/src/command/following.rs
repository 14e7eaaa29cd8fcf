//! Following a run for `--report` and `--timeline`: what its hints log is read here, and what was kept is written when
//! the run has ended, also when it failed. Must not know what a page looks like.

use std::cell::RefCell;
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};

use super::options::OutputPaths;
use super::output_files::{Output, OutputError, OutputFiles};
use super::{CommandError, ExitCode, Unsuccessful};
use crate::report::{
    HintName, Inbox, MOST_TIMELINE_BYTES, MemoryUse, Page, Recorder, ReportedFailure, Stats,
    Timeline,
};
use crate::run::{RecordReader, Run};
use crate::vm::slices::at_once;
use crate::worker::RecordPipe;

/// How long what happened may wait to be written while the run waits.
const WRITTEN_AFTER: Duration = Duration::from_millis(250);

/// What is there before the run: a worker inherits it.
#[derive(Debug)]
pub(super) struct Prepared {
    pipe: Arc<RecordPipe>,
}

/// Follows a run.
#[derive(Debug)]
pub(super) struct Following {
    recorder: Rc<RefCell<Recorder>>,
    program: String,
    log: Log,
    reading: tokio::task::JoinHandle<()>,
}

/// What hints log, on its way from the worker.
#[derive(Clone, Debug)]
struct Log {
    pipe: Arc<RecordPipe>,
    /// Absent when what the worker wrote was no record.
    reader: Arc<Mutex<Option<RecordReader>>>,
    inbox: Inbox,
}

impl Log {
    /// Reads what there is.
    fn read(&self) {
        let mut reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let bytes = self.pipe.read();
            if bytes.is_empty() {
                return;
            }
            // A worker whose log is not read would wait for ever.
            let mut records = Vec::new();
            let read = reader
                .as_mut()
                .map(|reader| reader.push(&bytes, true, &mut records));
            if let Some(Err(error)) = read {
                tracing::warn!("the log of the hint worker is left out of the report: {error}");
                *reader = None;
            }
            self.inbox.put(records);
        }
    }
}

impl Following {
    /// What following takes, if somebody wants to.
    pub(super) fn prepare(outputs: &OutputPaths) -> Result<Option<Prepared>, CommandError> {
        if outputs.report.is_none() && outputs.timeline.is_none() {
            return Ok(None);
        }
        let pipe = RecordPipe::open();
        let pipe = pipe.map_err(|error| CommandError::of(ExitCode::Internal, &error))?;
        Ok(Some(Prepared {
            pipe: Arc::new(pipe),
        }))
    }
}

impl Prepared {
    /// The pipe for the log of the worker.
    pub(super) fn pipe(&self) -> Arc<RecordPipe> {
        Arc::clone(&self.pipe)
    }

    /// Follows a run of `program` from now on.
    pub(super) fn begin(
        self,
        run: &mut Run,
        program: &str,
        files: &OutputFiles,
    ) -> Result<Following, OutputError> {
        let writer = files.stream(Output::Timeline)?;
        let timeline = writer.map(|writer| {
            let names = run.all_hints().map(|hint| HintName::of(hint.hint));
            let names: Vec<_> = names.collect();
            Timeline::new(writer, program, &names, MOST_TIMELINE_BYTES)
        });
        let log = Log {
            pipe: self.pipe,
            reader: Arc::new(Mutex::new(Some(RecordReader::default()))),
            inbox: Inbox::default(),
        };
        let recorder = Rc::new(RefCell::new(Recorder::new(timeline, log.inbox.clone())));
        run.watch(Rc::<RefCell<Recorder>>::clone(&recorder));
        let reading = log.clone();
        let reading = tokio::spawn(async move {
            while reading.pipe.readable().await.is_ok() {
                reading.read();
            }
        });
        Ok(Following {
            recorder,
            program: program.to_owned(),
            log,
            reading,
        })
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

impl Following {
    /// Does `work` to its end, and writes what happens meanwhile also when it waits for long: that is what one wants to
    /// see of a run that was killed.
    pub(super) async fn writing_while<T>(&self, work: impl Future<Output = T>) -> T {
        let writing = async {
            loop {
                tokio::time::sleep(WRITTEN_AFTER).await;
                self.recorder.borrow_mut().write();
            }
        };
        let (work, writing) = (pin!(work), pin!(writing));
        match select(work, writing).await {
            Either::Left((done, _)) => done,
            Either::Right(((), work)) => work.await,
        }
    }

    /// The hints have ended, after so many steps.
    pub(super) fn rest(&mut self, steps: u64) {
        self.log.read();
        self.recorder.borrow_mut().rest(steps);
    }

    /// Writes the page of a run that did what it should, and the end of the timeline.
    pub(super) fn end(
        mut self,
        run: &mut Run,
        stats: &Stats,
        files: &mut OutputFiles,
    ) -> Result<(), OutputError> {
        self.write(run, stats, None, files)
    }

    /// The same of one that failed. What cannot be written is only mentioned: the failure is what counts.
    pub(super) fn write_failed(
        mut self,
        run: &mut Run,
        stats: &Stats,
        failed: &Unsuccessful,
        files: &mut OutputFiles,
    ) {
        let failure = match &failed.failure {
            Some(failure) => ReportedFailure::of(failure),
            None => ReportedFailure::new(failed.error.to_string()),
        };
        if let Err(error) = self.write(run, stats, Some(&failure), files) {
            notice!("warning: {error}");
        }
    }

    /// The same, as all that the run leaves.
    pub(super) fn end_failed(
        self,
        run: &mut Run,
        stats: &Stats,
        failed: &Unsuccessful,
        mut files: OutputFiles,
    ) {
        self.write_failed(run, stats, failed, &mut files);
        if let Err(error) = files.publish_only(Output::Report) {
            notice!("warning: {error}");
        }
    }

    fn write(
        &mut self,
        run: &mut Run,
        stats: &Stats,
        failure: Option<&ReportedFailure>,
        files: &mut OutputFiles,
    ) -> Result<(), OutputError> {
        self.log.read();
        let mut recorder = self.recorder.borrow_mut();
        let finished = recorder.finish(stats.steps);
        let memory = at_once(MemoryUse::of(run, failure.is_none()));
        let page = Page {
            program: &self.program,
            run,
            recorder: &recorder,
            stats,
            memory: &memory,
            failure,
        };
        files.write(Output::Report, |file| {
            page.write(file).map(Ok::<_, OutputError>)
        })?;
        finished.map_err(|error| files.broken(Output::Timeline, error))
    }
}
