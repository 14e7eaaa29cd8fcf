//! Whole-system tests: the real `vm-host` with real `hint-worker`s on the programs of the corpus.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod parity;
