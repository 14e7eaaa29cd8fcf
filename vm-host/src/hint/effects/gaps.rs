//! How sparse a hint may make memory: cairo-vm's segments are dense, so that every skipped cell takes 32
//! bytes of the host.

use std::collections::BTreeMap;

use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::vm_core::VirtualMachine;

use super::refusal::Refusal;
use crate::hint::limits::Limits;
use crate::vm::cells::segment_lengths;
use crate::vm::temporary::temporary_length;

/// Smaller gaps are no offence, as Cairo code is about to fill them: a frame's locals, a struct whose
/// members are set one by one. Their sum in one hint has the limit of a single gap.
const SMALL: u64 = 1 << 12;

/// The gaps of one hint's writes.
#[derive(Debug)]
pub(super) struct Gaps<'a> {
    limits: &'a Limits,
    /// Cells skipped by earlier hints, small gaps aside.
    before: u64,
    /// Cells skipped by this one, small gaps aside.
    skipped: u64,
    small: u64,
    /// The segment of the run before, and where it ends after that, or a lower bound: most hints write to one.
    last: (i64, u64),
    /// The same of the segments before.
    ends: BTreeMap<i64, u64>,
    /// The lengths of all segments, once somebody needs one: asking cairo-vm takes time.
    lengths: Option<Vec<usize>>,
}

impl<'a> Gaps<'a> {
    /// Nothing skipped yet, after `before` cells that earlier hints skipped.
    pub(super) fn new(limits: &'a Limits, before: u64) -> Self {
        Self {
            limits,
            before,
            skipped: 0,
            small: 0,
            last: (0, 0),
            ends: BTreeMap::new(),
            lengths: None,
        }
    }

    /// Cells that were skipped, small gaps aside.
    pub(super) fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Counts the empty cells that a run of `cells`, from `offset` on, leaves below it.
    pub(super) fn admit(
        &mut self,
        vm: &mut VirtualMachine,
        segment: i64,
        offset: u64,
        cells: u64,
    ) -> Result<(), Refusal> {
        if self.last.0 != segment {
            let (before, end) = self.last;
            if end > 0 {
                self.ends.insert(before, end);
            }
            self.last = (segment, self.ends.get(&segment).copied().unwrap_or(0));
        }
        let mut end = self.last.1;
        let mut gap = offset.saturating_sub(end);
        if !self.is_small(gap) {
            end = end.max(self.known_end(vm, segment, offset));
            gap = offset.saturating_sub(end);
        }
        let skipped = if self.is_small(gap) { 0 } else { gap };
        let limit = self.limits.gap;
        if gap > limit || self.before + self.skipped + skipped > self.limits.total_gap {
            return Err(Refusal::Gap {
                address: Relocatable {
                    segment_index: segment as isize,
                    offset: usize::try_from(offset).unwrap_or(usize::MAX),
                },
                gap,
                limit,
            });
        }
        self.skipped += skipped;
        self.small += gap - skipped;
        self.last.1 = end.max(offset.saturating_add(cells));
        Ok(())
    }

    fn is_small(&self, gap: u64) -> bool {
        gap == 0 || gap <= SMALL && self.small + gap <= self.limits.gap
    }

    /// A lower bound of a segment's length that makes the gap below `offset` exact when it is large.
    fn known_end(&mut self, vm: &mut VirtualMachine, segment: i64, offset: u64) -> u64 {
        let ap = vm.get_ap();
        if ap.segment_index as i64 == segment && offset <= ap.offset as u64 + SMALL {
            return ap.offset as u64;
        }
        if let Ok(index) = usize::try_from(segment) {
            let lengths = self.lengths.get_or_insert_with(|| segment_lengths(vm));
            // A segment that this hint adds has no length yet.
            return lengths.get(index).map_or(0, |length| *length as u64);
        }
        temporary_length(vm, segment as isize) as u64
    }
}
