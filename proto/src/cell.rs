//! The layout of one memory cell on the wire: 32 bytes, told apart by the last one.

/// Bytes of one cell.
pub const CELL_BYTES: usize = 32;

/// An empty cell.
pub const EMPTY: [u8; CELL_BYTES] = [0xff; CELL_BYTES];

const RELOCATABLE_TAG: u8 = 0x80;

/// A cell, decoded but not checked against the prime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing was written there.
    Empty,
    /// A felt, 32 bytes little-endian.
    Felt([u8; CELL_BYTES]),
    /// An address.
    Relocatable {
        /// Segment index, negative for temporary segments.
        segment: i64,
        /// Offset in cells.
        offset: u64,
    },
}

/// A cell that is none of the three kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedCell;

impl Cell {
    /// Decodes one cell.
    ///
    /// # Errors
    /// [`MalformedCell`] when the last byte names no kind or padding is not zero.
    pub fn decode(bytes: &[u8; CELL_BYTES]) -> Result<Self, MalformedCell> {
        match bytes[CELL_BYTES - 1] {
            0..RELOCATABLE_TAG => Ok(Self::Felt(*bytes)),
            RELOCATABLE_TAG if bytes[16..CELL_BYTES - 1].iter().all(|byte| *byte == 0) => {
                let (mut offset, mut segment) = ([0; 8], [0; 8]);
                offset.copy_from_slice(&bytes[..8]);
                segment.copy_from_slice(&bytes[8..16]);
                Ok(Self::Relocatable {
                    segment: i64::from_le_bytes(segment),
                    offset: u64::from_le_bytes(offset),
                })
            }
            0xff if *bytes == EMPTY => Ok(Self::Empty),
            _ => Err(MalformedCell),
        }
    }

    /// Appends the cell to a run.
    pub fn encode(&self, run: &mut Vec<u8>) {
        match self {
            Self::Empty => run.extend_from_slice(&EMPTY),
            Self::Felt(bytes) => run.extend_from_slice(bytes),
            Self::Relocatable { segment, offset } => {
                let mut bytes = [0; CELL_BYTES];
                bytes[..8].copy_from_slice(&offset.to_le_bytes());
                bytes[8..16].copy_from_slice(&segment.to_le_bytes());
                bytes[CELL_BYTES - 1] = RELOCATABLE_TAG;
                run.extend_from_slice(&bytes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_survives_the_wire() {
        let mut felt = [7; CELL_BYTES];
        felt[31] = 0x08;
        for cell in [
            Cell::Empty,
            Cell::Felt(felt),
            Cell::Relocatable {
                segment: -3,
                offset: u64::MAX,
            },
        ] {
            let mut run = Vec::new();
            cell.encode(&mut run);
            let bytes: [u8; CELL_BYTES] = run.try_into().expect("one cell");
            assert_eq!(Cell::decode(&bytes), Ok(cell));
        }
    }

    #[test]
    fn a_cell_of_no_kind_is_refused() {
        let mut bytes = [0; CELL_BYTES];
        bytes[31] = 0x81;
        assert_eq!(Cell::decode(&bytes), Err(MalformedCell));
        bytes[31] = 0xff;
        assert_eq!(Cell::decode(&bytes), Err(MalformedCell));
        bytes[31] = 0x80;
        bytes[20] = 1;
        assert_eq!(Cell::decode(&bytes), Err(MalformedCell));
    }
}
