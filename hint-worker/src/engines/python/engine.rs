//! Owns one session of the Python half: every request of the host as a call of its `Session`, and what
//! that returns as a message. Must not know how messages travel, nor how CPython was started.

use std::sync::Arc;
use std::time::Instant;

use hint_proto::v1::{
    Builtin, CallRule, Effects, EndRun, ExecuteHint, HintDone, HintNames, HintsLoaded, LoadHints,
    PythonEngine as Description, PythonHandover, ReadScopes, Relocatable, RuleResult, RunEnded,
    Scope, ScopeChange, Scopes, Start, Started, Variable,
};
use num_bigint::BigUint;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use super::cells::{Cells, cell_of};
use super::effects::EffectsRecord;
use super::failure::{failed, raised};
use super::host::Host;
use super::{contracts, definitions, hint_log, sources};
use crate::engines::contract::hints::SharedChain;
use crate::engines::{CallError, Engine};
use crate::link::SharedLink;
use crate::log::Waiting;

/// One session's engine. Methods that are called for every hint are looked up once.
#[derive(Debug)]
pub(super) struct PythonEngine {
    session: Py<PyAny>,
    execute_at: Py<PyAny>,
    ask_for: Py<PyAny>,
    take_report: Py<PyAny>,
    clear_effects: Py<PyAny>,
    effects: EffectsRecord,
    failure_class: Py<PyAny>,
    cells: Arc<Cells>,
    /// The world of contracts, until hints have a `syscall_handler`.
    contracts: Option<SharedChain>,
}

/// What the host is told of the variables after a hint.
#[derive(Debug, Default)]
struct Report {
    variables_json: String,
    tampered: String,
}

impl PythonEngine {
    /// Creates the session object that `start` describes.
    ///
    /// # Errors
    /// [`PyErr`] when an input is not JSON or the syscall handler cannot be made.
    pub(super) fn new(
        py: Python<'_>,
        link: SharedLink,
        start: &Start,
        contracts: Option<&SharedChain>,
    ) -> PyResult<Self> {
        hint_log::install(py)?;
        let host = Bound::new(py, Host::new(link))?;
        let session = sources::module(py, "session")?
            .getattr("Session")?
            .call((&host,), Some(&session_arguments(py, start)?))?;
        let relocatable = sources::module(py, "relocatable")?.getattr("RelocatableValue")?;
        let cells = Arc::new(Cells::of(&session.getattr("memory")?, &relocatable)?);
        host.get()
            .connect(session.clone().unbind(), Arc::clone(&cells));
        Ok(Self {
            execute_at: session.getattr("execute_at")?.unbind(),
            ask_for: session.getattr("ask_for")?.unbind(),
            take_report: session.getattr("take_report")?.unbind(),
            clear_effects: session.getattr("clear_effects")?.unbind(),
            effects: EffectsRecord::of(&session.getattr("effects")?)?,
            failure_class: sources::module(py, "failure")?
                .getattr("HintFailure")?
                .unbind(),
            session: session.unbind(),
            cells,
            contracts: contracts.cloned(),
        })
    }

    fn execute(&self, py: Python<'_>, hint: ExecuteHint) -> Result<HintDone, CallError> {
        let arrived = Instant::now();
        // What was taken out of memory before what is there now.
        self.cells.forget(py, &hint.removed_cells)?;
        self.cells.learn(py, &hint.cells, &hint.lengths)?;
        if !hint.definitions.is_empty() || !hint.structs.is_empty() {
            self.define(py, &hint)?;
        }
        self.follow_scopes(py, hint.scopes)?;
        let mut reports = false;
        if let Some(handover) = &hint.python {
            reports = self.hand_over(py, handover)?;
        }
        let address = |register: &Option<Relocatable>| {
            let register = sent(register)?;
            self.cells.address(py, register.segment, register.offset)
        };
        let outcome = self.execute_at.bind(py).call1((
            hint.hint_id,
            address(&hint.pc)?,
            address(&hint.ap)?,
            address(&hint.fp)?,
            hint.current_step,
            hint.segment_count,
            hint.temporary_segment_count,
        ))?;
        let report = match reports {
            true => self.take_report(py)?,
            false => Report::default(),
        };
        let effects = match self.take_effects(py, arrived) {
            Ok(effects) => Some(Effects {
                variables_json: report.variables_json,
                tampered: report.tampered,
                ..effects
            }),
            Err(error) => {
                // It did what no message can carry, which is no fault of the engine.
                self.clear_effects.bind(py).call0()?;
                return Err(raised(py, &error));
            }
        };
        if outcome.is_none() {
            Ok(HintDone { effects })
        } else {
            let failed = failed(&outcome, effects);
            // With it go the frames of the hint. What lives on is not heard of again: the run ends here.
            drop(outcome);
            Waiting::close_all();
            Err(failed)
        }
    }

