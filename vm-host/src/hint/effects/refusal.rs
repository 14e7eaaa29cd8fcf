//! Why effects are refused, in the words that users read. Must not know how the checks are made.

use std::fmt;

use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::errors::memory_errors::MemoryError;

use crate::hint::limits::TooManySegments;
use crate::vm::wire::BadCell;

/// Why effects are refused. Nothing of them was applied.
///
/// As a text it speaks of a hint; [`Refusal::told`] speaks of whoever else wanted to write.
#[derive(Debug)]
pub enum Refusal {
    /// More cells than one hint may write.
    TooManyCells {
        /// How many it wrote.
        cells: u64,
        /// How many it may.
        limit: u64,
    },
    /// More segments than one hint may add.
    TooManySegments {
        /// How many it added.
        segments: u64,
        /// How many it may.
        limit: u64,
    },
    /// More segments than the run may have.
    Segments(TooManySegments),
    /// A write far beyond the end of its segment.
    Gap {
        /// The cell.
        address: Relocatable,
        /// Empty cells below it.
        gap: u64,
        /// How many there may be.
        limit: u64,
    },
    /// A write into a segment that does not exist.
    UnknownSegment(i64),
    /// A value that memory cannot hold.
    Cell {
        /// Segment of the cell.
        segment: i64,
        /// Offset of the cell.
        offset: u64,
        /// What is wrong with the value.
        cell: BadCell,
    },
    /// A second value for a cell.
    Rewrite(Relocatable),
    /// A value that a range check refuses.
    RangeCheck(Relocatable),
    /// A message that no engine of ours sends.
    Malformed(Part),
    /// A temporary segment would go below the start of a segment, which cairo-vm cannot do.
    NegativeDestination {
        /// Segment of the destination.
        segment: i64,
        /// Its offset.
        offset: i64,
    },
    /// What cairo-vm's own rules refuse: a wrong signature, a second way for a temporary segment.
    Memory(MemoryError),
}

/// A part of the message that carries effects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Cells that are written one after the other.
    RunOfCells,
    /// Where a temporary segment goes.
    RelocationRule,
    /// A signature for the ecdsa builtin.
    Signature,
    /// A felt that is not in a cell.
    Felt,
    /// The size and the public cells of a segment.
    FinalizedSegment,
    /// The size of a segment that is added.
    SegmentSize,
    /// The pages and attributes of the output builtin.
    OutputState,
    /// A rule for the cells of a segment.
    Rule,
}

/// Who wants to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// A hint, through its engine.
    Hint,
    /// A request to the server.
    Request,
}

/// A refusal in words.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    refusal: &'a Refusal,
    writer: Writer,
}

impl Refusal {
    /// The refusal in words that say who wanted to write.
    #[must_use]
    pub fn told(&self, writer: Writer) -> Told<'_> {
        Told {
            refusal: self,
            writer,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told(Writer::Hint).fmt(formatter)
    }
}

impl std::error::Error for Refusal {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Memory(error) => Some(error),
            _ => None,
        }
    }
}

impl From<MemoryError> for Refusal {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (writer, sender) = match self.writer {
            Writer::Hint => ("the hint", "the hint engine"),
            Writer::Request => ("the request", "the request"),
        };
        match self.refusal {
            Refusal::TooManyCells { cells, limit } => write!(
                formatter,
                "{writer} wrote `{cells}` memory cells, more than the limit of `{limit}`"
            ),
            Refusal::TooManySegments { segments, limit } => write!(
                formatter,
                "{writer} added `{segments}` segments, more than the limit of `{limit}`"
            ),
            Refusal::Segments(error) => error.fmt(formatter),
            Refusal::Gap {
                address,
                gap,
                limit,
            } => write!(
                formatter,
                "{writer} wrote memory cell `{address}`, `{gap}` cells past the end of its segment; \
                 the limit is `{limit}`\n\
                 hint: memory segments are dense here, so that every skipped cell takes 32 bytes"
            ),
            Refusal::UnknownSegment(segment) => write!(
                formatter,
                "{writer} wrote into segment `{segment}`, which does not exist"
            ),
            Refusal::Cell {
                segment,
                offset,
                cell,
            } => write!(formatter, "{writer} wrote {cell} to `{segment}:{offset}`"),
            Refusal::Rewrite(address) => write!(
                formatter,
                "{writer} changed memory cell `{address}`, which already has a value"
            ),
            Refusal::RangeCheck(address) => write!(
                formatter,
                "{writer} wrote a value to `{address}` that its range check refuses"
            ),
            Refusal::Malformed(part) => write!(formatter, "{sender} sent a malformed {part}"),
            Refusal::NegativeDestination { segment, offset } => write!(
                formatter,
                "cannot relocate a temporary segment to `{segment}:{offset}`: \
                 the offset is negative"
            ),
            Refusal::Memory(error) => {
                write!(formatter, "the memory refused a hint's write: {error}")
            }
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::RunOfCells => "run of cells",
            Self::RelocationRule => "relocation rule",
            Self::Signature => "signature",
            Self::Felt => "felt",
            Self::FinalizedSegment => "finalized segment",
            Self::SegmentSize => "segment size",
            Self::OutputState => "output state",
            Self::Rule => "rule",
        })
    }
}
