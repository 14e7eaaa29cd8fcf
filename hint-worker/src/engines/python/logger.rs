//! Owns `Logger` as hints import it: texts wait in Rust, its callback is Python. Must not know where texts are
//! written.

use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::sources;
use crate::log::Waiting;

/// A text with this calls the callback.
const ALARM: &str = "ERROR";

/// Collects texts for standard output, and calls `callback` for each that contains `ERROR`.
///
/// What waits is written when the logger is dropped, which standard error is told, or when it is too much.
#[pyclass(module = "cairohints", weakref)]
#[derive(Debug)]
pub(super) struct Logger {
    /// Absent only while the garbage collector takes a cycle apart.
    callback: Option<Py<PyAny>>,
    waiting: Arc<Waiting>,
}

#[pymethods]
impl Logger {
    #[new]
    fn new(callback: &Bound<'_, PyAny>) -> PyResult<Self> {
        if !callback.is_callable() {
            return Err(refusal(callback, "not_callable"));
        }
        Ok(Self {
            callback: Some(callback.clone().unbind()),
            waiting: Waiting::open(),
        })
    }

    /// Logs a text as it is. What the callback raises is raised here.
    fn log(slf: &Bound<'_, Self>, text: &Bound<'_, PyAny>) -> PyResult<()> {
        let py = slf.py();
        let Ok(text) = text.cast::<PyString>() else {
            return Err(refusal(text, "not_a_text"));
        };
        let text = text.to_str()?;
        // Neither this object nor the interpreter is held while others may run: the callback may log, too.
        let (waiting, callback) = {
            let logger = slf.borrow();
            let callback = logger.callback.as_ref().filter(|_| text.contains(ALARM));
            let callback = callback.map(|callback| callback.clone_ref(py));
            (Arc::clone(&logger.waiting), callback)
        };
        py.detach(|| waiting.write(text))?;
        if let Some(callback) = callback {
            callback.call0(py)?;
        }
        Ok(())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.callback)
    }

    fn __clear__(&mut self) {
        self.callback = None;
    }
}

impl Drop for Logger {
    fn drop(&mut self) {
        self.waiting.close();
    }
}

/// What the Python half says of an argument.
pub(super) fn refusal(value: &Bound<'_, PyAny>, function: &str) -> PyErr {
    let text = sources::module(value.py(), "log")
        .and_then(|module| module.call_method1(function, (value,)))
        .and_then(|text| text.extract::<String>());
    match text {
        Ok(text) => PyTypeError::new_err(text),
        Err(error) => error,
    }
}
