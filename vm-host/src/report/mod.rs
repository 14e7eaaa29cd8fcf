//! What people are shown of a run: a page, a timeline, a profile, counters. A [`Recorder`] follows the run and keeps
//! what they need; a report is made when the run has ended, also when it failed. Must not know who asked for it.
//!
//! Reading order: `recorder` (what is kept), `timeline` (what is written meanwhile), `stats`, `page` (the page).

mod buckets;
mod longest;
mod memory;
mod number;
mod page;
mod profile;
mod recorder;
mod records;
mod stats;
mod text;
mod timeline;

pub(crate) use memory::MemoryUse;
pub(crate) use number::short;
pub(crate) use page::{Page, ReportedFailure};
pub(crate) use profile::write as write_profile;
pub(crate) use recorder::Recorder;
pub(crate) use records::Inbox;
pub(crate) use stats::Stats;
pub use stats::peak_memory_bytes;
pub(crate) use timeline::{HintName, MOST_BYTES as MOST_TIMELINE_BYTES, Timeline};
