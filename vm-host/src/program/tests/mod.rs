//! Tests against what the reference VM does, recorded in `testdata/`, and of hostile programs.

mod engine;
mod exceptions;
mod hostile;
mod loading;
mod locations;
mod references;
mod sample;
mod sharing;
mod values;
