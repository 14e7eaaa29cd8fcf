//! Owns the cells that the engine knows, and every read and write of one. Must not know names.

use std::collections::{HashMap, HashSet};

use hint_proto::cell::{CELL_BYTES, Cell};
use hint_proto::v1::answer::Answer as Reply;
use hint_proto::v1::ask::Question;
use hint_proto::v1::{
    self, AddedSegment, CellRun, Effects, ExecuteHint, ReadMemory, Relocatable, SegmentLength,
};

use super::Host;
use super::effects::Record;
use super::error::ViewError;
use super::felt::Field;
use super::value::{Address, OFFSET_BOUND, Value};
use crate::link::AskError;

/// No single question asks for more cells.
const MOST_CELLS: u64 = 16384;
/// Misses that follow each other may leave this many cells out: those that the host sent unasked.
const SEQUENCE_GAP: u64 = 16;
/// Most segments that one hint may add: the host's own limit.
const MOST_SEGMENTS: usize = 1 << 16;
/// Most cells that one hint may write: the host's own limit.
const MOST_WRITES: usize = 1 << 23;

/// The memory of the VM as the hints of one engine see it.
#[derive(Debug)]
pub struct Memory {
    pub(super) field: Field,
    pub(super) host: Box<dyn Host>,
    /// True for ever.
    known: HashMap<Address, Value>,
    /// True until the hint ends.
    empty: HashSet<Address>,
    /// Every cell at or past this offset was empty when the hint started.
    lengths: HashMap<i64, u64>,
    /// Segments that the host had when the hint started; later ones are ours.
    segments: i64,
    temporary_segments: i64,
    record: Record,
    /// The cells of the last question for a single one.
    last_miss: Option<(i64, u64, u64)>,
}

impl Memory {
    pub(super) fn new(field: Field, host: Box<dyn Host>) -> Self {
        Self {
            field,
            host,
            known: HashMap::new(),
            empty: HashSet::new(),
            lengths: HashMap::new(),
            segments: 0,
            temporary_segments: 0,
            record: Record::default(),
            last_miss: None,
        }
    }

    pub(super) fn begin(&mut self, request: &ExecuteHint) -> Result<(), ViewError> {
        self.segments = request.segment_count.into();
        self.temporary_segments = request.temporary_segment_count.into();
        for Relocatable { segment, offset } in &request.removed_cells {
            if let Ok(offset) = u64::try_from(*offset) {
                let segment = *segment;
                self.known.remove(&Address { segment, offset });
            }
        }
        self.learn(&request.cells, &request.lengths)
    }

    pub(super) fn end(&mut self) -> Effects {
        self.empty.clear();
        self.lengths.clear();
        self.last_miss = None;
        self.record.take()
    }

    /// Takes over what the host tells about cells.
    fn learn(&mut self, runs: &[CellRun], lengths: &[SegmentLength]) -> Result<(), ViewError> {
        for run in runs {
            let (cells, rest) = run.values.as_chunks::<CELL_BYTES>();
            if !rest.is_empty() || run.offset.checked_add(cells.len() as u64).is_none() {
                return Err(ViewError::Malformed("run of cells"));
            }
            for (offset, bytes) in (run.offset..).zip(cells) {
                let segment = run.segment;
                let address = Address { segment, offset };
                if Cell::decode(bytes) == Ok(Cell::Empty) {
                    self.empty.insert(address);
                    continue;
                }
                let value = Value::of_bytes(bytes, &self.field);
                let value = value.ok_or(ViewError::Malformed("cell"))?;
                self.known.insert(address, value);
            }
        }
        for SegmentLength { segment, length } in lengths {
            self.lengths.insert(*segment, *length);
        }
        Ok(())
    }

    /// The value of a cell; nothing if it is empty.
    ///
    /// # Errors
    /// [`ViewError`] when the host does not say.
    pub fn lookup(&mut self, address: Address) -> Result<Option<Value>, ViewError> {
        if let Some(value) = self.known.get(&address) {
            return Ok(Some(*value));
        }
        if self.is_known_empty(address) {
            return Ok(None);
        }
        self.ask(address)?;
        Ok(self.known.get(&address).copied())
    }

    /// The value of a cell.
    ///
    /// # Errors
    /// [`ViewError`] when it is empty, or the host does not say.
    pub fn read(&mut self, address: Address) -> Result<Value, ViewError> {
        self.lookup(address)?.ok_or(ViewError::Empty(address))
    }

