//! Owns the conversion of memory cells between the wire and Python: felts are `int`, addresses are
//! `RelocatableValue`. Must not know which cells a hint needs.

use std::convert::Infallible;

use hint_proto::cell::{CELL_BYTES, Cell};
use hint_proto::v1::{CellRun, Relocatable, SegmentLength};
use num_bigint::BigUint;
use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PySet, PyType};
use pyo3::{PyErr, ffi, intern};

/// The dictionaries of the Python half's `Memory` object, and the class of addresses.
#[derive(Debug)]
pub(super) struct Cells {
    known: Py<PyDict>,
    empty: Py<PySet>,
    lengths: Py<PyDict>,
    relocatable: Py<PyType>,
}

impl Cells {
    /// Takes hold of `memory`'s dictionaries.
    ///
    /// # Errors
    /// [`PyErr`] when the object is not the Python half's memory.
    pub(super) fn of(memory: &Bound<'_, PyAny>, relocatable: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self {
            known: memory.getattr("known")?.cast_into::<PyDict>()?.unbind(),
            empty: memory.getattr("empty")?.cast_into::<PySet>()?.unbind(),
            lengths: memory.getattr("lengths")?.cast_into::<PyDict>()?.unbind(),
            relocatable: relocatable.cast::<PyType>()?.clone().unbind(),
        })
    }

    /// Tells the memory about cells and lengths.
    ///
    /// # Errors
    /// [`PyErr`] when a cell is malformed or Python runs out of memory.
    pub(super) fn learn(
        &self,
        py: Python<'_>,
        runs: &[CellRun],
        lengths: &[SegmentLength],
    ) -> PyResult<()> {
        for run in runs {
            let segment = run.segment;
            let known = self.segment(py, segment)?;
            let (cells, rest) = run.values.as_chunks::<CELL_BYTES>();
            if !rest.is_empty() || run.offset.checked_add(cells.len() as u64).is_none() {
                return Err(malformed_cell());
            }
            for (offset, bytes) in (run.offset..).zip(cells) {
                match Cell::decode(bytes) {
                    Ok(Cell::Empty) => self.empty.bind(py).add((segment, offset))?,
                    Ok(cell) => known.set_item(offset, self.value(py, cell)?)?,
                    Err(_) => return Err(malformed_cell()),
                }
            }
        }
        for length in lengths {
            self.lengths
                .bind(py)
                .set_item(length.segment, length.length)?;
        }
        Ok(())
    }

    /// Tells the memory that cells are empty again.
    ///
    /// # Errors
    /// [`PyErr`] when Python runs out of memory.
    pub(super) fn forget(&self, py: Python<'_>, cells: &[Relocatable]) -> PyResult<()> {
        for cell in cells {
            let known = self.segment(py, cell.segment)?;
            if known.contains(cell.offset)? {
                known.del_item(cell.offset)?;
            }
        }
        Ok(())
    }

    fn segment<'py>(&self, py: Python<'py>, segment: i64) -> PyResult<Bound<'py, PyDict>> {
        let known = self.known.bind(py);
        if let Some(cells) = known.get_item(segment)? {
            return Ok(cells.cast_into::<PyDict>()?);
        }
        let cells = PyDict::new(py);
        known.set_item(segment, &cells)?;
        Ok(cells)
    }

    /// The Python value of a cell that is not empty; empty cells are `None`.
    ///
    /// # Errors
    /// [`PyErr`] when Python runs out of memory.
    pub(super) fn value<'py>(&self, py: Python<'py>, cell: Cell) -> PyResult<Bound<'py, PyAny>> {
        Ok(match cell {
            Cell::Empty => py.None().into_bound(py),
            Cell::Felt(bytes) => match small(&bytes) {
                Some(small) => small.into_pyobject(py)?.into_any(),
                None => BigUint::from_bytes_le(&bytes).into_pyobject(py)?.into_any(),
            },
            Cell::Relocatable { segment, offset } => self.address(py, segment, offset)?,
        })
    }

    /// An address as Python's object. Every hint needs several, so this skips the Python code of the
    /// class's constructor; the object is the same.
    ///
    /// # Errors
    /// [`PyErr`] when Python runs out of memory.
    #[expect(
        unsafe_code,
        reason = "PyO3 has no safe way to set attributes of a frozen Python object"
    )]
    pub(super) fn address<'py>(
        &self,
        py: Python<'py>,
        segment: i64,
        offset: impl IntoPyObject<'py, Target = PyInt, Output = Bound<'py, PyInt>, Error = Infallible>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let class = self.relocatable.bind(py);
        let Ok(segment) = segment.into_pyobject(py);
        let Ok(offset) = offset.into_pyobject(py);
        // SAFETY: `class` is a type object, all others are live objects, and Python is attached.
        // `PyType_GenericAlloc` returns a new reference or null with an exception set, and
        // `PyObject_GenericSetAttr` -1 with one.
        unsafe {
            let object = ffi::PyType_GenericAlloc(class.as_type_ptr(), 0);
            let object = Bound::from_owned_ptr_or_err(py, object)?;
            for (name, value) in [
                (intern!(py, "segment_index"), &segment),
                (intern!(py, "offset"), &offset),
            ] {
                if ffi::PyObject_GenericSetAttr(object.as_ptr(), name.as_ptr(), value.as_ptr()) != 0
                {
                    return Err(PyErr::fetch(py));
                }
            }
            Ok(object)
        }
    }
}

fn malformed_cell() -> PyErr {
    PyValueError::new_err("the host sent a malformed cell")
}

/// The felt as a machine word, if it fits.
fn small(bytes: &[u8; CELL_BYTES]) -> Option<u64> {
    let (low, high) = bytes.split_first_chunk::<8>()?;
    high.iter()
        .all(|byte| *byte == 0)
        .then(|| u64::from_le_bytes(*low))
}

/// The cell that holds `value`, an `int` or a `RelocatableValue`.
///
/// # Errors
/// [`PyErr`] when the value is neither, or too large for a cell.
pub(super) fn cell_of(value: &Bound<'_, PyAny>) -> PyResult<Cell> {
    if value.is_instance_of::<PyInt>() {
        return felt_bytes(value).map(Cell::Felt);
    }
    let py = value.py();
    Ok(Cell::Relocatable {
        segment: value.getattr(intern!(py, "segment_index"))?.extract()?,
        offset: value.getattr(intern!(py, "offset"))?.extract()?,
    })
}

/// An `int` as 32 bytes, little-endian.
///
/// # Errors
/// `OverflowError` when it is negative or does not fit below the tags of the other kinds of cells.
pub(super) fn felt_bytes(value: &Bound<'_, PyAny>) -> PyResult<[u8; CELL_BYTES]> {
    let number: BigUint = value.extract()?;
    let mut bytes = [0; CELL_BYTES];
    for (place, digit) in bytes.chunks_exact_mut(8).zip(number.iter_u64_digits()) {
        place.copy_from_slice(&digit.to_le_bytes());
    }
    if number.bits() > 255 {
        return Err(PyOverflowError::new_err(format!(
            "`{number}` is too large for a felt"
        )));
    }
    Ok(bytes)
}
