//! Counts that whoever works adds to without a lock, and that somebody else adds up now and then: how often, and
//! how long. Must not know who reads them.

mod distribution;

pub use distribution::{Distribution, Durations, Nanoseconds, Numbers, Pieces, Unit};