    /// Gives the next hint what it gets beside its request; whether it is to report.
    fn hand_over(&self, py: Python<'_>, handover: &PythonHandover) -> PyResult<bool> {
        let session = self.session.bind(py);
        if !handover.variables_json.is_empty() {
            session.call_method1("take_over", (&handover.variables_json,))?;
        }
        let Some(report) = &handover.report else {
            return Ok(false);
        };
        let question = (&report.names, report.all_scopes, report.tampering);
        self.ask_for.bind(py).call1(question)?;
        Ok(true)
    }

    /// What is to be told of the variables after the hint that ended.
    fn take_report(&self, py: Python<'_>) -> PyResult<Report> {
        let (variables_json, tampered) = self.take_report.bind(py).call0()?.extract()?;
        Ok(Report {
            variables_json,
            tampered,
        })
    }

    /// What the hint did that started when its request arrived; forgets it.
    fn take_effects(&self, py: Python<'_>, arrived: Instant) -> PyResult<Effects> {
        let only_writes = self.effects.are_only_writes(py)?;
        let effects = self.effects.read(py, only_writes, nanos_since(arrived))?;
        if only_writes {
            self.effects.clear_writes(py)?;
        } else {
            self.clear_effects.bind(py).call0()?;
        }
        Ok(effects)
    }

    fn define(&self, py: Python<'_>, hint: &ExecuteHint) -> PyResult<()> {
        let session = self.session.bind(py);
        for definition in &hint.structs {
            definitions::define_struct(session, definition)?;
        }
        for definition in &hint.definitions {
            let definition = definitions::definition(py, definition)?;
            session.call_method1("define_name", (hint.hint_id, definition))?;
        }
        Ok(())
    }

    /// Leaves and enters scopes as the host's own hints did.
    fn follow_scopes(&self, py: Python<'_>, change: Option<ScopeChange>) -> PyResult<()> {
        if let Some(ScopeChange { left, entered }) = change {
            let session = self.session.bind(py);
            session.call_method1("follow_scopes", (left, entered))?;
        }
        Ok(())
    }
}

impl Engine for PythonEngine {
    fn describe(&self, started: &mut Started) -> Result<(), CallError> {
        Python::attach(|py| {
            let version = py.version_info();
            started.python = Some(Description {
                version: format!("{}.{}.{}", version.major, version.minor, version.patch),
                executable: py.import("sys")?.getattr("executable")?.str()?.extract()?,
            });
            Ok(())
        })
    }

    fn load_hints(&mut self, request: LoadHints) -> Result<HintsLoaded, CallError> {
        Python::attach(|py| {
            let hints = definitions::hints(py, &request)?;
            let loaded = match self
                .session
                .bind(py)
                .call_method1("load_hints", (hints, request.first_id))
            {
                Ok(loaded) => loaded,
                Err(error) if error.is_instance(py, self.failure_class.bind(py)) => {
                    return Err(failed(error.value(py).as_any(), None));
                }
                Err(error) => return Err(error.into()),
            };
            let hints = loaded
                .try_iter()?
                .map(|item| {
                    let (hint_id, names) = item?.extract()?;
                    Ok(HintNames { hint_id, names })
                })
                .collect::<PyResult<Vec<_>>>()?;
            Ok(HintsLoaded {
                hints,
                ..HintsLoaded::default()
            })
        })
    }

