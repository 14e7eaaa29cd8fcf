//! Reading what a run needs from files, with bounds.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use cairo_vm::types::layout::CairoLayoutParams;

use super::options::RunOptions;
use super::{CommandError, ExitCode};
use crate::program::MAX_PROGRAM_BYTES;
use crate::vm::start::{self, MAX_LAYOUT_PARAMS_BYTES};

/// The name of standard input.
const STANDARD_INPUT: &str = "-";
/// Largest `program_input`, and largest hint locals.
const MAX_JSON_BYTES: usize = 256 << 20;

/// The compiled program's bytes.
///
/// # Errors
/// [`CommandError`] when the file cannot be read or is too large.
pub(super) fn program(path: &Path) -> Result<Vec<u8>, CommandError> {
    read(path, "program", MAX_PROGRAM_BYTES)
}

/// The `program_input`, checked to be JSON.
///
/// # Errors
/// [`CommandError`] when the file cannot be read, is too large or is not JSON.
pub(super) fn program_input(path: &Path) -> Result<String, CommandError> {
    json(path, "program input")
}

/// Variables of the first hint scope, checked to be a JSON object.
///
/// # Errors
/// [`CommandError`] when the file cannot be read, is too large or is no JSON object.
pub(super) fn hint_locals(path: &Path) -> Result<String, CommandError> {
    let text = json(path, "hint locals").map_err(|mut error| {
        if error.code == ExitCode::NoInput {
            error.text += "\nhint: give a JSON file, or module:callable, which returns a dict";
        }
        error
    })?;
    if text.trim_start().starts_with('{') {
        return Ok(text);
    }
    let error = format!(
        "the hint locals `{}` are no JSON object\n\
         hint: write an object of the variables by their names",
        path.display()
    );
    Err(CommandError::new(ExitCode::BadInput, error))
}

fn json(path: &Path, what: &str) -> Result<String, CommandError> {
    let bytes = read(path, what, MAX_JSON_BYTES)?;
    let bad = |text: String| {
        let error = format!("the {what} `{}` is not {text}", path.display());
        CommandError::new(ExitCode::BadInput, error)
    };
    // Python's parser is the judge of what hints get; this only finds plain mistakes before a worker
    // is started. NaN and the infinities are Python's extensions.
    let text = String::from_utf8(bytes).map_err(|error| bad(format!("UTF-8: `{error}`")))?;
    let strict: Result<serde::de::IgnoredAny, _> = serde_json::from_str(&text);
    match strict {
        Err(error)
            if !text.contains("NaN")
                && !text.contains("Infinity")
                && !error.to_string().contains("recursion limit") =>
        {
            Err(bad(format!("JSON: `{error}`")))
        }
        _ => Ok(text),
    }
}

/// The parameters of the layout `dynamic`, if they are given.
///
/// # Errors
/// [`CommandError`] when the file cannot be read or is not what it should be.
pub(super) fn layout_params(
    options: &RunOptions,
) -> Result<Option<CairoLayoutParams>, CommandError> {
    let Some(path) = &options.layout_params_file else {
        return Ok(None);
    };
    let bytes = read(path, "layout parameters", MAX_LAYOUT_PARAMS_BYTES)?;
    start::layout_params(&bytes).map(Some).map_err(|error| {
        let error = format!(
            "cannot use the layout parameters `{}`: {error}",
            path.display()
        );
        CommandError::new(ExitCode::BadInput, error)
    })
}

fn read(path: &Path, what: &str, limit: usize) -> Result<Vec<u8>, CommandError> {
    let cannot = |error: std::io::Error| {
        let error = format!("cannot read the {what} `{}`: `{error}`", path.display());
        CommandError::new(ExitCode::NoInput, error)
    };
    let input: Box<dyn Read> = match path == Path::new(STANDARD_INPUT) {
        true => Box::new(std::io::stdin().lock()),
        false => Box::new(File::open(path).map_err(cannot)?),
    };
    let mut bytes = Vec::new();
    input
        .take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    if bytes.len() > limit {
        let error = format!(
            "the {what} `{}` is larger than the limit of `{limit}` bytes",
            path.display()
        );
        return Err(CommandError::new(ExitCode::BadInput, error));
    }
    Ok(bytes)
}
