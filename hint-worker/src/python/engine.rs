//! The hint engine: the Python half, embedded in the binary, and the calls into it.

use std::sync::Arc;
use std::time::Instant;

use hint_proto::PROTOCOL_VERSION;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    Builtin, CallRule, ExecuteHint, Failed, FailureKind, HintDone, HintNames, HintsLoaded,
    LoadHints, ReadScopes, Relocatable, RuleResult, RunEnded, Scope, ScopeChange, Scopes, Start,
    Started, Variable,
};
use num_bigint::BigUint;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict, PyList, PyTuple};

use super::cells::{Cells, cell_of};
use super::effects::Effects;
use super::host::{Host, SharedLink};
use super::tables;

/// The Python half of the engine: `(module name, source)`. The Python client is its home, because it
/// serves hints from its own interpreter with the same code.
const MODULES: &[(&str, &str)] = &include!(concat!(env!("OUT_DIR"), "/engine_modules.rs"));

/// The package that the embedded modules form here. Not the client's name: the user's environment may
/// hold the client, and importing that would load its gRPC library into every worker.
const PACKAGE: &str = "_cairo_hint_engine";

/// One session's engine.
#[derive(Debug)]
pub struct Engine {
    session: Py<PyAny>,
    execute: Py<PyAny>,
    clear_effects: Py<PyAny>,
    effects: Effects,
    failure: Py<PyAny>,
    cells: Arc<Cells>,
}

impl Engine {
    /// Creates the session object that `start` describes.
    ///
    /// # Errors
    /// [`PyErr`] when an input is not JSON or the syscall handler cannot be made.
    pub fn start(py: Python<'_>, link: &SharedLink, start: Start) -> PyResult<Self> {
        install_sources(py)?;
        let module = |name: &str| py.import(format!("{PACKAGE}.{name}"));
        let host = Bound::new(py, Host::new(link.clone()))?;
        let arguments = PyDict::new(py);
        arguments.set_item("prime", BigUint::from_bytes_le(&start.prime))?;
        let builtins = start
            .builtins
            .iter()
            .map(|builtin| builtin_dict(py, builtin))
            .collect::<PyResult<Vec<_>>>()?;
        arguments.set_item("builtins", builtins)?;
        arguments.set_item("program_input_json", start.program_input_json)?;
        arguments.set_item("hint_locals_json", start.hint_locals_json)?;
        arguments.set_item("static_locals_json", start.static_locals_json)?;
        arguments.set_item("syscall_handler", start.syscall_handler)?;
        arguments.set_item("import_paths", start.import_paths)?;
        arguments.set_item("segment_count", start.segment_count)?;
        let session = module("session")?
            .getattr("Session")?
            .call((&host,), Some(&arguments))?;
        let relocatable = module("relocatable")?.getattr("RelocatableValue")?;
        let cells = Arc::new(Cells::of(&session.getattr("memory")?, &relocatable)?);
        host.get()
            .connect(session.clone().unbind(), Arc::clone(&cells));
        Ok(Self {
            execute: session.getattr("execute_at")?.unbind(),
            clear_effects: session.getattr("clear_effects")?.unbind(),
            effects: Effects::of(&session.getattr("effects")?)?,
            failure: module("failure")?.getattr("HintFailure")?.unbind(),
            session: session.unbind(),
            cells,
        })
    }

    /// What the host is told when an input or the syscall handler raised.
    ///
    /// # Errors
    /// [`PyErr`] when the exception cannot be described.
    pub fn not_started(py: Python<'_>, error: &PyErr) -> PyResult<Failed> {
        let failures = py.import(format!("{PACKAGE}.failure"))?;
        // No hint is loaded, so that none can be located.
        let nowhere = PyDict::new(py).getattr("get")?;
        let failure =
            failures
                .getattr("failure_of")?
                .call1((error.value(py), py.None(), nowhere))?;
        failed(&failure, None)
    }

    /// What the host is told when the session opens.
    ///
    /// # Errors
    /// [`PyErr`] when `sys` was tampered with.
    pub fn describe(&self, py: Python<'_>) -> PyResult<Started> {
        let version = py.version_info();
        Ok(Started {
            protocol_version: PROTOCOL_VERSION,
            python_version: format!("{}.{}.{}", version.major, version.minor, version.patch),
            process_id: std::process::id(),
            python_executable: py.import("sys")?.getattr("executable")?.str()?.extract()?,
        })
    }

