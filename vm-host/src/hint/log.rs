//! What hints log, on its way through the host: a worker's bytes cut into records, and who gets a client's. Both
//! come from code that nobody trusts. Must not know who reads records.

use std::fmt;

use futures_util::future::BoxFuture;
use hint_proto::v1::{HintRecord, HintRecords, RecordLevel};
use prost::Message as _;

/// Most bytes of one record: its text, 64 fields, and what they take on the wire.
const RECORD_BYTES: usize = 512 << 10;
/// Most bytes of the length that stands before a record.
const LENGTH_BYTES: usize = 4;

/// Who gets the records of a client that serves hints.
pub(crate) trait RecordSink: fmt::Debug + Send + Sync {
    /// Takes records, when those who read have room for them.
    fn take(&self, records: HintRecords) -> BoxFuture<'_, ()>;
}

/// A worker wrote what is no record. Where the next one begins is not known then.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BrokenLog {
    /// Too long.
    #[error("a record of more than `{RECORD_BYTES}` bytes")]
    TooLong,
    /// No message.
    #[error("a record that is no message")]
    Malformed,
}

/// Cuts what a worker wrote into records.
#[derive(Debug, Default)]
pub(crate) struct RecordReader {
    /// The beginning of a record whose end has not come, never more than one.
    begun: Vec<u8>,
}

impl RecordReader {
    /// Adds the records that end in these bytes; none when nobody wants them.
    ///
    /// # Errors
    /// [`BrokenLog`] after the records before; nothing more can be read then.
    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        wanted: bool,
        records: &mut Vec<HintRecord>,
    ) -> Result<(), BrokenLog> {
        let mut all = std::mem::take(&mut self.begun);
        all.extend_from_slice(bytes);
        let mut rest = all.as_slice();
        while let Some((record, after)) = next(rest)? {
            if wanted {
                let record = HintRecord::decode(record).map_err(|_| BrokenLog::Malformed)?;
                records.push(checked(record));
            }
            rest = after;
        }
        self.begun = rest.to_vec();
        Ok(())
    }
}

/// The first record and what follows it; nothing when its end has not come.
fn next(bytes: &[u8]) -> Result<Option<(&[u8], &[u8])>, BrokenLog> {
    let mut rest = bytes;
    let length = match prost::decode_length_delimiter(&mut rest) {
        Ok(length) => length,
        Err(_) if bytes.len() < LENGTH_BYTES => return Ok(None),
        Err(_) => return Err(BrokenLog::Malformed),
    };
    if length > RECORD_BYTES {
        return Err(BrokenLog::TooLong);
    }
    Ok(rest.split_at_checked(length))
}

/// A record as others may rely on it: its level is one of those that there are.
pub(crate) fn checked(mut record: HintRecord) -> HintRecord {
    if record.level() == RecordLevel::Unspecified {
        record.set_level(RecordLevel::Info);
    }
    record
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(text: &str) -> HintRecord {
        HintRecord {
            level: RecordLevel::Warning.into(),
            text: text.to_owned(),
            ..HintRecord::default()
        }
    }

    /// What one reader makes of these pieces.
    fn read(pieces: &[(&[u8], bool)]) -> (Vec<HintRecord>, Result<(), BrokenLog>) {
        let (mut reader, mut found) = (RecordReader::default(), Vec::new());
        for (bytes, wanted) in pieces {
            if let Err(error) = reader.push(bytes, *wanted, &mut found) {
                return (found, Err(error));
            }
        }
        assert!(reader.begun.is_empty());
        (found, Ok(()))
    }

    #[test]
    fn records_are_found_wherever_the_bytes_are_cut() {
        let records = [
            record("a"),
            record(&"b".repeat(300)),
            record(""),
            record("d"),
        ];
        let mut bytes = Vec::new();
        for record in &records {
            record.encode_length_delimited(&mut bytes).unwrap();
        }
        for size in [1, 2, 3, 7, 100, bytes.len()] {
            let pieces: Vec<_> = bytes.chunks(size).map(|chunk| (chunk, true)).collect();
            assert_eq!(
                read(&pieces),
                (records.to_vec(), Ok(())),
                "in pieces of {size}"
            );
        }
    }

    #[test]
    fn unwanted_records_are_passed_over() {
        let bytes = record("a").encode_length_delimited_to_vec();
        let (first, second) = bytes.split_at(3);
        let pieces = [(first, true), (second, false), (bytes.as_slice(), true)];
        assert_eq!(read(&pieces), (vec![record("a")], Ok(())));
    }

    #[test]
    fn what_is_no_record_is_refused_before_it_takes_memory() {
        let refused: [(&[u8], BrokenLog); 3] = [
            (&[0xff; 64], BrokenLog::Malformed),
            (&[0xff, 0xff, 0xff, 0x7f], BrokenLog::TooLong),
            (&[2, 0xff, 0xff], BrokenLog::Malformed),
        ];
        for (garbage, error) in refused {
            let mut bytes = record("before").encode_length_delimited_to_vec();
            bytes.extend_from_slice(garbage);
            assert_eq!(
                read(&[(&bytes, true)]),
                (vec![record("before")], Err(error))
            );
        }
    }

    #[test]
    fn a_level_that_there_is_not_counts_as_info() {
        let strange = HintRecord {
            level: 77,
            ..record("a")
        };
        assert_eq!(checked(strange).level(), RecordLevel::Info);
    }
}
