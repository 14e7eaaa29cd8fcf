//! The metrics for whoever collects them: a small HTTP server on a thread of its own, so that nobody who asks, however
//! often, however slowly, keeps a call waiting.
//!
//! Reading order: `endpoint` (who may ask, and for what), `gather` (the metrics that are looked up when somebody
//! asks).

mod endpoint;
mod gather;

pub(super) use endpoint::Endpoint;
pub(super) use gather::Gathered;