    /// Compiles hints.
    ///
    /// # Errors
    /// [`PyErr`] when the engine itself fails; a syntax error is a response.
    pub fn load_hints(&self, py: Python<'_>, request: LoadHints) -> PyResult<Response> {
        let hints = request
            .hints
            .iter()
            .map(|hint| tables::hint(py, hint))
            .collect::<PyResult<Vec<_>>>()?;
        match self
            .session
            .bind(py)
            .call_method1("load_hints", (PyList::new(py, hints)?,))
        {
            Ok(loaded) => {
                let hints = loaded
                    .try_iter()?
                    .map(|item| {
                        let (hint_id, names) = item?.extract()?;
                        Ok(HintNames { hint_id, names })
                    })
                    .collect::<PyResult<Vec<_>>>()?;
                Ok(Response::HintsLoaded(HintsLoaded {
                    hints,
                    effects: None,
                }))
            }
            Err(error) if error.is_instance(py, self.failure.bind(py)) => {
                Ok(Response::Failed(failed(error.value(py).as_any(), None)?))
            }
            Err(error) => Err(error),
        }
    }

    /// Runs one hint.
    ///
    /// # Errors
    /// [`PyErr`] when the engine itself fails; a hint that raises is a response.
    pub fn execute(
        &self,
        py: Python<'_>,
        hint: ExecuteHint,
        arrived: Instant,
    ) -> PyResult<Response> {
        self.cells.learn(py, &hint.cells, &hint.lengths)?;
        if !hint.definitions.is_empty() || !hint.structs.is_empty() {
            self.define(py, &hint)?;
        }
        self.follow_scopes(py, hint.scopes)?;
        if !hint.variables_json.is_empty() {
            let session = self.session.bind(py);
            session.call_method1("take_over", (&hint.variables_json,))?;
        }
        let address = |register: &Option<Relocatable>| {
            let register = self::register(register)?;
            self.cells.address(py, register.segment, register.offset)
        };
        let outcome = self.execute.bind(py).call1((
            hint.hint_id,
            address(&hint.pc)?,
            address(&hint.ap)?,
            address(&hint.fp)?,
            hint.current_step,
            hint.segment_count,
            hint.temporary_segment_count,
        ))?;
        let only_writes = self.effects.are_only_writes(py)?;
        let effects = self.effects.read(py, only_writes, nanos_since(arrived))?;
        if only_writes {
            self.effects.clear_writes(py)?;
        } else {
            self.clear_effects.bind(py).call0()?;
        }
        let effects = Some(effects);
        Ok(if outcome.is_none() {
            Response::Done(HintDone { effects })
        } else {
            Response::Failed(failed(&outcome, effects)?)
        })
    }

    /// Leaves and enters scopes as the host's own hints did.
    fn follow_scopes(&self, py: Python<'_>, change: Option<ScopeChange>) -> PyResult<()> {
        if let Some(ScopeChange { left, entered }) = change {
            let session = self.session.bind(py);
            session.call_method1("follow_scopes", (left, entered))?;
        }
        Ok(())
    }

    fn define(&self, py: Python<'_>, hint: &ExecuteHint) -> PyResult<()> {
        let session = self.session.bind(py);
        for definition in &hint.structs {
            tables::define_struct(session, definition)?;
        }
        for definition in &hint.definitions {
            let definition = tables::definition(py, definition)?;
            session.call_method1("define_name", (hint.hint_id, definition))?;
        }
        Ok(())
    }

