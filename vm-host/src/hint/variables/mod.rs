//! The variables that hints in the host share with hints in Python: how they are handed over, which of them are asked
//! for, and what an engine says of those, every byte of it checked. Must not know who keeps them.

mod report;
#[cfg(test)]
mod tests;
mod writing;

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1::{PythonHandover, VariableReport};
use num_bigint::BigInt;

pub use report::{Report, Reported, Told};
pub(super) use writing::join as join_variables;
pub use writing::{DictId, FunctionId, HintFunction, ListId, Variables};

/// A value that hints on both sides may have.
#[derive(Clone, Debug, PartialEq)]
pub enum SharedValue {
    /// `None`.
    None,
    /// `True` or `False`.
    Boolean(bool),
    /// An `int`.
    Integer(BigInt),
    /// A `float`, which is finite.
    Float(f64),
    /// A `str`.
    Text(String),
    /// `bytes`.
    Bytes(Vec<u8>),
    /// A `RelocatableValue`.
    Address(Relocatable),
    /// A `tuple`.
    Tuple(Vec<SharedValue>),
    /// What a hint gets that imports the name from the module, or without a name the module; `builtins` has
    /// Python's own.
    Import {
        /// The module.
        module: String,
        /// The name in it, or nothing.
        name: String,
    },
    /// One of the lists of [`Variables`]. An engine reports none: it keeps its lists.
    List(ListId),
    /// One of the dictionaries of [`Variables`]. An engine reports none: it keeps its dictionaries.
    Dict(DictId),
    /// One of the functions of [`Variables`]. An engine reports none.
    Function(FunctionId),
}

/// What a hint in Python gets beside its request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handover {
    /// Variables that it takes over from the host: the text of [`Variables`], empty for none.
    pub variables_json: String,
    /// What the host wants to know of the variables after it.
    pub report: Option<Report>,
}

impl Handover {
    /// Variables to take over, and no question.
    #[must_use]
    pub fn of_json(variables_json: String) -> Self {
        Self {
            variables_json,
            report: None,
        }
    }

    /// As the request has it: mostly not at all.
    pub(super) fn to_wire(&self) -> Option<PythonHandover> {
        let empty = self.variables_json.is_empty() && self.report.is_none();
        (!empty).then(|| PythonHandover {
            variables_json: self.variables_json.clone(),
            report: self.report.as_ref().map(|report| VariableReport {
                names: report.names.clone(),
                all_scopes: report.all_scopes,
                tampering: report.tampering,
            }),
        })
    }
}
