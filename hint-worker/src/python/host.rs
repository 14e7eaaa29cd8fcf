//! The way from a running hint back to the host: every question a hint may ask, as one Python object.

use std::sync::{Arc, Mutex, PoisonError};

use hint_proto::cell::{CELL_BYTES, Cell};
use hint_proto::v1::answer::Answer as Reply;
use hint_proto::v1::ask::Question;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    Ask, CellRun, Debugger, LoadProgram, ReadAllMemory, ReadMemory, ReadProgram, Relocatable,
    ResolveName,
};
use pyo3::exceptions::{PyConnectionError, PyRuntimeError};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyList};

use super::cells::{Cells, cell_of};
use super::tables;
use crate::session::{Link, LinkError};

/// The link, shared between the session loop and the questions of a running hint.
#[derive(Clone, Debug)]
pub struct SharedLink(Arc<Mutex<Link>>);

impl SharedLink {
    /// Shares `link`.
    #[must_use]
    pub fn new(link: Link) -> Self {
        Self(Arc::new(Mutex::new(link)))
    }

    /// See [`Link::receive`].
    ///
    /// # Errors
    /// As [`Link::receive`].
    pub fn receive(&self) -> Result<Option<Request>, LinkError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .receive()
    }

    /// See [`Link::respond`].
    ///
    /// # Errors
    /// As [`Link::respond`].
    pub fn respond(&self, response: Response) -> Result<Option<Request>, LinkError> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .respond(response)
    }
}

/// Answers the engine's questions by asking the host.
#[pyclass(frozen, module = "cairohints.engine")]
#[derive(Debug)]
pub struct Host {
    link: SharedLink,
    connected: std::sync::OnceLock<Connected>,
}

#[derive(Debug)]
struct Connected {
    session: Py<PyAny>,
    cells: Arc<Cells>,
}

impl Host {
    /// A host for a session that does not exist yet.
    #[must_use]
    pub fn new(link: SharedLink) -> Self {
        Self {
            link,
            connected: std::sync::OnceLock::new(),
        }
    }

    /// Connects the session whose questions this answers.
    pub fn connect(&self, session: Py<PyAny>, cells: Arc<Cells>) {
        // A second connection would be our own mistake; the first one stays.
        let _ = self.connected.set(Connected { session, cells });
    }

    fn connected(&self) -> PyResult<&Connected> {
        self.connected
            .get()
            .ok_or_else(|| PyRuntimeError::new_err("the hint session has not started"))
    }

    fn ask(&self, py: Python<'_>, question: Question) -> PyResult<Reply> {
        let link = &self.link;
        py.detach(|| {
            link.respond(Response::Ask(Ask {
                question: Some(question),
            }))
        })
        .map_err(lost)
        .and_then(|request| self.answer(py, request))
    }

    fn more(&self, py: Python<'_>) -> PyResult<Reply> {
        let link = &self.link;
        py.detach(|| link.receive())
            .map_err(lost)
            .and_then(|request| self.answer(py, request))
    }

    fn answer(&self, py: Python<'_>, request: Option<Request>) -> PyResult<Reply> {
        match request {
            Some(Request::Answer(answer)) => match answer.answer {
                Some(Reply::Raised(raised)) => {
                    let session = self.connected()?.session.bind(py);
                    let exception =
                        session.call_method1("raised", (raised.class_path, raised.message))?;
                    Err(PyErr::from_value(exception))
                }
                Some(reply) => Ok(reply),
                None => Err(unexpected()),
            },
            Some(_) => Err(unexpected()),
            None => Err(lost(LinkError::Closed)),
        }
    }

    fn learn(&self, py: Python<'_>, mut reply: Reply) -> PyResult<()> {
        let cells = &self.connected()?.cells;
        loop {
            let Reply::Memory(memory) = reply else {
                return Err(unexpected());
            };
            cells.learn(py, &memory.cells, &memory.lengths)?;
            if !memory.more {
                return Ok(());
            }
            reply = self.more(py)?;
        }
    }

    fn expect_ok(reply: &Reply) -> PyResult<()> {
        if matches!(reply, Reply::Ok(_)) {
            Ok(())
        } else {
            Err(unexpected())
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
        Self::expect_ok(&self.ask(value.py(), Question::WriteMemory(run))?)
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
            return Err(unexpected());
        };
        let session = self.connected()?.session.bind(py);
        for definition in &resolved.structs {
            tables::define_struct(session, definition)?;
        }
        tables::definition(py, &resolved.definition.ok_or_else(unexpected)?)
    }

    /// Loads a program's hints; returns them as tuples.
    fn load_program<'py>(
        &self,
        py: Python<'py>,
        program_json: String,
        base_segment: i64,
        base_offset: i64,
    ) -> PyResult<Bound<'py, PyList>> {
        let base = Some(Relocatable {
            segment: base_segment,
            offset: base_offset,
        });
        let question = Question::LoadProgram(LoadProgram { program_json, base });
        let Reply::LoadedProgram(loaded) = self.ask(py, question)? else {
            return Err(unexpected());
        };
        let hints = loaded
            .hints
            .iter()
            .map(|hint| tables::hint(py, hint))
            .collect::<PyResult<Vec<_>>>()?;
        PyList::new(py, hints)
    }

    /// Whether Cairo code used a cell.
    fn is_accessed(&self, py: Python<'_>, segment: i64, offset: i64) -> PyResult<bool> {
        match self.ask(py, Question::IsAccessed(Relocatable { segment, offset }))? {
            Reply::Flag(flag) => Ok(flag),
            _ => Err(unexpected()),
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
        match self.ask(py, Question::ReadProgram(ReadProgram {}))? {
            Reply::ProgramJson(json) => Ok(json),
            _ => Err(unexpected()),
        }
    }

    /// Tells the host that a debugger takes the terminal.
    fn debugger(&self, py: Python<'_>) -> PyResult<()> {
        Self::expect_ok(&self.ask(py, Question::Debugger(Debugger {}))?)
    }
}

/// The host is gone: nobody waits for this hint any more.
fn lost(error: LinkError) -> PyErr {
    PyConnectionError::new_err(error.to_string())
}

fn unexpected() -> PyErr {
    PyRuntimeError::new_err("the host gave an answer that does not fit the question")
}

/// Decodes the one cell of `bytes`.
///
/// # Errors
/// [`PyErr`] when it is malformed.
pub fn single_cell(bytes: &[u8]) -> PyResult<Cell> {
    let bytes = bytes.try_into().map_err(|_| unexpected())?;
    Cell::decode(bytes).map_err(|_| unexpected())
}
