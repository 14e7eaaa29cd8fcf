//! Owns the way of what a hint did to the wire, from the Python half's `Effects` object. Must not know what
//! the host does with it.

use hint_proto::v1::relocation_rule::Destination;
use hint_proto::v1::{
    AddedSegment, CellRun, Effects, FinalizedSegment, OutputPage, OutputState, PublicCell,
    Relocatable, RelocationRule, Rule, RuleKind, ScopeChange, Signature,
};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyList, PyTuple};

use super::cells::{cell_of, felt_bytes};

/// The Python half's record of what a hint did.
#[derive(Debug)]
pub(super) struct EffectsRecord {
    object: Py<PyAny>,
    /// The list of its writes, which is always the same object.
    writes: Py<PyList>,
}

impl EffectsRecord {
    /// Takes hold of the session's effects.
    ///
    /// # Errors
    /// [`PyErr`] when the object is not the engine's.
    pub(super) fn of(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self {
            object: object.clone().unbind(),
            writes: object.getattr("writes")?.cast_into::<PyList>()?.unbind(),
        })
    }

    /// Whether the last hint did nothing but write cells.
    ///
    /// # Errors
    /// [`PyErr`] when the object does not look as it should.
    pub(super) fn are_only_writes(&self, py: Python<'_>) -> PyResult<bool> {
        let object = self.object.bind(py);
        object.getattr(intern!(py, "only_writes"))?.is_truthy()
    }

    /// What the last hint did.
    ///
    /// # Errors
    /// [`PyErr`] when the object does not look as it should.
    pub(super) fn read(
        &self,
        py: Python<'_>,
        only_writes: bool,
        hint_nanos: u64,
    ) -> PyResult<Effects> {
        let writes = runs(self.writes.bind(py))?;
        if only_writes {
            return Ok(Effects {
                writes,
                hint_nanos,
                ..Effects::default()
            });
        }
        everything(self.object.bind(py), writes, hint_nanos)
    }

    /// Forgets the writes.
    ///
    /// # Errors
    /// [`PyErr`] when Python runs out of memory.
    pub(super) fn clear_writes(&self, py: Python<'_>) -> PyResult<()> {
        let writes = self.writes.bind(py);
        if writes.is_empty() {
            return Ok(());
        }
        writes.del_slice(0, writes.len())
    }
}

fn everything(
    record: &Bound<'_, PyAny>,
    writes: Vec<CellRun>,
    hint_nanos: u64,
) -> PyResult<Effects> {
    let added: Vec<Option<u64>> = record.getattr("added_segments")?.extract()?;
    Ok(Effects {
        writes,
        added_segments: added
            .into_iter()
            .map(|size| AddedSegment { size })
            .collect(),
        added_temporary_segments: record.getattr("added_temporary_segments")?.extract()?,
        relocation_rules: list(record, "relocation_rules", relocation_rule)?,
        finalized_segments: list(record, "finalized_segments", finalized_segment)?,
        signatures: list(record, "signatures", signature)?,
        output_state: output_state(&record.getattr("output_state")?)?,
        rules: list(record, "rules", rule)?,
        pure_address: match record.getattr("pure_address")? {
            address if address.is_none() => None,
            address => Some(address.str()?.extract()?),
        },
        hint_nanos,
        scopes: scope_change(record)?,
        ..Effects::default()
    })
}

fn scope_change(record: &Bound<'_, PyAny>) -> PyResult<Option<ScopeChange>> {
    let change = ScopeChange {
        left: record.getattr("scopes_left")?.extract()?,
        entered: record.getattr("scopes_entered")?.extract()?,
    };
    Ok((change != ScopeChange::default()).then_some(change))
}

fn list<T>(
    record: &Bound<'_, PyAny>,
    name: &str,
    convert: impl Fn(&Bound<'_, PyAny>) -> PyResult<T>,
) -> PyResult<Vec<T>> {
    record
        .getattr(name)?
        .try_iter()?
        .map(|item| convert(&item?))
        .collect()
}

/// Packs single writes into runs of consecutive cells, in order.
fn runs(writes: &Bound<'_, PyList>) -> PyResult<Vec<CellRun>> {
    let mut runs: Vec<(i64, u64, Vec<u8>)> = Vec::new();
    let mut next = (0, 0);
    for write in writes.iter() {
        let write = write.cast::<PyTuple>()?;
        let segment: i64 = write.get_item(0)?.extract()?;
        let offset: u64 = write.get_item(1)?.extract()?;
        let cell = cell_of(&write.get_item(2)?)?;
        match runs.last_mut() {
            Some((_, _, values)) if next == (segment, offset) => cell.encode(values),
            _ => {
                let mut values = Vec::with_capacity(32);
                cell.encode(&mut values);
                runs.push((segment, offset, values));
            }
        }
        next = (segment, offset.wrapping_add(1));
    }
    let run = |(segment, offset, values): (i64, u64, Vec<u8>)| CellRun {
        segment,
        offset,
        values: values.into(),
    };
    Ok(runs.into_iter().map(run).collect())
}

fn relocation_rule(item: &Bound<'_, PyAny>) -> PyResult<RelocationRule> {
    let (source_segment, destination): (i64, Bound<'_, PyAny>) = item.extract()?;
    let destination = match destination.extract::<(i64, i64)>() {
        Ok((segment, offset)) => Destination::Address(Relocatable { segment, offset }),
        Err(_) => Destination::Felt(felt_bytes(&destination)?.to_vec().into()),
    };
    Ok(RelocationRule {
        source_segment,
        destination: Some(destination),
    })
}

fn finalized_segment(item: &Bound<'_, PyAny>) -> PyResult<FinalizedSegment> {
    let (segment, size, cells): (i64, Option<u64>, Vec<(u64, u64)>) = item.extract()?;
    let public_cells = cells
        .into_iter()
        .map(|(offset, page)| PublicCell { offset, page })
        .collect();
    Ok(FinalizedSegment {
        segment,
        size,
        public_cells,
    })
}

fn signature(item: &Bound<'_, PyAny>) -> PyResult<Signature> {
    let ((segment, offset), r, s): ((i64, i64), Bound<'_, PyAny>, Bound<'_, PyAny>) =
        item.extract()?;
    Ok(Signature {
        address: Some(Relocatable { segment, offset }),
        r: felt_bytes(&r)?.to_vec().into(),
        s: felt_bytes(&s)?.to_vec().into(),
    })
}

fn output_state(state: &Bound<'_, PyAny>) -> PyResult<Option<OutputState>> {
    if state.is_none() {
        return Ok(None);
    }
    let (segment, offset, pages, attributes_json): (i64, i64, Vec<(u64, u64, u64)>, String) =
        state.extract()?;
    let pages = pages
        .into_iter()
        .map(|(id, start, size)| OutputPage { id, start, size })
        .collect();
    Ok(Some(OutputState {
        base: Some(Relocatable { segment, offset }),
        pages,
        attributes_json,
    }))
}

fn rule(item: &Bound<'_, PyAny>) -> PyResult<Rule> {
    let (id, kind, segment): (u32, String, i64) = item.extract()?;
    let kind = match kind.as_str() {
        "validation" => RuleKind::Validation,
        _ => RuleKind::AutoDeduction,
    };
    Ok(Rule {
        id,
        kind: kind.into(),
        segment,
    })
}
