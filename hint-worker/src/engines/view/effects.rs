//! Owns what the running hint did, until it ends. Must not know whether that was allowed.

use hint_proto::cell::CELL_BYTES;
use hint_proto::v1::{AddedSegment, CellRun, Effects};

use super::value::{Address, Value};

/// What a hint did so far.
#[derive(Debug, Default)]
pub(super) struct Record {
    runs: Vec<Run>,
    written: usize,
    added_segments: Vec<AddedSegment>,
}

/// Cells that were written one after the other.
#[derive(Debug)]
struct Run {
    first: Address,
    bytes: Vec<u8>,
}

impl Run {
    fn end(&self) -> u64 {
        self.first.offset + (self.bytes.len() / CELL_BYTES) as u64
    }
}

impl Record {
    /// How many cells were written.
    pub(super) fn written(&self) -> usize {
        self.written
    }

    /// How many segments were added.
    pub(super) fn added_segments(&self) -> usize {
        self.added_segments.len()
    }

    pub(super) fn write(&mut self, address: Address, value: Value) {
        self.written += 1;
        let cell = value.to_cell();
        match self.runs.last_mut() {
            Some(run) if run.first.segment == address.segment && run.end() == address.offset => {
                cell.encode(&mut run.bytes);
            }
            _ => {
                let mut bytes = Vec::with_capacity(CELL_BYTES);
                cell.encode(&mut bytes);
                self.runs.push(Run {
                    first: address,
                    bytes,
                });
            }
        }
    }

    pub(super) fn add_segment(&mut self, segment: AddedSegment) {
        self.added_segments.push(segment);
    }

    /// What was done; forgets it.
    pub(super) fn take(&mut self) -> Effects {
        let Self {
            runs,
            added_segments,
            ..
        } = std::mem::take(self);
        let run = |run: Run| CellRun {
            segment: run.first.segment,
            offset: run.first.offset,
            values: run.bytes.into(),
        };
        Effects {
            writes: runs.into_iter().map(run).collect(),
            added_segments,
            ..Effects::default()
        }
    }
}
