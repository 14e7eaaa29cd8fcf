//! Tests against what the reference VM does, recorded in `testdata/`.

mod engine;
mod exceptions;
mod references;
