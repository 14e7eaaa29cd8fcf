//! Owns the way from a running hint back to the host: every question that a hint may ask, as one Python
//! object. Must not know how a question travels.

use std::sync::{Arc, OnceLock};

use hint_proto::cell::CELL_BYTES;
use hint_proto::v1::answer::Answer as Reply;
use hint_proto::v1::ask::Question;
use hint_proto::v1::read_program::Part;
use hint_proto::v1::{
    CellRun, Debugger, LoadHints, LoadProgram, ReadAllMemory, ReadMemory, ReadProgram, Relocatable,
    ResolveName, WriteMemory,
};
use pyo3::exceptions::{PyConnectionError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::PyList;

use super::cells::{Cells, cell_of};
use super::definitions;
use crate::link::{AskError, SharedLink};

/// The host of the Python half's `Session`: answers its questions by asking.
#[pyclass(frozen, module = "cairohints.engine")]
#[derive(Debug)]
pub(super) struct Host {
    link: SharedLink,
    connected: OnceLock<Connected>,
}

#[derive(Debug)]
struct Connected {
    session: Py<PyAny>,
    cells: Arc<Cells>,
}

impl Host {
    /// A host for a session that does not exist yet.
    pub(super) fn new(link: SharedLink) -> Self {
        Self {
            link,
            connected: OnceLock::new(),
        }
    }

    /// Connects the session whose questions this answers.
    pub(super) fn connect(&self, session: Py<PyAny>, cells: Arc<Cells>) {
        // A second connection would be our own mistake; the first one stays.
        let _ = self.connected.set(Connected { session, cells });
    }

    fn connected(&self) -> PyResult<&Connected> {
        self.connected
            .get()
            .ok_or_else(|| PyRuntimeError::new_err("the hint session has not started"))
    }

    fn ask(&self, py: Python<'_>, question: Question) -> PyResult<Reply> {
        self.accept(py, py.detach(|| self.link.ask(question)))
    }

    /// The answer, or the exception that it is.
    fn accept(&self, py: Python<'_>, answer: Result<Reply, AskError>) -> PyResult<Reply> {
        match answer {
            Ok(Reply::Raised(raised)) => {
                let session = self.connected()?.session.bind(py);
                let exception =
                    session.call_method1("raised", (raised.class_path, raised.message))?;
                Err(PyErr::from_value(exception))
            }
            Ok(reply) => Ok(reply),
            Err(error @ AskError::Lost(_)) => Err(PyConnectionError::new_err(error.to_string())),
            Err(error @ AskError::Unfitting) => Err(PyRuntimeError::new_err(error.to_string())),
        }
    }

    fn program_json(&self, py: Python<'_>, part: Option<Part>) -> PyResult<String> {
        let mut json = Vec::new();
        let mut reply = self.ask(py, Question::ReadProgram(ReadProgram { part }))?;
        loop {
            let Reply::ProgramJson(program) = reply else {
                return Err(unfitting());
            };
            json.extend_from_slice(&program.part);
            if !program.more {
                return Ok(String::from_utf8(json)?);
            }
            reply = self.next_part(py)?;
        }
    }

    fn learn(&self, py: Python<'_>, mut reply: Reply) -> PyResult<()> {
        let cells = &self.connected()?.cells;
        loop {
            let Reply::Memory(memory) = reply else {
                return Err(unfitting());
            };
            cells.learn(py, &memory.cells, &memory.lengths)?;
            if !memory.more {
                return Ok(());
            }
            reply = self.next_part(py)?;
        }
    }

    fn next_part(&self, py: Python<'_>) -> PyResult<Reply> {
        self.accept(py, py.detach(|| self.link.next_part()))
    }

    fn expect_ok(reply: &Reply) -> PyResult<()> {
        if matches!(reply, Reply::Ok(_)) {
            Ok(())
        } else {
            Err(unfitting())
        }
    }
}

#[pymethods]
impl Host {
    /// Makes cells known.
    fn read_memory(&self, py: Python<'_>, segment: i64, offset: u64, count: u64) -> PyResult<()> {
        let question = Question::ReadMemory(ReadMemory {
            segment,
            offset,
            count,
        });
        let reply = self.ask(py, question)?;
        self.learn(py, reply)
    }

    /// Writes a cell at once.
    fn write_memory(&self, segment: i64, offset: u64, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let mut values = Vec::with_capacity(CELL_BYTES);
        cell_of(value)?.encode(&mut values);
        let run = CellRun {
            segment,
            offset,
            values: values.into(),
        };
        // The reference VM's memory keeps what its rules refuse.
        let question = Question::WriteMemory(WriteMemory {
            cell: Some(run),
            keep_refused: true,
        });
        Self::expect_ok(&self.ask(value.py(), question)?)
    }

    /// The meaning of a name, as a tuple.
    fn resolve_name<'py>(
        &self,
        py: Python<'py>,
        hint_id: u32,
        scope: String,
        name: String,
    ) -> PyResult<Bound<'py, PyAny>> {
        let question = Question::ResolveName(ResolveName {
            hint_id,
            scope,
            name,
        });
        let Reply::ResolvedName(resolved) = self.ask(py, question)? else {
            return Err(unfitting());
        };
        let session = self.connected()?.session.bind(py);
        for definition in &resolved.structs {
            definitions::define_struct(session, definition)?;
        }
        definitions::definition(py, &resolved.definition.ok_or_else(unfitting)?)
    }

    /// Loads a program's hints; returns the number of its first one, and the hints as tuples.
    fn load_program<'py>(
        &self,
        py: Python<'py>,
        program_json: String,
        base_segment: i64,
        base_offset: i64,
    ) -> PyResult<(u32, Bound<'py, PyList>)> {
        let base = Some(Relocatable {
            segment: base_segment,
            offset: base_offset,
        });
        let question = Question::LoadProgram(LoadProgram { program_json, base });
        let mut all = LoadHints::default();
        let mut reply = self.ask(py, question)?;
        loop {
            let Reply::LoadedProgram(loaded) = reply else {
                return Err(unfitting());
            };
            all.first_id = loaded.first_id;
            all.hints.extend(loaded.hints);
            if !loaded.more {
                return Ok((all.first_id, definitions::hints(py, &all)?));
            }
            reply = self.next_part(py)?;
        }
    }

    /// Whether Cairo code used a cell.
    fn is_accessed(&self, py: Python<'_>, segment: i64, offset: i64) -> PyResult<bool> {
        match self.ask(py, Question::IsAccessed(Relocatable { segment, offset }))? {
            Reply::Flag(flag) => Ok(flag),
            _ => Err(unfitting()),
        }
    }

    /// Removes a cell.
    fn delete_cell(&self, py: Python<'_>, segment: i64, offset: i64) -> PyResult<()> {
        let question = Question::DeleteCell(Relocatable { segment, offset });
        Self::expect_ok(&self.ask(py, question)?)
    }

    /// Makes every cell known.
    fn read_all_memory(&self, py: Python<'_>) -> PyResult<()> {
        let reply = self.ask(py, Question::ReadAllMemory(ReadAllMemory {}))?;
        self.learn(py, reply)
    }

    /// The compiled program, JSON.
    fn read_program(&self, py: Python<'_>) -> PyResult<String> {
        self.program_json(py, None)
    }

    /// A part of it, JSON.
    fn read_program_part(
        &self,
        py: Python<'_>,
        kind: &str,
        name: &Bound<'_, PyAny>,
    ) -> PyResult<String> {
        let part = match kind {
            "scope" => Part::Scope(name.extract()?),
            "hint" => Part::Hint(name.extract()?),
            "member" => Part::Member(name.extract()?),
            _ => return Err(unfitting()),
        };
        self.program_json(py, Some(part))
    }

    /// Tells the host that a debugger takes the terminal.
    fn debugger(&self, py: Python<'_>) -> PyResult<()> {
        Self::expect_ok(&self.ask(py, Question::Debugger(Debugger {}))?)
    }
}

fn unfitting() -> PyErr {
    PyRuntimeError::new_err(AskError::Unfitting.to_string())
}