    fn execute_hint(&mut self, request: ExecuteHint) -> Result<HintDone, CallError> {
        Python::attach(|py| {
            if let Some(chain) = &self.contracts
                && contracts::offer(self.session.bind(py), chain)?
            {
                self.contracts = None;
            }
            self.execute(py, request)
        })
    }

    fn call_rule(&mut self, request: CallRule) -> Result<RuleResult, CallError> {
        Python::attach(|py| {
            let arrived = Instant::now();
            self.cells.forget(py, &request.removed_cells)?;
            self.cells.learn(py, &request.cells, &[])?;
            let address = sent(&request.address)?;
            let arguments = (
                request.rule_id,
                address.segment,
                address.offset,
                request.segment_count,
                request.temporary_segment_count,
            );
            let outcome = self.session.bind(py).call_method1("call_rule", arguments)?;
            let effects = Effects {
                // The time of a rule is no hint's.
                hint_nanos: 0,
                ..self.take_effects(py, arrived)?
            };
            let effects = (effects != Effects::default()).then_some(effects);
            if outcome.is_instance(self.failure_class.bind(py))? {
                return Err(failed(&outcome, effects));
            }
            Ok(RuleResult {
                effects,
                ..rule_result(&outcome)?
            })
        })
    }

    fn end_run(&mut self, request: EndRun) -> Result<RunEnded, CallError> {
        Python::attach(|py| {
            self.follow_scopes(py, request.scopes)?;
            let scope_depth = self.session.bind(py).call_method0("end_run")?.extract()?;
            Waiting::close_all();
            Ok(RunEnded {
                scope_depth,
                ..RunEnded::default()
            })
        })
    }

    fn read_scopes(&mut self, request: ReadScopes) -> Result<Scopes, CallError> {
        Python::attach(|py| {
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
                language: String::new(),
            };
            let scopes = scopes
                .into_iter()
                .map(|variables| Scope {
                    variables: variables.into_iter().map(variable).collect(),
                })
                .collect();
            Ok(Scopes { scopes })
        })
    }
}

/// What a rule returned: `("value", value)` or `("validated", cells)`.
fn rule_result(outcome: &Bound<'_, PyAny>) -> PyResult<RuleResult> {
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
    Ok(answer)
}

fn nanos_since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

/// An address that a request must have.
fn sent(address: &Option<Relocatable>) -> PyResult<&Relocatable> {
    address
        .as_ref()
        .ok_or_else(|| PyValueError::new_err("the host sent no register"))
}

/// The keyword arguments of the Python half's `Session`.
fn session_arguments<'py>(py: Python<'py>, start: &Start) -> PyResult<Bound<'py, PyDict>> {
    let arguments = PyDict::new(py);
    arguments.set_item("prime", BigUint::from_bytes_le(&start.prime))?;
    let builtins = start
        .builtins
        .iter()
        .map(|builtin| builtin_dict(py, builtin))
        .collect::<PyResult<Vec<_>>>()?;
    arguments.set_item("builtins", PyList::new(py, builtins)?)?;
    arguments.set_item("program_input_json", &start.program_input_json)?;
    arguments.set_item("segment_count", start.segment_count)?;
    if let Some(inputs) = &start.python {
        arguments.set_item("hint_locals_json", &inputs.hint_locals_json)?;
        arguments.set_item("static_locals_json", &inputs.static_locals_json)?;
        arguments.set_item("syscall_handler", &inputs.syscall_handler)?;
        arguments.set_item("hint_locals_callable", &inputs.hint_locals_callable)?;
        arguments.set_item("import_paths", &inputs.import_paths)?;
        arguments.set_item("relied_on", &inputs.relied_on)?;
    }
    Ok(arguments)
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