    /// Calls a rule that a hint registered.
    ///
    /// # Errors
    /// [`PyErr`] when the engine itself fails; a rule that raises is a response.
    pub fn call_rule(&self, py: Python<'_>, request: CallRule) -> PyResult<Response> {
        self.cells.learn(py, &request.cells, &[])?;
        let address = register(&request.address)?;
        let arguments = (request.rule_id, address.segment, address.offset);
        let outcome = self.session.bind(py).call_method1("call_rule", arguments)?;
        self.clear_effects.bind(py).call0()?;
        if outcome.is_instance(self.failure.bind(py))? {
            return Ok(Response::Failed(failed(&outcome, None)?));
        }
        let (kind, result): (String, Bound<'_, PyAny>) = outcome.cast::<PyTuple>()?.extract()?;
        let mut answer = RuleResult::default();
        if kind == "value" {
            if !result.is_none() {
                let mut value = Vec::new();
                cell_of(&result)?.encode(&mut value);
                answer.value = Some(value.into());
            }
        } else {
            let cells: Vec<(i64, i64)> = result.extract()?;
            answer.validated = cells
                .into_iter()
                .map(|(segment, offset)| Relocatable { segment, offset })
                .collect();
        }
        Ok(Response::RuleResult(answer))
    }

    /// The state at the end of the run.
    ///
    /// # Errors
    /// [`PyErr`] when the engine fails.
    pub fn end_run(&self, py: Python<'_>) -> PyResult<Response> {
        let scope_depth = self.session.bind(py).call_method0("end_run")?.extract()?;
        Ok(Response::RunEnded(RunEnded { scope_depth }))
    }

    /// The variables of the hint scopes.
    ///
    /// # Errors
    /// [`PyErr`] when the engine fails.
    pub fn read_scopes(&self, py: Python<'_>, request: ReadScopes) -> PyResult<Response> {
        self.follow_scopes(py, request.scopes)?;
        let scopes: Vec<Vec<(String, String, String)>> = self
            .session
            .bind(py)
            .call_method1("read_scopes", (request.max_text_bytes,))?
            .extract()?;
        let variable = |(name, type_name, text)| Variable {
            name,
            type_name,
            text,
        };
        let scopes = scopes
            .into_iter()
            .map(|variables| Scope {
                variables: variables.into_iter().map(variable).collect(),
            })
            .collect();
        Ok(Response::Scopes(Scopes { scopes }))
    }
}

/// How a hint, its compilation or a rule failed.
fn failed(
    failure: &Bound<'_, PyAny>,
    effects: Option<hint_proto::v1::Effects>,
) -> PyResult<Failed> {
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
        traceback: lossy(&failure.getattr("traceback")?)?,
        class_path: lossy(&failure.getattr("class_path")?)?,
        message: lossy(&failure.getattr("message")?)?,
        exit_code: failure
            .getattr("exit_code")?
            .extract::<Option<i32>>()?
            .unwrap_or(0),
        effects,
    })
}

/// A Python text that may hold lone surrogates, which the wire cannot carry.
fn lossy(text: &Bound<'_, PyAny>) -> PyResult<String> {
    Ok(text.str()?.to_string_lossy().into_owned())
}

fn nanos_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

fn register(value: &Option<Relocatable>) -> PyResult<&Relocatable> {
    value
        .as_ref()
        .ok_or_else(|| PyValueError::new_err("the host sent no register"))
}

fn builtin_dict<'py>(py: Python<'py>, builtin: &Builtin) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("name", &builtin.name)?;
    dict.set_item("segment", builtin.segment)?;
    dict.set_item("included", builtin.included)?;
    dict.set_item("ratio", builtin.ratio)?;
    dict.set_item("ratio_denominator", builtin.ratio_denominator)?;
    dict.set_item("range_check_parts", builtin.range_check_parts)?;
    dict.set_item("batch_size", builtin.batch_size)?;
    dict.set_item("word_bit_length", builtin.word_bit_length)?;
    Ok(dict)
}

/// Loads the Python half and imports `modules`, those that are there, so that workers forked from this
/// process have them.
///
/// # Errors
/// [`PyErr`] when the engine does not load.
pub fn preload(py: Python<'_>, modules: &[String]) -> PyResult<()> {
    install_sources(py)?;
    py.import(format!("{PACKAGE}.session"))?;
    // Modules must find the engine's classes when they are imported.
    py.import(format!("{PACKAGE}.classes"))?
        .call_method0("install")?;
    for module in modules {
        // A module that is not installed, or fails, fails again in the hint that imports it.
        let _ = py.import(module.as_str());
    }
    let collector = py.import("gc")?;
    collector.call_method0("collect")?;
    // Frozen objects are not touched by collections, so that their pages stay shared.
    collector.call_method0("freeze")?;
    Ok(())
}

/// Makes the Python half importable.
fn install_sources(py: Python<'_>) -> PyResult<()> {
    if py
        .import("sys")?
        .getattr("modules")?
        .cast::<PyDict>()?
        .contains(PACKAGE)?
    {
        return Ok(());
    }
    let sources = PyDict::new(py);
    for (name, source) in MODULES {
        sources.set_item(name, source)?;
    }
    let globals = PyDict::new(py);
    globals.set_item("SOURCES", sources)?;
    globals.set_item("PACKAGE", PACKAGE)?;
    py.run(LOADER, Some(&globals), None)
}

/// Makes the embedded sources importable.
const LOADER: &std::ffi::CStr = c"
import importlib.abc, importlib.util, sys

class EmbeddedFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def find_spec(self, fullname, path=None, target=None):
        if fullname not in SOURCES:
            return None
        return importlib.util.spec_from_loader(
            fullname, self, origin='<' + fullname + '>', is_package=fullname == PACKAGE)
    def get_source(self, fullname):
        return SOURCES[fullname]
    def is_package(self, fullname):
        return fullname == PACKAGE
    def exec_module(self, module):
        name = module.__spec__.name
        exec(compile(SOURCES[name], '<' + name + '>', 'exec'), module.__dict__)

sys.meta_path.insert(0, EmbeddedFinder())
";