    /// Asks for consecutive cells at once, as far as they are not known.
    ///
    /// # Errors
    /// [`ViewError`] when the host does not say.
    pub fn prepare(&mut self, first: Address, count: u64) -> Result<(), ViewError> {
        let end = first.offset.saturating_add(count).min(OFFSET_BOUND);
        let mut offset = first.offset;
        while offset < end {
            let address = Address { offset, ..first };
            if !self.known.contains_key(&address) && !self.is_known_empty(address) {
                self.ask_run(address, (end - offset).min(MOST_CELLS))?;
                if !self.known.contains_key(&address) && !self.is_known_empty(address) {
                    // The host does not keep its promise.
                    return Err(ViewError::Malformed("answer"));
                }
            }
            if self
                .lengths
                .get(&first.segment)
                .is_some_and(|length| offset >= *length)
            {
                return Ok(());
            }
            offset += 1;
        }
        Ok(())
    }

    fn is_known_empty(&self, address: Address) -> bool {
        let Address { segment, offset } = address;
        offset >= OFFSET_BOUND
            || !(-self.temporary_segments..self.segments).contains(&segment)
            || self
                .lengths
                .get(&segment)
                .is_some_and(|length| offset >= *length)
            || self.empty.contains(&address)
    }

    /// Asks for a cell; for more and more of them when the misses follow each other.
    fn ask(&mut self, address: Address) -> Result<(), ViewError> {
        let mut count = 1;
        if let Some((segment, start, end)) = self.last_miss
            && segment == address.segment
            && address.offset >= end
            && address.offset - end <= SEQUENCE_GAP.max(end - start)
        {
            count = 2 * (end - start);
        }
        let count = count.min(MOST_CELLS).min(OFFSET_BOUND - address.offset);
        self.last_miss = Some((address.segment, address.offset, address.offset + count));
        self.ask_run(address, count)
    }

    fn ask_run(&mut self, address: Address, count: u64) -> Result<(), ViewError> {
        let question = Question::ReadMemory(ReadMemory {
            segment: address.segment,
            offset: address.offset,
            count,
        });
        let mut reply = self.host.ask(question)?;
        loop {
            let memory = match reply {
                Reply::Memory(memory) => memory,
                Reply::Raised(raised) => return Err(ViewError::of_wire(&raised)),
                _ => return Err(AskError::Unfitting.into()),
            };
            self.learn(&memory.cells, &memory.lengths)?;
            if !memory.more {
                break;
            }
            reply = self.host.next_part()?;
        }
        // What the hint wrote past the end that the host sees is known, and needs no length.
        if !self.known.contains_key(&address) && !self.is_known_empty(address) {
            self.empty.insert(address);
        }
        Ok(())
    }

    /// Writes a cell.
    ///
    /// # Errors
    /// [`ViewError`] when it has another value, or the VM cannot hold it.
    pub fn write(&mut self, address: Address, value: Value) -> Result<(), ViewError> {
        self.check_segment(address)?;
        if let Value::Address(target) = value {
            self.check_segment(target)?;
        }
        match self.lookup(address)? {
            Some(old) if old == value => Ok(()),
            Some(old) => Err(ViewError::Inconsistent {
                address,
                old,
                new: value,
            }),
            None if self.record.written() >= MOST_WRITES => Err(ViewError::refused(format!(
                "a hint may write at most `{MOST_WRITES}` cells"
            ))),
            None => {
                self.known.insert(address, value);
                self.record.write(address, value);
                Ok(())
            }
        }
    }

    fn check_segment(&self, address: Address) -> Result<(), ViewError> {
        let added = self.record.added_segments() as i64;
        if (-self.temporary_segments..self.segments + added).contains(&address.segment) {
            return Ok(());
        }
        Err(ViewError::refused(format!(
            "the vm has no segment `{}`: `{address}`",
            address.segment
        )))
    }

    /// Adds a segment; the address of its first cell.
    ///
    /// # Errors
    /// [`ViewError::Refused`] when the hint has added too many.
    pub fn add_segment(&mut self) -> Result<Address, ViewError> {
        let added = self.record.added_segments();
        if added >= MOST_SEGMENTS {
            return Err(ViewError::refused(format!(
                "a hint may add at most `{MOST_SEGMENTS}` segments"
            )));
        }
        self.record.add_segment(AddedSegment { size: None });
        Ok(Address {
            segment: self.segments + added as i64,
            offset: 0,
        })
    }

    /// Asks the host what a name stands for.
    pub(super) fn resolve(
        &mut self,
        question: v1::ResolveName,
    ) -> Result<v1::ResolvedName, ViewError> {
        match self.host.ask(Question::ResolveName(question))? {
            Reply::ResolvedName(resolved) => Ok(resolved),
            Reply::Raised(raised) => Err(ViewError::of_wire(&raised)),
            _ => Err(AskError::Unfitting.into()),
        }
    }
}
