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
pub use run::{Options, ScenarioError, run, world_of};

/// Reads a scenario of this text, for tests of the reader alone.
#[cfg(test)]
pub(super) fn parse_for_test(path: &std::path::Path, text: String) -> Result<usize, String> {
    let sources = SourceFiles::default();
    let document = json::Document {
        name: "test".into(),
        text,
    };
    let steps = reader::Reader::new(&sources).scenario(path, &document);
    steps.map(|(_, steps)| steps.len()).map_err(|error| error.to_string())
}

/// The bytes of a value that names no file.
#[cfg(test)]
pub(super) fn value_for_test(text: &str) -> Result<Vec<u8>, String> {
    notation::bytes(text, &mut |_| Err("no files".to_owned()))
}
