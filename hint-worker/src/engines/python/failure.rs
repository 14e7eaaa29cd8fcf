//! Owns the way of an exception to the wire: of a hint, its compilation or a rule, as the Python half
//! describes it, and of the engine itself. Must not know how a hint runs.

use hint_proto::v1::{Effects, Failed, FailureKind, MissingLine, PythonException};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::sources;
use crate::engines::CallError;

/// What is no failure of a hint is one of the engine.
impl From<PyErr> for CallError {
    fn from(error: PyErr) -> Self {
        Self::Broken(error.into())
    }
}

/// What the host is told when something raised that is in no hint: an input of the session, the syscall handler,
/// what collects the effects.
pub(super) fn raised(py: Python<'_>, error: &PyErr) -> CallError {
    let described = || {
        // No hint is loaded, so that none can be located.
        let nowhere = PyDict::new(py).getattr("get")?;
        let failure_of = sources::module(py, "failure")?.getattr("failure_of")?;
        failure_of.call1((error.value(py), py.None(), nowhere))
    };
    match described() {
        Ok(failure) => failed(&failure, None),
        Err(error) => error.into(),
    }
}

/// How a hint, its compilation or a rule failed: the Python half's `HintFailure`.
pub(super) fn failed(failure: &Bound<'_, PyAny>, effects: Option<Effects>) -> CallError {
    match read(failure, effects) {
        Ok(failed) => CallError::Failed(Box::new(failed)),
        Err(error) => error.into(),
    }
}

fn read(failure: &Bound<'_, PyAny>, effects: Option<Effects>) -> PyResult<Failed> {
    let kind = match failure.getattr("kind")?.extract::<String>()?.as_str() {
        "compile" => FailureKind::Compile,
        "exit" => FailureKind::Exit,
        "interrupt" => FailureKind::Interrupt,
        "raw" => FailureKind::Raw,
        _ => FailureKind::Exception,
    };
    Ok(Failed {
        kind: kind.into(),
        hint_id: failure
            .getattr("hint_id")?
            .extract::<Option<u32>>()?
            .unwrap_or(0),
        message: lossy(&failure.getattr("message")?)?,
        effects,
        python: Some(PythonException {
            traceback: lossy(&failure.getattr("traceback")?)?,
            class_path: lossy(&failure.getattr("class_path")?)?,
            exit_code: failure
                .getattr("exit_code")?
                .extract::<Option<i32>>()?
                .unwrap_or(0),
            missing_lines: missing_lines(&failure.getattr("missing_lines")?)?,
        }),
    })
}

/// The lines of Cairo files that are not to be read here.
fn missing_lines(lines: &Bound<'_, PyAny>) -> PyResult<Vec<MissingLine>> {
    let lines = lines.try_iter()?.map(|line| {
        let (at, filename, line): (u32, Bound<'_, PyAny>, u32) = line?.extract()?;
        Ok(MissingLine {
            at,
            filename: lossy(&filename)?,
            line,
        })
    });
    lines.collect()
}

/// A Python text that may hold lone surrogates, which the wire cannot carry.
fn lossy(text: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(text.str()?.to_string_lossy().into_owned())
}
