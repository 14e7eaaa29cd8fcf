//! Owns the name `log` of hints, and the other ways by which Python logs: its `logging`, what it prints. Must not
//! know where records go.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyInt, PyString};

use super::logger::{Logger, refusal};
use super::sources;
use crate::log::{self, Level, Value};

/// The `log` of hints: `log("text")`, `log.warning("text", account=7)`.
#[pyclass(frozen, module = "cairohints", name = "HintLog")]
#[derive(Debug)]
pub(super) struct HintLog;

#[pymethods]
impl HintLog {
    /// Logs what happened.
    #[pyo3(signature = (text, /, **fields))]
    fn __call__(
        &self,
        text: &Bound<'_, PyAny>,
        fields: Option<&Bound<'_, PyDict>>,
    ) -> PyResult<()> {
        emit(Level::Info, text, fields)
    }

    /// Logs what helps to look for a fault.
    #[staticmethod]
    #[pyo3(signature = (text, /, **fields))]
    fn debug(text: &Bound<'_, PyAny>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        emit(Level::Debug, text, fields)
    }

    /// Logs what happened.
    #[staticmethod]
    #[pyo3(signature = (text, /, **fields))]
    fn info(text: &Bound<'_, PyAny>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        emit(Level::Info, text, fields)
    }

    /// Logs something that one may want to change.
    #[staticmethod]
    #[pyo3(signature = (text, /, **fields))]
    fn warning(text: &Bound<'_, PyAny>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        emit(Level::Warning, text, fields)
    }

    /// Logs a failure.
    #[staticmethod]
    #[pyo3(signature = (text, /, **fields))]
    fn error(text: &Bound<'_, PyAny>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        emit(Level::Error, text, fields)
    }

    /// Logs a failure that ends everything.
    #[staticmethod]
    #[pyo3(signature = (text, /, **fields))]
    fn critical(text: &Bound<'_, PyAny>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        emit(Level::Critical, text, fields)
    }

    fn __repr__(&self) -> &'static str {
        "<log of the hints>"
    }
}

/// Logs, with the interpreter in nobody's hands while the reader is slow.
fn emit(level: Level, text: &Bound<'_, PyAny>, fields: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
    let py = text.py();
    let Ok(text) = text.cast::<PyString>() else {
        return Err(refusal(text, "not_a_text"));
    };
    if !log::wants(level) {
        return Ok(());
    }
    let text = text.to_string_lossy();
    let Some(given) = fields else {
        py.detach(|| log::emit(level, &text, &[]));
        return Ok(());
    };
    let names = given.keys();
    let names = names
        .iter()
        .map(|name| Ok(name.str()?.to_string_lossy().into_owned()))
        .collect::<PyResult<Vec<String>>>()?;
    let mut fields = Vec::with_capacity(names.len());
    for (name, value) in names.iter().zip(given.values()) {
        fields.push((name.as_str(), field(&value)?));
    }
    py.detach(|| log::emit(level, &text, &fields));
    Ok(())
}

/// A field's value; what is no text, number or truth value the Python half writes down.
fn field(value: &Bound<'_, PyAny>) -> PyResult<Value<'static>> {
    if let Ok(text) = value.cast_exact::<PyString>() {
        return Ok(Value::Text(text.to_string_lossy().into_owned().into()));
    }
    if value.is_none() {
        return Ok(Value::Json("null".into()));
    }
    if let Ok(flag) = value.cast_exact::<PyBool>() {
        return Ok(flag.is_true().into());
    }
    if value.is_exact_instance_of::<PyInt>()
        && let Ok(number) = value.extract::<i64>()
    {
        return Ok(number.into());
    }
    let module = sources::module(value.py(), "log")?;
    let json: String = module.call_method1("field_json", (value,))?.extract()?;
    Ok(Value::Json(json.into()))
}

/// What Python's `logging` was told.
#[pyfunction]
fn tell_record(
    py: Python<'_>,
    level: i64,
    text: &Bound<'_, PyString>,
    fields: Vec<(String, String)>,
    logger: &Bound<'_, PyAny>,
) -> PyResult<()> {
    let text = text.to_string_lossy();
    let logger = logger.str()?;
    let logger = logger.to_string_lossy();
    let fields: Vec<(&str, Value<'_>)> = fields
        .iter()
        .map(|(name, json)| (name.as_str(), Value::Json(json.as_str().into())))
        .collect();
    py.detach(|| log::emit_of(&logger, Level::of_number(level), &text, &fields));
    Ok(())
}

/// What was printed.
#[pyfunction]
fn tell_output(py: Python<'_>, text: &Bound<'_, PyString>) {
    let text = text.to_string_lossy();
    py.detach(|| log::output(&text));
}

/// Gives the code of this process its ways to log. What goes to stderr anyway, such as lines of `logging`, is
/// followed only for a host that wants records.
///
/// # Errors
/// [`PyErr`] when the Python half does not load.
pub(super) fn install(py: Python<'_>) -> PyResult<()> {
    let module = sources::module(py, "log")?;
    module.call_method1("give", (Bound::new(py, HintLog)?,))?;
    module.call_method1("offer_logger", (py.get_type::<Logger>(),))?;
    if log::wants(Level::Output) {
        let tell = wrap_pyfunction!(tell_record, py)?;
        module.call_method1("follow_logging", (tell,))?;
        let tell = wrap_pyfunction!(tell_output, py)?;
        module.call_method1("follow_prints", (tell,))?;
    }
    Ok(())
}
