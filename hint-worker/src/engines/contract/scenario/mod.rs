//! Owns the ecosystem's scenario files (`*.scen.json`): reading them, executing their steps, saying what is not as
//! expected. Must not know how contracts are executed.

mod checks;
mod expectations;
mod files;
mod json;
mod model;
mod notation;
mod reader;
mod run;

pub use files::SourceFiles;
pub use run::{Options, ScenarioError, describe, run, world_of};

/// The bytes of a value in the notation of scenarios that names no file.
///
/// # Errors
/// Why the text means no value.
pub fn value(text: &str) -> Result<Vec<u8>, String> {
    notation::bytes(text, &mut |file| {
        Err(format!("`{file}` cannot be read here"))
    })
}

/// Bytes in that notation.
#[must_use]
pub fn written(bytes: &[u8]) -> String {
    notation::written(bytes)
}

/// Reads a scenario of this text, for tests of the reader alone.
#[cfg(test)]
pub(super) fn parse_for_test(path: &std::path::Path, text: String) -> Result<usize, String> {
    let sources = SourceFiles::default();
    let document = json::Document {
        name: "test".into(),
        text,
    };
    let steps = reader::Reader::new(&sources).scenario(path, &document);
    steps
        .map(|(_, steps)| steps.len())
        .map_err(|error| error.to_string())
}
